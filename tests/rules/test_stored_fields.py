"""What the fields of a new attachment are stored as, or why they are refused. Numbers stand for codes of errors."""

from typing import Any

import pytest
from calling import Caller

NEW = {"ids": [2], "data": b"x", "file_name": "a.txt", "summary": "a", "content_type": "text/plain"}
LIST, STRUCT = ["a"], {"a": "b"}


def check(caller: Caller, field: str, given: dict[str, Any], stored: Any, who: str = "insider") -> None:
    """An attachment that is added with what is given has this in the field, or fails with this code."""
    for answer in caller.everywhere("Bug.add_attachment", {**NEW, **given}, who):
        if answer.code:
            assert answer.code == stored, answer
        else:
            assert caller.attachment(answer.result["ids"][0])[field] == stored, answer


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("text/plain", "text/plain"),
        ("application/octet-stream", "application/octet-stream"),
        ("image/svg+xml", "image/svg+xml"),
        ("model/x", "model/x"),
        ("multipart/mixed", "multipart/mixed"),
        ("message/rfc822", "message/rfc822"),
        ("application/vnd.a-b_c.d+e", "application/vnd.a-b_c.d+e"),
        ("TEXT/HTML", "TEXT/HTML"),
        (" text/plain ", "text/plain"),
        ("text/plain\n", "text/plain"),
        ("text/plain; charset=UTF-8", "text/plain; charset=UTF-8"),
        ("text/plain;charset=utf-8", "text/plain;charset=utf-8"),
        ('text/plain; charset="utf-8"', 601),
        ("text/plain; charset=utf-8; format=flowed", 601),
        ("text/plain; format=flowed", 601),
        ("font/woff", 601),
        ("x-world/x-vrml", 601),
        ("example/x", 601),
        ("text", 601),
        ("text/", 601),
        ("text/*", 601),
        ("*/*", 601),
        ("text/a/b", 601),
        ("text /plain", 601),
        ("text/a~b", 601),
        ("text/ä", 601),
        ("", 601),
        (None, 601),
        (5, 601),
        (LIST, 53),
        (STRUCT, 53),
    ],
)
def test_content_type(caller: Caller, given: Any, stored: Any) -> None:
    check(caller, "content_type", {"content_type": given}, stored)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("a.txt", "a.txt"),
        ("/usr/share/a.txt", "a.txt"),
        ("C:\\Temp\\a.txt", "a.txt"),
        ("..\\up/a.txt", "a.txt"),
        ("..", ".."),
        ("  a b.txt  ", "a b.txt"),
        ("naïve 世界 😀.txt", "naïve 世界 😀.txt"),
        ('"<a>&.txt', '"<a>&.txt'),
        ("a\tb\r\nc.txt", "a b c.txt"),
        ("b" * 300 + "a" * 255, "a" * 255),
        ("世" * 300, "世" * 255),
        (5, "5"),
        ("dir/", 603),
        ("", 603),
        ("   ", 603),
        ("0", 603),  # to Perl, nothing
        (None, 603),
        (LIST, 53),
        (STRUCT, 53),
    ],
)
def test_file_name(caller: Caller, given: Any, stored: Any) -> None:
    check(caller, "file_name", {"file_name": given}, stored)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("a summary", "a summary"),
        ("  padded\t", "padded"),
        ("two\nlines", "two\nlines"),
        ("résumé ☃ 😀 <&>\"'", "résumé ☃ 😀 <&>\"'"),
        ("s" * 70_000, "s" * 70_000),  # Bugzilla's database cuts it at 255 bytes
        (5, "5"),
        ("", 604),
        (" \n ", 604),
        ("0", 604),
        (None, 604),
        (LIST, 53),
        (STRUCT, 53),
    ],
)
def test_summary(caller: Caller, given: Any, stored: Any) -> None:
    check(caller, "summary", {"summary": given}, stored)


TRUTH = [(1, 1), ("1", 1), (2, 1), ("false", 1), ("00", 1), (" ", 1), (0, 0), ("0", 0), ("", 0), (None, 0)]
"""Perl's truth."""


