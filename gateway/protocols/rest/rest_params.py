"""Where the parameters of a REST call come from, and which of them win. No I/O.

As Bugzilla has it (Bugzilla::WebService::Server::REST, `_retrieve_json_params`): a GET joins the values of the path to
those in the query string. With other verbs a form joins its values to those of the path; what a JSON body says
replaces that, and what the query string says replaces both, its first value where there are several.
"""

import re
from collections.abc import Iterable, Mapping

from gateway import errors
from gateway.methods.declaration import Value

_FIELD_LISTS = ("include_fields", "exclude_fields")

Pairs = Iterable[tuple[str, Value]]


def for_reading(path: Mapping[str, str], query: Pairs) -> dict[str, Value]:
    """The parameters of a GET."""
    return _split_fields(_joined(path, query))


def for_writing(path: Mapping[str, str], query: Pairs, form: Pairs, document: Value) -> dict[str, Value]:
    """The parameters of another verb, with a form or a JSON document as its body. Raises UNREADABLE for another one."""
    if document is not None and not isinstance(document, dict):
        raise errors.UNREADABLE(why="the body is a JSON document, but no object")
    first: dict[str, Value] = {}
    for name, value in query:
        first.setdefault(name, value)
    return _split_fields({**_joined(path, form), **(document or {}), **first})


def _joined(path: Mapping[str, str], pairs: Pairs) -> dict[str, Value]:
    """Values by name, in a list where a name has several; those of the path come first, and none comes twice."""
    values: dict[str, list[Value]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    joined: dict[str, Value] = {name: found if len(found) > 1 else found[0] for name, found in values.items()}
    for name, value in path.items():
        joined[name] = list(dict.fromkeys([value, *values.get(name, [])]))
    return joined


def _split_fields(params: dict[str, Value]) -> dict[str, Value]:
    """Lists of fields may be one text, with commas, plus signs or white space between the names."""
    for name in _FIELD_LISTS:
        if isinstance(params.get(name), str):
            params[name] = [each for each in re.split(r"[\s+,]", params[name]) if each]
    return params
