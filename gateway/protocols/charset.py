"""The charset of text that was uploaded without naming one. No I/O.

Browsers read text without a charset as windows-1252, so that UTF-8 becomes mojibake. Only a look at the whole content
tells that it is UTF-8; a flag stored at upload would take a migration, and would say nothing of what is stored already.
So content up to `MAX_SIZE` is read twice when it is first sent, and the result is remembered; longer content is sent
without a charset. The largest attachment of a site is 10 MiB unless its settings allow more.
"""

import codecs
import re
from collections.abc import AsyncIterator
from enum import Enum, auto

MAX_SIZE = 16 * 1024 * 1024
"""Bytes of the longest content that is looked through."""

_HEAD = 1024
"""Bytes in which a document names its own encoding, as browsers search for it."""

_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([\w.:-]+) | <meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)"""
    rb"""| ^@charset\s"([\w.:-]+)" """,
    re.IGNORECASE | re.VERBOSE,
)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_NOT_UTF_8 = re.compile(rb"\0|\x1b[$(]|\x1b%[/@]")
"""Bytes that are valid UTF-8 and mean another encoding: UTF-16 or UTF-32, and ISO 2022, whose escapes are ASCII."""


class Charset(Enum):
    """The answer for one content."""

    UTF_8 = auto()
    UNKNOWN = auto()


def may_be_named(content_type: str, size: int) -> bool:
    """Tell whether to look for the charset of content with this type and size in bytes."""
    essence, _, parameters = content_type.partition(";")
    return essence.strip().lower().startswith("text/") and "charset" not in parameters.lower() and size <= MAX_SIZE


async def detect(pieces: AsyncIterator[bytes]) -> Charset:
    """Return the charset of content: UTF-8 if all its bytes are, and it does not declare another."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    head = b""
    last = b""
    async for piece in pieces:
        if len(head) < _HEAD:
            head += piece[: _HEAD - len(head)]
        if _NOT_UTF_8.search(last + piece):
            return Charset.UNKNOWN
        last = piece[-2:]
        try:
            decoder.decode(piece)
        except UnicodeDecodeError:
            return Charset.UNKNOWN
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return Charset.UNKNOWN
    return Charset.UTF_8 if _declares_utf_8(head) else Charset.UNKNOWN


def _declares_utf_8(head: bytes) -> bool:
    """Tell whether the beginning of a document declares UTF-8, or nothing."""
    declared = _DECLARED.search(_COMMENT.sub(b"", head.removeprefix(codecs.BOM_UTF8)))
    if head.startswith(codecs.BOM_UTF8) or declared is None:
        return True
    return next(filter(None, declared.groups())).lower() in (b"utf-8", b"utf8")
