"""Read the body of an upload: multipart/form-data (RFC 7578), files and short texts. No I/O.

The library `multipart` parses it. This module decides what the parts mean: files go to spools as they arrive, texts are
held, and the number of parts, their headers and all that is not a file are bounded.

Clients write file names in several ways, and all of them are read: in UTF-8 or Latin-1, with the three escapes that
browsers use (%22, %0D and %0A), percent-encoded as a whole (section 2 of the RFC), with backslashes before quotes, and
in the extended form `filename*` (RFC 8187), which the RFC forbids and clients send.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, unquote_to_bytes

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from gateway import errors
from gateway.content import Intake, NamedContent, Spool
from gateway.errors import GatewayError
from gateway.methods.declaration import FILE, Param, Value

MAX_AROUND = 64 * 1024
"""Bytes of a body that are not the file: headers of parts, boundaries, texts, and unknown parts."""

MAX_PARTS = 16
MAX_HEADERS = 8
MAX_HEADER = 8 * 1024
"""Bytes of one header of a part; a path in a file name can be long."""

MAX_BOUNDARY = 70
"""Characters (RFC 2046 section 5.1.1)."""

_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"]*)"|([^;\s]*))', re.IGNORECASE)
_EXTENDED_NAME = re.compile(r";\s*filename\*\s*=\s*([\w-]+)'[\w-]*'([^\s;\"]+)", re.IGNORECASE | re.ASCII)
_PERCENT_ENCODED = re.compile(r"""(?:[A-Za-z0-9._~!$&'()*+,;=:@/"-]|%[0-9A-Fa-f]{2})*""")
_IDENTITY = ("", "7bit", "8bit", "binary")
_BYTES_PER_CHARACTER = 4


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


class MultipartFormReader:
    """Reads a form as it arrives; `close` returns its parameters, as they are declared.

    A part may come several times if it is declared as an array of files. `around` is the maximum of bytes that belong
    to no file, `parts` that of parts.

    `feed` and `close` raise UNREADABLE for a malformed form or a part that comes twice, FILE_TOO_LARGE, BODY_TOO_LARGE
    for too many bytes around the files, and BUSY.
    """

    def __init__(
        self,
        intake: Intake,
        params: Iterable[Param],
        boundary: str,
        *,
        around: int = MAX_AROUND,
        parts: int = MAX_PARTS,
    ) -> None:
        self._intake = intake
        self._declared = {param.name: param for param in params}
        self._most_around = around
        self._parser = PushMultipartParser(
            boundary,
            max_header_size=MAX_HEADER,
            max_header_count=MAX_HEADERS,
            max_segment_count=parts,
            header_charset="latin-1",  # which any bytes are; `_recoded` reads them
        )
        self._around = 0
        self._param: Param | None = None
        self._segment: MultipartSegment | None = None
        self._spool: Spool | None = None
        self._text = bytearray()
        self._params: dict[str, Value] = {}

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        if not data:  # the parser would take it for the end; unpacking may bring forth nothing for a while
            return
        self._around += len(data)
        try:
            for event in self._parser.parse(data):
                self._take(event)
        except MultipartError as problem:
            raise _unreadable(problem) from None
        if self._around > self._most_around:
            raise errors.BODY_TOO_LARGE(limit=self._intake.limit)
        self._intake.hold(self._around)

    def close(self) -> Mapping[str, Value]:
        """The parameters in the body."""
        try:
            self._parser.close()
        except MultipartError as problem:
            raise _unreadable(problem) from None
        return self._params

    def _take(self, event: MultipartSegment | bytes | None) -> None:
        if event is None:
            self._end()
        elif isinstance(event, MultipartSegment):
            self._begin(event)
        elif self._spool is not None:
            self._around -= len(event)
            self._spool.write(event)
        elif self._param is not None:
            self._keep(self._param, event)

    def _begin(self, segment: MultipartSegment) -> None:
        param = self._declared.get(segment.name)
        if segment.name in self._params and not _is_list(param):
            raise errors.UNREADABLE(why=f"it has the part {segment.name} twice")
        if any("\n" in value for _, value in segment.headerlist):  # which the parser refuses only if a piece ends there
            raise errors.UNREADABLE(why="a header of a part has a line feed in it")
        encoding = segment.header("Content-Transfer-Encoding", "").strip().lower()
        if encoding not in _IDENTITY:
            raise errors.UNREADABLE(why="parts of a form have no Content-Transfer-Encoding")
        self._segment = segment
        self._param = param
        self._spool = self._intake.spool() if param and FILE in (param.type, param.type.items) else None
        self._text.clear()

    def _keep(self, param: Param, data: bytes) -> None:
        self._text += data
        if param.max_length is not None and len(self._text) > (param.max_length + 1) * _BYTES_PER_CHARACTER:
            raise errors.OUT_OF_RANGE(param=param.name, value="so long", range=f"0 to {param.max_length} characters")

    def _end(self) -> None:
        segment, param = self._segment, self._param
        if segment is None or param is None:
            return
        if self._spool is not None:
            file = NamedContent(self._spool, file_name(segment), segment.header("Content-Type", ""))
            self._params[param.name] = [*self._params.get(param.name, ()), file] if _is_list(param) else file
        else:
            self._params[param.name] = _decoded(bytes(self._text), segment.charset)


def _is_list(param: Param | None) -> bool:
    return param is not None and param.type.name == "array"


def _unreadable(problem: MultipartError) -> GatewayError:
    return errors.UNREADABLE(why=f"it is not well-formed multipart/form-data ({str(problem).lower()})")


def file_name(segment: MultipartSegment) -> str:
    """The file name of a part as the client means it; empty if there is none."""
    extended = _EXTENDED_NAME.search(segment.header("Content-Disposition", ""))
    if extended is not None:
        return _decoded(unquote_to_bytes(extended[2]), extended[1])
    name = _recoded(segment.filename or "")
    if "%" in name and _PERCENT_ENCODED.fullmatch(name):
        try:
            return unquote(name, errors="strict")
        except UnicodeDecodeError:
            return name
    return name


def _recoded(header: str) -> str:
    return _decoded(header.encode("latin-1"), None)


def _decoded(data: bytes, charset: str | None) -> str:
    """Decode text in the charset that is named, else in UTF-8, else in Latin-1, in which any bytes are text."""
    for name in (charset or "utf-8", "utf-8"):
        try:
            text = data.decode(name)
            text.encode("utf-8")  # some codecs return surrogates, which are no characters
        except (LookupError, ValueError):
            continue
        return text
    return data.decode("latin-1")
