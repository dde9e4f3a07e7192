"""JSON-RPC over HTTP: `/jsonrpc.cgi`, with POST for all methods and GET (also as JSONP) for those that only read."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods.declaration import Method
from gateway.methods.service import Service
from gateway.protocols import jsonp, negotiation, proxy_headers, request_body, request_context
from gateway.protocols.json_codec.json_reader import WIDEST, JsonReader, loads
from gateway.protocols.json_codec.json_writer import dumps, parts
from gateway.protocols.jsonp import callback_name
from gateway.protocols.jsonrpc.dispatch import Dispatcher
from gateway.protocols.jsonrpc.envelope import (
    JsonRpcVersion,
    Message,
    Refused,
    failure,
    legacy_version,
    read,
    unreadable,
    version_of,
)
from gateway.protocols.long_answer import body_of
from gateway.protocols.reply import Reply, send

CONTENT_TYPE = "application/json; charset=UTF-8"

_MEDIA_TYPES = ("application/json", "application/json-rpc", "")


class JsonRpc:
    """The endpoint."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [web.post("/jsonrpc.cgi", self.post), web.get("/jsonrpc.cgi", self.get, allow_head=True)]

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Answer a message or a batch. A notification gets an empty answer with status 200."""
        context = request_context.context(request, "jsonrpc", self._service)
        with self._service.spools(context) as spools:
            reader = JsonReader(spools, self._service.max_body)
            try:
                await request_body.receive(request, reader, self._service, WIDEST * self._service.max_body)
                document = await request_body.finish(request, reader, self._service)
            except Exception as problem:
                refused = unreadable(self._service.to_client_error(problem, context), reader.text)
                return await self._send(request, failure(refused, refused.error))
            dispatcher = Dispatcher(self._service, context, lambda _: _check_content_type(request))
            return await self._send(request, await dispatcher.answer(document, version_of(document)))

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Answer a call in the query string, as JSONP if it names a `callback`."""
        context = request_context.context(request, "jsonrpc", self._service)
        try:
            query = request_context.query_of(request)
        except GatewayError as error:
            return await self._send(request, failure(Refused(JsonRpcVersion.V1_1, error), error))
        message = self._message(request, query)
        try:
            callback = callback_name(query["callback"]) if "callback" in query else ""
        except GatewayError as error:
            return await self._send(request, failure(message, error))
        context = context.without_credentials() if callback else context
        answer = await Dispatcher(self._service, context, _check_read_only).one(message)
        return await self._send(request, answer, callback)

    def _message(self, request: web.Request, query: Mapping[str, str]) -> Message | Refused:
        """The message in a query string. The default of its id is the address of the site, as in Bugzilla."""
        version = legacy_version(query.get("version"))
        request_id = query.get("id", proxy_headers.site_url(request, self._service.settings))
        try:
            params = loads(query["params"]) if "params" in query else [] if version is JsonRpcVersion.V1_0 else {}
        except GatewayError as error:
            return Refused(version, errors.JSON_UNREADABLE(why=error.message), request_id)
        if not query.get("method"):
            return Refused(version, errors.METHOD_REQUIRED(), request_id)
        document = {"method": query["method"], "params": params, "id": request_id, "version": query.get("version")}
        return read(document, version)

    async def _send(self, request: web.Request, answer: Any, callback: str = "") -> web.StreamResponse:
        if answer is None:
            return web.Response(headers={"Content-Type": CONTENT_TYPE})
        body = body_of(answer, request[request_context.BUDGET], self._service.turns, dumps, parts)
        sent = Reply(body, CONTENT_TYPE)
        if callback:
            sent = Reply(jsonp.wrapped(sent.body, callback), jsonp.CONTENT_TYPE, headers=jsonp.HEADERS)
        return await send(request, self._service, sent)


def _check_content_type(request: web.Request) -> None:
    if negotiation.media_type(request) not in _MEDIA_TYPES:
        raise errors.JSONRPC_CONTENT_TYPE(content_type=negotiation.media_type(request))


def _check_read_only(method: Method) -> None:
    if not method.read_only:
        raise errors.READ_ONLY_REQUIRED(method=method.name)
