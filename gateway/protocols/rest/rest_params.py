"""The sources of a REST call's parameters, and their order of precedence. No I/O.

As in Bugzilla (Bugzilla::WebService::Server::REST, `_retrieve_json_params`): a GET joins the values of the path to
those in the query string. With other verbs a form joins its values to those of the path; a JSON body replaces them, and
the query string replaces both, with its first value if it has several.
"""

import re
from collections.abc import Iterable, Mapping

from gateway import errors
from gateway.methods.declaration import Method
from gateway.values import Value

_FIELD_LISTS = ("include_fields", "exclude_fields")

Pairs = Iterable[tuple[str, Value]]


def of_path(method: Method, places: Mapping[str, str]) -> dict[str, Value]:
    """The parameters that the places of a path fill: a list of one if the method declares an array, else the text."""
    arrays = {param.name for param in method.params if param.type.name == "array"}
    return {name: [value] if name in arrays else value for name, value in places.items()}


def for_reading(path: Mapping[str, Value], query: Pairs) -> dict[str, Value]:
    """The parameters of a GET."""
    return _split_fields(_joined(path, query))


def for_writing(path: Mapping[str, Value], query: Pairs, form: Pairs, document: Value) -> dict[str, Value]:
    """The parameters of another verb, with a form or a JSON document as its body. Raises JSON_UNREADABLE."""
    if document is not None and not isinstance(document, dict):
        raise errors.JSON_UNREADABLE(why="it is not an object")
    first: dict[str, Value] = {}
    for name, value in query:
        first.setdefault(name, value)
    return _split_fields({**_joined(path, form), **(document or {}), **first})


def _joined(path: Mapping[str, Value], pairs: Pairs) -> dict[str, Value]:
    """Values by name, as a list if there are several. Lists of the path take others after their own, none twice."""
    values: dict[str, list[Value]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    joined: dict[str, Value] = {name: found if len(found) > 1 else found[0] for name, found in values.items()}
    for name, own in path.items():
        joined[name] = list(dict.fromkeys([*own, *values.get(name, [])])) if isinstance(own, list) else own
    return joined


def _split_fields(params: dict[str, Value]) -> dict[str, Value]:
    """Split lists of fields that are one text, with commas, plus signs or white space between the names."""
    for name in _FIELD_LISTS:
        value = params.get(name)
        if isinstance(value, str):
            params[name] = [each for each in re.split(r"[\s+,]", value) if each]
    return params
