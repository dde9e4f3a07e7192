"""The size of an answer, in memory and as it is sent."""

from collections.abc import Collection
from dataclasses import fields, is_dataclass
from datetime import datetime

from gateway.content import BLOCK, PIECE, MemoryContent, StoredContent

VALUE_BYTES = 64
"""The bytes of memory that a value takes in addition to its content."""

_UNTAKEN_BYTES = 64 * 1024
"""The bytes of a piece of content that a client has not taken when the next one is read."""

_NAMES: dict[type, tuple[str, ...]] = {}


def _names(kind: type) -> tuple[str, ...]:
    """Return the names of the members of a struct or a dataclass; none for any other type."""
    known = _NAMES.get(kind)
    if known is None:
        of_dataclass = [each.name for each in fields(kind)] if is_dataclass(kind) else []
        known = _NAMES[kind] = (*getattr(kind, "__struct_fields__", ()), *of_dataclass)
    return known


class AnswerSize:
    """About how many bytes an answer takes in memory (`held`), and when it is sent (`written`).

    Lists and dicts that it has several times are in memory once, and written each time. Those of an answer that is
    `known`, and part of this one, are not measured again. Structs and dataclasses are not written: pages show them.
    """

    def __init__(self, answer: object, known: "AnswerSize | None" = None) -> None:
        self.answer = answer  # kept, because parts of it are known by their ids
        self._known = known
        self.held = 0
        self.streamed = 0
        """The bytes that are held while its stored content is read and sent."""
        self._sizes: dict[int, int] = dict(known._sizes) if known else {}
        self.written = self._add((answer,))

    def of(self, value: object) -> int:
        """Return the size of a value as it is written."""
        known = self._sizes.get(id(value))
        return self._add((value,)) if known is None else known

    def _add(self, members: Collection[object]) -> int:
        """Return the size of values. Every answer goes through here: types are asked for in the order of their use."""
        own, inner_bytes, sizes = VALUE_BYTES * len(members), 0, self._sizes
        for value in members:
            kind = type(value)
            if kind is str:
                own += len(value) if value.isascii() else 4 * len(value)  # type: ignore[attr-defined, arg-type]
            elif kind is dict or kind is list or kind is tuple:
                if not value:
                    continue
                known = sizes.get(id(value))
                if known is None:
                    known = sizes[id(value)] = self._add(value.values() if kind is dict else value)  # type: ignore[attr-defined, arg-type]
                inner_bytes += known
            elif value is not None and kind is not bool and kind is not int and kind is not datetime:
                own += self._content_bytes(value)
        self.held += own
        return own + inner_bytes

    def _content_bytes(self, value: object) -> int:
        """Return the bytes that a value has as content; stored content takes memory while it is sent.

        The members of any other compound value are held, and not written.
        """
        if isinstance(value, StoredContent):
            piece = BLOCK if value.external else PIECE
            self.streamed = max(self.streamed, min(value.size, piece) + _UNTAKEN_BYTES)
        elif isinstance(value, MemoryContent):
            return value.size
        elif isinstance(value, bytes):
            return len(value)
        elif (names := _names(type(value))) and id(value) not in self._sizes:
            self._sizes[id(value)] = self._add([getattr(value, name) for name in names])
        return 0
