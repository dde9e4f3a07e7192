"""attachment.cgi: ranges (RFC 9110 section 14), and who gets what."""

import pytest
from calling import Caller
from wire import Request

WHOLE = b"hello world\n"
FILE = "/attachment.cgi?id=1"


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("bytes=0-3", 206, b"hell"),
        ("bytes=-3", 206, b"ld\n"),
        ("bytes=6-", 206, b"world\n"),
        ("bytes=6-1000", 206, b"world\n"),
        ("bytes=0-", 206, WHOLE),
        ("bytes=12-", 416, b""),
        ("lines=0-3", 200, WHOLE),  # what cannot be read is ignored
        ("bytes=3-1", 200, WHOLE),
        ("bytes=0-1,3-4", 200, WHOLE),
        ("nonsense", 200, WHOLE),
    ],
)
def test_ranges(caller: Caller, asked: str, status: int, body: bytes) -> None:
    answer = caller.send(Request("GET", FILE), {"Range": asked})
    assert (answer[0], answer[2]) == (status, body)
    assert caller.send(Request("HEAD", FILE), {"Range": asked})[0] == 200
    assert caller.headers("HEAD", FILE, {"Range": asked})["Content-Length"] == str(len(WHOLE))


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        ("{tag}", 200),
        ("{bare}", 200),
        ('"other", {tag}', 200),
        ("*", 200),
        ('"other"', 412),
        ("W/{tag}", 412),
        ("", 412),
    ],
)
def test_a_version_is_the_one_that_is_expected(caller: Caller, if_match: str, status: int) -> None:
    tag = caller.headers("GET", FILE)["ETag"]
    headers = {"If-Match": if_match.format(tag=tag, bare=tag.strip('"')), "If-None-Match": '"other"'}
    answer = caller.send(Request("GET", FILE), headers)
    assert answer[0] == status
    assert (answer[2] == WHOLE) is (status == 200)
    assert (
        caller.headers("HEAD", FILE, {"If-Match": '"other"', "If-None-Match": tag})["Content-Type"][:10] == "text/plain"
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("id=1", "hello world"),
        ("id=1;action=edit", "<title>"),
        ("id=1&action=edit", "<title>"),
        ("action=edit;id=1", "<title>"),
        (";;id=1;", "hello world"),
        ("id=1;id=2", "hello world"),
        ("a=%3B;id=1", "hello world"),
        ("id=999;action=edit", "Not found"),
        ("id=999", "There is no such attachment"),
    ],
)
def test_semicolons_separate_too(caller: Caller, query: str, shown: str) -> None:
    assert shown in caller.send(Request("GET", f"/attachment.cgi?{query}"))[2].decode()


def test_semicolons_separate_in_the_address_of_a_bug_too(caller: Caller) -> None:
    assert "Attachments" in caller.send(Request("GET", "/show_bug.cgi?a=b;id=1"))[2].decode()


def test_a_part_of_another_version_is_the_whole(caller: Caller) -> None:
    answer = caller.send(Request("GET", FILE), {"Range": "bytes=0-3", "If-Range": '"another"'})
    assert (answer[0], answer[2]) == (200, WHOLE)
