"""Request lines and headers that HTTP allows and hardly anybody sends."""

import json

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
