"""Read names and values from forms and query strings (application/x-www-form-urlencoded)."""

import re
from string import hexdigits
from urllib.parse import parse_qsl

from gateway import errors
from gateway.protocols.long_content import LongContent
from gateway.protocols.wire_values import MAX_HELD, VALUE_SIZE, character_size
from gateway.spools import RequestSpools
from gateway.values import Value

MAX_PAIRS = 1000
"""Names with values in one form or query string."""

WIDEST = 3
"""The bytes in which a form writes one character of content at most: an escape sequence such as `%2F`."""

LONG = 256 * 1024
"""Bytes above which a value in a form is content. The longest comment, of 65,535 characters, has no more."""

_SLICE = 64 * 1024  # bytes that are scanned at once
_SEPARATOR = re.compile(rb"[&;]+")
_SEPARATORS = re.compile("[&;]+")  # of text
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_BYTES = {(high + low).encode(): bytes.fromhex(high + low) for high in hexdigits for low in hexdigits}
_CUT_ESCAPE = re.compile(rb"%[0-9A-Fa-f]?\Z")


def pairs(written: str) -> list[tuple[str, str]]:
    """The names and values of a query string, in order; `&` or `;` separates them. Raises UNREADABLE for too many."""
    try:
        return parse_qsl(
            _SEPARATORS.sub("&", written), keep_blank_values=True, errors="replace", max_num_fields=MAX_PAIRS
        )
    except ValueError:
        raise _too_many() from None


def _too_many() -> errors.GatewayError:
    return errors.UNREADABLE(why=f"a form or a query string has at most {MAX_PAIRS} values")


class FormReader:
    """Reads a form from the bytes of a body, as they arrive; a value of over `LONG` bytes is content.

    `max_body` is in bytes, without what escape sequences in content take beyond its characters. After an error the
    reader cannot be used again.
    """

    def __init__(self, spools: RequestSpools, max_body: int) -> None:
        self._spools = spools
        self._max_body = max_body
        self._received = 0
        self._rest = b""
        self._name: str | None = None
        self._text = bytearray()
        self._long: LongContent | None = None
        self._held = 0
        self._width = 1
        self._escaping = 0
        self._pairs: list[tuple[str, Value]] = []

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises BODY_TOO_LARGE, UNREADABLE, and BUSY if there is no room for them."""
        self._received += len(data)
        if self._received - self._escaping > self._max_body:
            raise errors.BODY_TOO_LARGE(limit=self._spools.limit)
        for start in range(0, len(data), _SLICE):
            self._read(self._rest + data[start : start + _SLICE])
        self._spools.budget.set_body_bytes(self._held * self._width + VALUE_SIZE * len(self._pairs))

    def close(self) -> list[tuple[str, Value]]:
        """The names and values, in order, once all of the body was fed. Content may be rejected."""
        self._take(self._rest)
        self._end()
        return self._pairs

    def _read(self, data: bytes) -> None:
        *whole, last = _SEPARATOR.split(data)
        for part in whole:
            self._take(part)
            self._end()
        cut = _CUT_ESCAPE.search(last)
        end = cut.start() if cut else len(last)
        self._take(last[:end])
        self._rest = last[end:]

    def _take(self, part: bytes) -> None:
        """Take part of a name and its value; no escape sequence is cut."""
        if self._name is None:
            name, equals, part = part.partition(b"=")
            self._keep(name)
            if not equals:
                return
            self._name = self._ended()
        self._keep(part)

    def _keep(self, written: bytes) -> None:
        text = _unescaped(written)
        if self._long is not None:
            self._escaping += len(written) - len(text)
            self._long.write(text)
            return
        self._text += text
        self._held += len(text)
        self._width = max(self._width, character_size(text))
        if self._name is not None and len(self._text) > LONG:
            self._long = LongContent(self._spools.spool(), bytes)
            self._long.write(bytes(self._text))
            self._held -= len(self._text)
            self._text.clear()
        if self._held > MAX_HELD:
            raise errors.BODY_TOO_LARGE(limit=self._spools.limit)

    def _end(self) -> None:
        """End a name and its value; between two separators there is none."""
        if self._name is None and not self._text:
            return
        name = self._ended() if self._name is None else self._name
        self._pairs.append((name, self._ended() if self._long is None else self._long.finish()))
        self._name = self._long = None
        if len(self._pairs) > MAX_PAIRS:
            raise _too_many()

    def _ended(self) -> str:
        text = self._text.decode("utf-8", "replace")
        self._text.clear()
        return text


def _unescaped(written: bytes) -> bytes:
    """Decode escape sequences. `urllib.parse` takes ten times as long if percent signs begin none."""
    return _ESCAPE.sub(lambda escape: _BYTES[escape[1]], written.replace(b"+", b" "))
