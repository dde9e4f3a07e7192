"""Writes JSON answers (RFC 8259) with msgspec.

The Python type of a value is its type on the wire; times, which are UTC and whole seconds, become
`YYYY-MM-DDTHH:MM:SSZ`, content base64, a Decimal a number, and ids that name members strings. A lone surrogate, which
UTF-8 cannot carry, becomes U+FFFD.
"""

import re
from decimal import Decimal
from typing import Any

import msgspec

from gateway.content import MemoryContent, StoredContent
from gateway.protocols.values import MARK, Piece, with_contents

_SURROGATE = re.compile("[\ud800-\udfff]")
_RAW_MARK = msgspec.Raw(b'"%b"' % MARK)


def dumps(value: object) -> list[Piece]:
    """The pieces of the document. Raises TypeError for what JSON has no form for."""
    try:
        body = _ENCODER.encode(value)
    except UnicodeEncodeError:
        pass
    else:
        if not any(sign in body for sign in _SIGNS):
            return [body]
    contents: list[StoredContent] = []
    return with_contents(_ENCODER.encode(_plain(value, contents)), contents)


_SIGNS = (b'"sha256":', b".0")
"""What is in every document that msgspec writes in another form than ours.

It writes a StoredContent as an object and Decimal("0.00") with its noughts. To look for these costs less than to look
at every value, and where they are but part of a text, nothing is lost except time.
"""


def _plain(value: Any, contents: list[StoredContent]) -> Any:
    """The value with everything in it that msgspec cannot write, or would in another form, replaced."""
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case dict():
            return {_plain(name, contents): _plain(item, contents) for name, item in value.items()}
        case list() | tuple():
            return [_plain(item, contents) for item in value]
        case Decimal():
            return int(value) if value == value.to_integral_value() else value
        case StoredContent():
            contents.append(value)
            return _RAW_MARK
    return value


def _encodable(value: object) -> bytes:
    if isinstance(value, MemoryContent):
        return value.data
    raise TypeError(f"JSON has no form for {type(value).__name__}")


_ENCODER = msgspec.json.Encoder(enc_hook=_encodable, decimal_format="number")
