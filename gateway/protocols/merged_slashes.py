"""Merge doubled slashes in paths, as Apache does: Bugzilla's address ends in a slash, and clients add another."""

import re

from aiohttp import web
from aiohttp.web import UrlDispatcher, UrlMappingMatchInfo
from yarl import URL

_SLASHES = re.compile("/{2,}")


def merged(path: str) -> str:
    """The path with one slash where it has several."""
    return _SLASHES.sub("/", path) if "//" in path else path


def merge_slashes(router: UrlDispatcher) -> None:
    """Let a router resolve paths as if their slashes were single."""
    resolve = router.resolve

    async def resolve_merged(request: web.Request) -> UrlMappingMatchInfo:
        path = request.rel_url.raw_path
        if "//" in path:
            request = request.clone(rel_url=URL.build(path=merged(path), encoded=True))
        return await resolve(request)

    router.resolve = resolve_merged  # type: ignore[method-assign] # aiohttp takes no router of another class
