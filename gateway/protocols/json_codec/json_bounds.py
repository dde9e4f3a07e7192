"""Bound the cost of decoding a JSON document beforehand: its depth, its values, and the digits of its numbers.

A long document is checked in steps, between which others have their turn: the decoder takes a tenth of the time.
"""

import re
from collections.abc import Iterator
from itertools import accumulate

from gateway.protocols.wire_values import MAX_DEPTH, MAX_VALUES

STEP = 32 * 1024
"""Bytes that are checked in one step."""

_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_STEPS = bytes(set(range(256)) - _STEPS.keys())
_MAX_DIGITS, _MOST_DIGITS = 100, 4300  # of numbers that are decoded, and of any: Python's own limit
_ZEROS = bytes(ord("0") if chr(byte).isdecimal() else byte for byte in range(256))
_MANY_DIGITS = b"0" * (_MAX_DIGITS + 1)
_LONG_NUMBER = re.compile(  # if there is one, and what stands before it: strings, other numbers, and all else
    rb"""((?:[^"0-9-]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?[0-9]++[.eE][0-9.eE+-]*+|-?0[0-9]++|-?[0-9]{1,%d}(?![0-9])|-(?![0-9]))*+)"""
    rb"""(?:(-?[0-9]{%d,%d}+)(?![0-9]))?""" % (_MAX_DIGITS, _MAX_DIGITS + 1, _MOST_DIGITS),
    re.DOTALL,
)
_NO_NUMBER = re.compile(rb"[^0-9.eE+-]")

Document = bytes | bytearray


class JsonBounds:
    """Checks one document. After all of its `steps`, `document` is what can be decoded."""

    def __init__(self, document: Document) -> None:
        self.document: Document = document
        self._values = self._depth = 0
        self._has_long_numbers = False

    def steps(self) -> Iterator[int]:
        """Check a part of the document in each step. Raises `ValueError` if it is out of bounds.

        Whole numbers of over `_MAX_DIGITS` digits become strings, which Perl keeps as texts too: the time to decode
        such a number, or to write it, grows with the square of its length.
        """
        has_many_digits = _MANY_DIGITS in self.document.translate(_ZEROS)
        yield 0
        if count_separators(self.document) <= MAX_DEPTH and not has_many_digits:
            return
        before = b""
        for place, outline in enumerate(_outlines(self.document)):
            self._check(outline)
            before = before[-_MAX_DIGITS:] + outline
            self._has_long_numbers |= has_many_digits and _MANY_DIGITS in before.translate(_ZEROS)
            yield place
        if self._has_long_numbers:
            yield from self._quote_long_numbers()

    def check(self) -> Document:
        """Make all steps, and return the document."""
        for _ in self.steps():
            pass
        return self.document

    def _check(self, outline: bytes) -> None:
        self._values += count_separators(outline)
        if self._values > MAX_VALUES:
            raise ValueError(f"it has more than {MAX_VALUES} values")
        changes = map(_STEPS.__getitem__, outline.translate(None, _NO_STEPS))
        *_, self._depth = depths = list(accumulate(changes, initial=self._depth))
        if max(depths) > MAX_DEPTH:
            raise ValueError(f"it is nested more than {MAX_DEPTH} deep")

    def _quote_long_numbers(self) -> Iterator[int]:
        data, pieces, end, window = self.document, list[bytes](), 0, STEP
        while end < len(data):
            after = _NO_NUMBER.search(data, end + window)
            found = _LONG_NUMBER.match(data, end, after.start() if after else len(data))
            if found is None or found.end() == end:
                if after is None:
                    break
                window *= 2  # a long string begins here
                continue
            pieces += (found[1], b'"', found[2], b'"') if found[2] else (found[1],)
            end, window = found.end(), STEP
            yield end
        self.document = b"".join([*pieces, data[end:]])


def count_separators(data: Document) -> int:
    """Count what begins values, in strings too."""
    return data.count(b"[") + data.count(b"{") + data.count(b",")


def _outlines(document: Document) -> Iterator[bytes]:
    """Cut a document, and leave out its strings."""
    in_string, escape = 0, b""
    for start in range(0, len(document), STEP):
        data = escape + document[start : start + STEP]
        escape = b"\\" if (len(data) - len(data.rstrip(b"\\"))) % 2 else b""
        parts = data[: len(data) - len(escape)].replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        yield b"".join(parts[in_string::2])
        in_string = (in_string + len(parts) - 1) % 2
