"""Results without the marks of their protocol, checked against the types that their method declares."""

import base64
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.methods.declaration import Type


def plain(kind: Type, raw: Any, chosen: bool = False) -> Any:
    """A result without the marks of its protocol, of which every part must be of its declared type.

    What is null is left out. `chosen`: the caller chose the fields, so any of them may be missing.
    """
    match kind.name:
        case "array":
            assert isinstance(raw, list), raw
            return [plain(kind.items, each, chosen) for each in raw]
        case "map":
            assert isinstance(raw, dict), raw
            return {name: plain(kind.items, each, chosen) for name, each in raw.items()}
        case "struct":
            return _plain_struct(kind, raw, chosen)
        case "any":
            return raw
        case "nil":
            assert raw in (None, ""), raw  # XML-RPC's empty value reads as an empty string
            return None
    return _SCALARS[kind.name](raw)


def _plain_struct(kind: Type, raw: Any, chosen: bool) -> Any:
    assert isinstance(raw, dict), raw
    declared = {each.name: each for each in kind.fields}
    further = {name: value for name, value in raw.items() if kind.is_open and name not in declared}
    raw = {name: value for name, value in raw.items() if name not in further}
    assert raw.keys() <= declared.keys(), f"not declared: {raw.keys() - declared.keys()}"
    there = {name: value for name, value in raw.items() if value is not None or not declared[name].optional}
    missing = {each.name for each in kind.fields if not each.optional} - there.keys()
    assert chosen or not missing, f"declared, and missing: {missing}"
    return {**{name: plain(declared[name].type, value, chosen) for name, value in there.items()}, **further}


def _of(*kinds: type) -> Callable[[Any], Any]:
    def check(raw: Any) -> Any:
        assert type(raw) in kinds, f"{raw!r} is no {kinds}"
        return raw

    return check


def _time(raw: Any) -> datetime:
    if isinstance(raw, datetime):
        return raw.replace(tzinfo=UTC)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", raw), raw
    return datetime.fromisoformat(raw)


def _content(raw: Any) -> bytes:
    return raw if isinstance(raw, bytes) else base64.b64decode(raw, validate=True)


_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "int": _of(int),
    "string": _of(str),
    "boolean": _of(bool),
    "double": _of(float, int),
    "dateTime.iso8601": _time,
    "base64": _content,
}
