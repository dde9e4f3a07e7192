"""XML-RPC over HTTP: `POST /xmlrpc.cgi`, and `HEAD`, with which clients probe for it."""

from aiohttp import web

from gateway import errors
from gateway.methods.context import RequestContext
from gateway.methods.service import Service
from gateway.protocols import negotiation, request_body, request_context
from gateway.protocols.long_answer import Body, body_of
from gateway.protocols.reply import Reply, send
from gateway.protocols.xmlrpc.call_reader import WIDEST, CallReader
from gateway.protocols.xmlrpc.response_writer import fault, parts, response

CONTENT_TYPE = "text/xml; charset=UTF-8"

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
            body: Body = await self._answer(request, context)
        except Exception as problem:
            error = self._service.to_client_error(problem, context)
            body = [fault(error.kind.code, error.message)]
        return await send(request, self._service, Reply(body, CONTENT_TYPE))

    async def _answer(self, request: web.Request, context: RequestContext) -> Body:
        _check_content_type(request)
        with self._service.spools(context) as spools:
            reader = CallReader(spools, self._service.max_body, request.charset)
            widest = self._service.max_body + WIDEST * self._service.attachment_limit
            await request_body.receive(request, reader, self._service, widest)
            call = reader.close()
            method = self._service.method(call.method, context)
            result = await self._service.call(method, method.named(call.params), context)
            return body_of(result, context.budget, self._service.turns, response, parts)


def _check_content_type(request: web.Request) -> None:
    if negotiation.media_type(request) not in _MEDIA_TYPES:
        raise errors.XMLRPC_CONTENT_TYPE(content_type=negotiation.media_type(request))
