"""Texts that are too long to be anything but content: base64, on its way to a spool while it arrives.

What is no base64, or too large, is no reason to stop: only the whole request tells which call it belongs to. The error
takes the place of the content.
"""

from collections.abc import Callable

from gateway import errors
from gateway.base64_stream import Base64Decoder
from gateway.content import Spool
from gateway.errors import GatewayError


class LongContent:
    """One such text. `unescape` makes ASCII of the characters as they are written; it may raise ValueError."""

    def __init__(self, spool: Spool, unescape: Callable[[bytes], bytes]) -> None:
        self._spool = spool
        self._unescape = unescape
        self._decoder = Base64Decoder(spool.write)
        self._error: GatewayError | None = None

    def write(self, characters: bytes) -> None:
        """Take the next characters, no escape sequence cut. Raises BUSY."""
        if self._error is None:
            self._decode(lambda: self._decoder.write(self._unescape(characters)))

    def finish(self) -> Spool | GatewayError:
        """The content, or why there is none. Raises BUSY."""
        if self._error is None:
            self._decode(self._decoder.finish)
        return self._error or self._spool

    def _decode(self, step: Callable[[], None]) -> None:
        try:
            step()
        except ValueError:
            self._error = errors.PARAM_INVALID(param="data", value="this text", why="it is not base64")
        except GatewayError as error:
            if error.kind is not errors.FILE_TOO_LARGE:
                raise
            self._error = error
        if self._error is not None:
            self._spool.close()
