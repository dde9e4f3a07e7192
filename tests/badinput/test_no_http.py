"""What is no HTTP, or not quite: it is refused, told apart from what is, and logged without what it said."""

from urllib.parse import urlencode

import pytest
from calling import Caller
from raw import Raw
from running import Gateway, account
from wire import Request

KEY = account("editor").api_key


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\nnonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),  # how TLS begins
        b"GET\r\n\r\n",
        b"GET /rest/version HTTP/1.1\r\n\r\n",  # without a Host
        b"NONSENSE /rest/version HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /rest/version HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET /rest/version HTTP/1.1\r\nHost: a\r\nno header\r\n\r\n",
        b"GET /rest/version HTTP/1.1\r\nHost: a\r\nX-A: \x00\r\n\r\n",
        b"GET /rest/version?api_key=%b HTTP/1.1\r\nHost: a\r\n\r\n" % (KEY.encode() + b"A" * 10_000),
        b"GET /rest/version HTTP/1.1\r\nHost: a\r\nX-Bugzilla-API-Key: %b\r\n\r\n" % (KEY.encode() + b"A" * 10_000),
        b"POST /xmlrpc.cgi HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /xmlrpc.cgi HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 6\r\n\r\n",
        b"POST /xmlrpc.cgi HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /xmlrpc.cgi HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /xmlrpc.cgi HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: nonsense\r\n\r\n",
    ],
)
def test_what_is_refused(unharmed: Gateway, sent: bytes) -> None:
    with Raw(unharmed.url) as raw:
        raw.send(sent)
        answer = raw.answer()
        assert answer is None or answer[0] in (400, 505)


def test_http_1_0_without_a_host(unharmed: Gateway) -> None:
    """As Tcl sends it."""
    with Raw(unharmed.url) as raw:
        raw.send(b"GET /rest/version HTTP/1.0\r\n\r\n")
        assert raw.answer() == (200, b'{"version":"5.2"}')


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("POST", "/xmlrpc.cgi/more", 404),
        ("POST", "/jsonrpc.cgi/more", 404),
        ("POST", "/attachment.cgi", 405),
        ("TRACE", "/xmlrpc.cgi", 405),
        ("GET", "/rest/../xmlrpc.cgi", 404),
        ("GET", "/rest/%2e%2e/version", 404),
        ("GET", "/restversion", 404),
    ],
)
def test_addresses_that_nobody_answers_at(unharmed: Gateway, verb: str, path: str, status: int) -> None:
    assert Caller(unharmed.url).send(Request(verb, path))[0] == status


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (urlencode([("api_key", KEY), *((f"name{number}", "") for number in range(1000))]), -32700),
        ("&&&;;;===", 410),
        ("%", 410),
        ("%zz=%zz", 410),
        (f"api_key={KEY}&data=%ff%fe", 53),
        (f"api_key={KEY}&data=A&data=B", 53),
        (f"api_key={KEY}&summary=a&summary=b", 50),
    ],
)
def test_forms(unharmed: Gateway, body: str, code: int) -> None:
    request = Request("POST", "/rest/bug/2/attachment", body.encode(), FORM)
    status, _, answer = Caller(unharmed.url).send(request)
    assert status in (400, 401)
    assert f'"code":{code},'.encode() in answer
