"""Decode the content coding of a body (Content-Encoding, RFC 9110 section 8.4), in steps of bounded size.

aiohttp could do it, but accepts a gzip body that was cut short: half of a file would pass for the whole.
"""

import codecs
import zlib
from collections.abc import Iterator

from gateway import errors

STEP = 32 * 1024
"""Bytes that are decoded at once."""

MAX_MEMBERS = 10_000
"""Members of one gzip body. Tools that write several begin a new one each 64 KiB or later."""

_GZIP, _ZLIB, _BARE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_CODINGS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}
_NO_CODINGS = ("", "identity", "none", "7bit", "8bit", "binary")


class ContentDecoder:
    """Decodes one body. `header` is the value of Content-Encoding; raises UNREADABLE for an unknown coding.

    Some clients name a charset there, or an encoding of mail that changes no bytes: both mean no coding.
    """

    def __init__(self, header: str) -> None:
        codings = [name for each in header.split(",") if not _is_none(name := each.strip().lower())]
        if len(codings) > 1 or not _CODINGS.keys() >= set(codings):
            raise errors.BODY_UNREADABLE(why=f"the content coding '{', '.join(codings)[:40]}' is not known")
        self._coding = codings[0] if codings else ""
        self._inflater: zlib._Decompress | None = None
        self._members = 0

    def feed(self, data: bytes, step: int = STEP) -> Iterator[bytes]:
        """Decode the next bytes, in steps; bytes without a coding come in steps of `step`. Raises UNREADABLE."""
        if not self._coding:
            yield from (data[start : start + step] for start in range(0, len(data), step))
            return
        while data:
            if self._inflater is None or self._inflater.eof:
                data = self._begin(data)
            else:
                yield self._inflate(self._inflater, data)
                data = self._inflater.unconsumed_tail or self._inflater.unused_data

    def _begin(self, data: bytes) -> bytes:
        """Begin the body, or another member of one in gzip (RFC 1952 section 2.2), which zeros may come before."""
        if self._inflater is not None:
            data = data.lstrip(b"\0")
            if _CODINGS[self._coding] != _GZIP or self._members == MAX_MEMBERS:
                raise self._unreadable()
        if data:
            self._inflater = zlib.decompressobj(_window_bits(self._coding, data[0]))
            self._members += 1
        return data

    def _inflate(self, inflater: "zlib._Decompress", data: bytes) -> bytes:
        try:
            return inflater.decompress(data, STEP)
        except zlib.error:
            raise self._unreadable() from None

    def finish(self) -> None:
        """End the body. Raises UNREADABLE if its coding is incomplete."""
        if self._inflater is not None and not self._inflater.eof:
            raise self._unreadable()

    def _unreadable(self) -> errors.GatewayError:
        return errors.BODY_UNREADABLE(why=f"it is not encoded with {self._coding}, or it is incomplete")


def _is_none(name: str) -> bool:
    """Tell whether what a client calls a coding changes no bytes: `identity`, a charset, or an encoding of mail."""
    if name in _NO_CODINGS:
        return True
    try:
        return codecs.lookup(name)._is_text_encoding and name not in _CODINGS
    except (LookupError, ValueError):
        return False


def _window_bits(coding: str, first: int) -> int:
    """The window bits for zlib. Some clients send deflate without the zlib header (RFC 1950)."""
    bits = _CODINGS[coding]
    return _BARE if bits == _ZLIB and first & 0x0F != 8 else bits
