"""`attachment.cgi`: the bytes of an attachment, for browsers and old scripts.

Content comes from anybody, so a browser is told to trust none of it: no sniffing of types, no scripts, no frames, and a
download unless the type is known to be harmless. If the setting `attachment_base` names a host for content, public
attachments are sent from there, and all others only as downloads.

Long public downloads can be redirected to an address of their bucket (`content_redirects`). A bucket does not send
those headers, so files that a browser shows or a page embeds are always streamed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any, cast
from weakref import WeakValueDictionary

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.budget import Budget
from gateway.content import MemoryContent, StoredContent, Unavailable
from gateway.errors import GatewayError
from gateway.methods import credentials
from gateway.methods.attachment_fields import known_content_type
from gateway.methods.context import RequestContext
from gateway.methods.service import Service
from gateway.protocols import charset, negotiation, proxy_headers, ranges, request_context
from gateway.protocols.charset import Charset
from gateway.protocols.disposition import disposition
from gateway.protocols.streaming import stream

PATH = "/attachment.cgi"

MISSING = "missing"
"""The action whose page stands for an attachment that does not exist or is hidden."""

_HARMLESS = ("text/plain", "image/png", "image/jpeg", "image/gif", "image/webp")
_GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Accept-Ranges": "bytes",
}
_CHARSETS_KEPT = 4096
_SECRET, _PUBLIC = "no-store", "private, no-cache"  # public for now: browsers revalidate it each time


class Files:
    """The endpoint.

    `pages` are the handlers by `action` of the query string; `identify` adds the session in a cookie, which only pages
    and files read, to the context of a request.
    """

    def __init__(
        self,
        service: Service,
        pages: Mapping[str, Handler],
        identify: Callable[[web.Request, RequestContext], RequestContext],
    ) -> None:
        self._service = service
        self._settings = service.settings
        self._pages = pages
        self._identify = identify
        self._charsets: OrderedDict[tuple[int, str], Charset] = OrderedDict()
        self._looking = WeakValueDictionary[tuple[int, str], asyncio.Lock]()

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [web.get(PATH, self.get, allow_head=True)]

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Send the content, or the range of it that is asked for (RFC 9110 section 14); with an `action`, a page."""
        try:
            query = request_context.query_of(request)
        except GatewayError as error:
            return _refusal(error)
        show_page = self._pages.get(query.get("action", ""))
        if show_page is not None:
            return await show_page(request)
        context = self._identify(request, request_context.context(request, "file", self._service))
        try:
            shown = await self._attachment(request, query, context)
            if shown is None or shown["data"] is None:
                return await self._missing(request)
            is_public = await self._service.is_public(shown["id"])
        except Exception as problem:
            refused = self._service.to_client_error(problem, context)
            return _refusal(refused) if _is_told(refused) else await self._missing(request)
        if is_public and self._belongs_elsewhere(request):
            return _redirect(f"{self._settings.attachment_base}attachment.cgi?id={shown['id']}")
        return await self._answer(request, shown, is_public)

    async def _missing(self, request: web.Request) -> web.StreamResponse:
        """Answer for what does not exist or is hidden: a browser gets a page, from which to log in."""
        asks_for_page = "text/html" in request.headers.get("Accept", "")
        if asks_for_page and MISSING in self._pages and not proxy_headers.is_content_host(request, self._settings):
            return await self._pages[MISSING](request)
        return _not_found()

    async def _answer(self, request: web.Request, shown: dict[str, Any], is_public: bool) -> web.StreamResponse:
        """Answer as the conditions of the request ask for (RFC 9110 section 13.2.2)."""
        as_download = bool(self._settings.attachment_base) and not is_public
        content, headers = shown["data"], _headers(shown, is_public, as_download)
        if not negotiation.is_expected(request, headers["ETag"]):
            return _told(412, "The attachment is not the one that If-Match names.")
        if negotiation.is_known(request, headers["ETag"]):
            return web.Response(status=304, headers=headers)
        address = self._address(request, content, headers) if is_public else None
        if address:
            return _redirect(address)
        try:
            part = _part(request, headers["ETag"], content.size)
        except ranges.UnsatisfiableError:
            return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{content.size}"})
        if await self._charset(request, shown["id"], content, headers["Content-Type"]) is Charset.UTF_8:
            headers["Content-Type"] += "; charset=utf-8"
        return await self._send(request, content, part, headers)

    def _belongs_elsewhere(self, request: web.Request) -> bool:
        return bool(self._settings.attachment_base) and not proxy_headers.is_content_host(request, self._settings)

    async def _charset(
        self, request: web.Request, attachment_id: int, content: MemoryContent | StoredContent, content_type: str
    ) -> Charset:
        """Return the charset of text that names none, as remembered or after a look at all of it.

        It is remembered by attachment, not by hash: how long it takes tells nothing of the content of others.
        """
        if not charset.may_be_named(content_type, content.size):
            return Charset.UNKNOWN
        key = (attachment_id, content.sha256)
        looking = self._looking.get(key)
        if looking is None:
            looking = self._looking[key] = asyncio.Lock()
        async with looking:  # others who want it wait for the first look
            if key not in self._charsets:
                try:
                    await self._look(key, content, request[request_context.BUDGET])
                except (LookupError, Unavailable):  # sending will fail of it, and say so
                    return Charset.UNKNOWN
            return self._charsets[key]

    async def _look(self, key: tuple[int, str], content: MemoryContent | StoredContent, budget: Budget) -> None:
        async with aclosing(self._pieces(content, slice(0, content.size), budget)) as pieces:
            self._charsets[key] = await charset.detect(pieces)
        if len(self._charsets) > _CHARSETS_KEPT:
            self._charsets.popitem(last=False)

    def _address(
        self, request: web.Request, content: MemoryContent | StoredContent, headers: Mapping[str, str]
    ) -> str | None:
        """The address in the bucket of public content; None if it is to be streamed.

        HEAD is answered here, since not every service sends name and type with it. Clients that send credentials in
        headers are not redirected: many would send them along.
        """
        is_saved = headers["Content-Disposition"].startswith("attachment")
        is_embedded = request.headers.get("Sec-Fetch-Dest", "document") not in ("document", "empty")
        shows_credentials = any(name in request.headers for name in credentials.HEADERS)
        if request.method != "GET" or not is_saved or is_embedded or shows_credentials:
            return None
        return None if isinstance(content, MemoryContent) else self._service.public_address(content, headers)

    async def _attachment(
        self, request: web.Request, query: Mapping[str, str], context: RequestContext
    ) -> dict[str, Any] | None:
        """The attachment with its content, as Bug.attachments shows it to this caller.

        Requests to the host for content are anonymous: credentials sent there are ignored.
        """
        params: dict[str, Any] = {**query}
        if proxy_headers.is_content_host(request, self._settings):
            params, context = {}, context.without_credentials()
        for unwanted in ("ids", "id", "include_fields", "exclude_fields"):
            params.pop(unwanted, None)
        params["attachment_ids"] = [query.get("id", "")]
        result = cast(
            "dict[str, Any]",
            await self._service.call(self._service.method("Bug.attachments", context), params, context),
        )
        return next(iter(result["attachments"].values()), None)

    async def _send(
        self, request: web.Request, content: MemoryContent | StoredContent, part: slice | None, headers: dict[str, str]
    ) -> web.StreamResponse:
        status, sent = 200, slice(0, content.size)
        if part is not None:
            status, sent = 206, part
            headers = {**headers, "Content-Range": f"bytes {part.start}-{part.stop - 1}/{content.size}"}
        body = self._pieces(content, sent, request[request_context.BUDGET])
        return await stream(request, self._settings, status, headers, sent.stop - sent.start, body)

    async def _pieces(
        self, content: MemoryContent | StoredContent, part: slice, budget: Budget
    ) -> AsyncGenerator[bytes, None]:
        if isinstance(content, MemoryContent):
            yield content.data[part]
            return
        position = 0
        async for piece in self._service.stream(content, budget):
            wanted = piece[max(part.start - position, 0) : max(part.stop - position, 0)]
            position += len(piece)
            if wanted:
                yield wanted
            if position >= part.stop:
                return


