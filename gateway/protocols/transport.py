"""Between aiohttp and the codecs: bodies in, answers out, and where a request comes from.

This and the `http` module of each protocol are all that knows of aiohttp below `gateway.web`.
"""

import asyncio
import hashlib
import ipaddress
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import ClientPayloadError, HttpVersion11, web

from gateway import errors
from gateway.content import StoredContent
from gateway.methods import credentials
from gateway.methods.origin import Origin, new_request_id
from gateway.methods.service import Service
from gateway.protocols.base64_stream import Base64Encoder
from gateway.protocols.unpacking import Unpacker
from gateway.protocols.values import Piece, length
from gateway.settings import Settings
from gateway.store.interface import StoreUnavailable

log = logging.getLogger(__name__)

SLOWEST = 1024
"""Bytes a second that the body of a request has to keep up with, once `body_timeout` has passed, and a client that is
sent an answer."""

_GUARDS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache"}  # what is shown depends on whom

_LONG_STEP = 8 * 1024  # bytes of a body that take so long to read that others are let through in between

_SMALL = 64 * 1024  # bytes of an answer that are sent at once, so that nothing has to be watched


Answerer = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""What answers a request."""

ARRIVED: web.RequestKey[bytes] = web.RequestKey("ARRIVED", bytes)
"""The body of a request, where somebody has taken it off the connection already."""

ORIGIN: web.RequestKey[Origin] = web.RequestKey("ORIGIN", Origin)
"""Where a request comes from, once a handler has asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with. Content among its `pieces` is streamed from the store, as base64."""

    pieces: Sequence[Piece]
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


SENT: web.RequestKey[Answer] = web.RequestKey("SENT", Answer)
"""What a request was answered with."""


class Feeds(Protocol):
    """What takes a body as it arrives: the reader of a protocol."""

    def feed(self, data: bytes, /) -> None:
        """Take the next bytes."""
        ...


def has_body(request: web.Request) -> bool:
    """Whether a request has a body that is not read yet."""
    return ARRIVED in request or request.can_read_body


def expects_to_be_asked(request: web.Request) -> bool:
    """Whether the client waits with the body until it is asked for it (RFC 9110 section 10.1.1)."""
    return request.version >= HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue"


async def ask_at_once(request: web.Request) -> None:
    """Ask for the body: an `expect_handler`. That a client has gone meanwhile is found when its body is read."""
    try:
        await ask_for_body(request)
    except errors.GatewayError as error:
        raise web.HTTPExpectationFailed(text=error.message) from None
    except ConnectionError:
        pass


async def ask_later(_: web.Request) -> None:
    """Leave it to the handler to ask for the body: an `expect_handler` for those that look at the head first."""


async def ask_for_body(request: web.Request) -> None:
    """Ask for the body where the client waits for that. Raises EXPECTATION_FAILED where it waits for anything else."""
    if expects_to_be_asked(request):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # as aiohttp's own handler does: the answer has not begun
    elif request.version >= HttpVersion11 and "Expect" in request.headers:
        raise errors.EXPECTATION_FAILED(expected=request.headers["Expect"])


async def receive(request: web.Request, reader: Feeds, service: Service, max_body: int | None = None) -> None:
    """Feed the body of a request to a reader; `max_body` is in bytes, where it is not that of the service.

    Raises BODY_TOO_LARGE before it arrives where its length is told, TIMED_OUT when it stops or trickles, UNREADABLE
    when it is cut short or badly packed, and what the reader raises.
    """
    if (request.content_length or 0) > (max_body or service.max_body):
        raise errors.BODY_TOO_LARGE(limit=service.attachment_limit)
    unpacker = Unpacker(request.headers.get("Content-Encoding", ""))
    try:
        async for data in _arriving(request, service.settings.body_timeout):
            for piece in unpacker.feed(data):
                if len(piece) <= _LONG_STEP:
                    reader.feed(piece)
                    continue
                async with service.turns:
                    await asyncio.sleep(0)  # whoever has the turn lets the loop go round: it has one step each time
                    reader.feed(piece)
    except TimeoutError:
        raise errors.TIMED_OUT() from None
    except (ClientPayloadError, web.PayloadAccessError, ConnectionError):
        raise errors.UNREADABLE(why="it was cut short") from None
    unpacker.finish()


async def _arriving(request: web.Request, patience: float) -> AsyncIterator[bytes]:
    """A body in the pieces in which it arrives. Raises TimeoutError when it stops for so long, or trickles."""
    if ARRIVED in request:
        yield request[ARRIVED]
    clock = asyncio.get_running_loop().time
    latest = clock() + patience
    while not request.content.at_eof():
        data = request.content.read_nowait() if request.content.is_eof() else b""
        if not data:
            if request.transport is None:  # aiohttp would raise no error of its own kind
                raise errors.UNREADABLE(why="it was cut short")
            async with asyncio.timeout_at(min(clock() + patience, latest)):
                data = await request.content.readany()
        latest += len(data) / SLOWEST
        yield data


async def send(request: web.Request, service: Service, answer: Answer) -> web.StreamResponse:
    """Answer a request."""
    request[SENT] = answer
    pieces, head = answer.pieces, {"Content-Type": answer.content_type, **_GUARDS, **answer.headers}
    if len(pieces) == 1 and isinstance(pieces[0], bytes) and len(pieces[0]) <= _SMALL:
        return web.Response(status=answer.status, body=pieces[0], headers=head)
    response = web.StreamResponse(status=answer.status, headers=head)
    response.content_length = length(pieces)
    with breaking_off(request, service.settings.body_timeout):
        await response.prepare(request)
        if request.method != "HEAD":
            for piece in pieces:
                await (response.write(piece) if isinstance(piece, bytes) else _stream(response, service, piece))
        await response.write_eof()
    return response


@contextmanager
def breaking_off(request: web.Request, patience: float) -> Iterator[None]:
    """Write an answer in this block: where it cannot be finished, the connection breaks, for half is not whole.

    So it does where the client does not take it (`_Taking`). That, and that a client went away, is nobody's fault; that
    content cannot be read to its end is logged.
    """
    taking = _Taking(request, patience)
    try:
        yield
    except ConnectionError:
        pass
    except (LookupError, StoreUnavailable) as problem:
        log.warning("an answer broke off: %s", problem)
        if request.transport is not None:
            request.transport.abort()
    finally:
        taking.stop()


class _Taking:
    """Breaks the connection of a client that for `patience` seconds takes less than `SLOWEST` of what waits for it."""

    def __init__(self, request: web.Request, patience: float) -> None:
        self._request = request
        self._patience = patience
        self._taken: int | None = None
        self._timer = self._later()

    def stop(self) -> None:
        """Look no more."""
        self._timer.cancel()

    def _later(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._patience, self._look)

    def _look(self) -> None:
        connection = self._request.transport
        if connection is None:
            return
        waiting = connection.get_write_buffer_size()
        taken = self._request.writer.output_size - waiting
        if waiting and self._taken is not None and taken - self._taken < SLOWEST * self._patience:
            connection.abort()
            return
        self._taken = taken if waiting else None
        self._timer = self._later()


async def _stream(response: web.StreamResponse, service: Service, content: StoredContent) -> None:
    """Write the base64 of content."""
    encoder = Base64Encoder()
    async for data in service.store.stream(content):
        await response.write(encoder.feed(data))
    await response.write(encoder.finish())


def etag(pieces: Sequence[Piece]) -> str:
    """An entity tag (RFC 9110 section 8.8.3) for an answer: the same for the same pieces."""
    digest = hashlib.blake2b(digest_size=16)
    for piece in pieces:
        digest.update(piece if isinstance(piece, bytes) else piece.sha256.encode())
    return f'"{digest.hexdigest()}"'


def is_known(request: web.Request, tag: str) -> bool:
    """Whether the client says that it has the answer with this tag, quoted or, as Bugzilla's tags go, not."""
    known = request.headers.get("If-None-Match", "")
    listed = {each.strip().removeprefix("W/").strip('"') for each in known.split(",") if each.strip()}
    return "*" in listed or tag.strip('"') in listed


