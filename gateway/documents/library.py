"""All documents about one pair of APIs, made when they are asked for and kept."""

import json
from collections.abc import Iterable
from functools import cached_property, lru_cache

from gateway.documents import endpoints, grammars, openapi, openrpc, resources, wadl
from gateway.documents.description import Resource
from gateway.documents.page import page
from gateway.methods.declaration import Registry, Route

_BASES = 8
"""Addresses of the site whose documents are kept; a client can name any in its Host header."""


class Library:
    """The documents. `base` is always the address of the site, with a slash at the end."""

    def __init__(self, registry: Registry, issues: Registry) -> None:
        self._registry = registry
        self._issues = issues
        self.wadl = lru_cache(2 * _BASES)(self._wadl)
        self.openapi = lru_cache(_BASES)(self._openapi)
        self.openrpc = lru_cache(_BASES)(self._openrpc)
        self.page = lru_cache(_BASES)(self._page)

    @cached_property
    def grammars(self) -> dict[str, bytes]:
        """The grammars that the WADL includes, by the names of their files."""
        return grammars.files(self._registry)

    @cached_property
    def _resources(self) -> dict[str, Resource]:
        """Everything that is no document itself, by path."""
        listed = (
            *resources.of_rest(self._registry),
            *resources.of_ketura(self._issues),
            *endpoints.of_calls(self._registry),
            *endpoints.of_files(),
        )
        return {each.path: each for each in listed}

    def _wadl(self, base: str, detail: bool = False) -> bytes:
        listed = list(self._resources.values())
        if detail:
            listed = endpoints.with_options([*listed, *endpoints.of_documents()])
        return wadl.document(base, listed, self.grammars)

    def wadl_of(self, base: str, api: str, routes: Iterable[Route]) -> bytes:
        """The WADL document about the resources of these routes of an API, which is `resources.REST` or `.KETURA`."""
        paths = dict.fromkeys(resources.path_of(api, route) for route in routes)
        return wadl.document(base, [self._resources[path] for path in paths], self.grammars)

    def _openapi(self, base: str) -> bytes:
        named = ("xmlrpc.cgi", "jsonrpc.cgi")
        described = [each for path, each in self._resources.items() if path not in named]
        return json.dumps(openapi.document(base, self._registry, described)).encode()

    def _openrpc(self, base: str) -> bytes:
        return json.dumps(openrpc.document(self._registry, f"{base}jsonrpc.cgi")).encode()

    def _page(self, base: str) -> bytes:
        return page(self.wadl(base))
