"""Request lines and headers that HTTP allows and hardly anybody sends."""

import json
import re
import time
import xmlrpc.client
from collections.abc import Callable

import pytest
from raw import Raw
from running import Gateway

KETURA = b"/%4betura/AP%49/Issues/1/Attachments"


def answered(gateway: Gateway, line: bytes, *headers: bytes) -> tuple[int, bytes]:
    with Raw(gateway.url) as raw:
        raw.send(b"\r\n".join([line + b" HTTP/1.1", *headers, b"Content-Length: 0", b"", b""]))
        answer = raw.answer()
    assert answer is not None
    return answer


@pytest.mark.parametrize("path", [b"/%72est/version", b"/rest%2ecgi/version", b"/res%74//version"])
def test_escapes_in_the_path_of_an_api(impatient: Gateway, path: bytes) -> None:
    status, body = answered(impatient, b"GET " + path, b"Host: localhost")
    assert (status, json.loads(body)) == (200, {"version": "5.2"})


def test_escapes_in_the_path_of_keturas_api(impatient: Gateway) -> None:
    assert answered(impatient, b"OPTIONS " + KETURA, b"Host: localhost")[0] == 200
    assert answered(impatient, b"POST " + KETURA, b"Host: localhost")[0] == 401


@pytest.mark.parametrize("path", [b"/application.wadl", b"/openapi.json", b"/openrpc.json", b"/docs", b"/rest/version"])
def test_a_host_that_is_no_text(impatient: Gateway, path: bytes) -> None:
    assert answered(impatient, b"GET " + path, b"Host: \xff\xfe")[0] == 200


@pytest.mark.parametrize(
    "before", [b"", b"GET /rest/version HTTP/1.1\r\nHost: localhost\r\n\r\n"], ids=["first", "next"]
)
def test_a_head_is_refused_before_it_is_complete(impatient: Gateway, before: bytes) -> None:
    line = b"GET /rest/bug/1 HTTP/1.1\r\nHost: localhost\r\n"
    headers = b"".join(b"X-%d: %b\r\n" % (number, b"x" * 7000) for number in range(60))
    with Raw(impatient.url) as raw:
        raw.send(before + line + headers)
        answers = raw.everything()
    assert (b" 200 OK" in answers) == bool(before)
    assert b" 431 Request Header Fields Too Large" in answers
    assert b"32768 bytes together" in answers


def test_a_head_may_have_any_size_below(impatient: Gateway) -> None:
    headers = (b"X-%d: %b" % (number, b"x" * 7000) for number in range(4))
    with Raw(impatient.url) as raw:
        for _ in range(2):
            raw.send(b"\r\n".join([b"GET /rest/version HTTP/1.1", b"Host: localhost", *headers, b"", b""]))
            assert raw.answer() == (200, b'{"version":"5.2"}')
            headers = (b"X: x" for _ in range(2))


