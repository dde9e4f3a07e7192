"""The grammars that the WADL includes, by the names of their files; the folder `schemas` of the project holds them.

`python -m gateway.documents.grammars FOLDER` writes them there.
"""

import json
import sys
from pathlib import Path

from gateway.documents import json_schema, xml_schema
from gateway.documents.endpoints import JSONRPC_GRAMMAR, XMLRPC_GRAMMAR
from gateway.documents.json_schema import DIALECT, Schema
from gateway.methods.declaration import Method, Registry


def files(registry: Registry) -> dict[str, bytes]:
    """The grammars of an API."""
    schemas = {
        json_schema.ERROR_NAME: {"$schema": DIALECT, "$id": json_schema.ERROR_NAME, **json_schema.ERROR},
        JSONRPC_GRAMMAR: jsonrpc(registry),
        **{json_schema.file_name(method): json_schema.document(method) for method in registry},
    }
    return {XMLRPC_GRAMMAR: xml_schema.document(), **{name: _written(schema) for name, schema in schemas.items()}}


def _written(schema: Schema) -> bytes:
    return json.dumps(schema, indent=2, ensure_ascii=False).encode() + b"\n"


def jsonrpc(registry: Registry) -> Schema:
    """The grammar of JSON-RPC messages in all three versions, with the parameters of each method."""
    number_or_text: Schema = {"type": ["string", "number", "null"]}
    failure: Schema = {
        "type": "object",
        "properties": {"code": {"type": "integer"}, "message": {"type": "string"}, "name": {"const": "JSONRPCError"}},
        "required": ["code", "message"],
        "additionalProperties": False,
    }
    call: Schema = {
        "type": "object",
        "properties": {
            "jsonrpc": {"const": "2.0"},
            "version": {"enum": ["1.0", "1.1", "2.0"]},
            "method": {"enum": [method.name for method in registry]},
            "params": {"type": ["array", "object"]},
            "id": {},
        },
        "required": ["method"],
        "allOf": [_params_of(method) for method in registry],
    }
    answers: list[Schema] = [
        _members({"jsonrpc": {"const": "2.0"}, "result": {}, "id": number_or_text}),
        _members({"jsonrpc": {"const": "2.0"}, "error": failure, "id": number_or_text}),
        _members({"version": {"const": "1.1"}, "result": {}}),
        _members({"version": {"const": "1.1"}, "error": failure, "id": {}}, optional=("id",)),
        _members({"result": {}, "error": {"type": "null"}, "id": {}}),
        _members({"result": {"type": "null"}, "error": failure, "id": {}}),
    ]
    return {
        "$schema": DIALECT,
        "$id": JSONRPC_GRAMMAR,
        "title": "JSON-RPC 1.0, 1.1 and 2.0",
        "$defs": {
            "call": call,
            "request": {"anyOf": [{"$ref": "#/$defs/call"}, _batch("call")]},
            "one": {"oneOf": answers},
            "answer": {"anyOf": [{"$ref": "#/$defs/one"}, _batch("one")]},
        },
    }


def _batch(part: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/$defs/{part}"}, "minItems": 1}


def _members(properties: dict[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _params_of(method: Method) -> Schema:
    """Require that a call of this method has only its parameters, by name or by position."""
    by_name = {"$ref": json_schema.reference(method, "params")}
    positions = [json_schema.GRAMMAR.parameter(param) for param in method.params if param.name in method.positional]
    forms: list[Schema] = [by_name, {"type": "array", "prefixItems": [by_name], "maxItems": 1}]
    if positions:
        forms.append({"type": "array", "prefixItems": positions, "maxItems": len(positions)})
    return {
        "if": {"properties": {"method": {"const": method.name}}},
        "then": {"properties": {"params": {"anyOf": forms}}},
    }


def _main() -> None:
    from gateway.methods.catalogue import METHODS

    folder, grammars = Path(sys.argv[1]), files(METHODS)
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        if old.name not in grammars:
            old.unlink()
    for name, content in grammars.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    _main()
