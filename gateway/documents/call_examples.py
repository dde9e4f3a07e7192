"""Example calls over XML-RPC and JSON-RPC, made of the examples that parameters declare."""

import json
import shlex
from typing import Any

from gateway.methods.declaration import ANY, BASE64, BOOLEAN, DOUBLE, INT, Login, Method, Param, Type

_TAKES_KEYS = (Login.REQUIRED, Login.OPTIONAL)


def jsonrpc(base: str, method: Method) -> str:
    """A command for `curl` that calls a method; `base` is the address of the site, with a slash at the end."""
    call = {"method": method.name, "params": _positional(method) or [_arguments(method)], "id": 1}
    words = ["curl", "-H", "Content-Type: application/json", "-d", json.dumps(call), f"{base}jsonrpc.cgi"]
    return " ".join(map(shlex.quote, words))


def xmlrpc(base: str, method: Method) -> str:
    """A program in Python that calls a method."""
    given = _positional(method) or ([_arguments(method)] if _arguments(method) else [])
    binary = {param.name for param in method.params if param.type is BASE64}
    written = ", ".join(_python(each, binary) for each in given)
    imported = "Binary, ServerProxy" if "Binary(" in written else "ServerProxy"
    return f"from xmlrpc.client import {imported}\nprint(ServerProxy('{base}xmlrpc.cgi').{method.name}({written}))"


def _python(value: Any, binary: set[str]) -> str:
    if not isinstance(value, dict):
        return repr(value)
    members = (
        f"{name!r}: Binary(b'the content')" if name in binary else f"{name!r}: {each!r}" for name, each in value.items()
    )
    return "{" + ", ".join(members) + "}"


def _positional(method: Method) -> list[Any]:
    """Return the arguments of a method that takes them in order."""
    declared = {param.name: param for param in method.params}
    return [_value(declared[name]) for name in method.positional if declared[name].example]


def _arguments(method: Method) -> dict[str, Any]:
    """Return the required parameters, or the first with an example; for a method that changes something, all of these.

    With them goes a key if the method takes one.
    """
    given = [param for param in method.params if param.example]
    chosen = given if method.writes else [param for param in given if param.required] or given[:1]
    arguments = {param.name: _value(param) for param in chosen}
    return {**arguments, "Bugzilla_api_key": "your-api-key"} if method.login in _TAKES_KEYS else arguments


def _value(param: Param) -> Any:
    if param.example.startswith(("[", "{")):
        return json.loads(param.example)
    if param.type.name == "array":
        return [_scalar(param.type.items or ANY, each.strip()) for each in param.example.split(",")]
    return _scalar(param.type, param.example)


def _scalar(kind: Type, example: str) -> Any:
    if kind is INT or (kind.name == "string" and example.isdigit()):
        return int(example)
    if kind is DOUBLE:
        return float(example)
    return example == "true" if kind is BOOLEAN else example
