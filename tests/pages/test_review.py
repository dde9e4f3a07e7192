"""What a review sees of a patch: changes within lines, lines side by side, white space left out, patches compared."""

import difflib
from itertools import pairwise

import pytest
from calling import Caller
from hypothesis import given
from hypothesis import strategies as st
from running import Gateway
from visiting import Visitor

from gateway.pages.patches import LineKind, Patch, compare, ignore_space, mark_changes, read_patch, side_by_side
from gateway.pages.patches.sequences import matches

ITEMS = st.lists(st.sampled_from("abcdefgh"), max_size=60)


@given(ITEMS, ITEMS)
def test_what_matches_is_the_same_and_in_order(old: list[str], new: list[str]) -> None:
    found = matches(old, new)
    assert all(old[place] == new[other] for place, other in found)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(found))
    if old == new:
        assert len(found) == len(old)


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [("abc", "abc", 3), ("abc", "xabcy", 3), ("abcd", "acbd", 3), ("", "a", 0), ("ab", "", 0), ("aXbXc", "aYbYc", 3)],
)
def test_as_much_matches_as_can(old: str, new: str, count: int) -> None:
    assert len(matches(old, new)) == count


def test_hostile_sequences_take_no_square_of_their_length() -> None:
    """They would take minutes."""
    old, new = [str(each % 200) for each in range(20_000)], [str(each * 7 % 201) for each in range(20_000)]
    matches(old, new)
    matches(old, old[::-1])
    matches([str(each) for each in range(20_000)], [str(each) for each in reversed(range(20_000))])


def patch(old: str, new: str, name: str = "x") -> Patch:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), f"a/{name}", f"b/{name}", lineterm="")
    return read_patch("\n".join(lines) + "\n")


def lines(of: Patch) -> list[tuple[str, str]]:
    kinds = (LineKind.SAME, LineKind.ADDED, LineKind.REMOVED)
    return [(each.sign, each.text) for block in of.blocks for each in block.lines if each.kind in kinds]


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        ("return 0;", "return 88;", ["0"], ["88"]),
        ("int speed(void)", "int speed(int of, void)", [], ["int of, "]),
        ("a = b + c", "a = b - c", ["+"], ["-"]),
        ("completely different", "nothing of it stays", [], []),
        ("    deep(x)", "deep(x)", ["    "], []),
    ],
)
def test_changes_within_a_line_are_marked(old: str, new: str, removed: list[str], added: list[str]) -> None:
    shown = patch(old, new)
    mark_changes(shown)
    before, after = [each for block in shown.blocks for each in block.lines if each.kind in ("removed", "added")]
    assert [before.text[start:end] for start, end in before.spans] == removed
    assert [after.text[start:end] for start, end in after.spans] == added


def test_white_space_is_left_out() -> None:
    shown = patch("if (a) {\nb\nc\n}", "if (a)  {\n    b\nchanged\n}")
    ignore_space(shown)
    assert lines(shown) == [(" ", "if (a)  {"), (" ", "    b"), ("-", "c"), ("+", "changed"), (" ", "}")]
    [hunk] = [block for block in shown.blocks if block.kind == "hunk"]
    assert [(each.old, each.new) for each in hunk.lines[1:]] == [(1, 1), (2, 2), (3, None), (None, 3), (4, 4)]


def test_lines_are_set_side_by_side() -> None:
    [hunk] = [block for block in patch("a\nb\nc", "a\nB\nC\nD\n").blocks if block.kind == "hunk"]
    rows = [(row.old and row.old.text, row.new and row.new.text) for row in side_by_side(hunk.lines) if not row.wide]
    assert rows == [("a", "a"), ("b", "B"), ("c", "C"), (None, "D")]


def test_two_patches_are_compared_by_what_they_change() -> None:
    base = "\n".join(map(str, range(30)))
    old = patch(base, base.replace("15", "fifteen"))
    moved = "new\n" * 40 + base
    new = patch(moved, moved.replace("15", "XV"))
    [file] = compare(old, new)
    assert [(each.where, each.line.sign + each.line.text) for each in file.lines if each and each.where != " "] == [
        ("-", "+fifteen"),
        ("+", "+XV"),
    ]
    [same] = compare(old, patch(moved, moved.replace("15", "fifteen")))
    assert (same.lines, same.where) == ([], " ")
    gone, added = compare(old, patch("a", "b", "y"))
    assert (gone.name, gone.where, added.name, added.where) == ("x", "-", "y", "+")


