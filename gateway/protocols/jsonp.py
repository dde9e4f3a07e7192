"""JSONP: an answer as the argument of a JavaScript function that the client names."""

import re

from gateway import errors
from gateway.protocols.long_answer import Body, LongAnswer
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


def wrapped(body: Body, callback: str) -> Body:
    """Wrap an answer in a call of `callback`. The comment before it stops readers of other formats."""
    before, after = f"/**/{callback}(".encode(), b")"
    return body.wrapped(before, after) if isinstance(body, LongAnswer) else [before, *body, after]
