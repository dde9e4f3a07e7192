"""OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0) of the resources: REST, Ketura and the raw files.

The document is for generators of clients as much as for people: every `$ref` names a component, a value has one type,
no operation has two parameters of one name, and each has one body.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway import __version__
from gateway.documents import json_schema
from gateway.documents.description import (
    FORM,
    MULTIPART,
    Operation,
    ParameterDescription,
    Representation,
    Resource,
    Response,
    Style,
)
from gateway.documents.json_schema import CLIENT, Schema
from gateway.methods.declaration import Login, Param, Registry

_SECURITY_SCHEMES: Mapping[str, Schema] = {
    "password": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-Bugzilla-API-Key"},
    "apiKeyInQuery": {"type": "apiKey", "in": "query", "name": "Bugzilla_api_key"},
    "token": {"type": "apiKey", "in": "header", "name": "X-Bugzilla-Token", "description": "A token of User.login."},
    "tokenInQuery": {"type": "apiKey", "in": "query", "name": "Bugzilla_token"},
}
_COMPONENTS = "#/components/schemas/"
_FORM_DOC = (
    f"The members can also be sent as a form, {FORM}: a boolean is 0 or 1 there, a list is sent member by member under "
    "one name, and flags cannot be sent."
)


def document(base: str, registry: Registry, resources: Iterable[Resource]) -> Schema:
    """Return the description of these resources. `base` is the address of the site, with a slash at the end."""
    described = list(resources)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bugzilla gateway",
            "version": __version__,
            "description": "Bugzilla's API and Ketura's upload, on one store.",
        },
        "servers": [{"url": base.rstrip("/")}],
        "paths": {f"/{each.path}": _path_item(each) for each in described},
        "components": {"schemas": _components(registry), "securitySchemes": dict(_SECURITY_SCHEMES)},
    }


def _path_item(resource: Resource) -> Schema:
    return {operation.verb.lower(): _operation(operation) for operation in resource.operations}


def _operation(operation: Operation) -> Schema:
    described: Schema = {"operationId": operation.id, "description": operation.doc}
    described["parameters"] = [_parameter(each) for each in operation.parameters if not each.is_credential]
    if operation.requests:
        described["requestBody"] = _request_body(operation.requests)
    described["responses"] = {str(response.status): _response(response) for response in operation.responses}
    allowed: list[Schema] = [{name: []} for name in _SECURITY_SCHEMES]
    described["security"] = allowed if operation.login is Login.REQUIRED else [*allowed, {}]
    return described


def _parameter(parameter: ParameterDescription) -> Schema:
    schema = CLIENT.parameter(parameter.param, parameter.type)
    doc = schema.pop("description")
    if parameter.pattern:
        schema["pattern"] = f"^{parameter.pattern}$"
    return {
        "name": parameter.param.name,
        "in": "path" if parameter.style is Style.TEMPLATE else parameter.style.value,
        "description": doc,
        "required": parameter.param.required,
        "schema": {"type": "array", "items": schema} if parameter.repeats else schema,
    }


def _request_body(requests: Sequence[Representation]) -> Schema:
    """Describe the first of several bodies. Where operations have two, generators mix up the types of both."""
    body, *others = requests
    described: Schema = {"required": any(param.required for param in body.members), "content": _content([body])}
    if any(other.media_type == FORM for other in others):
        described["description"] = _FORM_DOC
    return described


def _content(representations: Iterable[Representation]) -> Schema:
    return {each.media_type: _media_type(each) for each in representations}


def _media_type(body: Representation) -> Schema:
    if body.schema:
        return {"schema": {"$ref": _COMPONENTS + _component_name(body.schema)}}
    if body.media_type == MULTIPART:
        return {"schema": CLIENT.params(body.members)}
    return {"schema": {"type": "string", "format": "binary"}} if body.media_type == "*/*" else {}


def _response(response: Response) -> Schema:
    kinds = dict.fromkeys(f"- {kind.code}: {kind.text}" for kind in response.kinds)
    described: Schema = {"description": "\n".join([response.doc, *kinds])}
    if response.headers:
        described["headers"] = {each.name: _header(each) for each in response.headers}
    if response.representations:
        described["content"] = _content(response.representations)
    return described


def _header(param: Param) -> Schema:
    return {"description": param.doc, "schema": CLIENT.outgoing(param.type)}


# ---- schemas


def _components(registry: Registry) -> Schema:
    """Return the bodies and answers of all methods that have routes, and the error."""
    components: dict[str, Any] = {}
    for method in registry:
        if any(route.verb != "GET" for route in method.routes):
            components[_component_name(json_schema.reference(method, "body"))] = json_schema.body(method)
        if method.routes:
            components[_component_name(json_schema.reference(method, "answer"))] = json_schema.answer(method)
    return {**components, _component_name(json_schema.ERROR_NAME): json_schema.ERROR}


def _component_name(reference: str) -> str:
    """Return `Bug_get_answer` for `Bug.get.json#/$defs/answer`: some generators take a dot for that of a package."""
    return reference.replace(".json#/$defs/", ".").removesuffix(".json").replace(".", "_")
