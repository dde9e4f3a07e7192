"""JSON Schemas (draft 2020-12) of what methods take and return, for REST and JSON-RPC.

Values that come in are as lenient as the methods are: a scalar stands for an array of one, and a number for its
digits. Values that go out are exactly what the gateway sends: no member that is not described here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.methods.declaration import Field, Method, Param, Type

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_INCOMING: Mapping[str, Schema] = {
    "int": {"type": ["integer", "string"], "pattern": "^[0-9]+$"},
    "string": {"type": ["string", "number"]},
    "boolean": {"type": ["boolean", "integer"]},
    "double": {"type": "number"},
    "dateTime.iso8601": {"type": "string", "format": "date-time"},
    "base64": {"type": "string", "contentEncoding": "base64"},
    "file": {"type": "string", "contentMediaType": "application/octet-stream"},
    "any": {},
}
_OUTGOING: Mapping[str, Schema] = {
    "int": {"type": "integer"},
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "double": {"type": "number"},
    "dateTime.iso8601": {
        "type": "string",
        "format": "date-time",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
    },
    "base64": {"type": "string", "contentEncoding": "base64"},
    "nil": {"type": "null"},
    "any": {},
}

ERROR: Schema = {
    "type": "object",
    "description": "Why a call failed.",
    "properties": {
        "error": {"const": True},
        "code": {"type": "integer", "description": "The code of the error."},
        "message": {"type": "string", "description": "What went wrong, for people."},
        "documentation": {"type": "string", "format": "uri"},
    },
    "required": ["error", "code", "message", "documentation"],
    "additionalProperties": False,
}
"""REST's answer to what fails."""

ERROR_NAME = "error.json"
"""The file of its grammar."""


# ---- types


def incoming(kind: Type) -> Schema:
    """What a method takes for a value of this type."""
    if kind.name == "array" and kind.items is not None:
        items = incoming(kind.items)
        return {"anyOf": [{"type": "array", "items": items}, items]}
    if kind.name == "struct":
        return {
            "type": "object",
            "properties": {field.name: {**incoming(field.type), "description": field.doc} for field in kind.fields},
            **_required(field.name for field in kind.fields if not field.optional),
        }
    return dict(_INCOMING[kind.name])


def outgoing(kind: Type, *, whole: bool = True) -> Schema:
    """What is sent for a value of this type. Where it is not `whole`, the caller chooses which members there are."""
    if kind.name == "array" and kind.items is not None:
        return {"type": "array", "items": outgoing(kind.items, whole=whole)}
    if kind.name == "map" and kind.items is not None:
        return {"type": "object", "additionalProperties": outgoing(kind.items, whole=whole)}
    if kind.name == "struct" and kind.fields:
        return {
            "type": "object",
            "properties": {field.name: _member(field, whole) for field in kind.fields},
            **_required(field.name for field in kind.fields if whole and not field.optional),
            "additionalProperties": False,
        }
    return {"type": "object"} if kind.name == "struct" else dict(_OUTGOING[kind.name])


def _member(field: Field, whole: bool) -> Schema:
    schema = outgoing(field.type, whole=whole)
    if field.optional:
        schema = {**schema, "type": [schema["type"], "null"]}
    return {**schema, "description": field.doc}


def _required(names: Iterable[str]) -> Schema:
    """The keyword that says which members have to be there; left out where none has to."""
    required = list(names)
    return {"required": required} if required else {}


# ---- methods


def parameter(param: Param, kind: Type | None = None) -> Schema:
    """What a method takes for a parameter; `kind` is its type where that is another than the declared one."""
    schema = {**incoming(kind or param.type), "description": param.doc}
    if param.options:
        schema["enum"] = list(param.options)
    if param.max_length is not None:
        schema["maxLength"] = param.max_length
    if param.default is not None:
        schema["default"] = param.default == "true" if param.type.name == "boolean" else param.default
    if param.example:
        schema["examples"] = [param.example]
    return schema


def params(params: Iterable[Param]) -> Schema:
    """Parameters by name, as one object."""
    given = list(params)
    return {
        "type": "object",
        "properties": {param.name: parameter(param) for param in given},
        **_required(param.name for param in given if param.required),
    }


def result(method: Method) -> Schema:
    """What a method returns."""
    selectable = "include_fields" in method.param_names
    schema = outgoing(method.result, whole=not selectable)
    if selectable and method.result.fields:
        schema |= _required(field.name for field in method.result.fields)
    return schema


def is_wrapped(method: Method) -> bool:
    """Tell whether REST's answer is an object with the result as its one member: scalars and null are no documents."""
    return result(method).get("type") not in ("object", "array")


def document(method: Method) -> Schema:
    """The grammar of a method: what it takes and returns, and where it has routes, REST's body and answer."""
    parts = {"params": params(method.params), "result": result(method)}
    if method.routes:
        parts |= {"body": _body(method), "answer": _answer(method)}
    return {"$schema": DIALECT, "$id": file_name(method), "title": method.name, "$defs": parts}


def _body(method: Method) -> Schema:
    """The body of a REST request: the parameters, of which those in the path need not be there again."""
    in_path = {name for route in method.routes for name in route.places}
    properties = {param.name: {"$ref": f"#/$defs/params/properties/{param.name}"} for param in method.params}
    required = _required(param.name for param in method.params if param.required and param.name not in in_path)
    return {"type": "object", "properties": properties, **required}


def _answer(method: Method) -> Schema:
    """REST's answer with the result of a method: the result itself if it is an object or an array."""
    whole = {"$ref": "#/$defs/result"}
    if not is_wrapped(method):
        return whole
    return {"type": "object", "properties": {"result": whole}, "required": ["result"], "additionalProperties": False}


def file_name(method: Method) -> str:
    """The file of the grammar of a method."""
    return f"{method.name}.json"


def reference(method: Method, part: str) -> str:
    """Where a part of the grammar of a method is."""
    return f"{file_name(method)}#/$defs/{part}"
