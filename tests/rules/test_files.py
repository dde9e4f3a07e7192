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


def test_a_part_of_another_version_is_the_whole(caller: Caller) -> None:
    answer = caller.send(Request("GET", FILE), {"Range": "bytes=0-3", "If-Range": '"another"'})
    assert (answer[0], answer[2]) == (200, WHOLE)
