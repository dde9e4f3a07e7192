"""OpenRPC (https://spec.open-rpc.org) of the methods that JSON-RPC reaches."""

from gateway import __version__
from gateway.documents import json_schema
from gateway.documents.description import CREDENTIAL_PARAMS
from gateway.documents.json_schema import Schema
from gateway.methods.declaration import Login, Method, Param, Registry

_CREDENTIALS = "#/components/contentDescriptors/"


def document(registry: Registry, url: str = "") -> Schema:
    """The description of these methods. `url` is where they are called, if that is known."""
    described: Schema = {
        "openrpc": "1.3.2",
        "info": {
            "title": "Bugzilla gateway",
            "version": __version__,
            "description": "Bugzilla's API. Parameters by name; JSON-RPC 1.0 takes an array of one object.",
        },
        "methods": [_method(method) for method in registry],
        "components": {"contentDescriptors": {param.name: _param(param) for param in CREDENTIAL_PARAMS}},
    }
    if url:
        described["servers"] = [{"name": "gateway", "url": url}]
    return described


def _method(method: Method) -> Schema:
    credentials = (
        []
        if method.login is Login.EXEMPT
        else [
            {"$ref": _CREDENTIALS + param.name} for param in CREDENTIAL_PARAMS if param.name not in method.param_names
        ]
    )
    errors = {(kind.code, kind.text): {"code": kind.code, "message": kind.text} for kind in method.errors}
    return {
        "name": method.name,
        "summary": method.summary,
        "description": method.doc,
        "paramStructure": "either" if method.positional else "by-name",
        "params": [*(_param(param) for param in _required_first(method)), *credentials],
        "result": {"name": "result", "schema": json_schema.GRAMMAR.result(method)},
        "errors": list(errors.values()),
    }


def _required_first(method: Method) -> list[Param]:
    """The parameters in their order, but those that are required before the others, as OpenRPC wants it."""
    return sorted(method.params, key=lambda param: not param.required)


def _param(param: Param) -> Schema:
    schema = json_schema.GRAMMAR.parameter(param)
    return {
        "name": param.name,
        "description": schema.pop("description"),
        "required": param.required,
        "schema": schema,
    }
