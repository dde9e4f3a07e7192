"""Long pages, which are sent in pieces as the client takes them; until then their memory is charged to the request."""

from collections.abc import AsyncIterator
from typing import TypeGuard

from aiohttp import web
from multidict import CIMultiDict

from gateway.methods.service import Service
from gateway.protocols.streaming import stream

_LONG = 64 * 1024
"""Bytes up to which a page is sent at once, so that no slow reader has to be watched."""


class LongPage(web.Response):
    """A response whose body is longer than that."""

    body: bytes


def is_long(response: web.StreamResponse) -> TypeGuard[LongPage]:
    """Tell whether a response is to be sent in pieces."""
    return isinstance(response, web.Response) and isinstance(response.body, bytes) and len(response.body) > _LONG


async def send_in_pieces(request: web.Request, page: LongPage, service: Service) -> web.StreamResponse:
    """Send a page."""
    headers = CIMultiDict(page.headers)
    for cookie in page.cookies.values():
        headers.add("Set-Cookie", cookie.output(header="").strip())
    return await stream(request, service.settings, page.status, headers, len(page.body), _pieces(page.body))


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), _LONG):
        yield body[start : start + _LONG]
