"""REST over HTTP: everything below /rest and /rest.cgi."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway import errors
from gateway.documents import wadl
from gateway.errors import GatewayError
from gateway.methods.context import RequestContext
from gateway.methods.service import Service
from gateway.protocols import form as urlencoded
from gateway.protocols import jsonp, negotiation, request_body, request_context
from gateway.protocols.documents import Documents
from gateway.protocols.form import FormReader, pairs
from gateway.protocols.json_codec import json_reader
from gateway.protocols.json_codec.json_reader import JsonReader
from gateway.protocols.json_codec.json_writer import dumps, parts
from gateway.protocols.json_params import with_content
from gateway.protocols.jsonp import callback_name
from gateway.protocols.long_answer import Body, body_of
from gateway.protocols.multipart_parts import boundary_of
from gateway.protocols.multipart_values import MultipartValuesReader
from gateway.protocols.reply import Reply, cache_control, send
from gateway.protocols.rest import mozilla, rest_params
from gateway.protocols.router import RouteMatch, Router
from gateway.spools import RequestSpools

CONTENT_TYPE = "application/json; charset=UTF-8"
DOCUMENTATION = "https://bugzilla.readthedocs.org/en/5.0/api/"

_APIS = ("/rest.cgi", "/rest")
_SCRIPT_TYPES = ("application/javascript", "text/javascript")
_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_ALLOWED_HEADERS = (
    "origin, content-type, accept, x-requested-with, authorization, "
    "x-bugzilla-api-key, x-bugzilla-token, x-bugzilla-login, x-bugzilla-password"
)
_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": _ALLOWED_HEADERS}


class Rest:
    """The resources, as the methods declare them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._router = Router(service.registry)
        self._documents = Documents(service)

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        below = [web.route("*", f"{api}/{{path:(?s:.*)}}", self.answer) for api in _APIS]
        return [*(web.route("*", api, self.answer) for api in _APIS), *below]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request of any verb."""
        context = request_context.context(request, "rest", self._service)
        callback = ""
        try:
            if request.method == "OPTIONS":
                return await self._options(request)
            match = self._router.find(request.method, self._path(request))
            with self._service.spools(context) as spools:
                given = await self._params(request, match, spools)
                asked = given.pop("callback", None)
                callback = callback_name(asked) if asked else ""
                context = context.without_credentials() if callback else context
                result = await self._service.call(match.method, with_content(match.method, given), context)
            result = await mozilla.answered(self._service, match.method, given, result, context)
            return await self._succeed(request, match, result, context, callback)
        except Exception as problem:
            return await self._fail(request, self._service.to_client_error(problem, context), callback)

    def _path(self, request: web.Request) -> str:
        return request_context.path_below(request, self._service.settings, _APIS[0])

    async def _params(self, request: web.Request, match: RouteMatch, spools: RequestSpools) -> dict[str, Any]:
        """The parameters in the path, the query string and the body of a call. A body without a type is ignored."""
        query, path = pairs(request.rel_url.raw_query_string), rest_params.of_path(match.method, match.params)
        if request.method in ("GET", "HEAD"):
            return rest_params.for_reading(path, query)
        media_type = negotiation.media_type(request)
        if not request_body.has_body(request) or not media_type:
            return rest_params.for_writing(path, query, (), None)
        if media_type in (_FORM, _MULTIPART):
            form = self._form_reader(request, media_type, spools)
            await request_body.receive(request, form, self._service, urlencoded.WIDEST * self._service.max_body)
            return rest_params.for_writing(path, query, form.close(), None)
        return rest_params.for_writing(path, query, (), await self._document(request, spools))

    async def _document(self, request: web.Request, spools: RequestSpools) -> Any:
        """Receive a JSON document. Raises JSON_UNREADABLE, which is Bugzilla's code for it in REST."""
        reader = JsonReader(spools, self._service.max_body)
        try:
            await request_body.receive(request, reader, self._service, json_reader.WIDEST * self._service.max_body)
            return await request_body.finish(request, reader, self._service)
        except GatewayError as error:
            if error.kind is errors.UNREADABLE:
                raise errors.JSON_UNREADABLE(why=error.message) from error
            raise

    def _form_reader(
        self, request: web.Request, media_type: str, spools: RequestSpools
    ) -> FormReader | MultipartValuesReader:
        if media_type == _FORM:
            return FormReader(spools, self._service.max_body)
        boundary = boundary_of(request.headers["Content-Type"])
        return MultipartValuesReader(spools, self._service.max_body, boundary)

    async def _succeed(
        self, request: web.Request, match: RouteMatch, result: Any, context: RequestContext, callback: str
    ) -> web.StreamResponse:
        document = result if isinstance(result, dict | list) else {"result": result}
        body = body_of(document, context.budget, self._service.turns, dumps, parts)
        if match.method.writes:
            return await self._send(request, body, callback, match.route.status)
        tag = await negotiation.etag(body)
        if negotiation.is_known(request, tag):
            headers = {"ETag": tag, "Cache-Control": cache_control(request), **_CORS}
            return web.Response(status=304, headers=headers)
        return await self._send(request, body, callback, match.route.status, {"ETag": tag})

    async def _fail(self, request: web.Request, error: GatewayError, callback: str) -> web.StreamResponse:
        return await self._send(request, dumps(error_document(error)), callback, error.kind.http_status)

    async def _options(self, request: web.Request) -> web.StreamResponse:
        """List the verbs of a resource, or describe it if WADL is asked for."""
        path = self._path(request)
        verbs = self._router.verbs(path)
        if not verbs:
            self._router.find("OPTIONS", path)
        allowed = ", ".join(verbs)
        headers = {"Allow": allowed, "Access-Control-Allow-Methods": allowed, "Vary": "Accept"}
        if negotiation.prefers(request, wadl.MEDIA_TYPE, "application/json"):
            return self._documents.describe_rest(request, self._router.routes(path), {**_CORS, **headers})
        return await self._send(request, [b"{}"], headers=headers)

    async def _send(
        self,
        request: web.Request,
        body: Body,
        callback: str = "",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> web.StreamResponse:
        content_type, sent = _content_type(request), {**_CORS, **(headers or {})}
        if callback:
            content_type, body = jsonp.CONTENT_TYPE, jsonp.wrapped(body, callback)
            sent |= jsonp.HEADERS
        return await send(request, self._service, Reply(body, content_type, status, sent))


def error_document(error: GatewayError) -> dict[str, object]:
    """The document that reports an error."""
    return {
        "error": True,
        "code": error.kind.rest or error.kind.code,
        "message": error.message,
        "documentation": DOCUMENTATION,
    }


def _content_type(request: web.Request) -> str:
    """JSON, whatever the client accepts, but for the types of scripts."""
    accepted = request.headers.get("Accept", "").partition(";")[0].strip().lower()
    return f"{accepted}; charset=UTF-8" if accepted in _SCRIPT_TYPES else CONTENT_TYPE
