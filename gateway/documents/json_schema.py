"""JSON Schemas (draft 2020-12) of what methods take and return, in two vocabularies.

GRAMMAR is for checking messages. For input it is as lenient as the methods are: a scalar stands for an array of one,
and a number for its digits. For output it describes exactly what the gateway sends, without further members.

CLIENT is for making clients, in OpenAPI. A value that comes in has the one type that a client should send. An answer
may have further members, so that a client goes on working with a gateway that sends more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.methods.declaration import Field, Method, Param, Type

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_LENIENT: Mapping[str, Schema] = {
    "int": {"type": ["integer", "string"], "pattern": "^[0-9]+$"},
    "string": {"type": ["string", "number"]},
    "boolean": {"type": ["boolean", "integer"]},
    "double": {"type": "number"},
    "dateTime.iso8601": {"type": "string", "format": "date-time"},
    "base64": {"type": "string", "contentEncoding": "base64"},
    "file": {"type": "string", "contentMediaType": "application/octet-stream"},
    "any": {},
}
_EXACT: Mapping[str, Schema] = {
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
_PLAIN: Mapping[str, Schema] = {
    **_EXACT,
    "dateTime.iso8601": {"type": "string", "format": "date-time"},
    "file": {"type": "string", "format": "binary"},
    "nil": {"description": "Always null."},
}
"""Scalars as generators of clients know them: a pattern of a time or the type null stop some."""

ERROR: Schema = {
    "type": "object",
    "description": "Why a call failed.",
    "properties": {
        "error": {"const": True},
        "code": {"type": "integer", "description": "The code of the error."},
        "message": {"type": "string", "description": "The message of the error, for people."},
        "documentation": {"type": "string", "format": "uri"},
    },
    "required": ["error", "code", "message", "documentation"],
    "additionalProperties": False,
}
"""REST's answer to what fails."""

ERROR_NAME = "error.json"
"""The file of its grammar."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A way to describe values: the scalars that come in and go out, and whether it is one for making clients."""

    scalars_in: Mapping[str, Schema]
    scalars_out: Mapping[str, Schema]
    is_for_clients: bool

    # ---- what comes in

    def incoming(self, kind: Type) -> Schema:
        """Describe what a method takes for a value of this type."""
        if kind.name == "array" and kind.items is not None:
            items = self.incoming(kind.items)
            many = {"type": "array", "items": items}
            return many if self.is_for_clients else {"anyOf": [many, items]}
        if kind.name == "map" and kind.items is not None:
            return {"type": "object", "additionalProperties": self.incoming(kind.items)}
        if kind.name == "struct":
            return {
                "type": "object",
                "properties": {
                    each.name: {**self.incoming(each.type), "description": each.doc} for each in kind.fields
                },
                **_required(each.name for each in kind.fields if not each.optional),
            }
        return dict(self.scalars_in[kind.name])

    def parameter(self, param: Param, kind: Type | None = None) -> Schema:
        """Describe what a method takes for a parameter; `kind` is its type where that is not the declared one."""
        kind = kind or param.type
        schema = {**self.incoming(kind), "description": param.doc}
        if param.options:
            schema["enum"] = [self._literal(option, kind) for option in param.options]
        if param.max_length is not None:
            schema["maxLength"] = param.max_length
        if param.default is not None:
            schema["default"] = _default(param)
        if param.example:
            schema["examples"] = [self._literal(param.example, kind)]
        return schema

    def params(self, params: Iterable[Param]) -> Schema:
        """Describe parameters by name, as one object."""
        given = list(params)
        return {
            "type": "object",
            "properties": {param.name: self.parameter(param) for param in given},
            **_required(param.name for param in given if param.required),
        }

    def _literal(self, text: str, kind: Type) -> Any:
        """Return a value that is declared as text; where a value has one type alone, with that type."""
        if not self.is_for_clients:
            return text
        if kind.name == "array" and kind.items is not None:
            return [self._literal(text, kind.items)]
        return int(text) if kind.name == "int" else text

    # ---- what goes out

    def outgoing(self, kind: Type, *, whole: bool = True) -> Schema:
        """Describe what is sent for a value of this type. Unless it is `whole`, the caller chooses its members."""
        if kind.name == "array" and kind.items is not None:
            return {"type": "array", "items": self.outgoing(kind.items, whole=whole)}
        if kind.name == "map" and kind.items is not None:
            return {"type": "object", "additionalProperties": self.outgoing(kind.items, whole=whole)}
        if kind.name == "struct" and kind.fields:
            return {
                "type": "object",
                "properties": {each.name: self._member(each, whole) for each in kind.fields},
                **_required(each.name for each in kind.fields if whole and not each.optional),
                **({} if kind.is_open else self._closed),
            }
        return {"type": "object"} if kind.name == "struct" else dict(self.scalars_out[kind.name])

    def _member(self, field: Field, whole: bool) -> Schema:
        schema = self.outgoing(field.type, whole=whole)
        if field.optional:
            schema = {**schema, "type": [schema["type"], "null"]}
        return {**schema, "description": field.doc}

    @property
    def _closed(self) -> Schema:
        return {} if self.is_for_clients else {"additionalProperties": False}

    def result(self, method: Method) -> Schema:
        """Describe what a method returns."""
        selectable = "include_fields" in method.param_names
        schema = self.outgoing(method.result, whole=not selectable)
        if selectable and method.result.fields:
            schema |= _required(each.name for each in method.result.fields)
        return schema

    def wrapped(self, result: Schema) -> Schema:
        """Describe an object that has a result as its one member."""
        return {"type": "object", "properties": {"result": result}, "required": ["result"], **self._closed}


