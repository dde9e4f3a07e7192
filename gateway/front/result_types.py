"""Turn the JSON of a site into values of the types that a method declares for its result. No I/O.

The declared type decides, never the looks of a value: a summary may look like a date. Members that are not declared are
left out, because clients of Bugzilla 5.2 get what it answers. Custom fields (`cf_`) have the types that the site's list
of fields gives them. A value that is not as declared is taken if it has only one meaning: Mozilla's family has one
alias where Bugzilla 5.2 has a list, and Perl writes numbers as strings now and then.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.content import MemoryContent
from gateway.errors import GatewayError
from gateway.front.spooled_content import SpooledContent
from gateway.methods.declaration import Type
from gateway.model import Hours
from gateway.spools import Spool
from gateway.values import Value

CUSTOM = "cf_"
"""The start of the names of custom fields."""

MULTI_SELECT, DATE_TIME, BUG_ID, DATE = 3, 5, 6, 9
"""Bugzilla's numbers of the types of custom fields that are not texts (FIELD_TYPE_...)."""

_LARGEST = 2**63
_DECIMAL = re.compile(r"-?[0-9]{1,18}")

ResultConverter = Callable[[Any], Value]


class MismatchError(Exception):
    """A value that is not of the declared type. `path` leads to it."""

    def __init__(self, wanted: str, value: object) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.found = _KINDS.get(type(value), "another value")
        self.path: list[str] = []

    def __str__(self) -> str:
        return f"{'.'.join(reversed(self.path)) or 'the result'} is {self.found}, not {self.wanted}"


_KINDS: Mapping[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
    Spool: "very long",
}


class ResultTypes:
    """Converts results. `custom_fields` are the numbers of the types of the site's custom fields, by name."""

    def __init__(self) -> None:
        self.custom_fields: Mapping[str, int] = {}
        self._made: dict[int, tuple[Type, ResultConverter]] = {}
        self._with_content: dict[int, bool] = {}

    def convert(self, kind: Type, value: Any) -> Value:
        """The result in the declared type. Raises `MismatchError`, also if it has none of the declared members."""
        if kind.name == "struct" and type(value) is dict:
            members = {each.name for each in kind.fields}
            if members.isdisjoint(value) and not all(each.optional for each in kind.fields):
                raise MismatchError(f"an object with {', '.join(sorted(members))}", value)
        return self._of(kind)(value)

    def has_content(self, kind: Type) -> bool:
        """Tell whether results of a type may have content in them, so that long strings in their JSON are base64."""
        self._of(kind)
        found = self._with_content.get(id(kind))
        if found is None:
            found = self._with_content[id(kind)] = _has_content(kind)
        return found

    def _of(self, kind: Type) -> ResultConverter:
        found = self._made.get(id(kind))
        if found is None:
            found = self._made[id(kind)] = (kind, self._make(kind))  # holds the type, so that its id stays its own
        return found[1]

    def _make(self, kind: Type) -> ResultConverter:
        if kind.name == "array" and kind.items is not None:
            return self._array(self._of(kind.items))
        if kind.name == "map" and kind.items is not None:
            return self._map(self._of(kind.items))
        if kind.name == "struct":
            return self._struct(kind)
        return _SCALARS.get(kind.name, _anything)

    def _array(self, item: ResultConverter) -> ResultConverter:
        def read(value: Any) -> Value:
            if value is None or value == "":  # a bug without an alias has either in Mozilla's family
                return []
            if type(value) is not list:
                return [item(value)]
            at = 0
            converted = []
            try:
                for at, each in enumerate(value):  # noqa: B007 (an error names its place)
                    converted.append(item(each))
            except MismatchError as error:
                error.path.append(str(at))
                raise
            return converted

        return read

    def _map(self, item: ResultConverter) -> ResultConverter:
        def read(value: Any) -> Value:
            if value is None or value == []:
                return {}
            return _members(value, dict.fromkeys(value, item) if type(value) is dict else {}, None)

        return read

    def _struct(self, kind: Type) -> ResultConverter:
        if not kind.fields:
            return _anything
        members = {
            each.name: _nullable(self._of(each.type)) if each.optional else self._of(each.type) for each in kind.fields
        }
        return lambda value: _members(value, members, self._custom)

    def _custom(self, name: str, value: Any) -> Value:
        if value is None:
            return None
        number = self.custom_fields.get(name)
        if number == MULTI_SELECT:
            return [_string(each) for each in (value if type(value) is list else [value])]
        if number in (DATE_TIME, DATE):
            return _date_time(value) if value else None
        return _int(value) if number == BUG_ID else _anything(value)


