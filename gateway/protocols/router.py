"""Find the method that a verb and a path mean, and the parameters in the path. No I/O.

Paths are those below the API's own, still percent-encoded, so that an encoded slash stays part of a name.
"""

from collections.abc import Iterator
from urllib.parse import unquote

from msgspec import Struct

from gateway import errors
from gateway.methods.declaration import Method, Registry, Route


class RouteMatch(Struct, frozen=True):
    """A route that fits, its method, and the parameters in the path."""

    route: Route
    method: Method
    params: dict[str, str]


class Router:
    """Finds the routes of an API. If several fit a path, the first in the order of `Registry.routes` counts."""

    def __init__(self, registry: Registry) -> None:
        self._routes = [(route.pattern(), route, method) for route, method in registry.routes().items()]

    def find(self, verb: str, path: str) -> RouteMatch:
        """The route for a verb at a path. Raises RESOURCE_NOT_FOUND."""
        for match in self._fitting(path, "GET" if verb == "HEAD" else verb):
            return match
        raise errors.RESOURCE_NOT_FOUND(verb=verb, path=path)

    def routes(self, path: str) -> list[Route]:
        """The routes that fit a path; empty if there is no resource."""
        return [match.route for match in self._fitting(path)]

    def verbs(self, path: str) -> list[str]:
        """The verbs that a path takes, sorted; empty if there is no resource."""
        return sorted({route.verb for route in self.routes(path)})

    def _fitting(self, path: str, verb: str | None = None) -> Iterator[RouteMatch]:
        """The routes that fit a path, of all verbs or of one."""
        for pattern, route, method in self._routes:
            if verb in (None, route.verb) and (found := pattern.fullmatch(path)):
                yield RouteMatch(route, method, {name: unquote(value) for name, value in found.groupdict().items()})
