"""JSONP: an answer as the argument of a JavaScript function that the client names."""

import re
from collections.abc import Sequence

from gateway import errors
from gateway.protocols.wire_values import Piece
from gateway.values import Value

CONTENT_TYPE = "text/javascript; charset=UTF-8"

HEADERS = {"Cache-Control": "no-store"}
"""Headers that every such answer has: whose browser asked for it makes no difference to it."""

_NAME = re.compile(r"[A-Za-z0-9_.\[\]]+")


def callback_name(written: Value) -> str:
    """The name of the function, trimmed. Raises CALLBACK_INVALID."""
    name = written.strip() if isinstance(written, str) else ""
    if not _NAME.fullmatch(name):
        raise errors.CALLBACK_INVALID(callback=name)
    return name


def wrapped(pieces: Sequence[Piece], callback: str) -> list[Piece]:
    """Wrap an answer in a call of `callback`. The comment before it stops readers of other formats."""
    return [f"/**/{callback}(".encode(), *pieces, b")"]
