"""Receive the body of a request: ask for it if the client waits, decode it, feed it to a reader as it arrives."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Protocol, TypeVar

from aiohttp import ClientPayloadError, HttpVersion11, web

from gateway import errors
from gateway.fair_queue import Owners
from gateway.methods.service import Service
from gateway.protocols.content_decoder import ContentDecoder
from gateway.protocols.request_context import BUDGET
from gateway.protocols.streaming import MIN_BYTES_PER_SECOND

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_LONG_STEP = 8 * 1024  # bytes that take long enough to read that other tasks run in between

ARRIVED: web.RequestKey[bytes] = web.RequestKey("ARRIVED", bytes)
"""The body of a request, where it was already taken off the connection."""


class BodyReader(Protocol):
    """Reads a body as it arrives: the reader of a protocol."""

    def feed(self, data: bytes, /) -> None:
        """Take the next bytes."""
        ...


class Finisher(Protocol[T_co]):
    """Reads a body, and returns what it has read."""

    def check_steps(self) -> Iterator[int]:
        """Check, step by step, what `close` otherwise checks at once."""
        ...

    def close(self) -> T_co:
        """Return what was read."""
        ...


def has_body(request: web.Request) -> bool:
    """Tell whether a request has a body that was not read yet."""
    return ARRIVED in request or request.can_read_body


def has_long_body(request: web.Request) -> bool:
    """Tell whether a request has a body that is read in steps."""
    return request.can_read_body and (request.content_length is None or request.content_length > _LONG_STEP)


def expects_continue(request: web.Request) -> bool:
    """Tell whether the client sends the body only after a 100 (Continue) answer (RFC 9110 section 10.1.1)."""
    return request.version >= HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue"


async def send_continue_later(_: web.Request) -> None:
    """Leave `send_continue` to the handler: an `expect_handler` for handlers that look at the head first."""


async def send_continue(request: web.Request) -> None:
    """Send 100 (Continue) if the client waits for it. Raises EXPECTATION_FAILED for any other expectation."""
    if expects_continue(request):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # as aiohttp's own handler does: the answer has not begun
    elif request.version >= HttpVersion11 and "Expect" in request.headers:
        raise errors.EXPECTATION_FAILED(expected=request.headers["Expect"])


async def receive(request: web.Request, reader: BodyReader, service: Service, max_body: int | None = None) -> None:
    """Feed the body of a request to a reader. `max_body` is in bytes and defaults to that of the service.

    Raises BODY_TOO_LARGE before the body arrives if its declared length is too large, TIMED_OUT when it stops or is too
    slow, UNREADABLE when it is cut short or badly encoded, and whatever the reader raises.
    """
    if (request.content_length or 0) > (max_body or service.max_body):
        raise errors.BODY_TOO_LARGE(limit=service.attachment_limit)
    decoder = ContentDecoder(request.headers.get("Content-Encoding", ""))
    try:
        await _feed(request, reader, decoder, _arrived(request), service)
        if not request.content.at_eof():
            async for data in _arriving(request, service.settings.body_timeout):
                await _feed(request, reader, decoder, data, service)
    except TimeoutError:
        raise errors.TIMED_OUT() from None
    except (ClientPayloadError, web.PayloadAccessError, ConnectionError):
        raise errors.BODY_UNREADABLE(why="it was cut short") from None
    decoder.finish()


async def _feed(
    request: web.Request, reader: BodyReader, decoder: ContentDecoder, data: bytes, service: Service
) -> None:
    if BUDGET in request:
        request[BUDGET].count_sent(len(data))
    for piece in decoder.feed(data, service.turns.step_bytes):
        if len(piece) <= _LONG_STEP:
            reader.feed(piece)
        else:
            await service.turns.step(_owners(request), partial(reader.feed, piece))


async def finish(request: web.Request, reader: Finisher[T], service: Service) -> T:
    """Return what a reader has read; a long document is checked and decoded in turns. Raises what the reader raises."""
    if request.content.total_bytes <= _LONG_STEP and "Content-Encoding" not in request.headers:
        return reader.close()
    owners, steps = _owners(request), reader.check_steps()
    while await service.turns.step(owners, partial(next, steps, None)) is not None:
        pass
    return await service.turns.step(owners, reader.close)


def _owners(request: web.Request) -> Owners:
    return request[BUDGET].owners if BUDGET in request else ("",)


def _arrived(request: web.Request) -> bytes:
    """The body, if all of it has arrived, as most have; else what was taken off the connection."""
    if ARRIVED in request:
        return request[ARRIVED]
    return request.content.read_nowait() if request.content.is_eof() else b""


async def _arriving(request: web.Request, seconds: float) -> AsyncIterator[bytes]:
    """The pieces of a body as they arrive. Raises TimeoutError after so many `seconds` of silence, or if too slow."""
    clock = asyncio.get_running_loop().time
    latest = clock() + seconds
    while not request.content.at_eof():
        data = request.content.read_nowait() if request.content.is_eof() else b""
        if not data:
            if request.transport is None:  # aiohttp would raise no error of its own kind
                raise errors.BODY_UNREADABLE(why="it was cut short")
            async with asyncio.timeout_at(min(clock() + seconds, latest)):
                data = await request.content.readany()
        latest += len(data) / MIN_BYTES_PER_SECOND
        yield data
