"""The front page, and the styles and scripts of all pages."""

import mimetypes
from urllib.parse import quote

from aiohttp import web

from gateway.methods import bugzilla, views
from gateway.methods.service import Service
from gateway.pages.page_handlers import PageHandlers
from gateway.pages.page_session import Visitor
from gateway.pages.rendering import long_page, page, redirect, static_files
from gateway.protocols import proxy_headers

_FEW, _MANY = 5, 200
"""The most entries in each list of one's own work: on the front page, and on a page of their own."""

_FOR_LONG = "public, max-age=31536000, immutable"  # their URLs change when they do


class FrontPage:
    """The page that introduces the server and its protocols."""

    def __init__(self, service: Service) -> None:
        self._pages = PageHandlers(service)
        self._settings = service.settings

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the front page and the static files."""
        folder = [web.get("", self.folder)] if self._settings.path_prefix else []
        return [
            *folder,
            web.get("/", self._pages.handler(self.show), allow_head=True),
            web.get("/requests", self._pages.handler(self.requests), allow_head=True),
            web.get("/pages/{name}", self.static, allow_head=True),
        ]

    async def folder(self, _: web.Request) -> web.Response:
        """Redirect to the URL with a slash at its end, which relative URLs need."""
        return redirect(self._settings.path_prefix + "/")

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Show the protocols, with calls to copy."""
        base = proxy_headers.site_url(request, self._settings)
        version = await self._pages.call(visitor, bugzilla.version)
        work = await self._pages.call(visitor, views.own_work, limit=_FEW) if visitor.user else None
        shown = {"base": base, "bugzilla": version["version"], "examples": examples(base)}
        return page(request, visitor, "front.html", **shown, work=work, few=_FEW)

    async def requests(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Show the visitor's requests, and what they attached."""
        work = await self._pages.call(visitor, views.own_work, limit=_MANY)
        return await long_page(request, visitor, "requests.html", work=work, few=_MANY)

    async def static(self, request: web.Request) -> web.Response:
        """Serve a style sheet, script or icon."""
        name = request.match_info["name"]
        if name not in static_files():
            return web.Response(status=404, text="There is no such file.\n")
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Cache-Control": _FOR_LONG, "X-Content-Type-Options": "nosniff", "Content-Type": media_type}
        return web.Response(body=static_files()[name], headers=headers)


def examples(base: str) -> list[tuple[str, str, str]]:
    """Return calls to try: a protocol, a command, and a URL that makes the same call in a browser, if there is one."""
    at = quote(base, safe=":/[]")  # the URL comes from the request, so make it safe in a shell
    proxy = f"xmlrpc.client.ServerProxy('{at}xmlrpc.cgi')"
    call = '{"method": "Bugzilla.version", "params": [{}], "id": 1}'
    upload = f"curl -u me@example.com -F Description=Notes -F File=@notes.txt {at}Ketura/API/Issues/1/Attachments"
    return [
        ("REST", f"curl {at}rest/version", "rest/version"),
        (
            "JSON-RPC",
            f"curl -H 'Content-Type: application/json' -d '{call}' {at}jsonrpc.cgi",
            "jsonrpc.cgi?method=Bugzilla.version&params=[{}]",
        ),
        ("XML-RPC", f'python3 -c "import xmlrpc.client; print({proxy}.Bugzilla.version())"', ""),
        ("Ketura", upload, ""),
    ]
