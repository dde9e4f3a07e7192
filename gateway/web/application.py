"""Puts the application together."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Protocol

from aiohttp import web

from gateway import pages
from gateway.documents import openrpc
from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.declaration import Registry
from gateway.methods.service import Service
from gateway.pages.attachment_pages import AttachmentPages
from gateway.pages.page_session import with_session
from gateway.protocols import request_body
from gateway.protocols.documents import Documents
from gateway.protocols.files import Files
from gateway.protocols.jsonrpc.jsonrpc_endpoint import JsonRpc
from gateway.protocols.ketura.ketura_endpoint import Ketura
from gateway.protocols.microcache import Microcache
from gateway.protocols.rest.rest_endpoint import Rest
from gateway.protocols.xmlrpc.xmlrpc_endpoint import XmlRpc
from gateway.settings import Settings
from gateway.store.interface import Store
from gateway.web.content_host import only_content
from gateway.web.health import Health
from gateway.web.metrics import Metrics
from gateway.web.watch import Watch


class Endpoint(Protocol):
    """What answers at some paths."""

    def routes(self) -> Iterable[web.RouteDef]:
        """Where it answers."""
        ...


CALLS: tuple[Callable[[Service], Endpoint], ...] = (XmlRpc, JsonRpc, Rest)
"""The protocols of calls, whose answers may be given again (`Microcache`)."""


def _files(service: Service) -> Files:
    return Files(service, AttachmentPages(service).actions, with_session)


ENDPOINTS: tuple[Callable[[Service], Endpoint], ...] = (Ketura, _files, Documents, *pages.ENDPOINTS)
"""Everything else that clients and people speak to. A new protocol goes to either of the two."""

MAX_HEADERS = 64
"""Headers in one request. Each may have 8 KiB, and be held, twice, until the last of them has come."""

WATCH = web.AppKey("WATCH", Watch)
"""What watches the requests of an application; it is to be told when that stops (`Watch.finish`)."""


def application(
    store: Store, settings: Settings, registry: Registry = METHODS, issues: Registry = ISSUES
) -> web.Application:
    """The application over a store that is open; whoever opened it closes it."""
    registry.describe = openrpc.document
    metrics = Metrics()
    service = Service(store, settings, registry, issues, metrics)
    watch = Watch(metrics)
    middlewares = [watch.middleware, only_content(settings)] if settings.attachment_base else [watch.middleware]
    app = web.Application(middlewares=middlewares, handler_args={"auto_decompress": False, "max_headers": MAX_HEADERS})
    app[WATCH] = watch
    pages.set_up(app)
    app.cleanup_ctx.append(_running(service))
    microcache = Microcache(service)
    for call in (make(service) for make in CALLS):
        app.add_routes(_below(settings.path_prefix, microcache.wrap_routes(call.routes())))
    for endpoint in (*(make(service) for make in ENDPOINTS), Health(service, metrics)):
        app.add_routes(_below(settings.path_prefix, endpoint.routes()))
    return app


def _running(service: Service) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(_: web.Application) -> AsyncIterator[None]:
        await service.start()
        yield
        service.close()

    return context


def _below(prefix: str, routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
    wait = {"expect_handler": request_body.send_continue_now}
    return [web.RouteDef(each.method, prefix + each.path, each.handler, wait | each.kwargs) for each in routes]
