"""Ketura's API over HTTP: everything below /Ketura/API."""

from aiohttp import web

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods.context import RequestContext
from gateway.methods.service import Service
from gateway.protocols import request_body, request_context
from gateway.protocols.documents import Documents
from gateway.protocols.ketura.refusals import refusal
from gateway.protocols.multipart_form import MAX_AROUND, MultipartFormReader
from gateway.protocols.multipart_parts import boundary_of
from gateway.protocols.router import RouteMatch, Router

PATH = "/Ketura/API"


class Ketura:
    """The resources, as the methods declare them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._router = Router(service.issues)
        self._documents = Documents(service)

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [web.route("*", PATH + "{path:/(?s:.*)}", self.answer, expect_handler=request_body.send_continue_later)]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request of any verb."""
        context = request_context.context(request, "ketura", self._service)
        path = request_context.path_below(request, self._service.settings, PATH)
        allowed = {"Allow": ", ".join([*self._router.verbs(path), "OPTIONS"])}
        try:
            if request.method == "OPTIONS" and self._router.verbs(path):
                return self._documents.describe_ketura(request, self._router.routes(path), allowed)
            match = self._match(request.method, path, allowed["Allow"])
            await self._run(request, match, context)
            return web.Response(status=match.route.status, headers={"Cache-Control": "no-store"})
        except Exception as problem:
            error = self._service.to_client_error(problem, context)
            return _refuse(request, error, allowed if error.kind is errors.VERB_NOT_ALLOWED else {})

    def _match(self, verb: str, path: str, allowed: str) -> RouteMatch:
        try:
            return self._router.find(verb, path)
        except GatewayError:
            if self._router.verbs(path):
                raise errors.VERB_NOT_ALLOWED(verb=verb, allowed=allowed) from None
            raise

    async def _run(self, request: web.Request, match: RouteMatch, context: RequestContext) -> None:
        """Call the method with the path and the body of a request. The body is asked for once the call is admitted."""
        context = await self._service.admit(match.method, match.params, context)
        boundary = boundary_of(request.headers.get("Content-Type", ""))
        with self._service.spools(context, self._service.settings.max_ketura_size) as spools:
            if (request.content_length or 0) > spools.limit + MAX_AROUND:
                raise errors.BODY_TOO_LARGE(limit=spools.limit)
            await request_body.send_continue(request)
            reader = MultipartFormReader(spools, match.method.params, boundary)
            await request_body.receive(request, reader, self._service)
            await self._service.call(match.method, {**reader.close(), **match.params}, context)


def _refuse(request: web.Request, error: GatewayError, headers: dict[str, str]) -> web.Response:
    answer = refusal(error)
    response = web.Response(status=answer.status, text=answer.body, headers={**answer.headers, **headers})
    if request_body.expects_continue(request):
        response.force_close()  # the body may still come
    return response
