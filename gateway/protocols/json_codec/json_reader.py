"""Read JSON documents from the bytes of a body, as they arrive.

msgspec decodes a document of ordinary size in one go. In a longer one, strings of over 800 KiB are taken to be base64
and decoded into spools as they arrive (`long_strings`); the rest is the document.

Every error is UNREADABLE, for which each protocol has a code of its own. As in Bugzilla, the last of several members of
one name counts, and a number with a fraction of zero is an integer: 4.0 is 4.
"""

import math
import re
from itertools import accumulate

import msgspec

from gateway import errors
from gateway.protocols.json_codec.long_strings import LONG, LongStrings
from gateway.protocols.wire_values import MAX_DEPTH, MAX_VALUES, VALUE_SIZE, character_size
from gateway.spools import RequestSpools
from gateway.values import Value

WIDEST = 6
"""The most bytes in which a document writes one character of content: an escape sequence such as `\\u002f`."""

_MAX_STRINGS = 2 * MAX_VALUES  # a value may be a string and have a name
_EXACT = 2**53  # up to here a float is exactly the integer that was written
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_STEPS = bytes(set(range(256)) - _STEPS.keys())
_MAX_DIGITS, _MOST_DIGITS = 100, 4300  # of numbers that are decoded, and of any: Python's own limit
_ZEROS = bytes(ord("0") if chr(byte).isdecimal() else byte for byte in range(256))
_MANY_DIGITS = b"0" * (_MAX_DIGITS + 1)
_LONG_NUMBER = re.compile(  # and what stands before it: strings, other numbers, and all else
    rb"""((?:[^"0-9-]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?[0-9]++[.eE][0-9.eE+-]*+|-?0[0-9]++|-?[0-9]{1,%d}(?![0-9])|-(?![0-9]))*+)"""
    rb"""(-?[0-9]{%d,%d}+)(?![0-9])""" % (_MAX_DIGITS, _MAX_DIGITS + 1, _MOST_DIGITS),
    re.DOTALL,
)
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)  # or the beginning of one, to the end


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
        self._spools.budget.set_body_bytes(len(self._document))

    @property
    def text(self) -> bytes | bytearray:
        """The document as far as it arrived, without its long strings."""
        return self._document

    def close(self) -> Value:
        """The document, once all of the body was fed. Raises UNREADABLE.

        An error stands in the place of content that is too large (FILE_TOO_LARGE) or not base64 (PARAM_INVALID).
        """
        document, budget = self._document, self._spools.budget
        values = VALUE_SIZE * _count_separators(document)
        decoded = len(document) * character_size(document) + values
        budget.set_body_bytes(len(document) + decoded)
        value = loads(document)
        document.clear()
        budget.set_body_bytes(decoded)
        return value if self._long_strings is None else self._long_strings.restore(value)


def loads(document: bytes | bytearray | str) -> Value:
    """Decode a whole document. Raises UNREADABLE."""
    try:
        data = document.encode() if isinstance(document, str) else document
        _check_size(data)
        value: Value = _DECODER.decode(_with_short_numbers(data))
    except UnicodeDecodeError:
        raise errors.UNREADABLE(why="it is not in UTF-8") from None
    except ValueError as error:
        raise errors.UNREADABLE(why=error) from None
    return value


def _check_size(data: bytes | bytearray) -> None:
    """Bound the cost of decoding beforehand: depth, and number of values. Most documents are too short to matter."""
    if _count_separators(data) <= MAX_DEPTH:
        return
    outline, strings = _STRING.subn(b"", data, _MAX_STRINGS + 1)
    if strings > _MAX_STRINGS or _count_separators(outline) > MAX_VALUES:
        raise ValueError(f"it has more than {MAX_VALUES} values")
    if max(accumulate(map(_STEPS.__getitem__, outline.translate(None, _NO_STEPS))), default=0) > MAX_DEPTH:
        raise ValueError(f"it is nested more than {MAX_DEPTH} deep")


def _count_separators(data: bytes | bytearray) -> int:
    """Count what begins values, in strings too."""
    return data.count(b"[") + data.count(b"{") + data.count(b",")


def _with_short_numbers(data: bytes | bytearray) -> bytes | bytearray:
    """Return the document with whole numbers of over `_MAX_DIGITS` digits as strings, which Perl keeps as texts too.

    The time to decode such a number, or to write it, grows with the square of its length.
    """
    if _MANY_DIGITS not in data.translate(_ZEROS):  # a fifth of the time of a regular expression
        return data
    pieces, end = list[bytes](), 0
    while found := _LONG_NUMBER.match(data, end):
        pieces += (found[1], b'"', found[2], b'"')
        end = found.end()
    return b"".join([*pieces, data[end:]]) if pieces else data


def _number(text: str) -> int | float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("a number is too large")
    return int(value) if value.is_integer() and abs(value) <= _EXACT else value


_DECODER = msgspec.json.Decoder(float_hook=_number)
