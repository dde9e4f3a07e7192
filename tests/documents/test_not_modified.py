"""304 is declared, and answered, where a method only reads: what changes something is done each time."""

import json
import re
from functools import cache
from typing import Any

import pytest
from fetching import fetch
from running import Gateway, account

from gateway.documents.library import Library
from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.declaration import Method, Route

ROUTES = [pytest.param(route, method, id=f"{method.name} {route.verb}") for route, method in METHODS.routes().items()]


@cache
def paths() -> dict[str, Any]:
    document = json.loads(Library(METHODS, ISSUES).openapi("http://bugs.example/"))
    found: dict[str, Any] = {}
    for path, operations in document["paths"].items():
        found.setdefault(shape(path), {}).update(operations)
    return found


def shape(path: str) -> str:
    """The path without the names of its places, which may differ by verb."""
    return re.sub(r"\{[^}]*\}", "{}", path)


@pytest.mark.parametrize(("route", "method"), ROUTES)
def test_it_is_declared_for_methods_that_read(route: Route, method: Method) -> None:
    operation = paths()[shape(f"/rest{route.template}")][route.verb.lower()]
    assert ("304" in operation["responses"]) is not method.writes
    conditions = [each for each in operation.get("parameters", ()) if each.get("name") == "If-None-Match"]
    assert len(conditions) == (0 if method.writes else 1)
    assert ("ETag" in operation["responses"][str(route.status)].get("headers", {})) is not method.writes


LOGIN = f"rest/login?login={account('editor').login}&password={account('editor').password}"


@pytest.mark.parametrize(("path", "status"), [("rest/version", 304), ("rest/bug/1", 304), (LOGIN, 200)])
def test_it_is_answered_to_calls_that_read(standing_gateway: Gateway, path: str, status: int) -> None:
    assert fetch(standing_gateway, "GET", path, {"If-None-Match": "*"}).status == status
