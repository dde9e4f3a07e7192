"""Read an upload: multipart/form-data with files and short texts, as the parameters of a method. No I/O.

Files go to spools as they arrive, texts are held, and the number of parts, their headers and all that is not a file are
bounded.
"""

from collections.abc import Iterable, Mapping

from multipart import MultipartSegment

from gateway import errors
from gateway.content import NamedContent
from gateway.methods.declaration import FILE, STRING, Param
from gateway.protocols.multipart_parts import MultipartReader, decoded, file_name
from gateway.spools import RequestSpools, Spool
from gateway.values import Value

MAX_AROUND = 64 * 1024
"""Bytes of a body that are not the file: headers of parts, boundaries, texts, and unknown parts."""

MAX_PARTS = 16

_CHARSET = Param("_charset_", STRING, "The charset of the texts (RFC 7578 section 4.6).", max_length=40)
_BYTES_PER_CHARACTER = 4


class MultipartFormReader(MultipartReader):
    """Reads a form as it arrives; `close` returns its parameters, as they are declared.

    A part may come several times if it is declared as an array of files. `around` is the maximum of bytes that belong
    to no file, `parts` that of parts. `percent_encoded` decodes names that are percent-encoded as a whole, as libraries
    do and browsers do not.

    `feed` and `close` raise UNREADABLE for a malformed form or a part that comes twice, FILE_TOO_LARGE, BODY_TOO_LARGE
    for too many bytes around the files, and BUSY.
    """

    def __init__(
        self,
        spools: RequestSpools,
        params: Iterable[Param],
        boundary: str,
        *,
        around: int = MAX_AROUND,
        parts: int = MAX_PARTS,
        percent_encoded: bool = True,
    ) -> None:
        super().__init__(boundary, parts)
        self._spools = spools
        self._declared = {param.name: param for param in (_CHARSET, *params)}
        self._most_around = around
        self._percent_encoded = percent_encoded
        self._around = 0
        self._param: Param | None = None
        self._segment: MultipartSegment | None = None
        self._spool: Spool | None = None
        self._text = bytearray()
        self._parts: list[tuple[Param, MultipartSegment, Spool | bytes]] = []

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._around += len(data)
        super().feed(data)
        if self._around > self._most_around:
            raise errors.BODY_TOO_LARGE(limit=self._spools.limit)
        self._spools.budget.set_body_bytes(self._around)

    def close(self) -> Mapping[str, Value]:
        """The parameters in the body."""
        self.finish()
        params: dict[str, Value] = {}
        files: dict[str, list[Value]] = {}
        charset = self._charset()
        for param, segment, found in self._parts:
            if isinstance(found, Spool):
                name = file_name(segment, charset, percent_encoded=self._percent_encoded)
                file = NamedContent(found, name, segment.header("Content-Type", ""))
                if _is_list(param):
                    files.setdefault(param.name, []).append(file)
                else:
                    params[param.name] = file
            elif param is not _CHARSET:
                params[param.name] = decoded(found, segment.charset or charset)
        return params | files

    def _charset(self) -> str | None:
        """The charset that a part of its own names, for all texts and names without one."""
        for param, _, found in self._parts:
            if param is _CHARSET and isinstance(found, bytes):
                return found.decode("latin-1")
        return None

    def begin(self, segment: MultipartSegment) -> None:
        """Find the parameter that a part is."""
        param = self._declared.get(segment.name)
        if param and not _is_list(param) and any(param is known for known, _, _ in self._parts):
            raise errors.UNREADABLE(why=f"it has the part {segment.name} twice")
        self._segment = segment
        self._param = param
        is_file = param and FILE in (param.type, param.type.items)
        self._spool = self._spools.spool() if is_file else None
        self._text.clear()

    def add(self, data: bytes) -> None:
        """Write a file to its spool, hold a text. Raises OUT_OF_RANGE for a text that is too long."""
        param = self._param
        if self._spool is not None:
            self._around -= len(data)
            self._spool.write(data)
        elif param is not None:
            self._text += data
            if param.max_length is not None and len(self._text) > (param.max_length + 1) * _BYTES_PER_CHARACTER:
                limit = f"0 to {param.max_length} characters"
                raise errors.OUT_OF_RANGE(param=param.name, value="so long", range=limit)

    def end(self) -> None:
        """Keep a part that is a parameter."""
        if self._segment is not None and self._param is not None:
            self._parts.append((self._param, self._segment, self._spool or bytes(self._text)))


def _is_list(param: Param) -> bool:
    return param.type.name == "array"
