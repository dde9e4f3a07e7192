"""Take long strings out of a JSON document while it arrives.

Strings of over `LONG` bytes, too long to be anything but content, are unescaped, decoded from base64 and written to a
spool. A placeholder is left in the document; clients cannot guess it, so they cannot send it. Nothing else of JSON is
parsed here: errors are found when the document is decoded.
"""

import re
import secrets
from typing import Any

import msgspec

from gateway import errors
from gateway.protocols.long_content import LongContent
from gateway.protocols.wire_values import MAX_HELD
from gateway.spools import RequestSpools, Spool
from gateway.values import Value

LONG = 800 * 1024
"""Bytes, as written in the document, above which a string is content. The longest comment, of 65,535 characters, may
have twelve for each."""

_SLICE = 64 * 1024  # bytes that are scanned at once: less than LONG, so that no string that ends in its slice is long
_WHOLE_STRINGS = re.compile(rb'(?:[^"]*+"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
_CHARACTERS = re.compile(rb'[^"\\]*+(?:\\(?:u[0-9A-Fa-f]{4}|[^u])[^"\\]*+)*+', re.DOTALL)
_LONGEST_ESCAPE = 6  # bytes


class LongStrings:
    """Takes a body, and leaves its `document` without strings of over `long` bytes.

    `long` is `LONG` unless it is given; the document may have `max_held` bytes.
    """

    def __init__(self, spools: RequestSpools, long: int | None = None, max_held: int = MAX_HELD) -> None:
        self.document = bytearray()
        self._spools = spools
        self._longest = long or LONG
        self._max_held = max_held
        self._word = secrets.token_hex(16)
        self._contents: dict[str, Spool] = {}
        self._in_string = False
        self._start = 0
        self._long: LongContent | None = None
        self._rest = b""
        self._escaping = 0

    @property
    def escaping(self) -> int:
        """Bytes that escape sequences took in long strings beyond the characters that they stand for."""
        return self._escaping + (self._long.escaping if self._long else 0)

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises BODY_TOO_LARGE, UNREADABLE, and BUSY if there is no room for a spool."""
        for start in range(0, len(data), _SLICE):
            self._scan(self._rest + data[start : start + _SLICE])
            if len(self.document) > self._max_held:
                raise errors.BODY_TOO_LARGE(limit=self._spools.limit)

    def restore(self, value: Value) -> Value:
        """Put the contents in their places in the decoded document. Raises UNREADABLE if one is a name."""
        whole = [value]
        containers: list[Any] = [whole] if self._contents else []
        for container in containers:
            for key, item in container.items() if isinstance(container, dict) else enumerate(container):
                if key in self._contents:
                    raise errors.UNREADABLE(why="the name of a member is too long")
                if isinstance(item, dict | list):
                    containers.append(item)
                elif isinstance(item, str):
                    container[key] = self._contents.get(item, item)
        return whole[0]

    def _scan(self, data: bytes) -> None:
        self._rest = b""
        at = 0
        while at < len(data):
            at = self._take_characters(data, at) if self._in_string else self._take_structure(data, at)

    def _take_structure(self, data: bytes, at: int) -> int:
        """Copy all up to the start of a string that does not end in `data`; return its position."""
        quote = data.find(b'"', _end(_WHOLE_STRINGS, data, at))
        end = len(data) if quote < 0 else quote + 1
        self.document += data[at:end]
        self._in_string = quote >= 0
        self._start = len(self.document)
        return end

    def _take_characters(self, data: bytes, at: int) -> int:
        """Take the characters of the string; return the position where it, or `data`, ends."""
        end = _end_of_characters(data, at)
        self._add(data[at:end])
        if data[end : end + 1] == b'"':
            self._end_string()
            return end + 1
        self._rest = data[end:]
        if len(self._rest) >= _LONGEST_ESCAPE:
            raise errors.UNREADABLE(why="JSON is malformed: invalid escape character in string")
        return len(data)

    def _add(self, characters: bytes) -> None:
        if self._long is None:
            self.document += characters
            if len(self.document) - self._start <= self._longest:
                return
            characters = bytes(self.document[self._start :])
            del self.document[self._start :]
            self._long = LongContent(self._spools.spool(), _unescaped)
        self._long.write(characters)

    def _end_string(self) -> None:
        if self._long is not None:
            word = f"{self._word}-{len(self._contents)}"
            self._contents[word] = self._long.finish()
            self._escaping += self._long.escaping
            self.document += word.encode()
        self.document += b'"'
        self._in_string = False
        self._long = None


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    match = pattern.match(data, at)
    return match.end() if match else at


def _end_of_characters(data: bytes, at: int) -> int:
    """The end of the string, or of `data`, but before an escape sequence that is cut."""
    quote = data.find(b'"', at)
    end = len(data) if quote < 0 else quote
    return end if data.find(b"\\", at, end) < 0 else _end(_CHARACTERS, data, at)


def _unescaped(characters: bytes) -> bytes:
    return _UNESCAPE.decode(b'"%b"' % characters).encode("ascii")


_UNESCAPE = msgspec.json.Decoder(str)
