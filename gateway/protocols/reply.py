"""The reply to a call: pieces that a protocol's writer made, sent at once or streamed."""

from collections.abc import AsyncIterator, Mapping, Sequence
from urllib.parse import unquote

from aiohttp import web
from msgspec import Struct, field

from gateway.base64_stream import Base64Encoder
from gateway.budget import Budget
from gateway.methods import credentials
from gateway.methods.service import Service
from gateway.protocols.long_answer import Body, LongAnswer
from gateway.protocols.request_context import BUDGET
from gateway.protocols.streaming import stream
from gateway.protocols.wire_values import AnswerPiece, length

_SMALL = 64 * 1024  # bytes of a reply that are sent at once, so that no slow reader has to be watched


class Reply(Struct, frozen=True):
    """The reply to a request."""

    body: Body
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


SENT: web.RequestKey[Reply] = web.RequestKey("SENT", Reply)
"""The reply that was sent to a request."""


async def send(request: web.Request, service: Service, reply: Reply) -> web.StreamResponse:
    """Send a reply."""
    request[SENT] = reply
    guards = {"X-Content-Type-Options": "nosniff", "Cache-Control": cache_control(request)}
    pieces, headers = reply.body, {"Content-Type": reply.content_type, **guards, **reply.headers}
    if isinstance(pieces, LongAnswer):
        await pieces.measure()
        body = _in_base64(service, pieces.written(), request[BUDGET])
        return await stream(request, service.settings, reply.status, headers, pieces.length, body)
    if len(pieces) == 1 and isinstance(pieces[0], bytes) and len(pieces[0]) <= _SMALL:
        return web.Response(status=reply.status, body=pieces[0], headers=headers)
    return await stream(
        request,
        service.settings,
        reply.status,
        headers,
        length(pieces),
        _in_base64(service, _each(pieces), request[BUDGET]),
    )


def cache_control(request: web.Request) -> str:
    """Tell browsers to revalidate what an anonymous caller reads, and to keep nothing else: it may be private."""
    if request.method not in ("GET", "HEAD"):
        return "no-store"
    shows_credentials = any(name in request.headers for name in credentials.HEADERS)
    is_anonymous = not shows_credentials and not credentials.may_be_in(unquote(request.rel_url.raw_query_string))
    return "private, no-cache" if is_anonymous else "no-store"


async def _each(pieces: Sequence[AnswerPiece]) -> AsyncIterator[AnswerPiece]:
    for piece in pieces:
        yield piece


async def _in_base64(service: Service, pieces: AsyncIterator[AnswerPiece], budget: Budget) -> AsyncIterator[bytes]:
    """The pieces with content in base64."""
    async for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
            continue
        encoder = Base64Encoder()
        async for data in service.stream(piece, budget):
            yield encoder.feed(data)
        yield encoder.finish()