# ---- pages

OLD, NEW = (
    f"--- a/engine.c\n+++ b/engine.c\n@@ -1,4 +1,4 @@\n int speed(void) {{\n-  return 0;\n+  return {speed};\n"
    "-  }\n+  \t}\n end\n"
    for speed in ("88", "99")
)


@pytest.fixture(scope="module")
def numbers(module_gateway: Gateway) -> tuple[int, int]:
    caller = Caller(module_gateway.url)
    old, new = (caller.attach("editor", bug=2, data=text.encode(), is_patch=1) for text in (OLD, NEW))
    return old, new


def test_the_looks_of_a_diff(anybody: Visitor, numbers: tuple[int, int]) -> None:
    number, _ = numbers
    plain = anybody.get(f"attachment.cgi?id={number}&action=diff").page
    assert len(plain.xpath("//tr[@class='added']")) == 2
    assert plain.xpath("//tr[@class='added']//mark/text()")[0] == "88"
    assert plain.xpath("//td[@id='f1n2']/a/@href") == ["#f1n2"]
    spaceless = anybody.get(f"attachment.cgi?id={number}&action=diff&space=0").page
    assert len(spaceless.xpath("//tr[@class='added']")) == 1
    side = anybody.get(f"attachment.cgi?id={number}&action=diff&view=side&wrap=1").page
    assert side.xpath("//table/@class") == ["diff side wrapped"]
    [row] = side.xpath("//td[@id='f1o2']/..")
    assert [each.text_content() for each in row.xpath("td")] == ["2", "-  return 0;", "2", "+  return 88;"]


def test_two_attachments_are_compared(anybody: Visitor, editor: Visitor, numbers: tuple[int, int]) -> None:
    old, new = numbers
    form = editor.get(f"attachment.cgi?id={new}&action=diff").page.xpath("//form[@aria-label='Comparison']")[0]
    assert str(old) in form.inputs["oldid"].value_options
    seen = anybody.get(f"attachment.cgi?oldid={old}&newid={new}&action=interdiff")
    changed = seen.page.xpath("//tr[@class='added' or @class='removed']")
    assert [each.text_content() for each in changed] == ["-2+  return 88;", "+2+  return 99;"]
    links = seen.page.xpath("//td[@class='number']/a")
    assert [each.get("href").removeprefix("#") for each in links] == [each.getparent().get("id") for each in links]
    assert len({each.get("href") for each in links}) == len(links) >= len(changed)
    form = seen.page.xpath("//form[@aria-label='Look of the diff']")[0]
    assert dict(form.form_values()) == {"action": "interdiff", "oldid": str(old), "newid": str(new)}
    same = anybody.get(f"attachment.cgi?oldid={old}&newid={old}&action=interdiff&wrap=1")
    assert "1 file is changed in the same way by both" in same.said
    for path in ("oldid=4&newid=1", f"oldid={old}&newid=4", f"oldid={old}", f"oldid={old}&newid=9999"):
        assert anybody.get(f"attachment.cgi?{path}&action=interdiff").status == 404


def test_a_patch_is_reviewed_where_it_is_read(
    editor: Visitor, module_gateway: Gateway, numbers: tuple[int, int]
) -> None:
    page = editor.get(f"attachment.cgi?id={numbers[0]}&action=diff")
    seen = editor.submit(page, "change", **{"type-1": "+", "comment": "looks good"})
    assert seen.url.endswith(f"attachment.cgi?id={numbers[0]}&action=diff")
    assert "Saved: flags, comment." in seen.said
    shown = Caller(module_gateway.url).attachment(numbers[0])
    assert [(each["name"], each["status"]) for each in shown["flags"]] == [("review", "+")]
    assert (shown["summary"], shown["is_obsolete"]) == ("a", 0)
