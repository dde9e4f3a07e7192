"""Find out what writing work would change, without writing."""

from collections.abc import Callable
from typing import Any, cast

from gateway.store.interface import Reader, Writer

_DIFFERENCES = {"add": "is missing", "set": "differs", "remove": "is not in the Bugzilla", "revoke": "is not revoked"}
"""The differences that methods of a writer make good, by the first word of their names."""


def changes_of(work: Callable[[Writer], None], reader: Reader) -> list[str]:
    """Return what the work would change, a line for each change. It only adds or replaces what differs."""
    noting = _NotingWriter(reader)
    work(cast("Writer", noting))
    return noting.noted


class _NotingWriter:
    """Answers questions as a reader does, and notes changes."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.noted: list[str] = []

    def __getattr__(self, name: str) -> Any:
        verb, _, noun = name.partition("_")
        if verb not in _DIFFERENCES:
            return getattr(self._reader, name)

        def note(*arguments: object, **_: object) -> int:
            self.noted.append(f"{noun.replace('_', ' ')} {_named(arguments)} {_DIFFERENCES[verb]}")
            return 0

        return note


def _named(arguments: tuple[object, ...]) -> str:
    """Name what differs: an object by its id or name."""
    shown = [getattr(each, "id", None) or getattr(each, "name", None) or each for each in arguments[:2]]
    return ", ".join(str(each)[:80] for each in shown)
