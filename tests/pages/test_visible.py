"""What cannot be seen, and what reorders what is seen, is visible; text is read in the charset that it has."""

import unicodedata

import pytest
from calling import Caller
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, fromstring
from running import Gateway, site
from visiting import Seen, Visitor

from gateway.pages import visible
from gateway.pages.patches import read_patch
from gateway.pages.preview import DIFF, as_patch, as_text

REORDERING = [chr(code) for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
HIDING = ["\0", "\x08", "\r", "\x1b", "\x7f", "\x85", "\u2028", "\udce9"]
UNSEEN = ["\u200b", "\u200d", "\ufeff", "\xad", "\u3164", "\u115f", "\u2800", "\xa0", "\u3000", "\ufe0f", "\U000e0041"]


def codes(html: str) -> list[str]:
    found: list[str] = fromstring(f"<p>{html}</p>").xpath("//span[@class='control']/text()")
    return found


@pytest.mark.parametrize("character", [*REORDERING, *HIDING], ids=ascii)
def test_nothing_that_reorders_or_hides_is_drawn(character: str) -> None:
    for show in (visible.name, visible.prose, visible.code_line):
        html = show(f"a{character}b")
        assert character not in html
        assert codes(html) == [visible.code(character)]
    assert character not in visible.text_with_codes(f"a{character}b")


@pytest.mark.parametrize("character", UNSEEN, ids=ascii)
def test_code_shows_what_cannot_be_seen(character: str) -> None:
    assert codes(visible.code_line(f"a{character}b")) == [visible.code(character)]


@given(st.text())
def test_no_character_without_ink_is_left_in_code(text: str) -> None:
    left = "".join(fromstring(f"<p>{visible.code_line(text)}</p>").xpath("//p/text()"))
    assert {unicodedata.category(each) for each in left} & {"Cc", "Cf", "Cs", "Zl", "Zp"} <= {"Cc"}
    assert set(left) & {chr(code) for code in range(32)} <= {"\t"}


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_other_text_is_as_it_was(text: str) -> None:
    assert fromstring(f"<p>{visible.name(text)}</p>").text_content() == text


@pytest.mark.parametrize("word", ["می‌خواهم", "👨‍👩‍👧", "❤️", "naïve", "日本語"])
def test_names_and_prose_keep_what_words_are_made_of(word: str) -> None:
    assert visible.name(word) == f"<bdi>{word}</bdi>"
    assert visible.prose(word) == word


def test_markup_is_text() -> None:
    for show in (visible.name, visible.prose, visible.code_line):
        assert "<b>" not in show("<b>\u202e</b>")


# ---- lines that look the same


def marked(removed: str, added: str) -> tuple[str, str]:
    """What is seen of a line and of the one that replaces it."""
    text = f"--- x\n+++ x\n@@ -1 +1 @@\n-{removed}\n+{added}\n"
    lines = read_patch(text).files[0].blocks[-1].lines[1:]
    seen = []
    for line in lines:
        shown = fromstring(f"<p>{visible.code_line(line.text, line.is_lookalike)}</p>").text_content()
        seen.append(f"{shown}{line.end}".expandtabs())
    return seen[0], seen[1]


@pytest.mark.parametrize(
    ("removed", "added"),
    [
        ("a", "a\r"),
        ("a", "a "),
        ("\ta", "        a"),
        ("", "   "),
        ("a b", "a\xa0b"),
        ("a b", "a\u2003b"),
        ("é", "e\u0301"),
        ("admin", "аdmin"),  # Cyrillic
        ("Hello", "Неllo"),
        ("fi", "ﬁ"),
        ("a-b", "a‐b"),
        ("x", "x\u200b"),
        ("x", "x\U000e0100"),
        ("ab", "a\rb"),
        ("caf\udce9", "caf\udce8"),
    ],
)
def test_different_lines_look_different(removed: str, added: str) -> None:
    for one, other in (marked(removed, added), marked(added, removed)):
        assert one.rstrip(" ") != other.rstrip(" ")


def test_only_lines_that_look_the_same_are_shown_exactly() -> None:
    assert marked("größe  = 1", "größe  = 2") == ("größe  = 1", "größe  = 2")
    assert marked("  a", "    a") == ("  a", "    a")


@pytest.mark.parametrize("patch_ends", ["\n", "\r\n"])
def test_only_line_ends_that_differ_from_the_headers_are_named(patch_ends: str) -> None:
    lines = ["--- x", "+++ x", "@@ -1,2 +1,2 @@", "-a", " b", ""]
    text = patch_ends.join(lines) + {"\n": "+a\r\n", "\r\n": "+a\n"}[patch_ends]
    ends = [line.end for line in read_patch(text).files[0].blocks[-1].lines]
    assert ends == ["", "", "", {"\n": "CRLF", "\r\n": "LF"}[patch_ends]]


# ---- text


@pytest.mark.parametrize(
    ("data", "content_type", "text"),
    [
        ("größe".encode(), "text/plain", "größe"),
        ("größe".encode("latin-1"), "text/plain; charset=ISO-8859-1", "größe"),
        ("größe".encode("latin-1"), 'text/plain; Charset = "latin1"; format=flowed', "größe"),
        ("“größe”".encode("cp1252"), "text/plain; charset=iso-8859-1", "“größe”"),
        ("größe".encode("utf-16"), "text/plain;charset=utf-16", "größe"),
        ("größe".encode("utf-16"), "text/plain", "größe"),
        ("größe".encode("utf-16-be"), "text/plain; charset=utf-16be", "größe"),
        ("grosse".encode("utf-16-le"), "text/plain", "grosse"),
        ("grosse".encode("utf-16-be"), "text/plain", "grosse"),
        ("größe".encode("utf-32"), "text/plain", "größe"),
        ("größe".encode("utf-8-sig"), "text/plain; charset=iso-8859-1", "größe"),
        ("размер".encode("koi8-r"), "text/plain; charset=KOI8-R", "размер"),
        ("размер".encode("cp1251"), "text/plain; charset=windows-1251", "размер"),
        ("大きさ①".encode("cp932"), "text/plain; charset=Shift_JIS", "大きさ①"),
        ("大小".encode("gb18030"), "text/plain; charset=gb2312", "大小"),
        ("größe".encode()[:3], "text/plain", "gr"),
        (b"a\r\nb", "text/plain", "a\nb"),
        (b"a\xffb", "text/plain", "a\ufffdb"),
        (b"a", "text/plain; charset=base64", "a"),
        (b"a", "text/plain; charset=no-such-charset", "a"),
        (b"xn--a", "text/plain; charset=idna", "xn--a"),
        (b"a\0b", "text/plain", None),
        (b"", "text/plain", ""),
    ],
)
def test_text_is_read_in_its_charset(data: bytes, content_type: str, text: str | None) -> None:
    assert as_text(data, content_type) == text


@given(st.binary())
def test_no_byte_of_a_patch_is_lost(data: bytes) -> None:
    text = as_patch(b"x" + data, "text/plain", is_whole=True)
    if b"\0" not in data:
        assert text.encode("utf-8", "surrogateescape") == b"x" + data


def test_a_patch_that_is_cut_ends_with_a_whole_line() -> None:
    assert as_patch("+a\n+größ".encode()[:-1], "text/plain", is_whole=False) == "+a\n"


# ---- pages

EVIL_NAME = "evil\u202etxt.exe"


def test_names_are_apart_from_what_surrounds_them(module_gateway: Gateway) -> None:
    caller, visitor = Caller(module_gateway.url), Visitor(module_gateway.url)
    number = caller.attach(file_name=EVIL_NAME, summary=EVIL_NAME, is_patch=1, comment="see \u202e this", bug=1)
    visitor.login("editor")
    people = {each[field] for each in site()["users"] for field in ("login", "real_name")} - {""}
    for path in (
        "show_bug.cgi?id=1",
        f"attachment.cgi?id={number}&action=edit",
        f"attachment.cgi?id={number}&action=diff",
    ):
        seen = visitor.get(path)
        assert seen.page.xpath("//bdi[contains(., 'evil')]/span[@class='control' and . = 'U+202E']")
        for text, element in texts(seen):
            assert "\u202e" not in text, path
            if "evil" in text or text.strip() in people:
                assert "bdi" in {each.tag for each in (element, *element.iterancestors())} or element.tag == "title"
        names = seen.page.xpath("//*[@download or @name='file_name']")
        assert all(EVIL_NAME in (*each.attrib.values(),) for each in names if "evil" in str(dict(each.attrib)))


def texts(seen: Seen) -> list[tuple[str, HtmlElement]]:
    """Each text with the element that it is in."""
    found = seen.page.xpath("//text()")
    return [(str(each), each.getparent() if each.is_text else each.getparent().getparent()) for each in found]


def test_a_diff_shows_every_line(module_gateway: Gateway, anybody: Visitor) -> None:
    caller = Caller(module_gateway.url)
    hunk = "@@ -1 +1 @@\n-if (admin) {\n+/* \u202e } \u2066if (isAdmin)\u2069 */\r\n"
    patch = f"From me\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n{hunk}+<b>extra</b>\n"
    number = caller.attach(data=patch.encode() + b"\xe9\n", is_patch=1, file_name="p.diff")
    seen = anybody.get(f"attachment.cgi?id={number}&action=diff")
    assert "2 lines of this file were not understood" in " ".join(seen.said.split())
    shown = [each.text_content() for each in seen.page.xpath("//td[@class='code']")]
    assert shown == [
        "diff --git a/x b/x",
        "--- a/x",
        "+++ b/x",
        "@@ -1 +1 @@",
        "-if (admin) {",
        "+/* U+202E } U+2066if (isAdmin)U+2069 */CRLF",
        "Not understood: +<b>extra</b>",
        "Not understood: \\xE9",
    ]
    assert seen.page.xpath("//pre")[0].text_content().startswith("From me\n")
    assert len(seen.page.xpath("//*[@id='unknown']")) == 1


def test_a_text_that_is_no_patch_is_shown_as_it_is(module_gateway: Gateway, anybody: Visitor) -> None:
    number = Caller(module_gateway.url).attach(data=b"no patch\n", is_patch=1)
    seen = anybody.get(f"attachment.cgi?id={number}&action=diff")
    assert "No patch was found in this file." in seen.said
    assert seen.page.xpath("//pre[contains(., 'no patch')]")


def test_a_long_patch_says_so_before_and_after(module_gateway: Gateway, anybody: Visitor) -> None:
    head = b"--- x\n+++ x\n@@ -0,0 +1,25000 @@\n"
    long = b"+" + b"x" * 99 + b"\n"
    for line, lines, told in (
        (b"+x\n", 25_000, "20000 of 25003"),
        (long, 6000, f"{3 + (DIFF - len(head)) // len(long)}"),
    ):
        number = Caller(module_gateway.url).attach(data=head + line * lines, is_patch=1)
        seen = anybody.get(f"attachment.cgi?id={number}&action=diff")
        assert seen.said.count(f"The patch is long: its first {told} lines are shown.") == 2
