"""The charset that `attachment.cgi` says of text, and the bytes that it is found by."""

from collections.abc import AsyncIterator

import pytest
from calling import Caller
from hypothesis import given
from hypothesis import strategies as st
from running import Gateway

from gateway.protocols.charset import MAX_SIZE, Charset, detect, may_be_named

UTF_8 = "größe 世界 😀".encode()


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


CONTENT = [
    (UTF_8, True),
    (b"plain", True),
    (b"\xef\xbb\xbf" + UTF_8, True),
    (b"\x1b[31mred\x1b[0m " + UTF_8, True),
    ("größe".encode("latin-1"), False),
    (b"a" * 300_000 + b"\xe9", False),
    (UTF_8[:-1], False),
    ("größe".encode("utf-16"), False),
    ("ascii".encode("utf-16-le"), False),
    ("ascii".encode("utf-32-be"), False),
    ("日本語".encode("iso2022_jp"), False),
    ("한국어".encode("iso2022_kr"), False),
    (b"\xed\xa0\x80", False),  # a surrogate
    (b"\xc0\xaf", False),  # longer than it need be
    (b'<meta charset="iso-8859-1">' + UTF_8, False),
    (b'<meta http-equiv=Content-Type content="text/html; charset=windows-1251">' + UTF_8, False),
    (b"<html><head>\n<META CHARSET=UTF-8>" + UTF_8, True),
    (b"<?xml version='1.0' encoding='koi8-r'?>" + UTF_8, False),
    (b'<?xml version="1.0" encoding="utf-8"?>' + UTF_8, True),
    (b'@charset "shift_jis";' + UTF_8, False),
    (b'<!-- <meta charset="iso-8859-1"> -->' + UTF_8, True),
    (b'<!-- a --><meta charset="iso-8859-1"><!-- b -->' + UTF_8, False),
    (b'<!-- <meta charset="utf-8"> --><meta charset="iso-8859-1">' + UTF_8, False),
    (b"<!-- a" + UTF_8, True),
    (b'\xef\xbb\xbf<meta charset="iso-8859-1">' + UTF_8, True),  # a BOM goes before
]


@pytest.mark.parametrize(("data", "is_utf_8"), CONTENT)
@pytest.mark.parametrize("size", [1, 3, 64 * 1024])
async def test_only_what_is_utf_8_is_found_to_be(data: bytes, is_utf_8: bool, size: int) -> None:
    if len(data) > 1000 and size < 1000:
        size = 1000
    assert (await detect(pieces(data, size)) is Charset.UTF_8) == is_utf_8


@given(st.binary(max_size=40) | st.text(max_size=20).map(str.encode), st.integers(1, 8))
async def test_what_is_found_to_be_utf_8_can_be_read_as_it(data: bytes, size: int) -> None:
    if await detect(pieces(data, size)) is Charset.UTF_8:
        data.decode()
    else:
        assert b"\0" in data or b"\x1b" in data or data.decode(errors="replace").encode() != data


@pytest.mark.parametrize(
    ("content_type", "size", "named"),
    [
        ("text/plain", 10, True),
        ("TEXT/X-Patch; format=flowed", MAX_SIZE, True),
        ("text/plain", MAX_SIZE + 1, False),
        ("text/plain; charset=koi8-r", 10, False),
        ('text/plain; Charset="utf-8"', 10, False),
        ("application/json", 10, False),
        ("image/png", 10, False),
    ],
)
def test_only_text_that_names_none_is_looked_at(content_type: str, size: int, named: bool) -> None:
    assert may_be_named(content_type, size) == named


@pytest.mark.parametrize(
    ("data", "content_type", "served"),
    [
        (UTF_8, "text/plain", "text/plain; charset=utf-8"),
        (UTF_8 * 40_000, "text/x-log", "text/x-log; charset=utf-8"),
        (UTF_8 * 40_000 + b"\xff", "text/x-log", "text/x-log"),
        ("größe".encode("latin-1"), "text/plain", "text/plain"),
        (UTF_8, "text/plain; charset=iso-8859-1", "text/plain; charset=iso-8859-1"),
        (UTF_8, "application/x-thing", "application/x-thing"),
    ],
)
def test_every_answer_with_content_says_it(
    module_gateway: Gateway, data: bytes, content_type: str, served: str
) -> None:
    caller = Caller(module_gateway.url)
    number = caller.attach(data=data, content_type=content_type)
    for _ in range(2):  # the second is remembered
        for method, asked in (("GET", {}), ("HEAD", {}), ("GET", {"Range": "bytes=0-3"})):
            assert caller.headers(method, f"/attachment.cgi?id={number}", asked)["Content-Type"] == served
    assert caller.attachment(number)["content_type"] == content_type