def origin(request: web.Request, protocol: str, service: Service) -> Origin:
    """Where a request comes from."""
    found = request[ORIGIN] = Origin(
        protocol=protocol,
        address=client_address(request, service.settings),
        headers=credentials.from_headers(request.headers),
        request_id=new_request_id(),
    )
    return found


def client_address(request: web.Request, settings: Settings) -> str:
    """The address of the client: of a request through trusted proxies the last one that is none of them."""
    address = _plain(request.remote or "")
    if not settings.trusted_proxies:
        return address
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))  # some proxies add a line of their own
    for named in reversed(forwarded.split(",")):
        if not _is_trusted(address, settings):
            break
        address = _plain(named.strip()) or address
    return address


def _plain(address: str) -> str:
    """The address without the prefix that an IPv6 socket puts before those of IPv4 (RFC 4291 section 2.5.5.2)."""
    return address.removeprefix("::ffff:") if "." in address else address


def _is_trusted(address: str, settings: Settings) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in settings.trusted_proxies)


def site_url(request: web.Request, settings: Settings) -> str:
    """The address of the site: as it is set, else as the client named it to a trusted proxy, or to the gateway itself.

    A proxy says it in X-Forwarded-Proto and X-Forwarded-Host.
    """
    if settings.url_base:
        return settings.url_base
    scheme = _forwarded(request, settings, "X-Forwarded-Proto")
    if scheme not in ("http", "https"):
        scheme = request.scheme
    return f"{scheme}://{_host(request, settings)}{settings.path_prefix}/"


