"""Errors of HTTP itself, such as 404 and 405, in the form of the API whose path was asked for."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import unquote

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway import errors
from gateway.errors import GatewayError
from gateway.protocols import negotiation, proxy_headers, request_body
from gateway.protocols.json_codec.json_writer import dumps
from gateway.protocols.jsonrpc import jsonrpc_endpoint
from gateway.protocols.jsonrpc.envelope import JsonRpcVersion, Refused, failure
from gateway.protocols.ketura import ketura_endpoint
from gateway.protocols.ketura.refusals import refusal
from gateway.protocols.merged_slashes import merged
from gateway.protocols.rest import rest_endpoint
from gateway.protocols.wire_values import AnswerPiece
from gateway.protocols.xmlrpc import xmlrpc_endpoint
from gateway.protocols.xmlrpc.response_writer import fault
from gateway.settings import Settings

_Form = Callable[[GatewayError], tuple[str, bytes]]


def _xmlrpc(error: GatewayError) -> tuple[str, bytes]:
    return xmlrpc_endpoint.CONTENT_TYPE, fault(error.kind.code, error.message)


def _jsonrpc(error: GatewayError) -> tuple[str, bytes]:
    return jsonrpc_endpoint.CONTENT_TYPE, _whole(dumps(failure(Refused(JsonRpcVersion.V1_1, error), error)))


def _rest(error: GatewayError) -> tuple[str, bytes]:
    return rest_endpoint.CONTENT_TYPE, _whole(dumps(rest_endpoint.error_document(error)))


def _ketura(error: GatewayError) -> tuple[str, bytes]:
    answer = refusal(error)
    return answer.headers["Content-Type"], answer.body.encode()


def _text(error: GatewayError) -> tuple[str, bytes]:
    return "text/plain; charset=utf-8", f"{error.message}\n".encode()


def _whole(pieces: list[AnswerPiece]) -> bytes:
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


_FORMS: Mapping[str, _Form] = {
    "/xmlrpc.cgi": _xmlrpc,
    "/jsonrpc.cgi": _jsonrpc,
    "/rest.cgi": _rest,
    "/rest": _rest,
    ketura_endpoint.PATH: _ketura,
}


def error_response(path: str, prefix: str, status: int, error: GatewayError) -> web.Response:
    """The answer to an error in the form of the API below whose path `path` is; elsewhere it is plain text.

    `path` is as it was sent, `prefix` is the setting `path_prefix`.
    """
    content_type, body = _form_of(path, prefix)(error)
    headers = {"Content-Type": content_type, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(status=status, body=body, headers=headers)


def _form_of(path: str, prefix: str) -> _Form:
    below = merged(unquote(path)).removeprefix(prefix)
    return next((form for api, form in _FORMS.items() if below == api or below.startswith(f"{api}/")), _text)


def send_continue_now(prefix: str) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    """Make an `expect_handler` that asks for the body before the handler runs, or refuses any other expectation.

    If the client has gone, reading its body will tell.
    """

    async def send_or_refuse(request: web.Request) -> web.StreamResponse | None:
        try:
            await request_body.send_continue(request)
        except GatewayError as error:
            return error_response(request.rel_url.raw_path, prefix, error.kind.http_status, error)
        except ConnectionError:
            pass
        return None

    return send_or_refuse


def in_api_form(settings: Settings, not_found: Handler) -> Middleware:
    """Make a middleware that puts the errors of aiohttp into the form of an API.

    `not_found` answers people elsewhere, who open an address that is not there or takes only forms. XML-RPC that is
    sent elsewhere is answered with the address to call.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as answer:
            if answer.status < 400:
                raise
            path, prefix, error = request.rel_url.raw_path, settings.path_prefix, _error(request, answer)
            if _form_of(path, prefix) is _text:
                if request.method == "POST" and negotiation.media_type(request) in ("text/xml", "application/xml"):
                    address = f"{proxy_headers.site_url(request, settings)}xmlrpc.cgi"
                    return error_response(f"{prefix}/xmlrpc.cgi", prefix, 200, errors.XMLRPC_ELSEWHERE(address=address))
                if answer.status in (404, 405) and request.method in ("GET", "HEAD"):
                    return await not_found(request)
            response = error_response(path, prefix, answer.status, error)
            if "Allow" in answer.headers:
                response.headers["Allow"] = answer.headers["Allow"]
            return response

    return middleware


def _error(request: web.Request, answer: web.HTTPException) -> GatewayError:
    if isinstance(answer, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(answer.allowed_methods))
        return errors.VERB_NOT_ALLOWED(verb=request.method, allowed=allowed)
    if isinstance(answer, web.HTTPNotFound):
        return errors.ADDRESS_NOT_FOUND(path=request.path)
    return errors.UNREADABLE(why=answer.reason.lower())
