"""Content in JSON, which has no type for it: a string of base64 stands for it."""

from collections.abc import Mapping

from gateway import errors
from gateway.base64_stream import decode_base64
from gateway.methods.declaration import BASE64, Method
from gateway.methods.params import text
from gateway.spools import Spool
from gateway.values import Value


def with_content(method: Method, params: Mapping[str, Value]) -> dict[str, Value]:
    """Decode the parameters that are declared as content. Raises PARAM_INVALID and FILE_TOO_LARGE."""
    decoded = dict(params)
    for param in method.params:
        if param.type is BASE64 and decoded.get(param.name) is not None:
            decoded[param.name] = _decoded(param.name, decoded[param.name])
    return decoded


def _decoded(name: str, value: Value) -> Value:
    if isinstance(value, Spool):
        return value.accepted()
    if isinstance(value, bool):
        return b""  # true and false hold no bytes
    try:
        return decode_base64(text(value, name) or "")
    except ValueError:
        raise errors.PARAM_INVALID(param=name, value="this text", why="it is not base64") from None
