"""The declarations of methods: whole, consistent, and true to what the methods do.

That results are of their declared types and errors among the declared ones is looked at in every call that a rule table
makes (`calling.Caller.through`); that a method reads no parameter which it does not declare, in every call at all.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from calling import Caller
from running import Gateway, account

from gateway import errors
from gateway.errors import ErrorKind
from gateway.methods.catalogue import ISSUES, METHODS, PAGES
from gateway.methods.declaration import Login, Method, Type

ALL = [*METHODS, *ISSUES, *PAGES]
each_method = pytest.mark.parametrize("method", ALL, ids=lambda each: each.name)

SENTENCE = re.compile(r"[^a-z].*\.", re.DOTALL)
TYPES = {
    "int",
    "string",
    "boolean",
    "double",
    "dateTime.iso8601",
    "base64",
    "any",
    "nil",
    "array",
    "map",
    "struct",
    "file",
}


def parts(kind: Type) -> Iterator[Type]:
    """A type and all that it is made of."""
    yield kind
    for inner in (*((kind.items,) if kind.items else ()), *(each.type for each in kind.fields)):
        yield from parts(inner)


@each_method
def test_everything_is_documented(method: Method) -> None:
    documented = [method.doc, *(param.doc for param in method.params)]
    for kind in (method.result, *(param.type for param in method.params)):
        documented += [each.doc for inner in parts(kind) for each in inner.fields]
    for text in documented:
        assert SENTENCE.fullmatch(text), text


@each_method
def test_types_are_whole(method: Method) -> None:
    for kind in (method.result, *(param.type for param in method.params)):
        for inner in parts(kind):
            assert inner.name in TYPES
            assert (inner.items is not None) == (inner.name in ("array", "map"))
            assert inner.name == "struct" or not inner.fields
            names = [each.name for each in inner.fields]
            assert len(set(names)) == len(names)


@each_method
def test_names_are_right(method: Method) -> None:
    names = [param.name for param in method.params]
    assert len(set(names)) == len(names)
    assert set(method.positional) <= set(names)
    for route in method.routes:
        assert route.places.keys() <= set(names), f"{route.path} fills what {method.name} does not take"


@each_method
def test_reading_methods_have_reading_routes(method: Method) -> None:
    """But for logins and logouts, which Bugzilla has at addresses that are read."""
    for route in method.routes:
        assert (route.verb == "GET") == (not method.writes) or method.name in ("User.login", "User.logout")


READ_ONLY = {
    *("Bug.attachments", "Bug.comments", "Bug.fields", "Bug.get", "Bug.history", "Bug.legal_values"),
    "Bug.search",
    *("Classification.get", "Group.get", "Product.get"),
    *("Product.get_accessible_products", "Product.get_enterable_products", "Product.get_selectable_products"),
    *("Bugzilla.extensions", "Bugzilla.parameters", "Bugzilla.time", "Bugzilla.timezone", "Bugzilla.version"),
    "User.get",
}
"""The methods that Bugzilla answers over JSON-RPC GET."""


def test_json_rpc_get_reaches_what_it_reaches_in_bugzilla() -> None:
    of_bugzilla = [method for method in METHODS if method.name[0].isupper()]
    assert {method.name for method in of_bugzilla if method.read_only} == READ_ONLY
    assert not [method.name for method in ALL if method.read_only and method.writes]


@pytest.mark.parametrize("registry", [METHODS, ISSUES], ids=["bugzilla", "ketura"])
def test_no_two_routes_are_the_same(registry: Any) -> None:
    routes = [route for method in registry for route in method.routes]
    shapes = [(route.verb, re.sub(r"\{[^}]*\}", "{}", route.path), tuple(route.places.values())) for route in routes]
    assert len(set(shapes)) == len(shapes)


@each_method
def test_declared_errors_are_kinds_of_the_table(method: Method) -> None:
    kinds = {id(each) for each in vars(errors).values() if isinstance(each, ErrorKind)}
    assert all(id(each) in kinds for each in method.errors)
    assert len(set(method.errors)) == len(method.errors)


EDITOR = account("editor")
UPLOAD = {"ids": [5], "data": b"x", "file_name": "a", "summary": "a", "is_patch": 1}
LEAST: dict[str, dict[str, Any]] = {
    "Bug.attachments": {"ids": [1]},
    "Bug.add_attachment": UPLOAD,
    "Bug.update_attachment": {"ids": [2]},
    "Bug.get": {"ids": [1]},
    "Bug.search": {"id": [1]},
    "Bug.possible_duplicates": {"summary": "crash"},
    "Bug.comments": {"ids": [1]},
    "Bug.update": {"ids": [1]},
    "Bug.update_see_also": {"ids": [1], "add": ["2"]},
    "Bug.create": {"product": "Widgets", "component": "Core", "summary": "a", "version": "1"},
    "Bug.add_comment": {"id": 1, "comment": "a"},
    "Bug.history": {"ids": [1]},
    "Component.create": {"product": "Widgets", "name": "New", "description": "a", "default_assignee": EDITOR.login},
    "FlagType.create": {"name": "new", "description": "a"},
    "FlagType.update": {"ids": [1]},
    "Group.create": {"name": "new", "description": "a"},
    "Group.update": {"ids": [1]},
    "Product.create": {"name": "New", "description": "a", "version": "1"},
    "Product.update": {"ids": [1]},
    "User.create": {"email": "new@example.com"},
    "User.offer_account_by_email": {"email": "other@example.com"},
    "User.update": {"ids": [1]},
    "Bug.legal_values": {"field": "priority"},
    "Bug.render_comment": {"text": "bug 1"},
    "Bug.search_comment_tags": {"query": "a"},
    "Bug.update_comment_tags": {"comment_id": 1},
    "Bug.update_tags": {"ids": [1], "tags": {"add": ["todo"]}},
    "BugUserLastVisit.update": {"ids": [2]},
    "Classification.get": {"names": ["Unclassified"]},
    "FlagType.get": {"product": "Widgets"},
    "Product.get": {"ids": [1]},
    "User.login": {"login": EDITOR.login, "password": EDITOR.password},
    "User.valid_login": {"login": EDITOR.login},
    "User.get": {"names": [EDITOR.login]},
    "system.methodHelp": {"methodName": "Bug.get"},
    "system.methodSignature": {"methodName": "Bug.get"},
    "system.multicall": {"calls": []},
}
"""The least that each method has to be told."""

CALLER = {
    **dict.fromkeys(("Group.get", "Group.create", "Group.update", "User.create", "User.update"), "admin"),
    **dict.fromkeys(("Product.create", "Product.update", "Component.create"), "admin"),
    **dict.fromkeys(("FlagType.create", "FlagType.update"), "admin"),
}
"""Those who call the methods that not every user may call."""

EXISTS = {"Component.create": 1200, "Group.create": 801, "Product.create": 702, "User.create": 500}
"""The errors for what an earlier call has created."""


@pytest.mark.parametrize("name", [method.name for method in METHODS])
def test_what_is_required_is_needed_and_nothing_else(module_gateway: Gateway, name: str) -> None:
    method, least, caller = METHODS.get(name), LEAST.get(name, {}), Caller(module_gateway.url)
    assert method
    required = {param.name for param in method.params if param.required}
    assert required <= least.keys()
    who = "" if method.login is Login.EXEMPT else CALLER.get(name, "editor")
    for number, answer in enumerate(caller.everywhere(name, least, who)):
        assert answer.code == 0 or (number and answer.code == EXISTS.get(name)), answer
    for left_out in required:
        without = {key: value for key, value in least.items() if key != left_out}
        for answer in caller.everywhere(name, without, who):
            assert answer.code != 0, f"{name} goes without {left_out}"
