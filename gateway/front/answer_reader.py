"""Read the JSON of the site as it arrives; long content in it goes to spools."""

from typing import Any

import msgspec

from gateway import errors
from gateway.budget import Budget
from gateway.protocols.json_codec.long_strings import LongStrings
from gateway.spools import RequestSpools

MAX_DOCUMENT = 32 * 1024 * 1024
"""Bytes of an answer that are held in memory, long content not counted."""

LONG_CONTENT = 128 * 1024
"""Bytes of a string above which it is content, in the answers to methods that have content and no long texts."""

_DECODED = 4
"""The bytes of memory that a byte of JSON takes, with the values that it is decoded to."""

_TOO_LONG = f"it is longer than {MAX_DOCUMENT // 1024**2} MiB without its content"
_NO_LIMIT = 2**40
_DECODER = msgspec.json.Decoder()


class UnreadableError(Exception):
    """An answer that is no JSON, or too large."""


class AnswerReader:
    """Reads one answer. `has_content` tells whether it may have content; `budget` is that of the request."""

    def __init__(self, budget: Budget, *, has_content: bool) -> None:
        self._budget = budget
        self._spools = RequestSpools(_NO_LIMIT, budget)
        self._long_strings = LongStrings(self._spools, LONG_CONTENT, MAX_DOCUMENT) if has_content else None
        self._document = self._long_strings.document if self._long_strings else bytearray()
        self._charged = 0

    @property
    def document(self) -> bytearray:
        """The document as far as it arrived, without long content."""
        return self._document

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises `UnreadableError`, and BUSY if there is no room for them."""
        if self._long_strings is not None:
            try:
                self._long_strings.feed(data)
            except errors.GatewayError as error:
                if error.kind is errors.FILE_TOO_LARGE:
                    raise UnreadableError(_TOO_LONG) from None
                raise
        else:
            self._document += data
        if len(self._document) > MAX_DOCUMENT:
            raise UnreadableError(_TOO_LONG)
        self._charge(len(self._document))

    def close(self) -> Any:
        """The document, once all of it was fed. Raises `UnreadableError`."""
        if not self._document:
            raise UnreadableError("it is empty")
        try:
            document = _DECODER.decode(self._document)
            return self._long_strings.restore(document) if self._long_strings else document
        except (ValueError, RecursionError, errors.GatewayError) as problem:
            raise UnreadableError("it is no JSON") from problem

    def discard(self) -> None:
        """Release what the answer takes, when it was read to the end or given up; content stays in its spools."""
        self._charge(0)

    def discard_content(self) -> None:
        """Close the spools."""
        self._spools.__exit__()

    def _charge(self, size: int) -> None:
        size *= _DECODED
        if size != self._charged:
            self._budget.charge_memory(size - self._charged)
            self._charged = size