def _headers(shown: dict[str, Any], is_public: bool, as_download: bool) -> dict[str, str]:
    content_type = known_content_type(shown["content_type"])  # a loaded site may have any
    harmless = content_type.partition(";")[0].strip().lower() in _HARMLESS
    kind = "inline" if harmless and not as_download else "attachment"
    return {
        **_GUARDS,
        "Content-Type": content_type,
        "Content-Disposition": disposition(kind, shown["file_name"]),
        "Cache-Control": _PUBLIC if is_public else _SECRET,
        "ETag": f'"{shown["data"].sha256[:32]}"',
    }


def _part(request: web.Request, tag: str, size: int) -> slice | None:
    """The range that is asked for; None for the whole. Raises `ranges.UnsatisfiableError`.

    Only GET has ranges (RFC 9110 section 14.2). If-Range has to give the very tag (section 13.1.5): with the tag of
    another version, a weak one or a date the whole is sent.
    """
    if request.method != "GET" or request.headers.get("If-Range", tag) != tag:
        return None
    return ranges.part(request.headers.get("Range", ""), size)


def _refusal(error: GatewayError) -> web.Response:
    """The answer to an error: wrong credentials are reported, hidden attachments look as if they did not exist."""
    return _told(error.kind.http_status, error.message) if _is_told(error) else _not_found()


def _is_told(error: GatewayError) -> bool:
    return error.kind.code in (300, 301, 306, 32000, -32000)


def _not_found() -> web.Response:
    return _told(404, "There is no such attachment.")


def _redirect(address: str) -> web.Response:
    return web.Response(status=302, headers={**_GUARDS, "Location": address, "Cache-Control": _SECRET})


def _told(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text + "\n", headers={**_GUARDS, "Cache-Control": _SECRET})
