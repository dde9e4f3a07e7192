"""Bodies that are cut short, stop, trickle, lie or have no end: the error in the protocol's form, and nothing stays."""

import gzip
import itertools
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from raw import ENDPOINTS, LIMIT, MAX_BODY, Endpoint, Raw
from running import Gateway

CONTENT = bytes(range(256)) * 600
"""More than is held in memory, so that there is a file to be forgotten."""

each_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.name)

STATUS = {-32000: 408, 600: 413, -32700: 400}
"""The HTTP status of REST for what is expected here; the others always say 200."""


def check(endpoint: Endpoint, answer: tuple[int, bytes] | None, code: int) -> None:
    """The answer is this error, in the form of the endpoint."""
    assert answer is not None, "the connection ended without an answer"
    status, body = answer
    in_1_1 = {-32700: 100201} if b'"version":"1.1"' in body else {}
    assert endpoint.code(body) == in_1_1.get(code, code), body
    assert status == (STATUS[code] if endpoint.name.startswith("rest") else 200)


@contextmanager
def connections(gateway: Gateway) -> Iterator[list[tuple[Endpoint, Raw]]]:
    """A connection for each endpoint: what takes time is tried with all of them at once."""
    with ExitStack() as stack:
        yield [(endpoint, stack.enter_context(Raw(gateway.url))) for endpoint in ENDPOINTS]


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_body_that_stops(unharmed: Gateway, part: float) -> None:
    with connections(unharmed) as opened:
        for endpoint, raw in opened:
            body = endpoint.upload(CONTENT)
            raw.send(endpoint.head(Content_Length=len(body)) + body[: int(len(body) * part)])
        for endpoint, raw in opened:
            check(endpoint, raw.answer(), -32000)


def test_a_chunked_body_that_stops(unharmed: Gateway) -> None:
    with connections(unharmed) as opened:
        for endpoint, raw in opened:
            half = endpoint.upload(CONTENT)[:100_000]
            raw.send(endpoint.head(Transfer_Encoding="chunked") + b"%x\r\n%b\r\n" % (len(half), half))
        for endpoint, raw in opened:
            check(endpoint, raw.answer(), -32000)


def test_chunks_that_are_none(unharmed: Gateway) -> None:
    """What follows them cannot be made out, and is waited for in vain."""
    with connections(unharmed) as opened:
        for endpoint, raw in opened:
            raw.send(endpoint.head(Transfer_Encoding="chunked", Expect="100-continue"))
        for _, raw in opened:
            assert raw.is_asked()  # before that, it would be no HTTP from the start, and not even a request
            raw.send(b"5\r\n12345\r\nno number\r\n")
        for endpoint, raw in opened:
            check(endpoint, raw.answer(), -32000)


def test_a_body_that_trickles(unharmed: Gateway) -> None:
    """A byte every 20 ms is never late, and yet the whole would take more than an hour."""
    with connections(unharmed) as opened:
        for endpoint, raw in opened:
            raw.send(endpoint.head(Content_Length=len(endpoint.upload(CONTENT))))
        for number in itertools.count():
            waiting = [(endpoint, raw) for endpoint, raw in opened if not raw.is_answered()]
            if not waiting:
                break
            for endpoint, raw in waiting:
                raw.send(endpoint.upload(CONTENT)[number : number + 1])
            time.sleep(0.02)
        for endpoint, raw in opened:
            check(endpoint, raw.answer(), -32000)


@each_endpoint
@pytest.mark.parametrize("part", [0.0, 0.5])
def test_a_client_that_goes_away(unharmed: Gateway, endpoint: Endpoint, part: float) -> None:
    body = endpoint.upload(CONTENT)
    with Raw(unharmed.url) as raw:
        raw.send(endpoint.head(Content_Length=len(body)) + body[: int(len(body) * part)])
        raw.end()
        answer = raw.answer()
        assert answer is None or endpoint.code(answer[1]) == -32700


@each_endpoint
def test_a_length_over_the_limit(unharmed: Gateway, endpoint: Endpoint) -> None:
    """It is refused before any of it arrives. A byte is written in up to twelve; escape sequences have six or three."""
    if endpoint.name == "xmlrpc":
        longest = MAX_BODY + 12 * LIMIT
    else:
        longest = MAX_BODY * (3 if endpoint.name == "rest form" else 6)
    with Raw(unharmed.url) as raw:
        raw.send(endpoint.head(Content_Length=longest + 1))
        check(endpoint, raw.answer(), 600)


def unlimited(endpoint: Endpoint) -> bytes:
    """A body over the limit, though it begins as a call does."""
    body = endpoint.upload(b"")
    middle = body.index(b"should")
    return body[:middle] + b"A" * (MAX_BODY + 1) + body[middle:]


@each_endpoint
def test_chunks_over_the_limit(unharmed: Gateway, endpoint: Endpoint) -> None:
    body = unlimited(endpoint)
    with Raw(unharmed.url) as raw:
        raw.send(endpoint.head(Transfer_Encoding="chunked"))
        for start in range(0, len(body), 50_000):
            chunk = body[start : start + 50_000]
            if not raw.send(b"%x\r\n%b\r\n" % (len(chunk), chunk)):
                break
        check(endpoint, raw.answer(), 600)


@each_endpoint
@pytest.mark.parametrize(("coding", "packed"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_what_is_over_the_limit_once_it_is_unpacked(
    unharmed: Gateway, endpoint: Endpoint, coding: str, packed: Callable[[bytes], bytes]
) -> None:
    body = packed(unlimited(endpoint) * 10)
    assert len(body) < LIMIT
    with Raw(unharmed.url) as raw:
        raw.send(endpoint.head(Content_Length=len(body), Content_Encoding=coding) + body)
        check(endpoint, raw.answer(), 600)


@each_endpoint
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_is_not_packed_as_it_says(unharmed: Gateway, endpoint: Endpoint, coding: str) -> None:
    body = b"no such thing" * 10
    with Raw(unharmed.url) as raw:
        raw.send(endpoint.head(Content_Length=len(body), Content_Encoding=coding) + body)
        check(endpoint, raw.answer(), -32700)


@each_endpoint
def test_what_is_packed_and_cut_short(unharmed: Gateway, endpoint: Endpoint) -> None:
    body = gzip.compress(endpoint.upload(CONTENT))[:-100]
    with Raw(unharmed.url) as raw:
        raw.send(endpoint.head(Content_Length=len(body), Content_Encoding="gzip") + body)
        check(endpoint, raw.answer(), -32700)


@each_endpoint
def test_a_packing_that_is_not_known(unharmed: Gateway, endpoint: Endpoint) -> None:
    body = endpoint.upload(CONTENT)
    with Raw(unharmed.url) as raw:
        raw.send(endpoint.head(Content_Length=len(body), Content_Encoding="nonsense") + body)
        check(endpoint, raw.answer(), -32700)
