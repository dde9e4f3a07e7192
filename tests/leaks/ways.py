"""The ways in which a question can be put: every protocol, and every form of it that answers differently."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from questions import PAGES, VISITS, Question, Visit
from wire import PROTOCOLS, Params, Request, jsonrpc, rest
from worlds import user

from gateway.methods.catalogue import ISSUES
from gateway.methods.declaration import Method

HOST = {"Host": "bugs.example"}
"""All worlds are asked as one site, so that their addresses do not differ."""

SESSION = "the cookie of a session"

Way = Callable[[Method, Params], Request | None]


def _multicall(method: Method, params: Params) -> Request | None:
    """XML-RPC's several calls at once; one of them in itself is refused."""
    call = {"methodName": method.name, "params": [dict(params)]}
    return PROTOCOLS["xmlrpc"][0](replace(method, name="system.multicall"), {"calls": [call]})


def _jsonrpc_1_1(method: Method, params: Params) -> Request:
    return jsonrpc({"version": "1.1", "method": method.name, "params": params, "id": "one"})


def _batch(method: Method, params: Params) -> Request:
    call = {"jsonrpc": "2.0", "method": method.name, "params": params}
    return jsonrpc([{**call, "id": 1}, {**call, "id": 2}] if not method.writes else [{**call, "id": 1}])


def _jsonp(method: Method, params: Params) -> Request | None:
    request = PROTOCOLS["jsonrpc-get"][0](method, params)
    return request and replace(request, path=f"{request.path}&callback=shown")


RPC: Mapping[str, Way] = {
    **{name: write for name, (write, _) in PROTOCOLS.items() if name != "rest"},
    "xmlrpc in a multicall": _multicall,
    "jsonrpc-1.1": _jsonrpc_1_1,
    "jsonrpc-2.0 in a batch": _batch,
    "jsonrpc-get with a callback": _jsonp,
}


def _by_key(role: str) -> dict[str, str]:
    return {} if role == "anonymous" else {"X-Bugzilla-API-Key": user(role).api_key}


def requests(method: Method, question: Question, role: str) -> Iterator[tuple[str, Request]]:
    """Every way of asking this, by name. In RPC the key is a parameter, elsewhere a header.

    So it is for a method that makes other calls, each of which has parameters of its own.
    """
    if ISSUES.get(method.name):
        yield "ketura", _upload(method, question.params, role)
        return
    key = {} if role == "anonymous" or method.compose else {"Bugzilla_api_key": user(role).api_key}
    heads = {**HOST, **(_by_key(role) if method.compose else {})}
    for name, way in RPC.items():
        if request := way(method, {**question.params, **key}):
            yield name, replace(request, headers={**request.headers, **heads})
    for route in method.routes:
        if request := rest(method, route, question.params):
            known = replace(request, headers={**request.headers, **HOST, **_by_key(role)})
            yield f"rest {route.verb} {route.template}", known
            if not method.writes:
                yield f"rest HEAD {route.template}", replace(known, verb="HEAD")
                tagged = {**known.headers, "If-None-Match": "*"}
                yield f"rest {route.verb} {route.template}, if changed", replace(known, headers=tagged)


def visits(role: str, with_session: bool) -> Iterator[tuple[str, Visit, Request]]:
    """Every visit to a resource that is no method's: how it is reached, what is asked, and the request.

    `SESSION` stands for the cookie of a session, where the role has one.
    """
    for resource, asked in VISITS.items():
        for visit in asked:
            yield (
                resource,
                visit,
                Request(visit.verb, visit.path, visit.body, {**visit.headers, **HOST, **_by_key(role)}),
            )
            if resource in PAGES and with_session:
                heads = {**visit.headers, **HOST, "Cookie": SESSION}
                yield f"{resource}, with a session", visit, Request(visit.verb, visit.path, visit.body, heads)


def words(visit: Visit) -> str:
    """A visit in words."""
    return " ".join([visit.verb, visit.path, *(f"{name}: {value}" for name, value in visit.headers.items())])


def _upload(method: Method, params: Mapping[str, Any], role: str) -> Request:
    boundary, (route,) = "between", method.routes
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="File"; filename="new.txt"\r\n\r\n'.encode(),
        params["File"],
        f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="Description"\r\n\r\n'.encode(),
        params["Description"].encode(),
        f"\r\n--{boundary}--\r\n".encode(),
    ]
    path = "/Ketura/API" + route.template.format(id=quote(str(params["id"])))
    heads = {"Content-Type": f"multipart/form-data; boundary={boundary}", **HOST, **_by_key(role)}
    return Request(route.verb, path, b"".join(parts), heads)
