"""OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0) of the resources: REST, Ketura and the raw files."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway import __version__
from gateway.documents import json_schema
from gateway.documents.description import (
    FORM,
    MULTIPART,
    Operation,
    Parameter,
    Representation,
    Resource,
    Response,
    Style,
)
from gateway.documents.json_schema import Schema
from gateway.methods.declaration import FILE, Login, Param, Registry

_SECURITY_SCHEMES: Mapping[str, Schema] = {
    "password": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-Bugzilla-API-Key"},
    "apiKeyInQuery": {"type": "apiKey", "in": "query", "name": "Bugzilla_api_key"},
    "token": {"type": "apiKey", "in": "header", "name": "X-Bugzilla-Token", "description": "A token of User.login."},
    "tokenInQuery": {"type": "apiKey", "in": "query", "name": "Bugzilla_token"},
}
_PLACE = re.compile(r"\{\w+\}")
_LOCAL = "#/components/schemas/"


def document(base: str, registry: Registry, resources: Iterable[Resource]) -> Schema:
    """The description of these resources. `base` is the address of the site, with a slash at the end."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bugzilla gateway",
            "version": __version__,
            "description": "Bugzilla's attachment API and Ketura's upload, on one store.",
        },
        "servers": [{"url": base.rstrip("/")}],
        "paths": _paths(resources),
        "components": {"schemas": _components(registry), "securitySchemes": dict(_SECURITY_SCHEMES)},
    }


def _paths(resources: Iterable[Resource]) -> Schema:
    """Paths that differ only in the names of their places are one path to OpenAPI, the widest of them."""
    alike: dict[str, list[Resource]] = {}
    for resource in sorted(resources, key=_width):
        alike.setdefault(_PLACE.sub("{}", resource.path), []).append(resource)
    return {f"/{found[-1].path}": _path_item(found) for found in alike.values()}


def _width(resource: Resource) -> int:
    """How many of the places in a path take anything."""
    return sum(not each.pattern for operation in resource.operations for each in _places(operation))


def _path_item(alike: Sequence[Resource]) -> Schema:
    by_verb: dict[str, list[Operation]] = {}
    for resource in alike:
        for operation in resource.operations:
            by_verb.setdefault(operation.verb.lower(), []).append(operation)
    names = _PLACE.findall(alike[-1].path)
    return {verb: _operation(found, names) for verb, found in by_verb.items()}


def _operation(alike: Sequence[Operation], names: Sequence[str]) -> Schema:
    """The last of these operations, which also stands for those before it: paths of fewer values than its own."""
    operation = alike[-1]
    described: Schema = {"operationId": operation.id, "description": operation.doc}
    described["parameters"] = [
        *(_in_path(name, [_places(each)[index] for each in alike]) for index, name in enumerate(names)),
        *(_parameter(each) for each in operation.parameters if _is_plain(each)),
    ]
    if operation.requests:
        required = any(param.required for body in operation.requests for param in body.members)
        described["requestBody"] = {"required": required, "content": _content(operation.requests)}
    described["responses"] = {str(response.status): _response(response) for response in operation.responses}
    allowed: list[Schema] = [{name: []} for name in _SECURITY_SCHEMES]
    described["security"] = allowed if operation.login is Login.REQUIRED else [*allowed, {}]
    return described


def _places(operation: Operation) -> list[Parameter]:
    return [each for each in operation.parameters if each.style is Style.TEMPLATE]


def _is_plain(parameter: Parameter) -> bool:
    """Whether it is neither in the path nor a credential, which security schemes describe."""
    return parameter.style is not Style.TEMPLATE and not parameter.is_credential


def _in_path(name: str, alike: Sequence[Parameter]) -> Schema:
    """A place in a path, with what it means to each of the operations that have it."""
    last = alike[-1]
    pattern = {"pattern": f"^{last.pattern}$"} if last.pattern else {}
    schema = {**json_schema.parameter(last.param, last.type), **pattern}
    del schema["description"]
    doc = " Or: ".join(each.param.doc for each in alike)
    return {"name": name.strip("{}"), "in": "path", "description": doc, "required": True, "schema": schema}


def _parameter(parameter: Parameter) -> Schema:
    schema = json_schema.parameter(parameter.param, parameter.type)
    doc = schema.pop("description")
    return {
        "name": parameter.param.name,
        "in": parameter.style.value,
        "description": doc,
        "required": parameter.param.required,
        "schema": {"type": "array", "items": schema} if parameter.repeats else schema,
    }


def _content(representations: Iterable[Representation]) -> Schema:
    return {each.media_type: _media_type(each) for each in representations}


def _media_type(body: Representation) -> Schema:
    if body.schema:
        return {"schema": {"$ref": _LOCAL + _component_name(body.schema)}}
    if body.media_type in (FORM, MULTIPART):
        schema = json_schema.params(body.members)
        schema["properties"] = {param.name: _form_member(param) for param in body.members}
        return {"schema": schema}
    return {}


def _form_member(param: Param) -> Schema:
    """A member of a form: without the choice between a scalar and an array, which a form does not know."""
    if param.type is FILE:
        return {"description": param.doc, "contentMediaType": "application/octet-stream"}
    items = json_schema.parameter(param, param.type.items or param.type)
    return {"type": "array", "items": items} if param.type.name == "array" else items


def _response(response: Response) -> Schema:
    kinds = dict.fromkeys(f"- {kind.code}: {kind.text}" for kind in response.kinds)
    described: Schema = {"description": "\n".join([response.doc, *kinds])}
    if response.headers:
        described["headers"] = {
            each.name: {"description": each.doc, "schema": json_schema.outgoing(each.type)} for each in response.headers
        }
    if response.representations:
        described["content"] = _content(response.representations)
    return described


# ---- schemas


def _components(registry: Registry) -> Schema:
    """The parts of the grammars of all methods, and the error."""
    parts = {
        _component_name(json_schema.reference(method, part)): schema
        for method in registry
        if method.routes
        for part, schema in json_schema.document(method)["$defs"].items()
    }
    own = {name: _with_references(schema, name.rpartition(".")[0]) for name, schema in parts.items()}
    return {**own, _component_name(json_schema.ERROR_NAME): json_schema.ERROR}


def _component_name(reference: str) -> str:
    """`Bug.get.result` for `Bug.get.json#/$defs/result`, `error` for `error.json`."""
    return reference.replace(".json#/$defs/", ".").removesuffix(".json")


def _with_references(schema: Any, method: str) -> Any:
    """A schema whose references to parts of its own file point to components."""
    if isinstance(schema, list):
        return [_with_references(each, method) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: f"{_LOCAL}{method}.{value.removeprefix('#/$defs/')}" if key == "$ref" else _with_references(value, method)
        for key, value in schema.items()
    }
