"""Requests that one server may take for one and another for two, byte by byte, and others that are not quite HTTP.

Each carries another request within it, or after it. A server that answers that, too, has been smuggled a request.
"""

SMUGGLED = b"GET /rest/version?smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
SMUGGLED_ANSWER = b'{"version":"5'

_POST = b"POST /jsonrpc.cgi HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"


def _post(headers: bytes, body: bytes) -> bytes:
    return _POST + headers + b"\r\n\r\n" + body


_CHUNKED = b"0\r\n\r\n" + SMUGGLED
_LENGTH = b"Content-Length: %d" % len(_CHUNKED)

REQUESTS: dict[str, bytes] = {
    "a length and chunks": _post(b"Content-Length: 4\r\nTransfer-Encoding: chunked", _CHUNKED),
    "chunks and a length": _post(b"Transfer-Encoding: chunked\r\n" + _LENGTH, _CHUNKED),
    "two lengths": _post(b"Content-Length: 0\r\n" + _LENGTH, SMUGGLED),
    "two lengths in a line": _post(b"Content-Length: 0, %d" % len(SMUGGLED), SMUGGLED),
    "a length with a sign": _post(b"Content-Length: +0", SMUGGLED),
    "a length below zero": _post(b"Content-Length: -1", SMUGGLED),
    "a length in hexadecimal": _post(b"Content-Length: 0x0", SMUGGLED),
    "a length with an underscore": _post(b"Content-Length: 0_0", SMUGGLED),
    "a length of other digits": _post("Content-Length: \u0660".encode(), SMUGGLED),
    "a length beyond 64 bits": _post(b"Content-Length: 18446744073709551616", SMUGGLED),
    "chunks under another name": _post(b"Transfer-Encoding: xchunked", _CHUNKED),
    "chunks twice": _post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", _CHUNKED),
    "chunks and then something": _post(b"Transfer-Encoding: chunked, identity", _CHUNKED),
    "chunks after a vertical tab": _post(b"Transfer-Encoding:\x0bchunked\r\n" + _LENGTH, _CHUNKED),
    "a space before the colon": _post(b"Transfer-Encoding : chunked\r\n" + _LENGTH, _CHUNKED),
    "a header over two lines": _post(b"Transfer-Encoding:\r\n chunked\r\n" + _LENGTH, _CHUNKED),
    "a line feed alone": _post(b"X: a\nTransfer-Encoding: chunked\r\n" + _LENGTH, _CHUNKED),
    "a carriage return alone": _post(b"X: a\rTransfer-Encoding: chunked\r\n" + _LENGTH, _CHUNKED),
    "a zero in a header": _post(b"X: a\x00b\r\nContent-Length: 0", SMUGGLED),
    "a chunk of a size below zero": _post(b"Transfer-Encoding: chunked", b"-1\r\n\r\n" + SMUGGLED),
    "a chunk of 65 bits": _post(b"Transfer-Encoding: chunked", b"10000000000000000\r\n" + SMUGGLED),
    "a chunk of no size": _post(b"Transfer-Encoding: chunked", b"\r\n\r\n" + SMUGGLED),
    "a chunk with 0x": _post(b"Transfer-Encoding: chunked", b"0x0\r\n\r\n" + SMUGGLED),
    "a chunk longer than it says": _post(b"Transfer-Encoding: chunked", b"1\r\nab\r\n" + _CHUNKED),
    "a line feed in an extension": _post(b"Transfer-Encoding: chunked", b"2;\nxx\r\n" + _CHUNKED),
    "an extension that goes on": _post(
        b"Transfer-Encoding: chunked", b"2;" + b"x" * 100_000 + b"\r\nxx\r\n" + _CHUNKED
    ),
    "trailers that go on": _post(b"Transfer-Encoding: chunked", b"0\r\n" + b"A: b\r\n" * 100_000),
    "two hosts": b"GET /docs HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0, 1\r\n\r\n" + SMUGGLED,
    "a head that goes on": b"GET /rest/time HTTP/1.1\r\nHost: a\r\n"
    + b"".join(b"A%d: b\r\n" % n for n in range(10_000)),
    "a line that goes on": b"GET /rest/time?" + b"x" * 1_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a verb that goes on": b"G" * 1_000_000 + b" / HTTP/1.1\r\nHost: a\r\n\r\n",
}
"""By name. None of them is a request that may be answered with anything but an error."""