def test_a_request_that_begins_in_the_same_packet_as_another_ends(impatient: Gateway) -> None:
    """Nothing of its body is taken for a request line."""
    first, second = (
        json.dumps({"method": "User.get", "params": [{"names": [name]}], "id": 1}, ensure_ascii=False).encode()
        for name in ("x", "größe" * 20)
    )
    head = (
        b"POST /jsonrpc.cgi HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    )
    with Raw(impatient.url) as raw:
        raw.send(head % len(first) + first[:-5])
        time.sleep(0.2)
        raw.send(first[-5:] + head.replace(b"Host", b"Connection: close\r\nHost") % len(second) + second[:50])
        time.sleep(0.2)
        raw.send(second[50:])
        assert "größe" * 20 in raw.everything().decode()


def test_requests_are_answered_in_their_order(impatient: Gateway) -> None:
    count = 300
    with Raw(impatient.url) as raw:
        for number in range(count):
            raw.send(b"GET /rest/nowhere/%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number)
        raw.send(b"GET /rest/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answers = raw.everything()
    assert [int(each) for each in re.findall(rb"nowhere/(\d+)", answers)] == list(range(count))
    assert answers.endswith(b'{"version":"5.2"}')


# ---- addresses as clients such as curl send them


@pytest.mark.parametrize(
    ("target", "document"),
    [
        ("/rest/bug/1?x=ü&include_fields=id".encode(), {"bugs": [{"id": 1}], "faults": []}),
        ("/rest/bug/1?x=ü&include_fields=id".encode("latin-1"), {"bugs": [{"id": 1}], "faults": []}),
        ("/rest/user/größe".encode(), "größe"),
        ("/rest/user?names=größe 世界".replace(" ", "+").encode(), "größe 世界"),
        ("/rest/user?names=gr%C3%B6ße".encode(), "größe"),
        ("/jsonrpc.cgi?method=User.get&params=[{%22names%22:[%22größe%22]}]".encode(), "größe"),
        ("/rest/nowhere/größe".encode(), "gr%C3%B6%C3%9Fe"),
    ],
)
def test_characters_that_are_not_ascii(impatient: Gateway, target: bytes, document: object) -> None:
    with Raw(impatient.url) as raw:
        for _ in range(2):  # on a new connection, and on one that was used
            raw.send(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = raw.answer()
            assert answer is not None
            found = json.loads(answer[1])
            assert found == document if isinstance(document, dict) else str(document) in answer[1].decode(), answer


def test_a_request_line_that_arrives_in_pieces(impatient: Gateway) -> None:
    sent = "\r\nGET /rest/user/größe HTTP/1.1\r\nHost: localhost\r\nX-A: größe\r\n\r\n".encode()
    with Raw(impatient.url) as raw:
        for at in range(len(sent)):
            raw.send(sent[at : at + 1])
        answer = raw.answer()
        assert answer is not None
        assert "größe" in json.loads(answer[1])["message"]


@pytest.mark.parametrize("path", [b"/rest/bug/1/attachment", b"/rest/nowhere", b"/xmlrpc.cgi", b"/jsonrpc.cgi"])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_bodies_are_left_as_they_are(impatient: Gateway, path: bytes, size: int) -> None:
    """What is answered before its body was read leaves the connection where the next request begins, or closed."""
    body = "größe\r\nGET /größe HTTP/1.1\r\n\r\n".encode() * 40
    head = b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (path, len(body))
    with Raw(impatient.url) as raw:
        for at in range(0, len(head + body), size):
            raw.send((head + body)[at : at + size])
        first = raw.answer()
        assert first is not None
        raw.send(b"GET /rest/version HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert raw.answer() in (None, (200, b'{"version":"5.2"}'))


# ---- every answer below an API's path is in that API's form


def fault(body: bytes) -> int:
    with pytest.raises(xmlrpc.client.Fault) as caught:
        xmlrpc.client.loads(body)
    return caught.value.faultCode


def rpc(body: bytes) -> int:
    code: int = json.loads(body)["error"]["code"]
    return code


def rest(body: bytes) -> int:
    document = json.loads(body)
    assert document["error"] is True
    code: int = document["code"]
    return code


def ketura(body: bytes) -> int:
    assert body.startswith(b"<!DOCTYPE html>")
    return 0


FORMS: list[tuple[bytes, Callable[[bytes], int]]] = [
    (b"/xmlrpc.cgi", fault),
    (b"//xmlrpc.cgi", fault),
    (b"/xmlrpc.cgi/more", fault),
    (b"/jsonrpc.cgi", rpc),
    (b"/jsonrpc.cgi/more", rpc),
    (b"/rest/version", rest),
    (b"/r%65st/version", rest),
    (b"//rest.cgi//version", rest),
    (b"/rest", rest),
    (b"/Ketura/API/Issues/1/Attachments", ketura),
]
HOST = b"Host: localhost"
MALFORMED: list[tuple[bytes, list[bytes]]] = [
    (b"POST %b?a=" + b"a" * 9000, [HOST]),
    (b"POST %b", [HOST, b"X-A: " + b"a" * 9000]),
    (b"POST %b", [HOST, b"Content-Type: text/xml", b"Content-Type: text/xml"]),
    (b"POST %b", [HOST, b"Content-Length: 1", b"Content-Length: 2"]),
    (b"POST %b", [HOST, b"no header"]),
    (b"POST %b", []),
    (b"NONSENSE %b", [HOST]),
]


@pytest.mark.parametrize(("path", "read"), FORMS, ids=[path.decode() for path, _ in FORMS])
@pytest.mark.parametrize(("line", "headers"), MALFORMED)
def test_what_is_malformed(
    impatient: Gateway, path: bytes, read: Callable[[bytes], int], line: bytes, headers: list[bytes]
) -> None:
    with Raw(impatient.url) as raw:
        raw.send(b"\r\n".join([line % path + b" HTTP/1.1", *headers, b"", b""]))
        answer = raw.answer()
    assert answer is not None
    status, body = answer
    assert 400 <= status < 500
    read(body)
    for told in (b"bytearray", b"b'", b'b"', b"aaaa", b"Traceback"):
        assert told not in body


@pytest.mark.parametrize(
    ("line", "status", "read", "code"),
    [
        (b"PUT /xmlrpc.cgi", 405, fault, -32600),
        (b"GET /xmlrpc.cgi", 405, fault, -32600),
        (b"DELETE /jsonrpc.cgi", 405, rpc, -32600),
        (b"POST /xmlrpc.cgi/more", 404, fault, 32614),
        (b"POST /jsonrpc.cgi/more", 404, rpc, 32614),
        (b"GET /rest", 404, rest, 32614),
        (b"PATCH /rest/bug/1", 404, rest, 32614),
        (b"GET /Ketura/API", 404, ketura, 0),
    ],
)
def test_what_is_not_there(
    impatient: Gateway, line: bytes, status: int, read: Callable[[bytes], int], code: int
) -> None:
    answer = answered(impatient, line, HOST)
    assert answer[0] == status
    assert read(answer[1]) == code


@pytest.mark.parametrize(
    ("line", "read"), [(b"POST /xmlrpc.cgi", fault), (b"POST /jsonrpc.cgi", rpc), (b"GET /rest/version", rest)]
)
def test_an_expectation_that_is_not_supported(impatient: Gateway, line: bytes, read: Callable[[bytes], int]) -> None:
    status, body = answered(impatient, line, HOST, b"Expect: nonsense")
    assert (status, read(body)) == (417, -32600)
