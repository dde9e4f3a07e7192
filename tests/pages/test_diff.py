"""Reading patches, and what is shown of files that are no patches."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import program

from gateway.pages.diff import MAX_LINES, Line, parse
from gateway.pages.preview import as_text

PATCH = """From 0123 Mon Sep 17 00:00:00 2001
Subject: Make it faster
---
 engine.c | 2 +-

diff --git a/engine.c b/engine.c
index 123..456 100644
--- a/engine.c
+++ b/engine.c
@@ -1,3 +1,4 @@ int speed
 int speed(void) {
-    return 0;
+    return 88;
+    /* --- a/no/header */
 }
@@ -10 +11 @@
-old
\\ No newline at end of file
+new
diff --git a/old.txt b/new.txt
similarity index 100%
rename from old.txt
rename to new.txt
diff --git a/gone.c b/gone.c
deleted file mode 100644
--- a/gone.c
+++ /dev/null
@@ -1,2 +0,0 @@
---- a
-++++ b
--\x20
2.39.2
"""


def test_a_patch_of_git_is_read() -> None:
    diff = parse(PATCH)
    assert diff.whole
    assert diff.introduction.startswith("From 0123")
    assert "engine.c | 2 +-" in diff.introduction
    assert [(each.old_name, each.name, each.count("+"), each.count("-")) for each in diff.files] == [
        ("engine.c", "engine.c", 3, 2),
        ("old.txt", "new.txt", 0, 0),
        ("gone.c", "gone.c", 0, 2),
    ]
    first, second = diff.files[0].hunks
    assert (first.place.strip(), first.heading) == ("@@ -1,3 +1,4 @@", "int speed")
    assert first.lines == [
        Line(" ", "int speed(void) {", 1, 1),
        Line("-", "    return 0;", 2, None),
        Line("+", "    return 88;", None, 2),
        Line("+", "    /* --- a/no/header */", None, 3),
        Line(" ", "}", 3, 4),
    ]
    assert second.lines == [
        Line("-", "old", 10, None),
        Line("\\", "No newline at end of file"),
        Line("+", "new", None, 11),
    ]
    assert diff.files[1].notes[1:] == ["rename from old.txt", "rename to new.txt"]
    assert diff.files[2].notes == ["deleted file mode 100644"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("--- engine.c\t2026-11-01 10:00:00\n+++ engine.c\t2026-11-02 10:00:00\n", "engine.c"),
        ("Index: engine.c\n=====\n--- engine.c\t(revision 1)\n+++ engine.c\t(working copy)\n", "engine.c"),
        ("--- a/src/a b.c\n+++ b/src/a b.c\n", "src/a b.c"),
        ("--- /dev/null\n+++ b/new.c\n", "new.c"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_names_come_from_whatever_headers_there_are(header: str, name: str, line_break: str) -> None:
    text = f"{header}@@ -1 +1 @@\n-a\n+b\n".replace("\n", line_break)
    [file] = parse(text).files
    assert (file.name, file.count("+"), file.count("-")) == (name, 1, 1)


def test_several_files_without_headers_of_git() -> None:
    one = "--- {0}\n+++ {0}\n@@ -1 +1 @@\n-a\n+b\n"
    assert [each.name for each in parse(one.format("a") + one.format("b")).files] == ["a", "b"]


@pytest.mark.parametrize("text", ["", "hello\nworld\n", "--- \n", "*** a\n--- b\n***************\n", "@@ nonsense @@"])
def test_what_is_no_patch_has_no_files(text: str) -> None:
    assert not parse(text).files


def test_a_long_patch_is_cut() -> None:
    lines = "".join(f"+{number}\n" for number in range(MAX_LINES))
    diff = parse(f"--- a\n+++ b\n@@ -0,0 +1,{MAX_LINES} @@\n{lines}")
    assert not diff.whole
    assert diff.files[0].count("+") == MAX_LINES - 3


@given(st.text(st.sampled_from("@-+ \\\n1,adif/"), max_size=200))
def test_anything_is_read(text: str) -> None:
    diff = parse("--- a\n+++ b\n@@ -1,2 +1,3 @@\n" + text)
    for hunk in (hunk for file in diff.files for hunk in file.hunks):
        assert all(line.sign in " +-\\" for line in hunk.lines)


def test_what_diff_writes_is_read_as_it_means_it(tmp_path: Path) -> None:
    """The lines before and after, put together from the hunks of a diff with all context, are the files."""
    program("diff", "diffutils")
    old, new = "a\nb\n\n--- c\n+++ d\ne", "a\n\nB\n+++ d\n--- c\nf\n"
    (tmp_path / "old").write_text(old)
    (tmp_path / "new").write_text(new)
    done = subprocess.run(["diff", "-U99", "old", "new"], cwd=tmp_path, capture_output=True, text=True)
    [file] = parse(done.stdout).files
    [hunk] = file.hunks
    assert [line.text for line in hunk.lines if line.old] == old.split("\n")
    assert [line.text for line in hunk.lines if line.new] == new.rstrip("\n").split("\n")
    assert [line.old for line in hunk.lines if line.old] == list(range(1, 7))


# ---- text


@pytest.mark.parametrize(
    ("data", "content_type", "text"),
    [
        ("größe".encode(), "text/plain", "größe"),
        ("größe".encode("latin-1"), "text/plain; charset=ISO-8859-1", "größe"),
        ("größe".encode("utf-16"), "text/plain;charset=utf-16", "größe"),
        ("größe".encode()[:3], "text/plain", "gr"),
        (b"a\r\nb", "text/plain", "a\nb"),
        (b"a\xffb", "text/plain", "a\ufffdb"),
        (b"a", "text/plain; charset=base64", "a"),
        (b"a\0b", "text/plain", None),
        (b"", "text/plain", ""),
    ],
)
def test_text_is_read_in_its_charset(data: bytes, content_type: str, text: str | None) -> None:
    assert as_text(data, content_type) == text