GRAMMAR = Vocabulary(_LENIENT, _EXACT, is_for_clients=False)
CLIENT = Vocabulary(_PLAIN, _PLAIN, is_for_clients=True)


def _required(names: Iterable[str]) -> Schema:
    """Return the keyword that says which members have to be there; it is left out where none has to."""
    required = list(names)
    return {"required": required} if required else {}


# ---- methods


def is_wrapped(method: Method) -> bool:
    """Tell whether REST's answer is an object with the result as its one member: scalars and null are no documents."""
    return GRAMMAR.result(method).get("type") not in ("object", "array")


def document(method: Method) -> Schema:
    """Return the grammar of a method: what it takes and returns, and where it has routes, REST's body and answer."""
    parts = {"params": GRAMMAR.params(method.params), "result": GRAMMAR.result(method)}
    if method.routes:
        properties: Schema = {each.name: {"$ref": f"#/$defs/params/properties/{each.name}"} for each in method.params}
        whole: Schema = {"$ref": "#/$defs/result"}
        parts |= {
            "body": {"type": "object", "properties": properties, **_required(_required_in_body(method))},
            "answer": GRAMMAR.wrapped(whole) if is_wrapped(method) else whole,
        }
    return {"$schema": DIALECT, "$id": file_name(method), "title": method.name, "$defs": parts}


def _required_in_body(method: Method) -> Iterable[str]:
    """Return the parameters that the body of a REST request has to have: not those in the path."""
    in_path = {name for route in method.routes for name in route.places}
    return (param.name for param in method.params if param.required and param.name not in in_path)


def body(method: Method) -> Schema:
    """Describe the body of a REST request to those who make clients.

    It has no parameters that every route has in its path: those in a body win, and clients in Java send lists that are
    not set as empty ones.
    """
    everywhere = set.intersection(*({*route.places} for route in method.routes))
    schema = CLIENT.params(param for param in method.params if param.name not in everywhere)
    schema.pop("required", None)
    return {**schema, **_required(_required_in_body(method))}


def answer(method: Method) -> Schema:
    """Describe REST's answer with the result of a method to those who make clients."""
    result = CLIENT.result(method)
    return CLIENT.wrapped(result) if is_wrapped(method) else result


def file_name(method: Method) -> str:
    """Return the name of the file with the grammar of a method."""
    return f"{method.name}.json"


def reference(method: Method, part: str) -> str:
    """Return the reference to a part of the grammar of a method."""
    return f"{file_name(method)}#/$defs/{part}"


def _default(param: Param) -> object:
    """Return the default of a parameter as a value of its type."""
    if param.type.name == "boolean":
        return param.default == "true"
    return int(param.default or 0) if param.type.name == "int" else param.default
