"""Parameters of calls as the site's REST takes them: as strings in a query, or as JSON in a body. No I/O.

In a query everything is a string: Perl takes any but "" and "0" for true, so that true and false are 1 and 0; null
cannot be sent, and neither can a struct. `include_fields` is split at commas by REST, but not by the other protocols.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gateway import errors
from gateway.front.spooled_content import SpooledContent
from gateway.methods.declaration import ANY, BASE64, BOOLEAN, DATETIME, INT, Method, Type
from gateway.methods.include_fields import FIELDS_PARAMS
from gateway.methods.params import Params, text, truth
from gateway.spools import Spool
from gateway.values import Value

_FIELD_LISTS = frozenset(each.name for each in FIELDS_PARAMS)
_SEPARATOR = re.compile(r"[\s,+]")
_STRUCT = "(struct)"
"""The text for a struct, for which Perl has an address: nothing is equal to either. REST fails at the one of Perl."""

NO_FIELD = "-"
"""A name that no field has, in place of one that REST would split."""


def query_values(method: Method, params: Mapping[str, Value], protocol: str) -> dict[str, list[str]]:
    """The values of a query by parameter; one without values is left out.

    `protocol` is the client's: a time without a zone is in UTC over XML-RPC, else in the zone of the site.
    Raises NOT_SCALARS, PARAM_INVALID.
    """
    types = {each.name: each.type for each in method.params if each.type is not ANY}
    references = {name for route in method.routes for name in route.places}
    if method.name == "Bug.search":
        params = {name: _criterion(name, value) for name, value in params.items()}
    values = {
        name: list(_texts(name, value, types.get(name), protocol, name in references)) for name, value in params.items()
    }
    return {name: found for name, found in values.items() if found}


def _criterion(name: str, value: Value) -> Value:
    """A criterion that a query cannot say otherwise, as a text that Bugzilla takes alike."""
    if isinstance(value, Mapping) and name not in _FIELD_LISTS:
        return _STRUCT
    return "" if value is None and name == "quicksearch" else value


def _texts(name: str, value: Value, kind: Type | None, protocol: str, is_reference: bool) -> Iterator[str]:
    if name in _FIELD_LISTS:
        for each in value if isinstance(value, list) else [value]:
            yield each if isinstance(each, str) and each and not _SEPARATOR.search(each) else NO_FIELD
    elif kind is BOOLEAN:
        yield from [] if value is None else ["1" if truth(value) else "0"]
    elif kind is not None and kind.name == "array":
        for each in value if isinstance(value, list) else [value]:
            yield _item(name, each, kind.items, protocol, is_reference)
    elif kind is None and isinstance(value, list):
        yield from (_scalar(name, each, protocol) for each in value if not isinstance(each, list | dict))
    elif isinstance(value, list):  # a mistake that the site tells, or takes
        yield from (_scalar(name, each, protocol) for each in value)
    elif value is not None and not (kind is None and isinstance(value, dict)):
        yield _time(value, protocol) if kind is DATETIME and isinstance(value, str) else _scalar(name, value, protocol)


def _item(name: str, value: Value, kind: Type | None, protocol: str, is_reference: bool) -> str:
    """One of several values. True and false are no references to bugs, but a query would say 1 and 0."""
    is_nested = isinstance(value, list | dict | Spool)
    if is_nested or (isinstance(value, bool) and is_reference and kind is not INT):
        raise errors.NOT_NUMERIC(param=name, value="this") if kind is INT else errors.NOT_SCALARS(param=name)
    return _scalar(name, value, protocol)


def _scalar(name: str, value: Value, protocol: str) -> str:
    return _time(value, protocol) if isinstance(value, datetime) else text(value, name) or ""


def _time(value: str | datetime, protocol: str) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    try:
        parsed = datetime.fromisoformat(value.strip())
    except ValueError:
        return value
    if parsed.tzinfo is None and protocol == "xmlrpc":
        parsed = parsed.replace(tzinfo=UTC)
    return _time(parsed, protocol) if parsed.tzinfo else value


def body_values(method: Method, params: Mapping[str, Value]) -> dict[str, Any]:
    """The members of a JSON body; content stays content. Raises PARAM_INVALID, and the error of rejected content."""
    contents = {each.name for each in method.params if each.type is BASE64}
    read = Params(dict(params), method.param_names)
    return {
        name: _content(read, name) if name in contents and value is not None else _json(name, value)
        for name, value in params.items()
    }


def _content(params: Params, name: str) -> Value:
    content = params.content(name)
    return SpooledContent(content) if isinstance(content, Spool) else content


def _json(name: str, value: Value) -> Any:
    if isinstance(value, datetime):
        return _time(value, "")
    if isinstance(value, bytes | Spool):
        return text(value, name)
    if isinstance(value, Mapping):
        return {member: _json(name, each) for member, each in value.items()}
    return [_json(name, each) for each in value] if isinstance(value, list | tuple) else value
