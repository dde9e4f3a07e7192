"""The context that a request gives to its calls, its query string, and the part of its path that an API reads."""

import asyncio
from contextlib import suppress
from functools import partial

from aiohttp import web

from gateway.budget import Budget
from gateway.methods import credentials
from gateway.methods.context import RequestContext, new_request_id
from gateway.methods.service import Service
from gateway.protocols.form import pairs
from gateway.protocols.merged_slashes import merged
from gateway.protocols.proxy_headers import client_address, is_from_page, site_url
from gateway.settings import Settings

CONTEXT: web.RequestKey[RequestContext] = web.RequestKey("CONTEXT", RequestContext)
"""The context of a request, once a handler has made it."""

BUDGET: web.RequestKey[Budget] = web.RequestKey("BUDGET", Budget)
"""The budget of a request, which a middleware closes when the request ends (`gateway.web.application`)."""


def context(request: web.Request, protocol: str, service: Service) -> RequestContext:
    """Make the context of a request."""
    address = client_address(request, service.settings)
    if BUDGET not in request:
        request[BUDGET] = service.budget(address)
        loop = asyncio.get_running_loop()
        with suppress(AttributeError):  # a connection of aiohttp's own
            request.protocol.budget = request[BUDGET]  # type: ignore[attr-defined]
        request[BUDGET].on_give_up = partial(loop.call_soon_threadsafe, _abort, request)
    found = request[CONTEXT] = RequestContext(
        protocol=protocol,
        address=address,
        budget=request[BUDGET],
        headers=credentials.from_headers(request.headers),
        request_id=new_request_id(),
        site_url=site_url(request, service.settings),
        is_from_page=is_from_page(request, service.settings),
    )
    return found


def begin(request: web.Request, service: Service) -> Budget:
    """Give a request its budget, by which its connection is counted too."""
    budget = request[BUDGET] = service.budget(client_address(request, service.settings))
    budget.on_give_up = partial(asyncio.get_running_loop().call_soon_threadsafe, _abort, request)
    with suppress(AttributeError):  # a connection of aiohttp's own
        request.protocol.set_budget(budget)  # type: ignore[attr-defined]
    return budget


def query_of(request: web.Request) -> dict[str, str]:
    """The first value of each name in the query string, in which `&` or `;` separates. Raises UNREADABLE."""
    return dict(reversed(pairs(request.rel_url.raw_query_string)))


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def path_below(request: web.Request, settings: Settings, api: str) -> str:
    """The path below that of an API, as it was sent: percent-encoded, so that an encoded slash is part of a name.

    It is found by counting, because a client may encode letters of the API's own path too (RFC 3986 section 6.2.2.2).
    """
    own = (settings.path_prefix + api).count("/")
    return "/".join(["", *merged(request.rel_url.raw_path).split("/")[own + 1 :]])
