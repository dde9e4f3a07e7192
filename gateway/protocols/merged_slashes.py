"""Read paths as Apache does, where Bugzilla's address ends in a slash and clients add another.

Doubled slashes are one, and one behind a script that programs call, as in `/xmlrpc.cgi/`, means nothing. Pages have
none there: their links are relative.
"""

import re

from aiohttp import web
from aiohttp.web import UrlDispatcher, UrlMappingMatchInfo
from yarl import URL

_SLASHES = re.compile("/{2,}")
_SCRIPTS = ("/xmlrpc.cgi/", "/jsonrpc.cgi/")


def merged(path: str) -> str:
    """The path with one slash where it has several."""
    return _SLASHES.sub("/", path) if "//" in path else path


def merge_slashes(router: UrlDispatcher) -> None:
    """Let a router resolve paths as if their slashes were single, and none stood behind a script."""
    resolve = router.resolve

    async def resolve_merged(request: web.Request) -> UrlMappingMatchInfo:
        sent = request.rel_url.raw_path
        path = merged(sent)
        if path.endswith(_SCRIPTS):
            path = path[:-1]
        if path != sent:
            request = request.clone(rel_url=URL.build(path=path, encoded=True))
        return await resolve(request)

    router.resolve = resolve_merged  # type: ignore[method-assign] # aiohttp takes no router of another class
