"""Answers that are given again: to the same request, in the same state of the store, within the same second.

What a call that only reads is answered depends on its bytes, on who sends it, on the store and on the time, which the
gateway reads in whole seconds. Where none of these has changed the answer has not either, whatever the method is, so
nothing need be known of methods, rights or what changes what. Many clients that ask for one bug at once, and those that
poll, cost one look at the database then. Nothing outlives its second, and nothing that failed, changed something or is
long is kept.
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
from gateway.protocols import transport
from gateway.protocols.transport import Answer, Answerer

LONGEST_QUESTION = 1024
"""Bytes of a request's body; a longer one hardly ever only asks."""

LONGEST_ANSWER = 256 * 1024
"""Bytes of an answer that is kept."""

PATIENCE = 0.1
"""Seconds that a short body is waited for."""

ROOM = 8 * 1024 * 1024
"""Bytes of all answers that are kept."""

Moment = tuple[int | None, int]
"""The state of the store that was seen last, and the second."""


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer, and the calls to be counted as if they were made anew: protocol and methods."""

    answer: Answer
    protocol: str
    methods: Sequence[str]


class Microcache:
    """The answers of one process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._key = secrets.token_bytes(32)
        self._begin((None, 0))

    def around(self, routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
        """The same routes, answered sooner where they can be."""
        return [
            web.RouteDef(each.method, each.path, self._around(cast("Answerer", each.handler)), each.kwargs)
            for each in routes
        ]

    def _around(self, handler: Answerer) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            question = await self._question(request)
            if question is None:
                return await handler(request)
            started = time.perf_counter()
            if known := await self._known_now(question):
                self._service.repeated(known.protocol, known.methods, started)
                return await transport.send(request, self._service, known.answer)
            moment = self._moment
            response = await handler(request)
            self._keep(moment, question, request)
            return response

        return answer

    def _begin(self, moment: Moment) -> None:
        self._moment = moment
        self._known: dict[bytes, _Known] = {}
        self._room = ROOM

    async def _known_now(self, question: bytes) -> _Known | None:
        """What this was answered, if that is still right. The store is asked for its state only if anything is known.

        An answer may have been read after a change that nobody here had seen, and is known under the state before it
        then. That does no harm: the state before does not come again.
        """
        before, second = self._moment[0], int(time.time())
        if second != self._moment[1]:
            self._begin((before, second))
        known = self._known.get(question)
        if known is None:
            return None
        state = await self._service.store.state()
        if state != self._moment[0]:
            self._begin((state, second))
        return known if state == before and state is not None else None

    async def _question(self, request: web.Request) -> bytes | None:
        """All of a request that its answer depends on, as a digest: it may hold passwords. None where it is long."""
        body = b""
        if request.can_read_body:
            if not await _has_arrived(request):
                return None
            body = request[transport.ARRIVED] = request.content.read_nowait()
        line = f"{request.method} {request.path_qs} {request.remote}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(key=self._key, digest_size=16)
        digest.update(b"\0".join((line, *chain.from_iterable(request.raw_headers), body)))
        return digest.digest()

    def _keep(self, moment: Moment, question: bytes, request: web.Request) -> None:
        """Keep what was answered, if the moment is the same as before, it may be given again, and there is room."""
        answer, origin = request.get(transport.SENT), request.get(transport.ORIGIN)
        if answer is None or origin is None or not origin.course.only_read or not origin.course.methods:
            return
        if self._moment != moment:
            return
        size = sum(len(piece) if isinstance(piece, bytes) else ROOM for piece in answer.pieces)
        if size <= min(LONGEST_ANSWER, self._room):
            self._room -= size
            self._known[question] = _Known(answer, origin.protocol, origin.course.methods)


async def _has_arrived(request: web.Request) -> bool:
    """Whether a short body is there: many clients send it in a packet of its own, just behind that of the head."""
    content = request.content
    if not content.is_eof() and (request.content_length or LONGEST_QUESTION) < LONGEST_QUESTION:
        with suppress(Exception):  # what is wrong with a body is for the handler to find
            async with asyncio.timeout(PATIENCE):
                await content.wait_eof()
    return content.is_eof() and content.exception() is None and content.total_bytes <= LONGEST_QUESTION
