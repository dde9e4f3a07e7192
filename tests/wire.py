"""Calls as each protocol writes them, and answers as it reads them: what a client of that protocol does.

A call is a method with one struct of parameters. How REST puts them into path, query string or body follows from the
routes that the method declares.
"""

import base64
import json
import re
import xmlrpc.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from gateway.methods.declaration import Method, Route

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A call as it is written for one protocol."""

    verb: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    success: int = 200


def _xmlrpc(method: Method, params: Params) -> Request:
    body = xmlrpc.client.dumps((dict(params),), method.name, allow_none=True).encode()
    return Request("POST", "/xmlrpc.cgi", body, {"Content-Type": "text/xml"})


def _jsonrpc_1_0(method: Method, params: Params) -> Request:
    return jsonrpc({"method": method.name, "params": [params], "id": "one"})


def _jsonrpc_2_0(method: Method, params: Params) -> Request:
    return jsonrpc({"jsonrpc": "2.0", "method": method.name, "params": params, "id": "one"})


def _jsonrpc_get(method: Method, params: Params) -> Request | None:
    query = urlencode({"version": "1.1", "method": method.name, "params": to_json(params), "id": "one"})
    return Request("GET", f"/jsonrpc.cgi?{query}") if method.read_only else None


def jsonrpc(document: Any) -> Request:
    """A JSON-RPC request with this document."""
    return Request("POST", "/jsonrpc.cgi", to_json(document).encode(), {"Content-Type": "application/json"})


def to_json(value: Any) -> str:
    """A document, in which content is base64 and times are texts."""
    return json.dumps(value, default=_json_form)


def _json_form(value: Any) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else f"{value:%Y-%m-%dT%H:%M:%SZ}"


def _rest(method: Method, params: Params) -> Request | None:
    routes = sorted(method.routes, key=lambda each: -len(each.places))
    return next((request for route in routes if (request := rest(method, route, params))), None)


def rest(method: Method, route: Route, params: Params) -> Request | None:
    """A REST request by this route; None where these parameters have no form in it."""
    path = _filled(route, params)
    if path is None:
        return None
    if route.verb != "GET":
        body, headers = to_json(params).encode(), {"Content-Type": "application/json"}
        return Request(route.verb, f"/rest{path}", body, headers, route.status)
    query = _query(method, route, params)
    return None if query is None else Request("GET", f"/rest{path}?{query}", success=route.status)


def _filled(route: Route, params: Params) -> str | None:
    """The path with the first value of each of its parameters in it; None where that is no such path."""
    path = route.path
    for name in route.places:
        value = _listed(params.get(name))[:1]
        if not value or isinstance(value[0], bool) or not isinstance(value[0], str | int) or value[0] == "":
            return None
        before, after = re.split(rf"\{{{name}(?::[^}}]+)?\}}", path)
        path = before + quote(str(value[0]), safe="") + after
    return path if route.pattern().fullmatch(path) else None


def _query(method: Method, route: Route, params: Params) -> str | None:
    """The query string with what is not in the path; None where one of the values has no form in it."""
    arrays = {param.name for param in method.params if param.type.name == "array"}
    pairs = []
    for name, value in params.items():
        values = _listed(value)
        texts = all(isinstance(each, str | int) and not isinstance(each, bool) for each in values)
        if not values or not texts or (isinstance(value, list) and name not in arrays):
            return None
        pairs += [(name, each) for each in (values[1:] if name in route.places else values)]
    return urlencode(pairs)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


Outcome = tuple[int, Any, str]
"""The code of an error or 0, the raw result, the error's message."""


def _xmlrpc_outcome(body: bytes) -> Outcome:
    try:
        (raw,), _ = xmlrpc.client.loads(body, use_builtin_types=True)
    except xmlrpc.client.Fault as fault:
        outcome = fault.faultCode, None, fault.faultString
    else:
        outcome = 0, raw, ""
    assert type(outcome[0]) is int, outcome
    return outcome


def _jsonrpc_1_0_outcome(body: bytes) -> Outcome:
    answer = json.loads(body)
    assert set(answer) == {"result", "error", "id"}, answer
    assert answer["id"] == "one", answer
    return _outcome(answer["error"], answer["result"])


def _jsonrpc_1_1_outcome(body: bytes) -> Outcome:
    answer = json.loads(body)
    assert set(answer) in ({"version", "result"}, {"version", "id", "error"}), answer
    assert answer["version"] == "1.1", answer
    return _outcome(answer.get("error"), answer.get("result"))


def _jsonrpc_2_0_outcome(body: bytes) -> Outcome:
    answer = json.loads(body)
    assert set(answer) in ({"jsonrpc", "id", "result"}, {"jsonrpc", "id", "error"}), answer
    assert (answer["jsonrpc"], answer["id"]) == ("2.0", "one"), answer
    return _outcome(answer.get("error"), answer.get("result"))


def _rest_outcome(body: bytes) -> Outcome:
    answer = json.loads(body)
    assert isinstance(answer, dict | list), answer
    if isinstance(answer, list) or answer.get("error") is not True:
        return 0, answer, ""
    assert set(answer) == {"error", "code", "message", "documentation"}, answer
    return _outcome(answer, None)


def _outcome(error: Any, result: Any) -> Outcome:
    return (0, result, "") if error is None else (error["code"], None, error["message"])


Writes = Callable[[Method, Params], Request | None]

PROTOCOLS: Mapping[str, tuple[Writes, Callable[[bytes], Outcome]]] = {
    "xmlrpc": (_xmlrpc, _xmlrpc_outcome),
    "jsonrpc-1.0": (_jsonrpc_1_0, _jsonrpc_1_0_outcome),
    "jsonrpc-get": (_jsonrpc_get, _jsonrpc_1_1_outcome),
    "jsonrpc-2.0": (_jsonrpc_2_0, _jsonrpc_2_0_outcome),
    "rest": (_rest, _rest_outcome),
}
"""How each protocol writes a call, and reads its answer. JSON-RPC 1.1 is spoken in GET."""
