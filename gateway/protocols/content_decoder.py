"""Decode the content coding of a body (Content-Encoding, RFC 9110 section 8.4), in steps of bounded size.

aiohttp could do it, but accepts a gzip body that was cut short: half of a file would pass for the whole.
"""

import zlib
from collections.abc import Iterator

from gateway import errors

STEP = 32 * 1024
"""Bytes that are decoded, and read, at once."""

_GZIP, _ZLIB, _BARE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_CODINGS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}


class ContentDecoder:
    """Decodes one body. `coding` is the value of Content-Encoding; raises UNREADABLE for an unknown one."""

    def __init__(self, coding: str) -> None:
        self._coding = coding.strip().lower()
        self._begun = self._coding in ("", "identity")
        self._inflater: zlib._Decompress | None = None
        if not self._begun and self._coding not in _CODINGS:
            raise errors.UNREADABLE(why=f"the content coding '{self._coding[:40]}' is not known")

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decode the next bytes, in steps; bytes without a coding come in steps too. Raises UNREADABLE."""
        if not self._begun and data:
            self._begun = True
            self._inflater = zlib.decompressobj(_window_bits(self._coding, data[0]))
        if self._inflater is None:
            yield from (data[start : start + STEP] for start in range(0, len(data), STEP))
            return
        while data:
            try:
                yield self._inflater.decompress(data, STEP)
            except zlib.error:
                raise self._unreadable() from None
            if self._inflater.unused_data:
                raise self._unreadable()
            data = self._inflater.unconsumed_tail

    def finish(self) -> None:
        """End the body. Raises UNREADABLE if its coding is incomplete."""
        if self._inflater is not None and not self._inflater.eof:
            raise self._unreadable()

    def _unreadable(self) -> errors.GatewayError:
        return errors.UNREADABLE(why=f"it is not encoded with {self._coding}, or it is incomplete")


def _window_bits(coding: str, first: int) -> int:
    """The window bits for zlib. Some clients send deflate without the zlib header (RFC 1950)."""
    bits = _CODINGS[coding]
    return _BARE if bits == _ZLIB and first & 0x0F != 8 else bits
