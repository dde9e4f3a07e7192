"""Links in texts: where they are, and where the text only looks like one."""

import re

import pytest

from gateway.pages import links

FOUND = {
    "see bug 12": ["show_bug.cgi?id=12"],
    "Bug #12, comment 3": ["show_bug.cgi?id=12#c3"],
    "COMMENT 3": ["show_bug.cgi?id=5#c3"],
    "(attachment 7)": ["attachment.cgi?id=7&amp;action=edit"],
    "HTTPS://example.com/a?b=1.": ["HTTPS://example.com/a?b=1"],
    "ébug 1": ["show_bug.cgi?id=1"],
    "debug 1, _bug 1, bug 1a, xhttp://example.com, 3comment 4": [],
    "bugbug 1 bug bug 2": ["show_bug.cgi?id=2"],
    "bug\n1": [],
}


def found(text: str) -> list[str]:
    return re.findall('href="([^"]*)"', links.linked(text, 5))


@pytest.mark.parametrize("text", FOUND)
def test_links_are_found(text: str) -> None:
    assert found(text) == FOUND[text]


@pytest.mark.parametrize("before", range(4070, 4110))
def test_links_are_found_wherever_a_part_of_a_long_line_ends(before: int) -> None:
    line = "." * before + "bug 12, comment 3 and xbug 4 and https://example.com/" + "a" * 1900 + " " * 3000 + "bug 6"
    assert found(line) == ["show_bug.cgi?id=12#c3", "https://example.com/" + "a" * 1900, "show_bug.cgi?id=6"]
