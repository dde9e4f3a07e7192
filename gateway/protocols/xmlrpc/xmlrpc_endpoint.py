"""XML-RPC over HTTP: `POST /xmlrpc.cgi`, and `HEAD`, with which clients probe for it."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from gateway import errors
from gateway.methods.context import RequestContext
from gateway.methods.declaration import Method
from gateway.methods.service import Service
from gateway.protocols import negotiation, request_body, request_context
from gateway.protocols.reply import Reply, send
from gateway.protocols.wire_values import Piece, estimate_value_count
from gateway.protocols.xmlrpc.call_reader import WIDEST, CallReader
from gateway.protocols.xmlrpc.response_writer import fault, response
from gateway.values import Value

CONTENT_TYPE = "text/xml; charset=UTF-8"

LONG = 4000
"""Number of values that are written in a few milliseconds, in the event loop."""

_MEDIA_TYPES = ("text/xml", "application/xml", "")


class XmlRpc:
    """The endpoint."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [web.post("/xmlrpc.cgi", self.post), web.head("/xmlrpc.cgi", self.head)]

    async def head(self, _: web.Request) -> web.Response:
        """Answer a probe for the endpoint."""
        return web.Response(headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Answer a call. Every error is a fault, with status 200."""
        context = request_context.context(request, "xmlrpc", self._service)
        try:
            pieces = await self._answer(request, context)
        except Exception as problem:
            error = self._service.to_client_error(problem, context)
            pieces = [fault(error.kind.code, error.message)]
        return await send(request, self._service, Reply(pieces, CONTENT_TYPE))

    async def _answer(self, request: web.Request, context: RequestContext) -> Sequence[Piece]:
        _check_content_type(request)
        with self._service.spools(context) as spools:
            reader = CallReader(spools, self._service.max_body, request.charset)
            widest = self._service.max_body + WIDEST * self._service.attachment_limit
            await request_body.receive(request, reader, self._service, widest)
            call = reader.close()
            method = self._service.method(call.method, context)
            return await _written(method, await self._service.call(method, method.named(call.params), context))


async def _written(method: Method, result: Value) -> Sequence[Piece]:
    """Write an answer: in a thread if it is long or has several results, so that it does not block the event loop."""
    if method.compose is not None or estimate_value_count(result) > LONG:
        return await asyncio.to_thread(response, result)
    return response(result)


def _check_content_type(request: web.Request) -> None:
    if negotiation.media_type(request) not in _MEDIA_TYPES:
        raise errors.XMLRPC_CONTENT_TYPE(content_type=negotiation.media_type(request))