def _members(value: Any, members: Mapping[str, ResultConverter], custom: Callable[[str, Any], Value] | None) -> Value:
    if type(value) is not dict:
        raise MismatchError("an object", value)
    converted: dict[str, Value] = {}
    name = ""
    try:
        for name, item in value.items():
            convert = members.get(name)
            if convert is not None:
                converted[name] = convert(item)
            elif custom is not None and name.startswith(CUSTOM):
                converted[name] = custom(name, item)
    except MismatchError as error:
        error.path.append(name)
        raise
    return converted


def _nullable(convert: ResultConverter) -> ResultConverter:
    return lambda value: None if value is None else convert(value)


def _int(value: Any) -> Value:
    if value is None or (type(value) is int and abs(value) < _LARGEST):
        return value
    if type(value) is bool or (type(value) is float and value.is_integer() and abs(value) < _LARGEST):
        return int(value)
    if type(value) is str and _DECIMAL.fullmatch(value):
        return int(value)
    raise MismatchError("an integer", value)


def _string(value: Any) -> Value:
    if type(value) is str or value is None:
        return value
    if type(value) is bool:
        return "1" if value else "0"
    if type(value) in (int, float):
        return str(value)
    raise MismatchError("a string", value)


def _boolean(value: Any) -> Value:
    if type(value) is bool or value is None:
        return value
    if value in (0, 1, "0", "1", ""):
        return value in (1, "1")
    raise MismatchError("a boolean", value)


def _double(value: Any) -> Value:
    """Hours, with two decimals over XML-RPC, as from the databases that Bugzilla recommends."""
    if value is None:
        return None
    try:
        number = float(value) if type(value) in (int, float, str) else None
    except ValueError:
        number = None
    if number is None or number != number or abs(number) > 1e15:
        raise MismatchError("a number", value)
    return Hours(f"{number:.2f}") if abs(number * 100 - round(number * 100)) < 1e-6 else Hours(repr(number))


def _date_time(value: Any) -> Value:
    if value is None or value == "":  # Perl writes a time that is not there either way
        return None
    try:
        found = datetime.fromisoformat(value) if type(value) is str else None
        found = found.replace(tzinfo=found.tzinfo or UTC, microsecond=0).astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise MismatchError("a date", value)
    return found


def _base64(value: Any) -> Value:
    if value is None:
        return None
    try:
        if type(value) is Spool:
            return SpooledContent(value.accepted())
        if type(value) is str:
            return MemoryContent(b64decode(value))
    except (binascii.Error, ValueError, GatewayError):
        pass
    raise MismatchError("base64", value)


def _nothing(_: Any) -> Value:
    return None


def _anything(value: Any) -> Value:
    """A value whose type is not declared, as JSON has it. Raises `MismatchError` for one as long as content."""
    if type(value) is dict:
        return {name: _anything(item) for name, item in value.items()}
    if type(value) is list:
        return [_anything(each) for each in value]
    if type(value) in (str, int, bool, float, type(None)):
        return value  # type: ignore[no-any-return] # one of them
    raise MismatchError("a plain value", value)


_SCALARS: Mapping[str, ResultConverter] = {
    "int": _int,
    "string": _string,
    "boolean": _boolean,
    "double": _double,
    "dateTime.iso8601": _date_time,
    "base64": _base64,
    "any": _anything,
    "nil": _nothing,
}


def _has_content(kind: Type) -> bool:
    members = [*(each.type for each in kind.fields), *([kind.items] if kind.items else [])]
    return kind.name == "base64" or any(map(_has_content, members))


def merged(results: "list[Value]") -> Value:
    """The result of a call that was made in parts: lists follow each other, members of objects stand together."""
    first, *others = results
    for other in others:
        first = _merge(first, other)
    return first


def _merge(first: Any, other: Any) -> Any:
    if isinstance(first, list) and isinstance(other, list):
        return first + other
    if isinstance(first, dict) and isinstance(other, dict):
        both = {name: _merge(first[name], item) for name, item in other.items() if name in first}
        return {**first, **other, **both}
    return first