@pytest.mark.parametrize("field", ["is_patch", "is_private"])
@pytest.mark.parametrize(("given", "stored"), [*TRUTH, (True, 1), (False, 0)])
def test_truth(caller: Caller, field: str, given: Any, stored: int) -> None:
    check(caller, field, {field: given}, stored)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"is_patch": 1}, "text/plain"),
        ({"is_patch": 1, "content_type": "text/html"}, "text/plain"),
        ({"is_patch": 1, "content_type": "nonsense"}, "text/plain"),  # not even looked at
        ({"is_patch": "false", "content_type": "text/html"}, "text/plain"),
        ({"is_patch": 0, "content_type": "text/html"}, "text/html"),
        ({"is_patch": 0, "content_type": "nonsense"}, 601),
    ],
)
def test_a_patch_is_plain_text(caller: Caller, given: dict[str, Any], stored: Any) -> None:
    check(caller, "content_type", given, stored)


@pytest.mark.parametrize(
    ("data", "given", "stored"),
    [
        (b"\x89PNG\r\n\x1a\n...", "application/octet-stream", "image/png"),
        (b"plain words\n", "application/octet-stream", "text/plain"),
        (b"\x00\x01\x02", "application/octet-stream", "application/octet-stream"),
        (b"\x89PNG\r\n\x1a\n...", "text/html", "text/html"),
        (b"--- a\n+++ b\n", "text/x-diff", "text/plain"),
    ],
)
def test_a_type_worked_out(caller: Caller, data: bytes, given: str, stored: str) -> None:
    check(caller, "content_type", {"data": data, "content_type": given, "contenttypemethod": "autodetect"}, stored)


@pytest.mark.parametrize(
    ("given", "who", "stored"),
    [
        (1, "insider", 1),
        (1, "editor", 113),
        (1, "stranger", 113),
        (1, "admin", 113),
        (0, "stranger", 0),
        ("false", "stranger", 113),  # a word like any other: true
    ],
)
def test_only_insiders_make_private(caller: Caller, given: Any, who: str, stored: int) -> None:
    check(caller, "is_private", {"is_private": given}, stored, who)


@pytest.mark.parametrize("name", ["no_such_parameter", "bug_id", "creator", "is_url", "obsoletes", "minor_update"])
def test_what_add_attachment_does_not_know_it_ignores(caller: Caller, name: str) -> None:
    check(caller, "is_obsolete", {name: 1}, 0)


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        (["data"], 50),
        (["file_name"], 603),
        (["summary"], 604),
        (["content_type"], 601),
        (["data", "summary"], 50),
        (["file_name", "summary"], 603),
        (["content_type", "file_name", "summary"], 601),
    ],
)
def test_what_is_missing(caller: Caller, missing: list[str], code: int) -> None:
    params = {name: value for name, value in NEW.items() if name not in missing}
    assert caller.agreed("Bug.add_attachment", params, "editor").code == code


def test_bugs_may_not_be_missing(caller: Caller) -> None:
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0"):  # in REST the path says them
        params = {name: value for name, value in NEW.items() if name != "ids"}
        answer = caller.through(protocol, "Bug.add_attachment", params, "editor")
        assert answer
        assert answer.code == 50


@pytest.mark.parametrize(
    ("changed", "who", "code"),
    [
        ({"ids": [99999], "data": b"", "file_name": ""}, "", 410),
        ({"ids": [99999], "data": None, "file_name": ""}, "editor", 50),
        ({"ids": [99999], "data": b"", "file_name": ""}, "editor", 101),
        ({"ids": [3], "data": b"", "file_name": ""}, "editor", 102),
        ({"ids": [4], "data": b"", "file_name": ""}, "editor", 109),
        ({"data": b"", "content_type": "", "file_name": ""}, "editor", 606),
        ({"content_type": "", "file_name": "", "summary": ""}, "editor", 601),
        ({"file_name": "", "summary": "", "is_private": 1}, "editor", 603),
        ({"summary": "", "is_private": 1}, "editor", 604),
        ({"is_private": 1, "flags": [{"name": "none", "status": "+"}]}, "editor", 113),
        ({"flags": [{"name": "none", "status": "+"}], "comment": "c" * 65_536}, "editor", 51),
        ({"comment": "c" * 65_536}, "editor", 114),
    ],
)
def test_the_first_of_several_mistakes_is_told(caller: Caller, changed: dict[str, Any], who: str, code: int) -> None:
    assert {each.code for each in caller.everywhere("Bug.add_attachment", {**NEW, **changed}, who)} == {code}
