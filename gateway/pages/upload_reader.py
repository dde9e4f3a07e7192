"""Reads the form for uploads as it arrives: its files, and its texts whatever happens to the files. No I/O.

A file that cannot be taken is dropped, and its error kept: all else in the form is read, so that the form can be shown
again with it. Files that an earlier answer sent back (`kept-N`, in base64) are files again.
"""

import base64
import binascii
from dataclasses import dataclass, field

from multipart import MultipartSegment

from gateway import errors
from gateway.content import Content, NamedContent
from gateway.errors import GatewayError
from gateway.methods.uploads import MAX_FILES
from gateway.protocols.multipart_parts import MultipartReader, decoded, file_name
from gateway.spools import RequestSpools, Spool

AROUND = 512 * 1024
"""The largest size of an upload without its files, in bytes: the longest comment, and the headers of parts."""

_PARTS = 2000
_FILES, _KEPT, _TEXT = "file-", "kept-", "text-"


@dataclass(slots=True)
class SentFile:
    """A file of the form by its field: its content, or the error for which it was dropped."""

    row: str
    file_name: str
    content_type: str
    content: Content | None = None
    error: GatewayError | None = None

    def named(self) -> NamedContent:
        """Return the content with its name and type. Raises its error."""
        if self.content is None:
            raise self.error or errors.PARAM_REQUIRED(param="files")
        return NamedContent(self.content, self.file_name, self.content_type)


@dataclass(slots=True)
class SentForm:
    """The values of a form in order, and its files."""

    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    files: list[SentFile] = field(default_factory=list)


class UploadReader(MultipartReader):
    """Reads the form; `close` returns it.

    `feed` and `close` raise UNREADABLE for a malformed form, BODY_TOO_LARGE for too many bytes around the files, and
    BUSY if there is no memory for those.
    """

    def __init__(self, spools: RequestSpools, boundary: str) -> None:
        super().__init__(boundary, _PARTS)
        self._spools = spools
        self._around = 0
        self._form = SentForm()
        self._name = ""
        self._file: SentFile | None = None
        self._spool: Spool | None = None
        self._text = bytearray()
        self._kept: dict[str, Spool] = {}

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._around += len(data)
        super().feed(data)
        if self._around > AROUND:
            raise errors.BODY_TOO_LARGE(limit=self._spools.limit)
        self._spools.budget.set_body_bytes(self._around)

    def begin(self, segment: MultipartSegment) -> None:
        """Find out whether a part is a file."""
        self._name, self._file, self._spool = segment.name, None, None
        self._text.clear()
        kind, dash, row = self._name.partition("-")
        if f"{kind}{dash}" in (_FILES, _KEPT, _TEXT) and row:
            name, content_type = file_name(segment, percent_encoded=False), segment.header("Content-Type", "")
            self._file, self._spool = SentFile(self._name, name, content_type), self._spools.spool()

    def add(self, data: bytes) -> None:
        """Write a file to its spool unless it was dropped, hold a text."""
        if self._file is None:
            self._text += data
            return
        self._around -= len(data)
        if self._spool is None:
            return
        try:
            self._spool.write(data)
        except GatewayError as error:
            self._file.error = error
            self._spool.close()
            self._spool = None

    def end(self) -> None:
        """Keep the part."""
        if self._file is None:
            text = decoded(bytes(self._text), None)
            self._form.values.setdefault(self._name, text)
            self._form.lists.setdefault(self._name, []).append(text)
        elif self._file.file_name or self._file.error or (self._spool and self._spool.size):
            self._file.content = self._spool
            self._form.files.append(self._file)  # a field without a file has neither name nor content

    def close(self) -> SentForm:
        """Return the form, once all of it was fed."""
        self.finish()
        form = self._form
        form.files = [each for each in map(self._restored, form.files) if f"drop-{_row(each)}" not in form.values]
        for each in form.files:
            each.row = _row(each)
        return form

    def _restored(self, sent: SentFile) -> SentFile:
        """Return a file with its name and content where the form has them otherwise than as a file."""
        values, row = self._form.values, _row(sent)
        if sent.row.startswith(_TEXT):
            sent.file_name = "pasted.diff" if f"is_patch-{row}" in values else "pasted.txt"
            sent.content_type = "text/plain"
        elif sent.row.startswith(_KEPT):
            sent.file_name, sent.content_type = values.get(f"kept_name-{row}", ""), values.get(f"kept_type-{row}", "")
            sent.content = _decoded(sent.content, self._spools.spool()) if sent.content else None
        return sent


def _row(sent: SentFile) -> str:
    return sent.row.partition("-")[2] or sent.row


def _decoded(encoded: Content, spool: Spool) -> Content:
    """Decode base64 whose pieces can be decoded one by one. Raises UNREADABLE."""
    try:
        for piece in encoded.pieces():
            spool.write(base64.b64decode(piece, validate=True))
    except binascii.Error:
        raise errors.UNREADABLE(why="a file that was kept is damaged") from None
    return spool


def largest_body(limit: int) -> int:
    """Return the size limit of the form in bytes, for files of at most `limit` bytes."""
    return limit * MAX_FILES + AROUND
