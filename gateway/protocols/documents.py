"""Serve the documents: WADL and its grammars, OpenAPI, OpenRPC, and the page for people."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.documents import resources, wadl
from gateway.documents.description import Resource
from gateway.documents.library import Library
from gateway.documents.page import policy
from gateway.methods.declaration import Route
from gateway.methods.service import Service
from gateway.protocols import negotiation, proxy_headers
from gateway.protocols.caller_threads import run_in_thread

_JSON = "application/json; charset=UTF-8"
_LONGEST_WORDS = 200
_PAGE_GUARDS = {"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"}


class Documents:
    """The documents at their addresses, and the answers of resources that describe themselves."""

    def __init__(self, service: Service) -> None:
        self._settings = service.settings
        self._library = Library(service.registry, service.issues)
        self._made = datetime.now(UTC).replace(microsecond=0)

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get(f"/{wadl.PATH}", self.wadl, allow_head=True),
            web.get(f"/{wadl.PATH}/{{grammar}}", self.grammar, allow_head=True),
            web.get("/openapi.json", self.openapi, allow_head=True),
            web.get("/openrpc.json", self.openrpc, allow_head=True),
            web.get("/docs", self.page, allow_head=True),
            *(web.options(f"/{each.path}", self._describing(each)) for each in self._library.endpoints),
        ]

    async def wadl(self, request: web.Request) -> web.Response:
        """Send the WADL of everything; with `detail` that of the documents and OPTIONS too."""
        detail = request.query.get("detail", "").lower() == "true"
        return self._answer(request, self._library.wadl(self._base(request), detail), wadl.MEDIA_TYPE)

    async def grammar(self, request: web.Request) -> web.Response:
        """Send one of the grammars."""
        name = request.match_info["grammar"]
        found = self._library.grammars.get(name)
        if found is None:
            return web.Response(status=404, text="There is no such grammar.\n")
        return self._answer(request, found, "application/xml" if wadl.is_xml(name) else "application/schema+json")

    async def openapi(self, request: web.Request) -> web.Response:
        """Send the resources in OpenAPI."""
        return self._answer(request, self._library.openapi(self._base(request)), _JSON)

    async def openrpc(self, request: web.Request) -> web.Response:
        """Send the methods in OpenRPC."""
        return self._answer(request, self._library.openrpc(self._base(request)), _JSON)

    async def page(self, request: web.Request) -> web.Response:
        """Send the page; `find` limits it to methods whose description has these words."""
        guards = {"Content-Security-Policy": policy(), **_PAGE_GUARDS}
        words = request.query.get("find", "").strip()[:_LONGEST_WORDS]
        shown = await run_in_thread(request, self._library.page, self._base(request), words)
        return self._answer(request, shown, "text/html; charset=UTF-8", guards)

    def describe_rest(self, request: web.Request, routes: Iterable[Route], headers: Mapping[str, str]) -> web.Response:
        """Answer OPTIONS of a REST resource, if it asks for WADL."""
        return self._describe(request, resources.REST, routes, headers)

    def describe_ketura(
        self, request: web.Request, routes: Iterable[Route], headers: Mapping[str, str]
    ) -> web.Response:
        """Answer OPTIONS of a resource of Ketura's API."""
        return self._describe(request, resources.KETURA, routes, headers)

    def _describing(self, resource: Resource) -> Handler:
        """Return what answers OPTIONS of a resource that no method declares."""
        headers = {"Allow": ", ".join([*(each.verb for each in resource.operations), "OPTIONS"])}

        async def describe(request: web.Request) -> web.Response:
            return self._answer(
                request, self._library.wadl_at(self._base(request), [resource.path]), wadl.MEDIA_TYPE, headers
            )

        return describe

    def _describe(
        self, request: web.Request, api: str, routes: Iterable[Route], headers: Mapping[str, str]
    ) -> web.Response:
        document = self._library.wadl_of(self._base(request), api, routes)
        return self._answer(request, document, wadl.MEDIA_TYPE, headers)

    def _base(self, request: web.Request) -> str:
        return proxy_headers.site_url(request, self._settings)

    def _answer(
        self, request: web.Request, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> web.Response:
        sent = {
            "ETag": negotiation.etag_of([body]),
            "Last-Modified": format_datetime(self._made, usegmt=True),
            "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        }
        if not negotiation.is_expected(request, sent["ETag"]):
            return web.Response(status=412, headers=sent)
        if self._is_known(request, sent["ETag"]):
            return web.Response(status=304, headers=sent)
        return web.Response(body=body, headers={**sent, "Content-Type": content_type})

    def _is_known(self, request: web.Request, tag: str) -> bool:
        """Tell whether the client has this document (RFC 9110 section 13). OPTIONS has no conditions (13.2.1)."""
        if request.method not in ("GET", "HEAD"):
            return False
        if "If-None-Match" in request.headers:
            return negotiation.is_known(request, tag)
        since = request.if_modified_since
        return since is not None and self._made <= since
