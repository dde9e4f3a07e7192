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
from gateway.front.families import ALSO_IN_QUERY, MOZILLA_NAMES, MOZILLA_ROUTES, ONLY_IN_PATH, Family
from gateway.front.request_values import NO_FIELD, body_values, query_values
from gateway.methods.declaration import Method, Route
from gateway.methods.params import text
from gateway.values import Value

MAX_ADDRESS = 7_700
"""The most bytes of a path with its query, without credentials: Apache's limit of 8,190 is for the whole line."""

_IN_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""Values that web servers and Bugzilla leave as they are in a path."""

_NEITHER_SPLIT = ("limit", "offset", "order", "quicksearch")
"""Parameters that make the answers to parts of a search something else than parts of the answer."""

_ONE_VALUE = frozenset(
    (
        *("id", "product", "component", "classification", "version", "target_milestone", "status", "bug_status"),
        *("resolution", "priority", "severity", "bug_severity", "op_sys", "platform", "rep_platform"),
    )
)
"""Fields of which a bug has one value, so that parts of a list of them find different bugs. In other lists of a search,
such as keywords, a bug may have to match all."""

_WITH_EXTRAS = frozenset({"Bug.get", "Bug.possible_duplicates", "Bug.search"})
"""Methods that show bugs."""

_NOBODY_PLACES: Mapping[str, str] = {"Bug.attachments": "0"}
"""Values for the paths of reads that name nothing: attachment 0 does not exist, and is left out silently."""


_EMPTY_PLACES: Mapping[str, str] = {"Bug.search_comment_tags": "_"}
"""Values for the paths of reads that ask for an empty text: Bugzilla finds every tag that has at least a character."""


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
    method: Method, params: Mapping[str, Value], family: Family, protocol: str, skipped: int = 0
) -> Sequence[SiteRequest] | BugInPath | None:
    """The requests whose answers together are that of a call; None if the answer is empty, because it asks for nothing.

    A read can often be said by several routes; `skipped` is the number of those that the site has turned out to lack.
    Raises PARAM_REQUIRED and PARAMS_REQUIRED if there is no request without a parameter that is not there, NOT_SCALARS
    and PARAM_INVALID for values that cannot be sent, ADDRESS_TOO_LONG, and SITE_LACKS_METHOD if no route is left.
    """
    routes = routes_of(method, family)
    if not routes:
        raise errors.SITE_LACKS_METHOD(method=method.name)
    if family is Family.MOZILLA:
        names = MOZILLA_NAMES.get(method.name, {})
        params = {names.get(name, name): value for name, value in params.items()}
        if method.name in _WITH_EXTRAS and isinstance(params.get("include_fields"), list):
            params = {**params, "include_fields": _without_extras(params["include_fields"])}
    reading = [each for each in routes if each.verb == "GET"]
    writing = [each for each in routes if each.verb != "GET"]
    if writing and (method.writes or not reading):
        return [_write(method, writing, params, family)]
    if _asks_for_nothing(reading, params):
        return None
    values = query_values(method, params, protocol)
    if family is Family.MOZILLA and method.name in ONLY_IN_PATH:
        return _one_by_one(method, reading, values)
    return _reads(method, reading, values, skipped)


def _without_extras(wanted: Any) -> list[Value]:
    """The members that a caller wants of a bug, without those that Mozilla's family shows on demand alone.

    They are comments, history and attachments with their content, which Bugzilla 5.2 does not have in a bug.
    """
    kinds = {"_all": ("_default", "_custom"), "_extra": (NO_FIELD,)}
    return [name for each in wanted for name in (kinds.get(each, (each,)) if isinstance(each, str) else (each,))]


# ---- writes


def _write(method: Method, routes: Sequence[Route], params: Mapping[str, Value], family: Family) -> SiteRequest:
    fitting = [each for each in routes if all(name in params for name in each.places)]
    if not fitting:
        raise _missing(method, routes)
    route = max(fitting, key=lambda each: len(each.places))
    path = route.template
    for name, pattern in route.places.items():
        is_text = not pattern and any(other.places.get(place) for other in routes for place in other.places)
        path = path.replace(f"{{{name}}}", "x" if is_text else "0")
    also = ALSO_IN_QUERY.get(method.name, "") if family is Family.MOZILLA else ""
    query = ((also, text(params[also], also) or ""),) if also in params else ()
    return SiteRequest(method.name, route.verb, path, query, body_values(method, params))


def _missing(method: Method, routes: Sequence[Route]) -> errors.GatewayError:
    names = list(dict.fromkeys(name for route in routes for name in route.places))
    required = {each.name for each in method.params if each.required}
    if not names or (len(names) == 1 and required.isdisjoint(names)):  # the call is right, but REST cannot say it
        return errors.SITE_LACKS_METHOD(method=method.name)
    return errors.PARAM_REQUIRED(param=names[0]) if len(names) == 1 else errors.PARAMS_REQUIRED(params=", ".join(names))


# ---- reads


def _asks_for_nothing(routes: Sequence[Route], params: Mapping[str, Value]) -> bool:
    """Tell whether a call names what it wants by empty lists only, which a query string cannot express."""
    places = {name for route in routes for name in route.places}
    given = [value for name, value in params.items() if name in places]
    others = [value for name, value in params.items() if name not in places and not name.endswith("_fields")]
    is_empty = bool(given) and all(isinstance(value, list) and not value for value in given)
    return is_empty and not any(isinstance(value, list) and value for value in others)


def _reads(
    method: Method, routes: Sequence[Route], values: Mapping[str, list[str]], skipped: int
) -> list[SiteRequest] | BugInPath:
    whole = _read(method, routes, values, skipped)
    if isinstance(whole, BugInPath):
        return whole
    if len(whole.address) <= MAX_ADDRESS:
        return [whole]
    if any(values.get(name, ["0"]) not in (["0"], [""]) for name in _NEITHER_SPLIT):
        raise errors.ADDRESS_TOO_LONG(method=method.name)
    requests = []
    for part in _parts(method, routes, values):
        request = _read(method, routes, part, skipped)
        if isinstance(request, BugInPath):
            return request
        requests.append(request)
    return requests


def _one_by_one(method: Method, routes: Sequence[Route], values: Mapping[str, list[str]]) -> list[SiteRequest]:
    """A request for each of the things that a call names."""
    names = [name for name in values if any(name in route.places for route in routes)]
    if not names:
        raise _missing(method, routes)
    common = {name: found for name, found in values.items() if name not in names}
    found = [_read(method, routes, {**common, name: [each]}, 0) for name in names for each in values[name]]
    return [each for each in found if isinstance(each, SiteRequest)]


def _read(
    method: Method, routes: Sequence[Route], values: Mapping[str, list[str]], skipped: int
) -> SiteRequest | BugInPath:
    route = _route(method, routes, values, skipped)
    path, rest = route.template, dict(values)
    for name in route.places:
        first, *others = [_NOBODY_PLACES[method.name]] if method.name in _NOBODY_PLACES else rest.pop(name)
        if name == "ids" and path.startswith("/bug/{ids}") and not _IN_PATH.fullmatch(first):
            return BugInPath(first)
        path = path.replace(f"{{{name}}}", quote(first, safe="") or _EMPTY_PLACES.get(method.name, "%20"))
        if others:
            rest[name] = others
    pairs = tuple((name, each) for name, found in rest.items() for each in found)
    return SiteRequest(method.name, "GET", path, pairs, retries=not method.writes)


def _route(method: Method, routes: Sequence[Route], values: Mapping[str, list[str]], skipped: int) -> Route:
    """The route for a read: those without places come first, then those whose places are given, the more the better."""
    fitting = [each for each in routes if not each.places or all(name in values for name in each.places)]
    if method.name in _NOBODY_PLACES:
        fitting = [routes[0]] if any(name in values for each in routes for name in each.places) else []
    if not fitting:
        raise _missing(method, routes)
    if skipped >= len(fitting):
        raise errors.SITE_LACKS_METHOD(method=method.name)
    return sorted(fitting, key=lambda each: (bool(each.places), -len(each.places)))[skipped]


def _parts(
    method: Method, routes: Sequence[Route], values: Mapping[str, list[str]]
) -> Iterator[Mapping[str, list[str]]]:
    """Split the lists that name what is wanted, each by itself; the other parameters go with each part."""
    arrays = {each.name for each in method.params if each.type.name == "array"}
    names = [name for name in values if name in arrays and any(name in route.places for route in routes)]
    if not names:
        names = [max(values, key=lambda name: sum(map(len, values[name])))]
    if method.name == "Bug.search":
        if not _ONE_VALUE.issuperset(names):
            raise errors.ADDRESS_TOO_LONG(method=method.name)
        values = {**values, **{name: [*dict.fromkeys(values[name])] for name in names}}
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


def with_query(request: SiteRequest, pairs: Mapping[str, str]) -> SiteRequest:
    """The request with more parameters: in the query of a GET, in the body of others."""
    if request.verb == "GET":
        return replace(request, query=(*request.query, *pairs.items()))
    return replace(request, body={**(request.body or {}), **pairs})
