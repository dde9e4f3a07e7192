"""Every endpoint of the gateway, as its application has them, and what an answer there may look like.

Nothing is listed here that the application lists itself: a route or a method that is added is attacked, too. A path
with a place that is not known here is an error.
"""

import json
import re
import xmlrpc.client
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.declaration import Registry
from gateway.settings import Settings
from gateway.store.interface import Store
from gateway.web import application
from scripts.torture_runs.attacks.attack import FORM, JSON, MULTIPART, XML, Attack

_PLACES = {"{grammar}": "xmlrpc.xsd", "{name}": "style.css", "{path}": "", "/{path}": ""}
_VALUES = {"names": "editor@example.com", "field": "priority"}
"""What stands in a path for a parameter; for any other, a number does."""

_REGISTRIES: Mapping[str, Registry] = {"/rest": METHODS, "/rest.cgi": METHODS, "/Ketura/API": ISSUES}
_ANY_VERB = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")


@dataclass(frozen=True, slots=True)
class Target:
    """A verb and a path that the gateway answers at, and the types of bodies that are read there."""

    verb: str
    path: str
    reads: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"

    def understands(self, attack: Attack) -> bool:
        """Whether such bodies are read here."""
        return attack.language in (each.partition(";")[0] for each in self.reads)

    def complaint(self, status: int, content_type: str, body: bytes) -> str:
        """What is wrong with the form of an answer; nothing where it is as this protocol has it."""
        if status >= 500:
            return f"status {status}: {body[:200]!r}"
        if self.verb in ("HEAD", "OPTIONS") or status in (302, 304, 404, 405, 417):
            return ""
        try:
            _form(self.path)(status, content_type, body)
        except (ValueError, KeyError, TypeError) as problem:
            return f"status {status}, {content_type}: {body[:200]!r} ({problem})"
        return ""

    def is_error(self, status: int, body: bytes) -> bool:
        """Whether an answer says that something was wrong."""
        return status >= 400 or b"<fault>" in body or b'"error":{' in body


def targets() -> list[Target]:
    """All of them."""
    app = application(cast("Store", None), Settings())
    found: dict[Target, None] = {}
    for route in app.router.routes():
        path = route.resource.canonical if route.resource is not None else ""
        found |= dict.fromkeys(_targets(route.method, path))
    return list(found)


def _targets(verb: str, path: str) -> Iterator[Target]:
    prefix = re.sub(r"/?\{path\}$", "", path)
    if prefix in _REGISTRIES:
        for each in _REGISTRIES[prefix].routes():
            yield Target(each.verb, prefix + _filled(each.path), _reads(each.verb, prefix))
        yield from (Target(each, prefix + "/nothing-there") for each in _ANY_VERB)
        return
    for place, value in _PLACES.items():
        path = path.replace(place, value)
    if "{" in path:
        raise AssertionError(f"{path} has a place for which endpoints.py knows no value")
    yield from (Target(each, path, _reads(each, path)) for each in (_ANY_VERB if verb == "*" else (verb,)))


def _filled(path: str) -> str:
    return re.sub(r"\{(\w+)[^}]*\}", lambda place: _VALUES.get(place[1], "1"), path)


def _reads(verb: str, path: str) -> tuple[str, ...]:
    if verb not in ("POST", "PUT", "PATCH"):
        return ()
    known: Iterable[tuple[str, tuple[str, ...]]] = (
        ("/xmlrpc.cgi", (XML,)),
        ("/jsonrpc.cgi", (JSON,)),
        ("/rest", (JSON, FORM)),
        ("/Ketura", (MULTIPART,)),
        ("/attach", (MULTIPART,)),
        ("/change", (FORM,)),
        ("/login", (FORM,)),
        ("/logout", (FORM,)),
        ("/keys", (FORM,)),
    )
    return next((kinds for prefix, kinds in known if path.startswith(prefix)), ())


# ---- forms of answers; each raises where it is another one


def _xmlrpc(status: int, content_type: str, body: bytes) -> None:
    _require((status, content_type) == (200, "text/xml"), "it has another form")
    try:
        xmlrpc.client.loads(body)
    except xmlrpc.client.Fault as fault:
        _check_error(fault.faultCode, fault.faultString)


def _jsonrpc(status: int, content_type: str, body: bytes) -> None:
    _require((status, content_type) == (200, "application/json"), "it has another form")
    answers = json.loads(body) if body else []
    for each in answers if isinstance(answers, list) else [answers]:
        if each.get("error") is not None:
            _check_error(each["error"]["code"], each["error"]["message"])


def _rest(status: int, content_type: str, body: bytes) -> None:
    _require(content_type == "application/json", "it has another form")
    document = json.loads(body)
    if status >= 400:
        _require(document["error"] is True, "it has another form")
        _check_error(document["code"], document["message"])


def _ketura(status: int, content_type: str, body: bytes) -> None:
    _require(status < 400 or content_type in ("text/html", "text/plain"), "it has another form")
    _require(b"Traceback" not in body, "it has another form")


def _check_error(code: object, message: object) -> None:
    _require(isinstance(code, int) and isinstance(message, str), "it has another form")
    _require("The server failed" not in str(message) and "Traceback" not in str(message), "it tells too much")


def _require(condition: bool, why: str) -> None:
    if not condition:
        raise ValueError(why)


def _page(status: int, content_type: str, body: bytes) -> None:
    _require(b"Traceback" not in body, "it tells too much")


_FORMS: Mapping[str, Callable[[int, str, bytes], None]] = {
    "/xmlrpc.cgi": _xmlrpc,
    "/jsonrpc.cgi": _jsonrpc,
    "/rest": _rest,
    "/Ketura": _ketura,
}


def _form(path: str) -> Callable[[int, str, bytes], None]:
    return next((form for prefix, form in _FORMS.items() if path.startswith(prefix)), _page)
