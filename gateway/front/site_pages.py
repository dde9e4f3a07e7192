"""The pages of a front: what is here, and the way to the pages of the site."""

from urllib.parse import quote, urlsplit

from aiohttp import web

from gateway.methods import credentials
from gateway.settings import Settings

_WHAT_IS_HERE = """This is a gateway in front of {site}

XML-RPC  xmlrpc.cgi
JSON-RPC jsonrpc.cgi
REST     rest
All of it is described at docs, and for programs at application.wadl, openapi.json and openrpc.json.
"""


class SitePages:
    """A front page that describes the gateway, and redirects to the pages of the site at `url`."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._url = url
        self._prefix = settings.path_prefix

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [web.get("/", self.front_page, allow_head=True)]

    async def front_page(self, _: web.Request) -> web.Response:
        """Say what is here."""
        return web.Response(text=_WHAT_IS_HERE.format(site=self._url))

    async def lead_on(self, request: web.Request) -> web.StreamResponse:
        """Redirect from one of Bugzilla's pages to the site's; credentials in the query are left out."""
        name = request.path.removeprefix(self._prefix).strip("/")
        if not name.endswith(".cgi") or "/" in name:
            return web.Response(status=404, text="There is no such page here.\n")
        query = urlsplit(request.rel_url.raw_path_qs).query
        suffix = f"?{query}" if query and not credentials.may_be_in(query) else ""
        return web.Response(status=302, headers={"Location": f"{self._url}{quote(name)}{suffix}"})
