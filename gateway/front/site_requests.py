"""Turn calls into requests of the site's REST, by the routes that their methods declare. No I/O.

Writes: in a PUT or a POST the members of the body replace what the path says, so the path only has to be well-formed,
and any call can be said. Reads: everything goes into the query, as far as a route has no place for it in its path. A
web server takes request lines of about 8,190 bytes, so that long lists are sent in several requests.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from gateway import errors
from gateway.front.families import MOZILLA_NAMES, MOZILLA_ROUTES, Family
from gateway.front.request_values import body_values, query_values
from gateway.methods.declaration import Login, Method, Route
from gateway.values import Value

MAX_ADDRESS = 7_700
"""The most bytes of a path with its query, without credentials: Apache's limit of 8,190 is for the whole line."""

_IN_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""Values that web servers and Bugzilla leave as they are in a path."""

_NEITHER_SPLIT = ("limit", "offset", "order", "quicksearch")
"""Parameters that make the answers to parts of a search something else than parts of the answer."""

_NOBODY_PLACES: Mapping[str, str] = {"Bug.attachments": "0"}
"""Values for the paths of reads that name nothing: attachment 0 does not exist, and is left out silently."""


@dataclass(frozen=True, slots=True)
class SiteRequest:
    """A request: a path below `/rest`, and a query or a JSON body. `retries` tells whether it may be sent twice."""

    method: str
    verb: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = None
    retries: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The path with the query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class BugInPath:
    """A read of a bug by an alias that cannot be in a path: its number has to be found first."""

    alias: str


def routes_of(method: Method, family: Family) -> tuple[Route, ...]:
    """The routes of a method in a family."""
    found = MOZILLA_ROUTES.get(method.name, ()) if family is Family.MOZILLA else ()
    return found or method.routes


def requests_of(
    method: Method, params: Mapping[str, Value], family: Family, protocol: str
) -> Sequence[SiteRequest] | BugInPath | None:
    """The requests whose answers together are that of a call; None if the answer is empty, because it asks for nothing.

    Raises PARAM_REQUIRED and PARAMS_REQUIRED if there is no request without a parameter that is not there, NOT_SCALARS
    and PARAM_INVALID for values that cannot be sent, ADDRESS_TOO_LONG, SITE_LACKS_METHOD.
    """
    routes = routes_of(method, family)
    if not routes:
        raise errors.SITE_LACKS_METHOD(method=method.name)
    if family is Family.MOZILLA:
        names = MOZILLA_NAMES.get(method.name, {})
        params = {names.get(name, name): value for name, value in params.items()}
    if routes[0].verb != "GET":
        return [_write(method, routes, params)]
    if _asks_for_nothing(routes, params):
        return None
    return _reads(method, routes, query_values(method, params, protocol))


# ---- writes


def _write(method: Method, routes: Sequence[Route], params: Mapping[str, Value]) -> SiteRequest:
    fitting = [each for each in routes if all(name in params for name in each.places)]
    if not fitting:
        raise _missing(method, routes)
    route = max(fitting, key=lambda each: len(each.places))
    path = route.template
    for name, pattern in route.places.items():
        is_text = not pattern and any(other.places.get(place) for other in routes for place in other.places)
        path = path.replace(f"{{{name}}}", "x" if is_text else "0")
    return SiteRequest(method.name, route.verb, path, body=body_values(method, params))


def _missing(method: Method, routes: Sequence[Route]) -> errors.GatewayError:
    names = list(dict.fromkeys(name for route in routes for name in route.places))
    return errors.PARAM_REQUIRED(param=names[0]) if len(names) == 1 else errors.PARAMS_REQUIRED(params=", ".join(names))


# ---- reads


def _asks_for_nothing(routes: Sequence[Route], params: Mapping[str, Value]) -> bool:
    """Tell whether all that a call says of what it wants are empty lists, which a query cannot say."""
    places = {name for route in routes for name in route.places}
    given = [value for name, value in params.items() if name in places]
    others = [value for name, value in params.items() if name not in places and not name.endswith("_fields")]
    is_empty = bool(given) and all(isinstance(value, list) and not value for value in given)
    return is_empty and not any(isinstance(value, list) and value for value in others)


def _reads(method: Method, routes: Sequence[Route], values: Mapping[str, list[str]]) -> list[SiteRequest] | BugInPath:
    whole = _read(method, routes, values)
    if isinstance(whole, BugInPath) or len(whole.address) <= MAX_ADDRESS:
        return whole if isinstance(whole, BugInPath) else [whole]
    if any(name in values for name in _NEITHER_SPLIT):
        raise errors.ADDRESS_TOO_LONG(method=method.name)
    requests = []
    for part in _parts(method, routes, values):
        request = _read(method, routes, part)
        if isinstance(request, BugInPath):
            return request
        requests.append(request)
    return requests


def _read(method: Method, routes: Sequence[Route], values: Mapping[str, list[str]]) -> SiteRequest | BugInPath:
    route = _route(method, routes, values)
    path, rest = route.template, dict(values)
    for name in route.places:
        if name not in rest:
            path = path.replace(f"{{{name}}}", _NOBODY_PLACES[method.name])
            continue
        if _NOBODY_PLACES.get(method.name) is not None:
            path = path.replace(f"{{{name}}}", _NOBODY_PLACES[method.name])
            continue
        first, *others = rest.pop(name)
        if not _IN_PATH.fullmatch(first) and name == "ids" and path.startswith("/bug/{ids}"):
            return BugInPath(first)
        path = path.replace(f"{{{name}}}", quote(first, safe=""))
        if others:
            rest[name] = others
    pairs = tuple((name, each) for name, found in rest.items() for each in found)
    return SiteRequest(method.name, "GET", path, pairs, retries=not method.writes)


def _route(method: Method, routes: Sequence[Route], values: Mapping[str, list[str]]) -> Route:
    """The route for a read: one without places, or else one whose places are given, the more the better."""
    if method.name in _NOBODY_PLACES:
        if not any(name in values for each in routes for name in each.places):
            raise _missing(method, routes)
        return routes[0]
    fitting = [each for each in routes if not each.places] or [
        each for each in routes if all(name in values for name in each.places)
    ]
    if not fitting:
        raise _missing(method, routes)
    return max(fitting, key=lambda each: len(each.places))


def _parts(
    method: Method, routes: Sequence[Route], values: Mapping[str, list[str]]
) -> Iterator[Mapping[str, list[str]]]:
    """Split the lists that name what is wanted, each by itself; the other parameters go with each part."""
    names = [name for name in values if any(name in route.places for route in routes)]
    if not names:
        names = [max(values, key=lambda name: sum(map(len, values[name])))]
    common = {name: found for name, found in values.items() if name not in names}
    room = MAX_ADDRESS - len(urlencode([(name, each) for name, found in common.items() for each in found])) - 100
    for name in names:
        part: list[str] = []
        used = 0
        for value in values[name]:
            size = len(urlencode([(name, value)])) + 1
            if size > room:
                raise errors.ADDRESS_TOO_LONG(method=method.name)
            if used + size > room:
                yield {**common, name: part}
                part, used = [], 0
            part.append(value)
            used += size
        yield {**common, name: part}


def with_login_required(method: Method, is_anonymous: bool) -> None:
    """Raise LOGIN_REQUIRED for an anonymous call of a method that needs a login: the site need not be asked."""
    if is_anonymous and method.login is Login.REQUIRED:
        raise errors.LOGIN_REQUIRED(method=method.name)


def with_query(request: SiteRequest, pairs: Mapping[str, str]) -> SiteRequest:
    """The request with more parameters: in the query of a GET, in the body of others."""
    if request.verb == "GET":
        return replace(request, query=(*request.query, *pairs.items()))
    return replace(request, body={**(request.body or {}), **pairs})
