"""Serve only attachments on the host of `attachment_base`: scripts in an attachment then reach nothing else."""

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway.errors import GatewayError
from gateway.protocols import files, proxy_headers
from gateway.protocols.merged_slashes import merged
from gateway.protocols.request_context import query_of
from gateway.settings import Settings


def _has_action(request: web.Request) -> bool:
    try:
        return "action" in query_of(request)
    except GatewayError:
        return True


def only_content(settings: Settings) -> Middleware:
    """Make a middleware that answers 404 to all other requests to that host."""
    path = settings.path_prefix + files.PATH

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        is_read = request.method in ("GET", "HEAD") and not _has_action(request)
        is_content = is_read and merged(request.path) == path
        if proxy_headers.is_content_host(request, settings) and not is_content:
            return web.Response(status=404, text="There is nothing here but attachments.\n")
        return await handler(request)

    return middleware
