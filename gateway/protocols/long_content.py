"""Decode texts that are too long to be anything but base64 content, into a spool, as they arrive.

A text that is not base64, or too large, does not end the request, because only all of it tells which call the text
belongs to: its spool is rejected with the error.
"""

from collections.abc import Callable

from gateway import errors
from gateway.base64_stream import Base64Decoder
from gateway.errors import GatewayError
from gateway.spools import Spool


class LongContent:
    """One such text. `unescape` turns the characters, as they are written, into ASCII; it may raise ValueError."""

    def __init__(self, spool: Spool, unescape: Callable[[bytes], bytes]) -> None:
        self._spool = spool
        self._unescape = unescape
        self._decoder = Base64Decoder(spool.write)
        self.escaping = 0
        """Bytes that escape sequences took so far beyond the characters that they stand for."""

    def write(self, characters: bytes) -> None:
        """Take the next characters; no escape sequence may be cut. Raises BUSY."""
        if not self._spool.is_rejected:
            self._decode(lambda: self._write(characters))

    def finish(self) -> Spool:
        """The content, which may be rejected. Raises BUSY."""
        if not self._spool.is_rejected:
            self._decode(self._decoder.finish)
        return self._spool

    def _write(self, characters: bytes) -> None:
        if not self._decoder.write_digits(characters):
            unescaped = self._unescape(characters)
            self.escaping += len(characters) - len(unescaped)
            self._decoder.write(unescaped)

    def _decode(self, step: Callable[[], None]) -> None:
        try:
            step()
        except ValueError:
            self._spool.reject(errors.PARAM_INVALID(param="data", value="this text", why="it is not base64"))
        except GatewayError as error:
            if error.kind is not errors.FILE_TOO_LARGE:
                raise
            self._spool.reject(error)
