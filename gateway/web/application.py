"""Put the application together."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway import pages
from gateway.documents import openrpc
from gateway.front.front_answerer import FrontAnswerer
from gateway.front.front_options import FrontOptions
from gateway.front.site_pages import SitePages
from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.declaration import Registry
from gateway.methods.service import Service
from gateway.methods.store_answerer import StoreAnswerer
from gateway.pages.attachment_pages import AttachmentPages
from gateway.pages.page_session import with_session
from gateway.protocols import request_context
from gateway.protocols.documents import Documents
from gateway.protocols.files import Files
from gateway.protocols.jsonrpc.jsonrpc_endpoint import JsonRpc
from gateway.protocols.ketura.ketura_endpoint import Ketura
from gateway.protocols.merged_slashes import merge_slashes
from gateway.protocols.microcache import Microcache
from gateway.protocols.request_body import has_long_body
from gateway.protocols.rest.rest_endpoint import Rest
from gateway.protocols.xmlrpc.xmlrpc_endpoint import XmlRpc
from gateway.settings import Settings
from gateway.store.interface import Store
from gateway.web.content_host import only_content
from gateway.web.error_forms import in_api_form, send_continue_now
from gateway.web.health import Health
from gateway.web.metrics import Metrics
from gateway.web.watch import Watch


class Endpoint(Protocol):
    """Answers at some paths."""

    def routes(self) -> Iterable[web.RouteDef]:
        """The routes."""
        ...


CALLS: tuple[Callable[[Service], Endpoint], ...] = (XmlRpc, JsonRpc, Rest)
"""The protocols of calls, whose replies may be given again (`Microcache`)."""


def _files(service: Service) -> Files:
    return Files(service, AttachmentPages(service).actions, with_session)


def _bare_files(service: Service) -> Files:
    return Files(service, {}, lambda _, context: context)


ENDPOINTS: tuple[Callable[[Service], Endpoint], ...] = (Ketura, _files, Documents, *pages.ENDPOINTS)
"""All other endpoints. A new protocol goes into either of the two."""

MAX_HEADERS = 64
"""Headers in one request. Each may have 8 KiB, and all of them together `http_connection.MAX_HEAD`."""

WATCH = web.AppKey("WATCH", Watch)
"""The watch over the requests of an application; call `Watch.finish` when it stops."""

SERVICE = web.AppKey("SERVICE", Service)
"""The service of an application; call `Service.reload` when its settings have changed."""


def application(
    store: Store, settings: Settings, registry: Registry = METHODS, issues: Registry = ISSUES
) -> web.Application:
    """The application over an open store, which the caller closes."""
    registry.describe = openrpc.document
    metrics = Metrics()
    service = Service(StoreAnswerer(store, settings, registry, issues), settings, metrics)
    app = _application(service, metrics, ENDPOINTS, pages.UnknownAddresses(service).handler)
    pages.set_up(app)
    return app


def front_application(
    options: FrontOptions, settings: Settings, registry: Registry = METHODS, issues: Registry = ISSUES
) -> web.Application:
    """The application in front of another site, which has no pages of its own."""
    registry.describe = openrpc.document
    metrics = Metrics()
    service = Service(FrontAnswerer(options, settings, metrics, registry, issues), settings, metrics)
    site_pages = SitePages(options.url, settings)
    return _application(service, metrics, (Ketura, _bare_files, Documents, lambda _: site_pages), site_pages.lead_on)


def _application(
    service: Service, metrics: Metrics, endpoints: Iterable[Callable[[Service], Endpoint]], not_found: Handler
) -> web.Application:
    settings, watch = service.settings, Watch(metrics)
    middlewares: list[Middleware] = [watch.middleware, charge_to_budget(service), in_api_form(settings, not_found)]
    if settings.attachment_base:
        middlewares.append(only_content(settings))
    app = web.Application(middlewares=middlewares, handler_args={"auto_decompress": False, "max_headers": MAX_HEADERS})
    app[WATCH], app[SERVICE] = watch, service
    merge_slashes(app.router)
    app.cleanup_ctx.append(_running(service))
    microcache = Microcache(service)
    for call in (make(service) for make in CALLS):
        app.add_routes(_below(settings.path_prefix, microcache.wrap_routes(call.routes())))
    for endpoint in (*(make(service) for make in endpoints), Health(service, metrics)):
        app.add_routes(_below(settings.path_prefix, endpoint.routes()))
    return app


def charge_to_budget(service: Service) -> Middleware:
    """Return a middleware that gives each request a budget, and releases what it holds when the request ends."""

    @web.middleware
    async def charge(request: web.Request, handler: Handler) -> web.StreamResponse:
        budget = request_context.begin(request, service)
        if not has_long_body(request):
            service.turns.note_brief()
        try:
            await service.turns.admit(budget.owners)
            return await handler(request)
        finally:
            budget.close()

    return charge


def _running(service: Service) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(_: web.Application) -> AsyncIterator[None]:
        await service.start()
        yield
        await service.close()

    return context


def _below(prefix: str, routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
    wait = {"expect_handler": send_continue_now(prefix)}
    return [web.RouteDef(each.method, prefix + each.path, each.handler, wait | each.kwargs) for each in routes]
