"""The name of a file as browsers are told it: read back by the standard library's parser of RFC 2231."""

from email.message import Message

import pytest

from gateway.protocols.disposition import disposition


@pytest.mark.parametrize(
    ("file_name", "header"),
    [
        ("hello.txt", 'attachment; filename="hello.txt"'),
        ("two words; x=1.txt", 'attachment; filename="two words; x=1.txt"'),
        ('a"b\\c.txt', "attachment; filename=\"a_b_c.txt\"; filename*=UTF-8''a%22b%5Cc.txt"),
        ("50%.txt", "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"),
        ("ï 世😀.txt", "attachment; filename=\"_ __.txt\"; filename*=UTF-8''%C3%AF%20%E4%B8%96%F0%9F%98%80.txt"),
        ("a\r\nSet-Cookie: x", "attachment; filename=\"a__Set-Cookie_ x\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x"),
        ("../etc", "attachment; filename=\".._etc\"; filename*=UTF-8''..%2Fetc"),
    ],
)  # fmt: skip
def test_a_name(file_name: str, header: str) -> None:
    assert disposition("attachment", file_name) == header
    message = Message()
    message["Content-Disposition"] = header.replace(header[: header.rfind("filename")], "attachment; ")
    assert message.get_filename() == file_name


def test_half_of_a_surrogate_pair_breaks_nothing() -> None:
    assert disposition("inline", "\ud800.txt").isascii()
