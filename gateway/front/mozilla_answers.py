"""Answers of Mozilla's family in the form that Bugzilla 5.2 gives them, as far as types alone do not tell. No I/O.

Documents are changed in place; one that has that form already stays as it is, because kept answers come here again.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.front.result_types import CUSTOM, DATE, DATE_TIME

_DEADLINE = "deadline"


def to_releases(method: str, document: Any, custom_fields: Mapping[str, int]) -> None:
    """Give the answer to a method the form of 5.2. `custom_fields` are the numbers of their types, by name."""
    change = _CHANGES.get(method)
    if change is not None:
        change(document, custom_fields)


def custom_changes(document: Any) -> bool:
    """Tell whether a history has changes of custom fields."""
    return any(str(change.get("field_name", "")).startswith(CUSTOM) for change in _changes(document))


def _history(document: Any, custom_fields: Mapping[str, int]) -> None:
    """Dates in a history are texts, as Bugzilla's own log of changes has them."""
    for change in _changes(document):
        name = change.get("field_name")
        kind = DATE if name == _DEADLINE else custom_fields.get(str(name))
        if kind in (DATE, DATE_TIME):
            for side in ("removed", "added"):
                change[side] = _logged(change.get(side), kind)


def _logged(value: Any, kind: int | None) -> Any:
    if not isinstance(value, str):
        return value
    return value[:10] if kind == DATE else value.replace("T", " ").removesuffix("Z")


def _saved_searches(document: Any, _: Mapping[str, int]) -> None:
    """The query of a saved search is called its URL."""
    for user in _objects(document, "users"):
        for search in _objects(user, "saved_searches"):
            if "url" in search:
                search.setdefault("query", search.pop("url"))


def _changes(document: Any) -> Iterator[dict[str, Any]]:
    for bug in _objects(document, "bugs"):
        for entry in _objects(bug, "history"):
            yield from _objects(entry, "changes")


def _objects(document: Any, name: str) -> Iterator[dict[str, Any]]:
    """The objects in a list that a member of a document is."""
    found = document.get(name) if isinstance(document, dict) else None
    yield from (each for each in found or () if isinstance(each, dict)) if isinstance(found, list) else ()


_CHANGES: Mapping[str, Callable[[Any, Mapping[str, int]], None]] = {
    "Bug.history": _history,
    "User.get": _saved_searches,
}
