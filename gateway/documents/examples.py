"""Example calls for the command `curl`, made of the examples that parameters declare."""

import json
import shlex
from collections.abc import Iterable
from urllib.parse import quote

from gateway.documents.description import FORM, MULTIPART, Operation, Representation, Resource, Style
from gateway.methods.declaration import FILE, Login, Param


def curl(base: str, resource: Resource, operation: Operation) -> str:
    """A command that makes the call; `base` is the address of the site, with a slash at the end."""
    words = ["curl", *_verb(operation), *_credentials(operation), *_headers(operation), *_body(operation)]
    words += (word for each in _query(operation) for word in ("--data-urlencode", each))
    return " ".join(map(shlex.quote, [*words, base + _path(resource, operation)]))


def _verb(operation: Operation) -> list[str]:
    if operation.verb == "GET":
        return ["--get"] if _query(operation) else []
    if operation.verb == "HEAD":
        return ["--head"]
    return [] if operation.requests and operation.verb == "POST" else ["-X", operation.verb]


def _credentials(operation: Operation) -> list[str]:
    if operation.method is None or operation.login is Login.EXEMPT:
        return []
    if any(request.media_type == MULTIPART for request in operation.requests):
        return ["-u", "me@example.com:secret"]
    return ["-H", "X-Bugzilla-API-Key: your-api-key"]


def _headers(operation: Operation) -> list[str]:
    given = [each.param for each in operation.parameters if each.style is Style.HEADER and each.param.example]
    return [word for param in given for word in ("-H", f"{param.name}: {param.example}")]


def _path(resource: Resource, operation: Operation) -> str:
    path = resource.path
    for each in operation.parameters:
        if each.style is Style.TEMPLATE:
            path = path.replace(f"{{{each.param.name}}}", quote(each.param.example, safe="@"))
    return path


def _query(operation: Operation) -> list[str]:
    """Return the query string: the required parameters, or else one with an example if the path has no parameters."""
    given = [each.param for each in operation.parameters if each.style is Style.QUERY and each.param.example]
    required = [param for param in given if param.required]
    has_places = any(each.style is Style.TEMPLATE for each in operation.parameters)
    return [f"{param.name}={param.example}" for param in required or ([] if has_places else given[:1])]


def _body(operation: Operation) -> list[str]:
    if not operation.requests:
        return []
    request = operation.requests[0]
    if request.media_type == MULTIPART:
        return [word for param in _exemplary(request) for word in ("-F", _part(param))]
    words = ["-H", f"Content-Type: {request.media_type}"]
    return [*words, "-d", request.example or _document(request)]


def _part(param: Param) -> str:
    return f"{param.name}={'@' if param.type is FILE else ''}{param.example}"


def _document(request: Representation) -> str:
    if request.media_type == FORM:
        return "&".join(f"{param.name}={quote(param.example)}" for param in _exemplary(request))
    return json.dumps({param.name: example_value(param) for param in _exemplary(request)})


def example_value(param: Param) -> object:
    """Return the example of a parameter; that of a struct is declared as JSON."""
    return json.loads(param.example) if param.type.name == "struct" else param.example


def _exemplary(request: Representation) -> Iterable[Param]:
    return (param for param in request.members if param.example)