def is_content_host(request: web.Request, settings: Settings) -> bool:
    """Whether the request is made to the host that `attachment_base` sets apart for content."""
    base = settings.attachment_base
    return bool(base) and _host(request, settings).lower() == urlsplit(base).netloc.lower()


def _host(request: web.Request, settings: Settings) -> str:
    """The host as the client names it, with the port where it names one."""
    named = _forwarded(request, settings, "X-Forwarded-Host") or request.host
    return named.encode("utf-8", "replace").decode("utf-8")  # whatever bytes the header has


def _forwarded(request: web.Request, settings: Settings, name: str) -> str:
    """What a trusted proxy says in this header; empty where there is none."""
    return _last(request.headers.get(name, "")) if _is_trusted(_plain(request.remote or ""), settings) else ""


def _last(listed: str) -> str:
    """The last of the values in a header: what the nearest proxy added."""
    return listed.rpartition(",")[2].strip()


def path_below(request: web.Request, settings: Settings, api: str) -> str:
    """The path below that of an API, as it was sent: percent-encoded, so that an encoded slash is part of a name.

    It is found by counting, because a client may encode letters of the API's own path too (RFC 3986 section 6.2.2.2).
    """
    own = (settings.path_prefix + api).count("/")
    return "/".join(["", *request.rel_url.raw_path.split("/")[own + 1 :]])


def prefers(request: web.Request, media_type: str, other: str) -> bool:
    """Whether the client names this type among those that it accepts, and no other one before it."""
    quality = _qualities(request.headers.get("Accept", ""))
    return quality.get(media_type, 0.0) > 0 and quality[media_type] >= quality.get(other, 0.0)


def _qualities(accept: str) -> dict[str, float]:
    """The types in an Accept header with their weights (RFC 9110 section 12.4.2)."""
    found = {}
    for each in accept.lower().split(","):
        name, *parameters = (part.strip() for part in each.split(";"))
        weights = [part[2:] for part in parameters if part.startswith("q=")]
        try:
            found[name] = float(weights[0]) if weights else 1.0
        except ValueError:
            found[name] = 0.0
    return found


def media_type(request: web.Request) -> str:
    """The type of the body, in lower case and without parameters; empty where none is given."""
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
