"""Bodies in steps of bounded size, unpacked where they come packed (Content-Encoding, RFC 9110 section 8.4).

aiohttp would do it, too, but lets a body pass that was packed with gzip and cut short: half of a file for all of it.
"""

import zlib
from collections.abc import Iterator

from gateway import errors

STEP = 32 * 1024
"""Bytes that are unpacked, and read, at once."""

_GZIP, _ZLIB, _BARE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_CODINGS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}


class ContentDecoder:
    """Unpacks one body. Its `coding` is what Content-Encoding says; raises UNREADABLE for an unknown one."""

    def __init__(self, coding: str) -> None:
        self._coding = coding.strip().lower()
        self._begun = self._coding in ("", "identity")
        self._inflater: zlib._Decompress | None = None
        if not self._begun and self._coding not in _CODINGS:
            raise errors.UNREADABLE(why=f"the content coding '{self._coding[:40]}' is not known")

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes are unpacked, in steps, as are bytes that are not packed. Raises UNREADABLE."""
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
        """The body has ended. Raises UNREADABLE where what was packed has not."""
        if self._inflater is not None and not self._inflater.eof:
            raise self._unreadable()

    def _unreadable(self) -> errors.GatewayError:
        return errors.UNREADABLE(why=f"it is not packed with {self._coding}, or not all of it is there")


def _window_bits(coding: str, first: int) -> int:
    """How zlib is to read it. Some clients call deflate what has no zlib header (RFC 1950) around it."""
    bits = _CODINGS[coding]
    return _BARE if bits == _ZLIB and first & 0x0F != 8 else bits
