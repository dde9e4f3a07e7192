"""Calls of every method, in every protocol, with what was sent and what was answered as it went over the wire."""

import base64
import json
import urllib.error
import urllib.request
import xmlrpc.client
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from running import Gateway, account

from gateway.methods.catalogue import METHODS

EDITOR, ADMIN = account("editor"), account("admin")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call to make, as the user whose key is given; content is bytes."""

    method: str
    params: dict[str, Any] = field(default_factory=dict)
    key: str = EDITOR.api_key


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made."""

    method: str
    sent: Any
    answer: Any
    status: int = 200


def _called(method: str) -> dict[str, Any]:
    return {"methodName": method, "params": []}


_NEW = {"file_name": "a.txt", "summary": "s", "content_type": "text/plain"}
_BUG = {"product": "Widgets", "component": "Core", "summary": "s", "version": "1.0", "alias": ["one", "two"]}

CALLS = [
    Wanted("Bug.attachments", {"ids": [1, 2]}),
    Wanted("Bug.attachments", {"ids": ["public-bug"], "attachment_ids": [1, "2", 13], "exclude_fields": ["data"]}),
    Wanted("Bug.attachments", {"attachment_ids": 10, "include_fields": ["id", "flags"]}),
    Wanted("Bug.attachments", {"ids": [3]}),
    Wanted("Bug.add_attachment", {**_NEW, "ids": [5], "data": b"content", "is_private": False}),
    Wanted("Bug.add_attachment", {**_NEW, "ids": ["5", 6], "data": b"x", "flags": [{"name": "review", "status": "?"}]}),
    Wanted("Bug.add_attachment", {**_NEW, "ids": [99], "data": b"x", "is_patch": True, "comment": "c"}),
    Wanted("Bug.update_attachment", {"ids": [1], "summary": "new", "is_obsolete": 1}),
    Wanted("Bug.update_attachment", {"ids": [1], "summary": "new", "comment": "nothing else"}),
    Wanted("Bug.update_attachment", {"ids": [10], "flags": [{"name": "once", "status": "X"}]}),
    Wanted("Bug.update_attachment", {"ids": [999], "summary": "new"}),
    Wanted("Bug.get", {"ids": [1, 2, 4]}, ADMIN.api_key),
    Wanted("Bug.get", {"ids": [1, "none", 3], "permissive": True}),
    Wanted("Bug.get", {"ids": [1], "include_fields": ["_all", "_extra"]}, ""),
    Wanted("Bug.search", {"id": [1, 3, 99], "alias": "public-bug", "limit": 5}),
    Wanted("Bug.search", {"id": [1], "product": "Widgets"}),
    Wanted("Bug.search", {"quicksearch": "ALL bug", "order": "bug_id DESC", "include_fields": ["id"]}),
    Wanted("Bug.search", {"f1": "short_desc", "o1": "regexp", "v1": "("}, ""),
    Wanted("Bug.possible_duplicates", {"summary": "a public bug", "limit": 3, "include_fields": ["id"]}),
    Wanted("Bug.possible_duplicates", {"summary": "bug", "products": ["Nothing"]}, ""),
    Wanted("Bug.comments", {"ids": [1], "new_since": "2020-01-01T00:00:00Z"}),
    Wanted("Bug.comments", {"comment_ids": [1]}, ADMIN.api_key),
    Wanted("Bug.create", _BUG),
    Wanted("Bug.create", {**_BUG, "product": "None"}),
    Wanted("Bug.update", {"ids": [1], "whiteboard": "[seen]", "cc": {"add": [EDITOR.login]}, "comment": {"body": "a"}}),
    Wanted("Bug.update", {"ids": [1], "status": "NOWHERE"}),
    Wanted("Bug.update_see_also", {"ids": [1], "add": ["2"]}),
    Wanted("Bug.update_see_also", {"ids": [1], "add": ["http://example.com/"]}),
    Wanted("Bug.add_comment", {"id": 1, "comment": "It happens here too.", "work_time": 0.5}, ADMIN.api_key),
    Wanted("Bug.add_comment", {"id": 1, "comment": ""}),
    Wanted("User.create", {"email": "new@example.com", "password": "a secret"}, ADMIN.api_key),
    Wanted("User.update", {"names": [EDITOR.login], "full_name": "Ed", "groups": {"add": []}}, ADMIN.api_key),
    Wanted("User.offer_account_by_email", {"email": "other@example.com"}),
    Wanted("Group.create", {"name": "crew", "description": "d", "user_regexp": "x"}, ADMIN.api_key),
    Wanted("Group.update", {"names": ["crew"], "description": "new"}, ADMIN.api_key),
    Wanted("Product.create", {"name": "New", "description": "d", "version": "1"}, ADMIN.api_key),
    Wanted("Product.update", {"names": ["New"], "is_open": False}, ADMIN.api_key),
    Wanted(
        "Component.create",
        {"product": "Widgets", "name": "New", "description": "d", "default_assignee": EDITOR.login},
        ADMIN.api_key,
    ),
    Wanted("FlagType.create", {"name": "ready", "description": "d", "inclusions": ["Widgets"]}, ADMIN.api_key),
    Wanted("FlagType.update", {"names": ["ready"], "sortkey": 3, "is_active": False}, ADMIN.api_key),
    Wanted("Bug.history", {"ids": [1, "public-bug"], "new_since": "2020-01-01"}),
    Wanted("Bug.render_comment", {"text": "see bug 1", "id": 1}),
    Wanted("Bug.search_comment_tags", {"query": "a", "limit": 3}),
    Wanted("Bug.update_comment_tags", {"comment_id": 1, "add": ["me-too"], "remove": ["spam"]}),
    Wanted("Bug.update_tags", {"ids": [1], "tags": {"add": ["todo"], "remove": ["later"]}}),
    Wanted("BugUserLastVisit.update", {"ids": [2]}),
    Wanted("BugUserLastVisit.get", {"ids": [2]}),
    Wanted("Bugzilla.last_audit_time", {"class": ["Bugzilla::Product"]}),
    Wanted("Bug.fields", {"names": ["bug_status", "priority"]}),
    Wanted("Bug.fields", {"ids": [3, 5, 15, 32, 11]}, ""),
    Wanted("Bug.legal_values", {"field": "severity"}),
    Wanted("Bug.legal_values", {"field": "version", "product_id": 1}),
    Wanted("Product.get", {"names": ["Widgets"]}),
    Wanted("Product.get", {"ids": [1], "type": ["accessible"]}, ""),
    Wanted("Product.get_accessible_products"),
    Wanted("Product.get_enterable_products"),
    Wanted("Product.get_selectable_products", {}, ""),
    Wanted("Classification.get", {"names": ["Unclassified"]}),
    Wanted("Group.get", {"names": ["editbugs"], "membership": True}, ADMIN.api_key),
    Wanted("FlagType.get", {"product": "Widgets", "component": "Core"}),
    Wanted("User.login", {"login": EDITOR.login, "password": EDITOR.password}, ""),
    Wanted("User.login", {"login": EDITOR.login, "password": "wrong"}, ""),
    Wanted("User.logout"),
    Wanted("User.valid_login", {"login": EDITOR.login}),
    Wanted("User.get", {"names": [EDITOR.login, ADMIN.login], "match": ["e"]}),
    Wanted("User.get", {"ids": [1, 2]}, ADMIN.api_key),
    Wanted("User.get", {"names": [EDITOR.login]}, ""),
    Wanted("Bugzilla.version"),
    Wanted("Bugzilla.extensions"),
    Wanted("Bugzilla.timezone"),
    Wanted("Bugzilla.time"),
    Wanted("Bugzilla.parameters", {}, ADMIN.api_key),
    Wanted("system.listMethods"),
    Wanted("system.methodHelp", {"methodName": "Bug.get"}),
    Wanted("system.methodSignature", {"methodName": "Bug.get"}),
    Wanted("system.getCapabilities"),
    Wanted("system.multicall", {"calls": [_called("Bugzilla.version"), _called("none")]}),
    Wanted("rpc.discover"),
]


