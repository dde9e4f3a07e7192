"""What the codecs have in common: the values that they read, the pieces that they write, the bounds of a request.

A reader turns the bytes of a request into a `Value`. Long content goes to a `Spool` while it arrives; everything else
is held in memory, and the bounds below keep that small whatever is sent. A writer turns an answer into *pieces*: bytes,
and content that is still in the store, which stands for its base64.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from gateway.content import Spool, StoredContent
from gateway.errors import GatewayError

Value: TypeAlias = (
    "bool | int | float | str | bytes | datetime | Spool | GatewayError | list[Value] | dict[str, Value] | None"
)
"""What a client can send. Base64 is bytes where it is short and a spool where it is long; an error (in JSON) where it
was content that could not be taken, for whoever looks at it to raise."""

Piece: TypeAlias = bytes | StoredContent
"""A part of an answer: bytes as they are, or content whose base64 goes there."""

MAX_DEPTH = 256
"""Lists and structs inside each other: what a plain recursive function can follow."""

MAX_VALUES = 50_000
"""Values in one request."""

MAX_HELD = 4 * 1024 * 1024
"""Characters of one request that are held in memory, long content not counted."""

CONTENT_PLACEHOLDER = b"\0"
"""Where content goes in a body being written: a byte that is in no XML and, unescaped, in no JSON."""


def with_contents(body: bytes, contents: Iterable[StoredContent]) -> list[Piece]:
    """The pieces of a body that has a `CONTENT_PLACEHOLDER` for each of the contents, in order."""
    first, *rest = body.split(CONTENT_PLACEHOLDER)
    pieces: list[Piece] = [first]
    for content, part in zip(contents, rest, strict=True):
        pieces += (content, part)
    return pieces


def length(pieces: Sequence[Piece]) -> int:
    """How many bytes an answer has when its contents are written as base64 on one line each."""
    return sum(len(piece) if isinstance(piece, bytes) else (piece.size + 2) // 3 * 4 for piece in pieces)


def estimate_value_count(value: object) -> int:
    """About how many values an answer holds. Those in a list are taken to be alike, as records are."""
    if isinstance(value, list):
        return len(value) * estimate_value_count(value[0]) if value else 0
    return sum(map(estimate_value_count, value.values())) if isinstance(value, dict) else 1
