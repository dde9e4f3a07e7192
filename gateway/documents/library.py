"""All documents about one pair of APIs. Each is made once, for a site without an address, and gets one when it is sent.

So no Host header that a client makes up costs more than a replacement in a document that is there.
"""

import json
from collections.abc import Iterable
from functools import cache, cached_property
from urllib.parse import quote

from gateway.documents import call_examples, endpoints, grammars, openapi, openrpc, resources, wadl
from gateway.documents.description import Resource
from gateway.documents.page import page
from gateway.methods.declaration import Method, Registry, Route

_NOWHERE = "http://site.invalid/"
"""The address that documents are made with, which nobody has (RFC 6761)."""


class Library:
    """The documents. `base` is always the address of the site, with a slash at the end."""

    def __init__(self, registry: Registry, issues: Registry) -> None:
        self._registry = registry
        self._issues = issues
        self._wadl = cache(self._make_wadl)
        self._wadl_of = cache(self._make_wadl_of)

    @cached_property
    def grammars(self) -> dict[str, bytes]:
        """The grammars, by the names of their files."""
        return grammars.files(self._registry)

    @cached_property
    def endpoints(self) -> list[Resource]:
        """The resources that no method declares: XML-RPC, JSON-RPC and the raw files."""
        return [*endpoints.of_calls(self._registry), *endpoints.of_files()]

    @cached_property
    def _resources(self) -> dict[str, Resource]:
        """The resources that are no documents themselves, by the shape of their paths."""
        of_methods = (*resources.of_rest(self._registry), *resources.of_ketura(self._issues))
        listed = (*of_methods, *self.endpoints)
        return {resources.shape(each.path): each for each in listed}

    def wadl(self, base: str, detail: bool = False) -> bytes:
        """Return WADL about everything; with `detail` about the documents and OPTIONS too."""
        return _at(base, self._wadl(detail))

    def _make_wadl(self, detail: bool) -> bytes:
        listed = list(self._resources.values())
        if detail:
            listed = [*endpoints.with_options(listed), *endpoints.of_documents()]
        return wadl.document(_NOWHERE, listed, self.grammars)

    def wadl_of(self, base: str, api: str, routes: Iterable[Route]) -> bytes:
        """Return WADL about the resources of these routes of an API, `resources.REST` or `resources.KETURA`."""
        return self.wadl_at(base, (resources.shape_of(api, route) for route in routes))

    def wadl_at(self, base: str, shapes: Iterable[str]) -> bytes:
        """Return WADL about the resources whose paths have these shapes."""
        return _at(base, self._wadl_of(tuple(dict.fromkeys(shapes))))

    def _make_wadl_of(self, shapes: tuple[str, ...]) -> bytes:
        return wadl.document(_NOWHERE, [self._resources[each] for each in shapes], self.grammars)

    def openapi(self, base: str) -> bytes:
        """Return OpenAPI about the resources."""
        return _at(base, self._openapi)

    @cached_property
    def _openapi(self) -> bytes:
        calls = {each.path for each in endpoints.of_calls(self._registry)}
        described = [each for path, each in self._resources.items() if path not in calls]
        return json.dumps(openapi.document(_NOWHERE, self._registry, described)).encode()

    def openrpc(self, base: str) -> bytes:
        """Return OpenRPC about the methods."""
        return _at(base, self._openrpc)

    @cached_property
    def _openrpc(self) -> bytes:
        return json.dumps(openrpc.document(self._registry, f"{_NOWHERE}jsonrpc.cgi")).encode()

    def page(self, base: str, words: str = "") -> bytes:
        """Return the page for people; with `words` only the methods whose description has all of them."""
        return _at(base, self._found(words) if words else self._page)

    @cached_property
    def _page(self) -> bytes:
        return page(self._wadl(False), self._calls)

    def _found(self, words: str) -> bytes:
        return page(self._wadl(False), self._calls, words)

    @cached_property
    def _calls(self) -> list[tuple[Method, str, str]]:
        """The methods of Bugzilla's API, each with a call over JSON-RPC and one over XML-RPC."""
        return [
            (method, call_examples.jsonrpc(_NOWHERE, method), call_examples.xmlrpc(_NOWHERE, method))
            for method in self._registry
        ]


def _at(base: str, document: bytes) -> bytes:
    """Return a document with the address of the site in it, escaped so that it is safe in XML, HTML and JSON."""
    address = quote(base, safe=":/[]")
    return document.replace(_NOWHERE[:-1].encode(), address[:-1].encode())
