"""`attachment.cgi`: the bytes of an attachment, for browsers and old scripts.

Content comes from anybody, so a browser is told to trust none of it: no sniffing of types, no scripts, and a download
unless the type is known to be harmless.
"""

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import helpers, web

from gateway.content import MemoryContent, StoredContent
from gateway.errors import GatewayError
from gateway.methods.origin import Origin
from gateway.methods.service import Service
from gateway.pages.attachments import AttachmentPages
from gateway.pages.session import with_session
from gateway.protocols import transport

_HARMLESS = ("text/plain", "image/png", "image/jpeg", "image/gif", "image/webp")
_GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
}


class Files:
    """The endpoint."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._pages = AttachmentPages(service)

    def routes(self) -> list[web.RouteDef]:
        """Where it answers."""
        return [web.get("/attachment.cgi", self.get, allow_head=True)]

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Answer with the content, or the part of it that a Range asks for (RFC 9110 section 14); or with a page."""
        show_page = self._pages.actions.get(request.query.get("action", ""))
        if show_page is not None:
            return await show_page(request)
        origin = with_session(request, transport.origin(request, "file", self._service))
        try:
            shown = await self._attachment(request, origin)
        except GatewayError as error:
            return _refusal(error)
        if shown is None or shown["data"] is None:
            return _not_found()
        content, headers = shown["data"], _headers(shown)
        if transport.is_known(request, headers["ETag"]):
            return web.Response(status=304, headers=headers)
        try:
            part = _part(request, headers["ETag"], content.size)
        except ValueError:
            return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{content.size}"})
        return await self._send(request, content, part, headers)

    async def _attachment(self, request: web.Request, origin: Origin) -> dict[str, Any] | None:
        """The attachment with its content, as Bug.attachments shows it to this caller."""
        params: dict[str, Any] = {**request.query, "attachment_ids": [request.query.get("id", "")]}
        for unwanted in ("ids", "id", "include_fields", "exclude_fields"):
            params.pop(unwanted, None)
        result = await self._service.call(self._service.method("Bug.attachments", origin), params, origin)
        return next(iter(result["attachments"].values()), None)

    async def _send(
        self, request: web.Request, content: MemoryContent | StoredContent, part: slice, headers: dict[str, str]
    ) -> web.StreamResponse:
        whole = part.start == 0 and part.stop == content.size
        response = web.StreamResponse(status=200 if whole else 206, headers=headers)
        response.content_length = part.stop - part.start
        if not whole:
            response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{content.size}"
        with transport.breaking_off(request, self._service.settings.body_timeout):
            await response.prepare(request)
            if request.method != "HEAD":
                async for piece in self._pieces(content, part):
                    await response.write(piece)
            await response.write_eof()
        return response

    async def _pieces(self, content: MemoryContent | StoredContent, part: slice) -> AsyncIterator[bytes]:
        if isinstance(content, MemoryContent):
            yield content.data[part]
            return
        position = 0
        async for piece in self._service.store.stream(content):
            wanted = piece[max(part.start - position, 0) : max(part.stop - position, 0)]
            position += len(piece)
            if wanted:
                yield wanted
            if position >= part.stop:
                return


def _headers(shown: dict[str, Any]) -> dict[str, str]:
    content_type = shown["content_type"]
    harmless = content_type.partition(";")[0].strip().lower() in _HARMLESS
    return {
        **_GUARDS,
        "Content-Type": content_type,
        "Content-Disposition": helpers.content_disposition_header(
            "inline" if harmless else "attachment", filename=shown["file_name"]
        ),
        "Cache-Control": "no-store" if shown["is_private"] else "private, no-cache",
        "ETag": f'"{shown["data"].sha256[:32]}"',
    }


def _part(request: web.Request, tag: str, size: int) -> slice:
    """What a Range asks for; all of it where there is none, or only for another version. Raises ValueError.

    Only GET has ranges, and one that cannot be read, as in another unit, is ignored (RFC 9110 section 14.2); so are
    several at once, for which there is no answer here.
    """
    whole = slice(0, size)
    if request.method != "GET" or "Range" not in request.headers or request.headers.get("If-Range", tag) != tag:
        return whole
    try:
        asked = request.http_range
    except ValueError:
        return whole
    start, stop, _ = asked.indices(size)
    if start >= stop:
        raise ValueError("the range is outside of the content")
    return slice(start, stop)


def _refusal(error: GatewayError) -> web.Response:
    """Wrong credentials are told; what may not be seen is as if it did not exist."""
    if error.kind.code in (300, 301, 306, 32000, -32000):
        return web.Response(status=error.kind.http_status, text=error.message + "\n", headers=_GUARDS)
    return _not_found()


def _not_found() -> web.Response:
    return web.Response(status=404, text="There is no such attachment.\n", headers=_GUARDS)
