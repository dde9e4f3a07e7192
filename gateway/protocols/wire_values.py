"""The values that codecs read, the pieces that they write, and the bounds of a request.

A reader turns the bytes of a request into a `Value`. Long content goes to a `Spool` as it arrives; everything else is
held in memory, which the bounds below keep small. A writer turns an answer into *pieces*: bytes, and content that is
still in the store, which is sent as base64.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from gateway.content import StoredContent

AnswerPiece: TypeAlias = bytes | StoredContent
"""A part of an answer: bytes as they are, or content whose base64 goes there."""

MAX_DEPTH = 256
"""Levels of lists and structs: what a plain recursive function can follow."""

MAX_VALUES = 50_000
"""Values in one request."""

MAX_HELD = 4 * 1024 * 1024
"""Characters of one request that are held in memory, long content not counted."""

VALUE_SIZE = 128
"""Bytes of memory for a value beside its text, about: for a dict with a member more, for a number less."""

_ABOVE_FFFF = re.compile(rb"[\xf0-\xf7]|\\u[dD][89abAB]")


def character_size(written: bytes | bytearray) -> int:
    """Return the bytes of memory for each character of texts that are written in UTF-8, or with escapes of JSON.

    One character above U+FFFF makes all characters of its text take four bytes; one above U+00FF makes them take two.
    """
    if written.isascii() and b"\\u" not in written:
        return 1
    return 4 if _ABOVE_FFFF.search(written) else 2


CONTENT_PLACEHOLDER = b"\0"
"""Marks the place of content in a body: a byte that XML never holds, and JSON never holds unescaped."""


def with_contents(body: bytes, contents: Iterable[StoredContent]) -> list[AnswerPiece]:
    """Split a body that has a `CONTENT_PLACEHOLDER` for each of the contents, in order."""
    first, *rest = body.split(CONTENT_PLACEHOLDER)
    pieces: list[AnswerPiece] = [first]
    for content, part in zip(contents, rest, strict=True):
        pieces += (content, part)
    return pieces


def length(pieces: Sequence[AnswerPiece]) -> int:
    """The bytes of an answer whose contents are written as base64, on one line each."""
    return sum(len(piece) if isinstance(piece, bytes) else (piece.size + 2) // 3 * 4 for piece in pieces)
