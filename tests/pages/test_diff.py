"""Patches are read as the programs that apply them read them, and none of their lines is lost."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from programs import program, run
from running import ROOT

from gateway.pages.patches import Block, BlockKind, FileDiff, LineKind, Patch, read_patch
from gateway.pages.patches.patch_names import in_header, pair, unquoted
from gateway.pages.preview import as_patch

PATCHES = ROOT / "tests/pages/patches"

# ---- what real programs write

Summary = tuple[int, int, list[str]]

CHANGES: dict[str, Summary] = {
    "b.bin": (0, 0, ["binary"]),
    "crlf.txt": (1, 1, []),
    "dir/sub dir/a b.txt": (1, 1, []),
    "empty.txt": (0, 0, ["new"]),
    "gone.txt": (0, 1, ["deleted"]),
    "latin.txt": (1, 1, []),
    "ren.txt → moved.txt": (0, 0, ["renamed"]),
    "new.txt": (1, 0, ["new"]),
    "noeol.txt": (1, 1, []),
    "run.sh": (0, 0, ["mode 100644 → 100755"]),
    "signs.txt": (1, 3, []),
    "t.txt": (2, 1, []),
    "ü.txt": (1, 1, []),
}
"""The change that `make` makes everywhere, as git tells it."""

REVERSED = {
    **{name: (removed, added, marks) for name, (added, removed, marks) in CHANGES.items() if "ren.txt" not in name},
    "empty.txt": (0, 0, ["deleted"]),
    "gone.txt": (1, 0, ["new"]),
    "new.txt": (0, 1, ["deleted"]),
    "moved.txt → ren.txt": (0, 0, ["renamed"]),
    "run.sh": (0, 0, ["mode 100755 → 100644"]),
}
SEVEN: dict[str, Summary] = {"t.txt": (1, 0, [])}

_WITHOUT_RENAMES = {
    **{name: summary for name, summary in CHANGES.items() if name not in ("ren.txt → moved.txt", "run.sh")},
    "moved.txt": (2, 0, ["new"]),
    "ren.txt": (0, 2, ["deleted"]),
}
HG = {name: summary for name, summary in _WITHOUT_RENAMES.items() if name != "empty.txt"}
GNU = {f"old/{name} → new/{name}": summary for name, summary in HG.items()}
GNU_ONLY_IN = {
    **{name: summary for name, summary in GNU.items() if not summary[2] or summary[2] == ["binary"]},
    **{f"old/{name}": (0, 0, ["only in old"]) for name in ("gone.txt", "ren.txt")},
    **{f"new/{name}": (0, 0, ["only in new"]) for name in ("empty.txt", "moved.txt", "new.txt")},
}
SVN: dict[str, Summary] = {
    "b.bin": (0, 0, ["binary"]),
    "copied.txt": (2, 1, ["properties"]),
    "empty.txt": (0, 0, []),
    "gone.txt": (0, 1, ["deleted"]),
    "new.txt": (1, 0, ["new"]),
    "t.txt": (2, 1, ["properties"]),
    ".": (0, 0, ["properties"]),
}
SVN_GIT: dict[str, Summary] = {
    **{name: SVN[name] for name in ("b.bin", "gone.txt", "new.txt", ".")},
    "empty.txt": (0, 0, ["new"]),
    "t.txt → copied.txt": (2, 1, ["copied", "mode 100644 → 100755", "properties"]),
    "t.txt": (2, 1, ["mode 100644 → 100755", "properties"]),
}
QUILT: dict[str, Summary] = {"new.txt": (1, 0, ["new"]), "t.txt": (1, 1, []), "ü.txt": (1, 1, [])}

WRITTEN: dict[str, list[dict[str, Summary]]] = {
    "git": [CHANGES],
    "git-no-prefix": [CHANGES],
    "git-mnemonic-prefix": [CHANGES],
    "git-own-prefix": [CHANGES],
    "git-binary": [CHANGES],
    "git-names-unquoted": [CHANGES],
    "git-reversed": [REVERSED],
    "git-show": [CHANGES],
    "git-mbox": [CHANGES, SEVEN],
    "git-log": [SEVEN, CHANGES],
    "git-attached": [SEVEN],
    "git-unmerged": [{"t.txt": (2, 0, ["merge"])}],
    "git-combined": [{"t.txt": (2, 0, ["merge"])}],
    "git-utf-16": [SEVEN],
    "git-crlf": [SEVEN],
    "gnu-u": [GNU],
    "gnu-c": [GNU],
    "gnu-n": [GNU_ONLY_IN],
    "gnu-only-in": [GNU_ONLY_IN],
    "gnu-u-then-c": [GNU, GNU],
    "svn": [SVN],
    "svn-git": [SVN_GIT],
    "hg": [HG],
    "hg-log": [HG],
    "hg-git": [CHANGES],
    "hg-export": [CHANGES],
    "quilt": [{"quilt/new.txt": (1, 0, ["new"]), "t.txt": (1, 1, []), "ü.txt": (1, 1, [])}],
    "quilt-ab": [QUILT],
}


def summary(file: FileDiff) -> tuple[str, Summary]:
    name = file.name if file.name == file.old_name else f"{file.old_name} → {file.name}"
    return name, (file.added, file.removed, file.marks)


def text_of(patch: Patch) -> str:
    return "".join(line.raw for block in patch.blocks for line in block.lines)


def read_file(path: Path) -> Patch:
    text = as_patch(path.read_bytes(), "text/plain", is_whole=True)
    patch = read_patch(text)
    assert text_of(patch) == text
    return patch


def test_every_patch_of_the_collection_is_in_the_table() -> None:
    assert {path.stem for path in PATCHES.glob("*.patch")} == set(WRITTEN)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_programs_write_is_read(name: str) -> None:
    check(PATCHES / f"{name}.patch")


def test_what_programs_of_today_write_is_read(tmp_path: Path) -> None:
    for command, package in (("svn", "subversion"), ("hg", "mercurial"), ("quilt", "quilt"), ("git", "git")):
        program(command, package)
    run(["sh", PATCHES / "make", tmp_path])
    for name in WRITTEN:
        check(tmp_path / f"{name}.patch")


def check(path: Path) -> None:
    patch = read_file(path)
    expected = [each for changes in WRITTEN[path.stem] for each in changes.items()]
    assert sorted(map(summary, patch.files)) == sorted(expected)
    assert patch.not_understood == 0
    assert not any(block.missing for block in patch.blocks)
    assert not any(file.alias for file in patch.files)


NOT_FOR_GIT = {"git-unmerged", "git-combined", "git-utf-16", "git-no-prefix"}  # `git apply` reads them not as they are


@pytest.mark.parametrize(
    "name", [each for each in WRITTEN if each.startswith(("git", "hg-git", "hg-export")) and each not in NOT_FOR_GIT]
)
def test_git_counts_the_same(name: str) -> None:
    program("git", "git")
    done = subprocess.run(["git", "apply", "--numstat", PATCHES / f"{name}.patch"], capture_output=True, text=True)
    counted = [tuple(line.split("\t")[:2]) for line in done.stdout.splitlines()]
    shown = [("-", "-") if "binary" in file.marks else (str(file.added), str(file.removed))
             for file in read_file(PATCHES / f"{name}.patch").files]  # fmt: skip
    assert shown == counted


# ---- formats without a program here, and what is odd


def files(text: str) -> list[tuple[str, Summary]]:
    patch = read_patch(text)
    assert text_of(patch) == text
    assert patch.not_understood == 0, [block.lines for block in patch.blocks if block.kind is BlockKind.UNKNOWN]
    return [summary(file) for file in patch.files]


HUNK = "@@ -1 +1 @@\n-a\n+b\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(HUNK, [("", (1, 1, []))], id="no name"),
        pytest.param(f"--- a b.c\t2026-11-01\n+++ a b.c\t2026-11-02\n{HUNK}", [("a b.c", (1, 1, []))], id="dates"),
        pytest.param(
            f"--- a.c 2002-02-21 23:30:39.94 -0800\n+++ a.c  Mon Jan 12 10:00:00 2004\n{HUNK}",
            [("a.c", (1, 1, []))],
            id="dates after spaces",
        ),
        pytest.param(
            "Index: engine.c\n" + "=" * 67 + "\nRCS file: /cvs/engine.c,v\nretrieving revision 1.1\n"
            f"diff -u -r1.1 engine.c\n--- engine.c\t1 Jan 2001 00:00:00 -0000\t1.1\n+++ engine.c\t2 Jan 2001\n{HUNK}",
            [("engine.c", (1, 1, []))],
            id="cvs",
        ),
        pytest.param(
            "Index: foo\n" + "=" * 67 + "\nRCS file: /cvs/foo,v\nretrieving revision 1.1\ndiff -r1.1 foo\n"
            "1c1\n< a\n---\n> b\n",
            [("foo", (1, 1, []))],
            id="cvs, normal",
        ),
        pytest.param(
            f"=== modified file 'x.c'\n--- x.c\t2009-01-01\n+++ x.c\t2009-01-02\n{HUNK}\n=== renamed file 'a' => 'b'\n",
            [("x.c", (1, 1, ["changed"])), ("a → b", (0, 0, ["renamed"]))],
            id="bazaar",
        ),
        pytest.param(
            "=== modified file 'a b' (properties changed: -x to +x)\n", [("a b", (0, 0, ["changed"]))], id="bzr mode"
        ),
        pytest.param(
            "Index: x (deleted)\n" + "=" * 67 + "\n", [("x", (0, 0, ["deleted"]))], id="deleted, by name"
        ),
        pytest.param("Index: a b (added)\n" + "=" * 67 + "\n", [("a b", (0, 0, ["new"]))], id="added, by name"),
        pytest.param(
            "diff --git a/x  b/x \nnew file mode 100644\nindex 0000000..e69de29\n--- /dev/null\n+++ b/x \t\n"
            "@@ -0,0 +1 @@\n+b\n",
            [("x ", (1, 0, ["new"]))],
            id="a blank at the end of a name",
        ),
        pytest.param(
            "Binary files o/b and n/b differ\ndiff -ru -L x -L y -x '*.o' '--color=never' o/t n/t\n"
            f"--- x\n+++ y\n{HUNK}",
            [("o/b → n/b", (0, 0, ["binary"])), ("x → y", (1, 1, []))],
            id="labels",
        ),
        pytest.param(
            f"--- x\n+++ x\n{HUNK}\nbase-commit: 0123\n-- \n2.39\n", [("x", (1, 1, []))], id="the base of a series"
        ),
        pytest.param(
            f"reverted:\n--- b/x\n+++ a/x\n{HUNK}unchanged:\n--- a/y\n+++ b/y\n{HUNK}",
            [("x", (1, 1, [])), ("y", (1, 1, []))],
            id="interdiff",
        ),
        pytest.param(
            f"==== //depot/x.c#3 - /home/me/x.c ====\n{HUNK}", [("//depot/x.c", (1, 1, []))], id="perforce"
        ),
        pytest.param(
            "Submodule lib 1234567..89abcde:\n  > Fix it\n  < Undo it\n" + f"diff --git a/x b/x\n{HUNK}",
            [("lib", (0, 0, ["submodule"])), ("x", (1, 1, []))],
            id="submodule",
        ),
        pytest.param(
            "diff --git a/run b/run\nnew file mode 100755\nindex 0000000..e69de29\n",
            [("run", (0, 0, ["new", "mode 100755"]))],
            id="new and executable",
        ),
        pytest.param(
            'diff --git "a/t\\tab" "b/t\\tab"\nsimilarity index 100%\ncopy from "t\\tab"\ncopy to "\\"q\\" \\\\"\n',
            [('t\tab → "q" \\', (0, 0, ["copied"]))],
            id="quoted",
        ),
        pytest.param(
            "diff --git a/b b/b b/b b/b\nold mode 100644\nnew mode 100755\n",
            [("b b/b", (0, 0, ["mode 100644 → 100755"]))],
            id="a name that looks like two",
        ),
        pytest.param(
            "Property changes on: x\n" + "_" * 67 + "\nName: svn:executable\n   + *\n",
            [("x", (0, 0, ["properties"]))],
            id="properties of an old Subversion",
        ),
        pytest.param(
            "Index: .\n" + "=" * 67 + "\n--- .\t(revision 1)\n+++ .\t(working copy)\n\nProperty changes on: .\n"
            + "_" * 67 + "\nModified: svn:mergeinfo\n## -0,0 +0,1 ##\n   Merged /branches/x:r3\n",
            [(".", (0, 0, ["properties"]))],
            id="merges of Subversion",
        ),
        pytest.param(
            "*** x\n--- x\n***************\n*** 1,2 ****\n--- 1,3 ----\n  a\n+ n\n  b\n",
            [("x", (1, 0, []))],
            id="only added",
        ),
        pytest.param(
            "*** x\n--- x\n***************\n*** 1,3 ****\n  a\n- n\n  b\n--- 1,2 ----\n",
            [("x", (0, 1, []))],
            id="only removed",
        ),
        pytest.param("2d1\n< a\n5,6c4\n< b\n< c\n---\n> d\n9a8,9\n> e\n>\n", [("", (3, 3, []))], id="normal"),
        pytest.param(
            f"--- x\n+++ x\n{HUNK}\\ Kein Zeilenumbruch am Dateiende.\n", [("x", (1, 1, []))], id="a remark in German"
        ),
        pytest.param("--- x\n+++ x\n@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n", [("x", (1, 1, []))], id="a blank that was eaten"),
        pytest.param(
            f"*** Bug 5 is a duplicate ***\n--- Comment #1 ---\nOnly in theory: this\n\n--- x\n+++ x\n{HUNK}",
            [("x", (1, 1, []))],
            id="text that looks like headers",
        ),
        pytest.param(
            "diff --cc x\nindex 1234567,89abcde..f012345\nmode 100644,100644..100755\n--- a/x\n+++ b/x\n"
            "@@@@ -1,3 -1,3 -1,1 +1,2 @@@@\n   a\n-- b\n  +c\n",
            [("x", (1, 1, ["merge", "mode 100644,100644 → 100755"]))],
            id="a merge of three",
        ),
    ],
)  # fmt: skip
def test_formats(text: str, expected: list[tuple[str, Summary]]) -> None:
    assert files(text) == expected
    assert files(text.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize("text", ["", "hello\nworld\n", "--- \n", "*** a\n--- b\n***************\n", "@@ nonsense @@"])
def test_what_is_no_patch_is_text(text: str) -> None:
    patch = read_patch(text)
    assert not patch.files
    assert text_of(patch) == text


@pytest.mark.parametrize(
    ("text", "not_understood", "missing"),
    [
        (f"--- x\n+++ x\n{HUNK}+evil\n", 1, 0),  # more than the hunk announces
        (f"--- x\n+++ x\n{HUNK}garbage\n\n{HUNK}", 1, 0),
        ("--- x\n+++ x\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n", 0, 1),
        ("--- x\n+++ x\n@@ -1,9 +1,9 @@\n a\ngarbage\n", 1, 8),
        (f"diff --git a/x b/x\n{HUNK}old mode 100644\n", 1, 0),
        (f"--- x\n+++ x\n{HUNK}Intro.\n  --- a/y\n  +++ b/y\n  @@ -1 +1 @@\n  -a\n  +b\n", 6, 0),
        (f"Intro.\n\n  --- a/y\n  +++ b/y\n  @@ -1 +1 @@\n  -a\n  +b\n\n--- x\n+++ x\n{HUNK}", 3, 0),
        (f"Intro.\n1d\n.\n--- x\n+++ x\n{HUNK}", 1, 0),
        ("Content-Transfer-Encoding: base64\n\nZGlmZg==\n", 1, 0),
        ("*** x\n--- x\n***************\n*** 1,2 ****\n! a\ngarbage\n", 1, 2),
        ("1c1\n< a\n", 0, 1),
    ],
)
def test_what_is_not_understood_is_counted(text: str, not_understood: int, missing: int) -> None:
    patch = read_patch(text)
    assert text_of(patch) == text
    assert patch.not_understood == not_understood
    assert sum(block.missing for block in patch.blocks) == missing


def test_a_hunk_has_numbers_and_signs() -> None:
    text = "--- a/x\n+++ b/x\n@@ -3,3 +7,3 @@ int speed\n a\n-b\n\\ No newline\n+--- c\n d\n"
    [file] = read_patch(text).files
    assert [(line.kind.value, line.sign, line.text, line.old, line.new) for line in file.blocks[-1].lines] == [
        ("place", "", "@@ -3,3 +7,3 @@ int speed", None, None),
        ("same", " ", "a", 3, 7),
        ("removed", "-", "b", 4, None),
        ("remark", "\\", " No newline", None, None),
        ("added", "+", "--- c", None, 8),
        ("same", " ", "d", 5, 9),
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"diff -ru -L x -L y o/t n/t\n--- x\n+++ y\n{HUNK}",
        f"diff -ru --label 'x z' --label y o/t n/t\n--- x z\n+++ y\n{HUNK}",
        "diff --git a b.txt c.txt\nrename from a b.txt\nrename to c.txt\n",
        f"diff --git a/x  b/x \n--- a/x \t\n+++ b/x \t\n{HUNK}",
    ],
)
def test_names_that_agree_have_no_alias(text: str) -> None:
    (file,) = read_patch(text).files
    assert file.alias == ""


def test_names_that_contradict_each_other_are_all_shown() -> None:
    [file] = read_patch(f"Index: harmless.txt\n--- a/evil\n+++ b/worse\n{HUNK}").files
    assert (file.old_name, file.name, file.alias) == ("evil", "worse", "harmless.txt")


@pytest.mark.parametrize(
    ("before_hunk", "name"),
    [
        ("diff --git a/x b/x\n+++ /dev/null\n", "x"),
        ("diff --git a/x b/x\n--- /dev/null\n", "x"),
        ("--- a/x\n+++ b/x\nOnly in a: y\n", "x"),
        ("--- a/x\n+++ b/x\ndiff -r a/y b/y\n", "x"),
        ("--- a/x\n+++ b/x\ncommit 0123456789\nSome text.\n", "x"),
        ("--- a/x\n+++ b/x\n--- a/y\n+++ b/y\n", "y"),
        ("diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n--- /dev/null\n", "x"),
        ("diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\ncommit 0123456789\n", "x"),
        ("--- a/y\ntext\n+++ b/y\ntext\n", "y"),
        (f"--- a/y\n+++ b/y\n{HUNK}Only in a: x\n", ""),
        ("@@ -1,3 +1,3 @@\n--- a/x\n+++ b/x\n", "x"),
        ("Only in a: x\nIndex: y\n", "y"),
    ],
)
def test_a_hunk_belongs_to_the_headers_that_patch_finds(before_hunk: str, name: str) -> None:
    assert read_patch(before_hunk + HUNK).files[-1].name == name


def test_a_long_patch_is_cut() -> None:
    patch = read_patch("--- a\n+++ b\n@@ -0,0 +1,10 @@\n" + "+x\n" * 10, max_lines=8)
    assert (patch.left_out, patch.read, patch.files[0].added) == (5, 8, 5)


# ---- nothing is lost

POOL = [
    *("@@ -1 +1 @@", "@@ -1,2 +1,3 @@ f()", "@@ -0,0 +1,999999999999 @@", "@@@ -1,1 -1,1 +1,2 @@@", "## -0,0 +1 ##"),
    *(
        "-a",
        "+b",
        " c",
        "",
        "\t",
        "=x",
        "\\ No newline at end of file",
        "++a",
        "- b",
        "--- a/x",
        "+++ b/x",
        "--- ",
        "*** a",
    ),
    *("***************", "*** 1,2 ****", "--- 1,2 ----", "! a", "+ b", "1,2c3", "< a", "---", "> b", "0a1", "1d"),
    *("diff --git a/x b/x", 'diff --git "a/\\303\\274" "b/\\303\\274"', "diff --git x", "diff -r 0123456789ab x"),
    *("diff --cc x", "old mode 100644", "new mode 100755", "rename from x", "rename to y", "GIT binary patch"),
    *("literal 5", "McmZQzWMT#Y01f~L", "Index: x", "=" * 67, "Property changes on: x", "Added: p", "   + v"),
    *(
        "Binary files a and b differ",
        "Only in a: b",
        "From me",
        "-- ",
        "commit 0123456789",
        "  @@ -1 +1 @@",
        "\x0c\x85\u2028",
    ),
]
LINES = st.sampled_from(POOL) | st.text(max_size=12) | st.text(st.sampled_from("@-+ \\1,*!<>=#ad/"), max_size=12)
TEXTS = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", ""])), max_size=30).map(
    lambda lines: "".join(line + end for line, end in lines)
)


@given(TEXTS | st.text())
@settings(max_examples=400)
@example("--- a\n+++ b\n@@ -1,2 +1,3 @@\n")
def test_every_line_is_kept_in_its_place(text: str) -> None:
    patch = read_patch(text)
    assert text_of(patch) == text
    assert sum(len(block.lines) for block in patch.blocks) == patch.read
    for part in patch.parts:
        assert not isinstance(part, Block) or part.kind in (BlockKind.MESSAGE, BlockKind.UNKNOWN)
    for block in patch.blocks:
        for line in block.lines:
            end = line.raw[len(line.sign + line.text) :]
            assert line.raw == line.sign + line.text + end
            assert end in ("", "\n", "\r\n")


@st.composite
def _damaged(draw: st.DrawFn) -> str:
    """A patch of the collection with a few lines lost, doubled, swapped or changed."""
    name = draw(st.sampled_from(sorted(WRITTEN)))
    lines = as_patch((PATCHES / f"{name}.patch").read_bytes(), "text/plain", is_whole=True).split("\n")
    for _ in range(draw(st.integers(1, 5))):
        at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        lines[at : at + 1] = draw(
            st.sampled_from([[], [lines[at]] * 2, [lines[other]], [lines[at][1:]], [draw(LINES)]])
        )
        lines = lines or [""]
    return "\n".join(lines)


@given(_damaged())
@settings(max_examples=200)
def test_every_line_of_a_damaged_patch_is_kept(text: str) -> None:
    assert text_of(read_patch(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "--- " + " " * 500_000,
        "diff --git " + "a " * 250_000,
        ("diff --git " + "a " * 500 + "\n") * 500,
        "=== modified file '" + "' ('" * 125_000,
        "File " + " is a regular file while file " * 15_000,
        "Binary files " + " and " * 100_000 + " differ",
        "@@@@ " + "-1,1 " * 100_000,
        (" " * 4000 + "@@ -x\n") * 125,
        HUNK + "1,2c3\n" * 3000,
    ],
    ids=range(9),
)
def test_hostile_lines_do_not_take_the_square_of_their_length(text: str) -> None:
    """They would take hours."""
    assert text_of(read_patch(text)) == text


BEFORE = ["one", "two", "three", "four", "five"]


@given(
    form=st.sampled_from(["-u", "-U1", "-c", "-C0", "--normal"]),
    after=st.lists(st.sampled_from([*BEFORE, "NEW", "EVIL"]), min_size=1, max_size=7),
    damage=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["drop", "double", "cut", *POOL])), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_what_patch_adds_is_shown_as_added_or_not_understood(
    tmp_path_factory: pytest.TempPathFactory, form: str, after: list[str], damage: list[tuple[int, str]]
) -> None:
    program("patch", "patch")
    folder = tmp_path_factory.mktemp("patched")
    (folder / "x").write_text("\n".join(BEFORE) + "\n")
    (folder / "y").write_text("\n".join(after) + "\n")
    lines = subprocess.run(["diff", form, "x", "y"], cwd=folder, capture_output=True, text=True).stdout.splitlines()
    for at, how in damage:
        part = lines[at : at + 1]
        lines[at : at + 1] = {"drop": [], "double": part * 2, "cut": [each[1:] for each in part]}.get(how, [how])
    text = "\n".join(lines) + "\n"
    (folder / "p").write_bytes(text.encode())
    subprocess.run(["patch", "-f", "-s", "-F0", "-o", "out", "x", "p"], cwd=folder, capture_output=True)
    out = folder / "out"
    added = set(out.read_text().splitlines() if out.exists() else ()) - {*BEFORE, ""}
    shown = set()
    for block in read_patch(text).blocks:
        for line in block.lines:
            if line.kind is LineKind.ADDED:
                shown.add(line.text)
            elif block.kind is BlockKind.UNKNOWN:
                shown |= {line.text, line.text[1:], line.text[2:]}
    assert added <= {"".join(each.splitlines()) for each in shown} | shown


# ---- names


@pytest.mark.parametrize(
    ("quoted", "name"),
    [
        ('"\\303\\274.txt"', "ü.txt"),
        ('"\\351.txt"', "\udce9.txt"),
        ('"a\\tb\\n\\"c\\"\\\\"', 'a\tb\n"c"\\'),
        ('"\\342\\200\\256x"', "\u202ex"),
        ('"ü\\303\\274"', "üü"),
        ("plain", "plain"),
        ('"open', '"open'),
        ('"', '"'),
    ],
)
def test_quoted_names(quoted: str, name: str) -> None:
    assert unquoted(quoted) == name
    assert in_header(quoted + "\t2026-01-01") == name


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("a/x b/x", ("a/x", "b/x")),
        ("x x", ("x", "x")),
        ("sp ace/a b.txt sp ace/a b.txt", ("sp ace/a b.txt",) * 2),
        ("a/x y b/x y", ("a/x y", "b/x y")),
        ('"a/\\303\\274 x" "b/\\303\\274 x"', ("a/ü x", "b/ü x")),
        ('a/x "b/\\303\\274"', ("a/x", "b/ü")),
        ('"a/\\303\\274" b/x y', ("a/ü", "b/x y")),
        ("x", ("x", "x")),
    ],
)
def test_two_names_in_a_line(line: str, names: tuple[str, str]) -> None:
    assert pair(line) == names
