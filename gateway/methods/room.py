"""How much the answers to one request may hold in memory, when it makes many calls: a batch, or `system.multicall`.

Each answer of its own is small enough; a hundred of them in one request are not, and a hundred times a hundred less so.
"""

from typing import Any

from gateway import errors
from gateway.content import MemoryContent

ROOM = 8 * 1024 * 1024
"""Bytes, roughly, after which no more calls are made. One call alone may have any answer."""

_EACH = 64  # bytes of a value besides those that are in it


class Room:
    """The room that the answers to one request have. An answer is not weighed before another call follows it."""

    def __init__(self, size: int = ROOM) -> None:
        self._left = size
        self._last: Any = None

    def enter(self) -> None:
        """Another call is to be made. Raises ANSWERS_TOO_LARGE where there is no room left for its answer."""
        self._left -= _weight(self._last)
        self._last = None
        if self._left < 0:
            raise errors.ANSWERS_TOO_LARGE()

    def keep(self, answer: Any) -> None:
        """The answer to that call is held until all of them are sent."""
        self._last = answer


def _weight(answer: Any) -> int:
    """About how many bytes an answer holds."""
    weight, waiting = 0, [answer]
    while waiting:
        value = waiting.pop()
        weight += _EACH
        match value:
            case dict():
                waiting += value.values()
            case list() | tuple():
                waiting += value
            case str() | bytes():
                weight += len(value)
            case MemoryContent():
                weight += value.size
    return weight
