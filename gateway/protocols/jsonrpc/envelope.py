"""The three envelopes of JSON-RPC, for requests and answers. No I/O.

version 1.0   neither member below. `params` is an array. Answers have `result`, `error` and `id`, all three; no id, or
              null, is a notification.
version 1.1   any `version`, which Bugzilla takes for "1.1". `params` is an object. A success is `version` and
              `result`; an error is `version`, `id` if there is one, and `error`, which has a name.
version 2.0   `"jsonrpc": "2.0"`, to the letter of its specification, with the codes of Bugzilla where those apply.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods.params import truth
from gateway.spools import Spool
from gateway.values import Value

_NO_NAME = re.compile(r"[^-._a-zA-Z0-9]")
_SAYS_2_0 = re.compile(rb'"jsonrpc"\s*:\s*"2\.0"')


class JsonRpcVersion(Enum):
    """The version of an envelope."""

    V1_0 = "1.0"
    V1_1 = "1.1"
    V2_0 = "2.0"


@dataclass(frozen=True, slots=True)
class Message:
    """A request in any envelope. `params` are by name or by position; a notification is not answered."""

    version: JsonRpcVersion
    method: str
    params: dict[str, Value] | list[Value]
    id: Value = None
    is_notification: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that is not valid, and its error. `method` is set if it has to be checked before that error."""

    version: JsonRpcVersion
    error: GatewayError
    id: Value = None
    is_notification: bool = False
    method: str | None = None


def version_of(document: Value) -> JsonRpcVersion:
    """The version of the envelope that a document is, or is meant to be."""
    if isinstance(document, list) or (isinstance(document, dict) and document.get("jsonrpc") == "2.0"):
        return JsonRpcVersion.V2_0
    return legacy_version(document.get("version")) if isinstance(document, dict) else JsonRpcVersion.V1_1


def legacy_version(version: Value) -> JsonRpcVersion:
    """1.1 if the member or query parameter `version` has any value, else 1.0."""
    return JsonRpcVersion.V1_1 if truth(version) else JsonRpcVersion.V1_0


def read(document: Value, version: JsonRpcVersion) -> Message | Refused:
    """Read the message in a document that is not a batch."""
    if not isinstance(document, dict):
        return Refused(version, errors.INVALID_REQUEST(why="a request is an object"))
    return _read_2_0(document) if version is JsonRpcVersion.V2_0 else _read_legacy(document, version)


def _read_legacy(document: dict[str, Value], version: JsonRpcVersion) -> Message | Refused:
    request_id = document.get("id")
    if not _is_plain([request_id, document.get("method")]):
        return Refused(version, errors.INVALID_REQUEST(why="its id or the name of its method is as long as a file"))
    quiet = version is JsonRpcVersion.V1_0 and request_id is None
    if document.get("method") is None:
        return Refused(version, errors.INVALID_REQUEST(why="it names no method"), request_id, quiet)
    method, params = str(document["method"]), document.get("params")
    if _NO_NAME.search(method):
        return Refused(version, errors.METHOD_INVALID(method=method), request_id, quiet)
    wanted: type[Any] = list if version is JsonRpcVersion.V1_0 else dict
    if not isinstance(params, wanted):
        error = errors.INVALID_PARAMS(wanted="an array" if wanted is list else "an object")
        return Refused(version, error, request_id, quiet, method)
    return Message(version, method, params, request_id, quiet)


def _is_plain(value: Value) -> bool:
    """Tell whether no part of a value was read as content."""
    if isinstance(value, dict):
        value = list(value.values())
    return all(map(_is_plain, value)) if isinstance(value, list) else not isinstance(value, Spool)


def _read_2_0(document: dict[str, Value]) -> Message | Refused:
    request_id, method, params = document.get("id"), document.get("method"), document.get("params", [])
    id_is_valid = request_id is None or (isinstance(request_id, str | int | float) and not isinstance(request_id, bool))
    if document.get("jsonrpc") != "2.0":
        why = 'it does not say "jsonrpc": "2.0"'
    elif not isinstance(method, str):
        why = "its method is not a string"
    elif not isinstance(params, list | dict):
        why = "its params are neither an object nor an array"
    elif not id_is_valid:
        why = "its id is neither a string nor a number"
    else:
        return Message(JsonRpcVersion.V2_0, method, params, request_id, "id" not in document)
    return Refused(JsonRpcVersion.V2_0, errors.INVALID_REQUEST(why=why), request_id if id_is_valid else None)


def success(message: Message, result: Value) -> dict[str, Value]:
    """The answer to a message that succeeded."""
    if message.version is JsonRpcVersion.V1_0:
        return {"result": result, "error": None, "id": message.id}
    if message.version is JsonRpcVersion.V1_1:
        return {"version": "1.1", "result": result}
    return {"jsonrpc": "2.0", "result": result, "id": message.id}


def failure(message: Message | Refused, error: GatewayError) -> dict[str, Value]:
    """The answer to a message that failed."""
    if message.version is JsonRpcVersion.V2_0:
        return {"jsonrpc": "2.0", "error": _error(error.kind.code, error), "id": message.id}
    content = _error(error.kind.jsonrpc1_code, error)
    if message.version is JsonRpcVersion.V1_0:
        return {"result": None, "error": content, "id": message.id}
    shown_id = {} if message.id is None else {"id": message.id}
    return {"version": "1.1", "error": {"name": "JSONRPCError", **content}, **shown_id}


def _error(code: int, error: GatewayError) -> dict[str, Value]:
    return {"code": code, "message": error.message}


def unreadable(error: GatewayError, body: bytes | bytearray) -> Refused:
    """For a body that is not JSON: answered in 2.0 if it names that version anywhere, else in 1.1, as in Bugzilla."""
    return Refused(JsonRpcVersion.V2_0 if _SAYS_2_0.search(body) else JsonRpcVersion.V1_1, error)