def calls_by_rest(gateway: Gateway) -> Iterator[Made]:
    """The calls of methods that have a route whose path their parameters fill."""
    for wanted in CALLS:
        method = METHODS.get(wanted.method)
        assert method is not None
        for route in method.routes:
            if not route.places.keys() <= wanted.params.keys():
                continue
            params = dict(wanted.params)
            path = "rest" + route.template.format_map({name: _first(params.pop(name)) for name in route.places})
            body = None
            if route.verb == "GET":
                path += f"?{urlencode(params, doseq=True)}"
            else:
                body = _plain(params)
            headers = {"Content-Type": "application/json", "X-Bugzilla-API-Key": wanted.key}
            status, answer = _exchange(gateway, route.verb, path, body and json.dumps(body).encode(), headers)
            yield Made(wanted.method, body, json.loads(answer), status)


def jsonrpc_calls(gateway: Gateway) -> Iterator[Made]:
    """The calls in each version of JSON-RPC."""
    for wanted in CALLS:
        params = _plain(wanted.params) | ({"Bugzilla_api_key": wanted.key} if wanted.key else {})
        for envelope in (
            {"id": 1, "params": [params]},
            {"version": "1.1", "id": 1, "params": params},
            {"jsonrpc": "2.0", "id": 1, "params": params},
        ):
            sent = {"method": wanted.method, **envelope}
            headers = {"Content-Type": "application/json"}
            _, answer = _exchange(gateway, "POST", "jsonrpc.cgi", json.dumps(sent).encode(), headers)
            yield Made(wanted.method, sent, json.loads(answer))


def xmlrpc_calls(gateway: Gateway) -> Iterator[Made]:
    """The calls by XML-RPC."""
    for wanted in CALLS:
        params = wanted.params | ({"Bugzilla_api_key": wanted.key} if wanted.key else {})
        sent = xmlrpc.client.dumps((params,), wanted.method).encode()
        _, answer = _exchange(gateway, "POST", "xmlrpc.cgi", sent, {"Content-Type": "text/xml"})
        yield Made(wanted.method, sent, answer)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    return {name: base64.b64encode(each).decode() if isinstance(each, bytes) else each for name, each in params.items()}


def _exchange(gateway: Gateway, verb: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
    request = urllib.request.Request(gateway.url + path, body, headers, method=verb)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read()
