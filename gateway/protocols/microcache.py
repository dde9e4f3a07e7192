"""Give an answer again: to the same request, in the same state of the store, within the same second.

The answer to a call that only reads depends on its bytes, on who sends it, on the store and on the time, which the
gateway reads in whole seconds. If none of these has changed, neither has the answer, whatever the method, so the cache
knows nothing of methods, rights or dependencies. Many clients that ask for one bug at once, and clients that poll, then
cost one look at the database. Nothing outlives its second, and nothing that failed, changed something or is long is
kept.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.methods.service import Service
from gateway.protocols.long_answer import LongAnswer
from gateway.protocols.reply import SENT, Reply, send
from gateway.protocols.request_body import ARRIVED
from gateway.protocols.request_context import CONTEXT

MAX_REQUEST_BODY = 1024
"""Bytes of a request's body; longer ones hardly ever only read."""

MAX_REPLY = 256 * 1024
"""Bytes of a reply that is kept."""

MAX_TOTAL = 8 * 1024 * 1024
"""Bytes of all replies that are kept."""

BODY_WAIT = 0.1
"""Seconds to wait for a short body."""

Epoch = tuple[int | None, int]
"""The state of the store that was seen last, and the second."""


@dataclass(frozen=True, slots=True)
class _Cached:
    """A reply, with the protocol and the methods of the calls to count when it is given again."""

    reply: Reply
    protocol: str
    methods: Sequence[str]


class Microcache:
    """The replies of one process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._key = secrets.token_bytes(32)
        self._start((None, 0))

    def wrap_routes(self, routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
        """The same routes, answered from the cache if they can be."""
        return [
            web.RouteDef(each.method, each.path, self._wrap(cast("Handler", each.handler)), each.kwargs)
            for each in routes
        ]

    def _wrap(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            digest = await self._request_digest(request)
            if digest is None:
                return await handler(request)
            started = time.perf_counter()
            if cached := await self._find(digest):
                self._service.count_cached_calls(cached.protocol, cached.methods, started)
                return await send(request, self._service, cached.reply)
            epoch = self._epoch
            response = await handler(request)
            self._keep(epoch, digest, request)
            return response

        return answer

    def _start(self, epoch: Epoch) -> None:
        self._epoch = epoch
        self._cached: dict[bytes, _Cached] = {}
        self._room = MAX_TOTAL

    async def _find(self, digest: bytes) -> _Cached | None:
        """The reply to this request, if it still holds. Asks the store for its state only if there is a reply.

        A reply may have been read after a change that this process had not seen, and so be kept under the state before
        it. That does no harm: the state before does not come again.
        """
        before, second = self._epoch[0], int(time.time())
        if second != self._epoch[1]:
            self._start((before, second))
        cached = self._cached.get(digest)
        if cached is None:
            return None
        state = await self._service.state()
        if state != self._epoch[0]:
            self._start((state, second))
        return cached if state == before and state is not None else None

    async def _request_digest(self, request: web.Request) -> bytes | None:
        """A digest of all that the answer depends on (it may hold passwords); None for a request with a long body."""
        body = b""
        if request.can_read_body:
            if not await _has_arrived(request):
                return None
            body = request[ARRIVED] = request.content.read_nowait()
        line = f"{request.method} {request.path_qs} {request.remote}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(key=self._key, digest_size=16)
        digest.update(b"\0".join((line, *chain.from_iterable(request.raw_headers), body)))
        return digest.digest()

    def _keep(self, epoch: Epoch, digest: bytes, request: web.Request) -> None:
        """Keep the reply if the epoch is the same as before, it may be given again, and there is room."""
        reply, context = request.get(SENT), request.get(CONTEXT)
        if reply is None or context is None or not context.calls.only_read or not context.calls.methods:
            return
        if self._epoch != epoch or isinstance(reply.body, LongAnswer):
            return
        size = sum(len(piece) if isinstance(piece, bytes) else MAX_TOTAL for piece in reply.body)
        if size <= min(MAX_REPLY, self._room):
            self._room -= size
            self._cached[digest] = _Cached(reply, context.protocol, context.calls.methods)


async def _has_arrived(request: web.Request) -> bool:
    """Tell whether a short body is there. Many clients send it in a packet of its own, just behind the head's."""
    content = request.content
    if not content.is_eof() and (request.content_length or MAX_REQUEST_BODY) < MAX_REQUEST_BODY:
        with suppress(Exception):  # the handler finds what is wrong with a body
            async with asyncio.timeout(BODY_WAIT):
                await content.wait_eof()
    return content.is_eof() and content.exception() is None and content.total_bytes <= MAX_REQUEST_BODY
