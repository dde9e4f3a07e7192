"""Read JSON documents from the bytes of a body, as they arrive.

msgspec decodes a document of ordinary size in one go. In a longer one, strings of over 800 KiB are taken to be base64
and decoded into spools as they arrive (`long_strings`); the rest is the document.

Every error is UNREADABLE, for which each protocol has a code of its own. As in Bugzilla, the last of several members of
one name counts, and a number with a fraction of zero is an integer: 4.0 is 4.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from sys import getsizeof
from typing import Any

import msgspec

from gateway import errors
from gateway.protocols.json_codec.json_bounds import JsonBounds, count_separators
from gateway.protocols.json_codec.long_strings import LONG, LongStrings
from gateway.protocols.wire_values import VALUE_SIZE, character_size
from gateway.spools import RequestSpools
from gateway.values import Value

WIDEST = 6
"""The most bytes in which a document writes one character of content: an escape sequence such as `\\u002f`."""

_EXACT = 2**53  # up to here a float is exactly the integer that was written
_AT_ONCE = 3_000  # values that are looked at in one step


class JsonReader:
    """Reads one document. After an error the reader cannot be used again.

    `max_body` is in bytes, without what escape sequences in content take beyond its characters: some clients write each
    `/` of base64 as `\\/`.
    """

    def __init__(self, spools: RequestSpools, max_body: int) -> None:
        self._spools = spools
        self._max_body = max_body
        self._received = 0
        self._document = bytearray()
        self._long_strings: LongStrings | None = None
        self._is_decoded = False
        self._value: Value = None
        self._decoded_bytes = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body. Raises BODY_TOO_LARGE, and BUSY if there is no room for it."""
        self._received += len(data)
        if self._received - (self._long_strings.escaping if self._long_strings else 0) > self._max_body:
            raise errors.BODY_TOO_LARGE(limit=self._spools.limit)
        if self._long_strings is None and self._received > LONG:
            self._long_strings = LongStrings(self._spools)
            self._document, data = self._long_strings.document, bytes(self._document) + data
        if self._long_strings is None:
            self._document += data
        else:
            self._long_strings.feed(data)
        self._spools.budget.set_body_bytes(getsizeof(self._document))  # it is longer than what is in it

    @property
    def text(self) -> bytes | bytearray:
        """The document as far as it arrived, without its long strings."""
        return self._document

    def check_steps(self) -> Iterator[int]:
        """Check and decode the document, once all of the body was fed, in steps. Raises UNREADABLE, and BUSY."""
        document = self._document
        values = VALUE_SIZE * count_separators(document)
        self._decoded_bytes = len(document) * character_size(document) + values
        self._spools.budget.set_body_bytes(len(document) + self._decoded_bytes)
        bounds = JsonBounds(document)
        with _as_unreadable():
            yield from bounds.steps()
            holder = [_DECODER.decode(bounds.document)]
            yield 0
            yield from _read_numbers(holder)
        (self._value,), self._is_decoded = holder, True

    def close(self) -> Value:
        """The document, once all of the body was fed. Raises UNREADABLE.

        Content that is too large (FILE_TOO_LARGE), or not base64 (PARAM_INVALID), is rejected.
        """
        if not self._is_decoded:
            for _ in self.check_steps():
                pass
        value, self._value = self._value, None
        self._document.clear()
        self._spools.budget.set_body_bytes(self._decoded_bytes)
        return value if self._long_strings is None else self._long_strings.restore(value)


def loads(document: bytes | bytearray | str) -> Value:
    """Decode a whole document. Raises UNREADABLE."""
    with _as_unreadable():
        holder = [_DECODER.decode(JsonBounds(document.encode() if isinstance(document, str) else document).check())]
        for _ in _read_numbers(holder):
            pass
    value: Value = holder[0]
    return value


@contextmanager
def _as_unreadable() -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise errors.UNREADABLE(why="it is not in UTF-8") from None
    except ValueError as error:
        raise errors.UNREADABLE(why=error) from None


def _read_numbers(document: list[Any]) -> Iterator[int]:
    """Read the numbers with fractions in a decoded document, in steps: each takes longer than all else about a value.

    Raises `ValueError` if one is too large.
    """
    waiting: list[Any] = [document]
    seen = 0
    while waiting:
        members = waiting.pop()
        for place, value in members.items() if type(members) is dict else enumerate(members):
            kind = type(value)
            if kind is tuple:
                members[place] = _number(*value)
            elif kind is list or kind is dict:
                waiting.append(value)
            seen += 1
            if seen % _AT_ONCE == 0:
                yield seen


def _number(text: str) -> int | float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("a number is too large")
    return int(value) if value.is_integer() and abs(value) <= _EXACT else value


_DECODER = msgspec.json.Decoder(float_hook=lambda text: (text,))  # a tuple is a number that is to be read
