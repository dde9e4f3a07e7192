"""Read multipart/form-data (RFC 7578) part by part, as it arrives. No I/O.

The library `multipart` parses it. This module adds what the library lacks: white space behind boundaries (RFC 2046
section 5.1.1), file names as clients write them, and texts in any charset.
"""

import re
from abc import ABC, abstractmethod
from urllib.parse import unquote, unquote_to_bytes

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from gateway import errors
from gateway.errors import GatewayError

MAX_HEADERS = 8
"""Headers of one part."""

MAX_HEADER = 8 * 1024
"""Bytes of one header of a part; a path in a file name can be long."""

MAX_BOUNDARY = 70
"""Characters (RFC 2046 section 5.1.1)."""

_IDENTITY = ("", "7bit", "8bit", "binary")
_MAX_PADDING = 64  # bytes of white space behind a boundary
_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"]*)"|([^;\s]*))', re.IGNORECASE)
_PARAMETER = re.compile(r""";\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*(?:"|\Z)|[^;]*)""", re.ASCII | re.DOTALL)
_EXTENDED_VALUE = re.compile(r"([\w-]+)'[\w-]*'([^\s\"]+)", re.ASCII)
_PERCENT_ENCODED = re.compile(r"""(?:[A-Za-z0-9._~!$&'()*+,;=:@/"-]|%[0-9A-Fa-f]{2})*""")


def boundary_of(content_type: str) -> str:
    """The boundary that the Content-Type of a request names. Raises MULTIPART_REQUIRED, and UNREADABLE without one."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type != "multipart/form-data":
        raise errors.MULTIPART_REQUIRED(content_type=media_type or "something without a Content-Type")
    found = _BOUNDARY.search(content_type)
    boundary = (found[1] or found[2] or "") if found else ""
    if not 1 <= len(boundary) <= MAX_BOUNDARY or not boundary.isascii():
        raise errors.UNREADABLE(why="its Content-Type names no boundary that can be one")
    return boundary


class MultipartReader(ABC):
    """Reads a form as it arrives. A subclass decides what its parts, of which there are at most `parts`, mean.

    `feed` and `finish` raise UNREADABLE for a malformed form.
    """

    def __init__(self, boundary: str, parts: int) -> None:
        self._padding = _Padding(boundary.encode())
        self._parser = PushMultipartParser(
            boundary,
            max_header_size=MAX_HEADER,
            max_header_count=MAX_HEADERS,
            max_segment_count=parts,
            header_charset="latin-1",  # which any bytes are; `file_name` decodes them
        )

    @abstractmethod
    def begin(self, segment: MultipartSegment) -> None:
        """A part begins."""

    @abstractmethod
    def add(self, data: bytes) -> None:
        """The content of the part goes on."""

    @abstractmethod
    def end(self) -> None:
        """The part ends."""

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._parse(self._padding.removed(data))

    def finish(self) -> None:
        """End the form."""
        self._parse(self._padding.rest())
        try:
            self._parser.close()
        except MultipartError as problem:
            raise _malformed(problem) from None

    def _parse(self, data: bytes) -> None:
        if not data:  # the parser would take it for the end
            return
        try:
            for event in self._parser.parse(data):
                self._take(event)
        except MultipartError as problem:
            raise _malformed(problem) from None

    def _take(self, event: MultipartSegment | bytes | None) -> None:
        if event is None:
            self.end()
        elif isinstance(event, MultipartSegment):
            if any("\n" in value for _, value in event.headerlist):  # the parser refuses it only where a piece ends
                raise errors.UNREADABLE(why="a header of a part has a line feed in it")
            if event.header("Content-Transfer-Encoding", "").strip().lower() not in _IDENTITY:
                raise errors.UNREADABLE(why="parts of a form have no Content-Transfer-Encoding")
            self.begin(event)
        else:
            self.add(event)


class _Padding:
    """Removes white space between boundaries and the ends of their lines, which the parser does not know."""

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._padded = re.compile(re.escape(self._delimiter) + rb"[ \t]{1,%d}(?=\r\n)" % _MAX_PADDING)
        self._kept = b"\r\n"  # so that the first boundary looks as the others do

    def removed(self, data: bytes) -> bytes:
        """The next bytes without padding, all but those that may be a boundary whose line goes on."""
        data = self._kept + data
        if self._delimiter in data:
            data = self._padded.sub(self._delimiter.replace(b"\\", b"\\\\"), data)
        end = self._unfinished(data)
        self._kept = data[end:]
        return data[:end]

    def rest(self) -> bytes:
        """The bytes that were kept."""
        return self._kept

    def _unfinished(self, data: bytes) -> int:
        """The position of what may be a boundary whose line goes on; else the end of the data."""
        at = data.find(b"\r", max(0, len(data) - len(self._delimiter) - _MAX_PADDING - 1))
        while at >= 0:
            rest = data[at:]
            behind = rest[len(self._delimiter) :].removesuffix(b"\r")
            if self._delimiter.startswith(rest) or (rest.startswith(self._delimiter) and not behind.strip(b" \t")):
                return at
            at = data.find(b"\r", at + 1)
        return len(data)


def _malformed(problem: MultipartError) -> GatewayError:
    return errors.UNREADABLE(why=f"it is not well-formed multipart/form-data ({str(problem).lower()})")


def file_name(segment: MultipartSegment, charset: str | None = None, *, percent_encoded: bool = True) -> str:
    """The file name of a part as the client means it; empty if there is none.

    Clients write names in UTF-8 or Latin-1, with backslashes before quotes, and in the extended form `filename*` (RFC
    8187), which RFC 7578 forbids and clients send. Browsers escape quotes and line breaks (%22, %0D, %0A), libraries
    percent-encode whole names (RFC 7578 section 2): `percent_encoded` decodes those. `charset` is that of the form.
    """
    extended = _extended_name(segment.header("Content-Disposition", ""))
    if extended is not None:
        return extended
    name = decoded((segment.filename or "").encode("latin-1"), charset)
    if percent_encoded and "%" in name and _PERCENT_ENCODED.fullmatch(name):
        try:
            return unquote(name, errors="strict")
        except UnicodeDecodeError:
            return name
    return name


def _extended_name(disposition: str) -> str | None:
    """The value of `filename*`, outside of quotes."""
    for found in _PARAMETER.finditer(disposition):
        if found[1].lower() == "filename*" and (value := _EXTENDED_VALUE.fullmatch(found[2].strip().strip('"'))):
            return decoded(unquote_to_bytes(value[2]), value[1])
    return None


def decoded(data: bytes, charset: str | None) -> str:
    """Decode text in the charset that is named, else in UTF-8, else in Latin-1, in which any bytes are text."""
    for name in (charset or "utf-8", "utf-8"):
        try:
            text = data.decode(name)
            text.encode("utf-8")  # some codecs return surrogates, which are no characters
        except (LookupError, ValueError):
            continue
        return text
    return data.decode("latin-1")
