"""Read multipart/form-data as a form of names and values, whatever they are. No I/O."""

from multipart import MultipartSegment

from gateway import errors
from gateway.protocols.form import LONG, MAX_PAIRS
from gateway.protocols.long_content import LongContent
from gateway.protocols.multipart_parts import MultipartReader, decoded, file_name
from gateway.protocols.wire_values import MAX_HELD, VALUE_SIZE, character_size
from gateway.spools import RequestSpools, Spool
from gateway.values import Value

_CHARSET = "_charset_"
_CONTENT = "data"


class MultipartValuesReader(MultipartReader):
    """Reads a form as it arrives; `max_body` is in bytes.

    A part with a file name is content, its bytes as they are. One without is a text, and if it is over `LONG` bytes
    content in base64, as in `FormReader`. The file name and type of the part `data` stand in for texts of their own.

    `feed` and `close` raise UNREADABLE for a malformed form, FILE_TOO_LARGE, BODY_TOO_LARGE, and BUSY.
    """

    def __init__(self, spools: RequestSpools, max_body: int, boundary: str) -> None:
        super().__init__(boundary, MAX_PAIRS)
        self._spools = spools
        self._max_body = max_body
        self._received = 0
        self._held = 0
        self._segment: MultipartSegment | None = None
        self._spool: Spool | None = None
        self._long: LongContent | None = None
        self._text = bytearray()
        self._parts: list[tuple[MultipartSegment, Value]] = []

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._received += len(data)
        if self._received > self._max_body:
            raise errors.BODY_TOO_LARGE(limit=self._spools.limit)
        super().feed(data)
        self._spools.budget.set_body_bytes(self._held)

    def close(self) -> list[tuple[str, Value]]:
        """The names and values, in order. Content may be rejected."""
        self.finish()
        texts = {segment.name: found for segment, found in self._parts if isinstance(found, bytes)}
        charset = texts.get(_CHARSET, b"").decode("latin-1") or None
        self._charge_decoding(charset)
        pairs: list[tuple[str, Value]] = []
        for segment, found in self._parts:
            if segment.name == _CONTENT and segment.filename:
                of_file = {
                    "file_name": file_name(segment, charset, percent_encoded=False),
                    "content_type": segment.content_type,
                }
                pairs += [(name, value) for name, value in of_file.items() if value and name not in texts]
            if segment.name != _CHARSET:
                text = decoded(found, segment.charset or charset) if isinstance(found, bytes) else found
                pairs.append((segment.name, text))
        return pairs

    def _charge_decoding(self, charset: str | None) -> None:
        """Charge the texts that are going to be decoded. In some charsets any bytes may be characters above U+FFFF."""
        decoded_bytes = sum(
            len(found) * (4 if segment.charset or charset else character_size(found))
            for segment, found in self._parts
            if isinstance(found, bytes)
        )
        self._spools.budget.set_body_bytes(self._held + decoded_bytes + VALUE_SIZE * len(self._parts))

    def begin(self, segment: MultipartSegment) -> None:
        """Begin a text, or content if there is a file name. Headers are held until the end, as texts are."""
        self._segment = segment
        self._hold_more(sum(len(name) + len(value) for name, value in segment.headerlist))
        self._spool = self._spools.spool() if segment.filename is not None else None

    def add(self, data: bytes) -> None:
        """Write content to a spool, hold a text."""
        if self._spool is not None:
            self._spool.write(data)
        elif self._long is not None:
            self._long.write(data)
        else:
            self._hold(data)

    def _hold(self, data: bytes) -> None:
        self._text += data
        self._hold_more(len(data))
        if len(self._text) > LONG:
            self._long = LongContent(self._spools.spool(), bytes)
            self._long.write(bytes(self._text))
            self._held -= len(self._text)
            self._text.clear()

    def _hold_more(self, amount: int) -> None:
        self._held += amount
        if self._held > MAX_HELD:
            raise errors.BODY_TOO_LARGE(limit=self._spools.limit)

    def end(self) -> None:
        """Keep the value."""
        if self._segment is not None:
            content = self._spool if self._long is None else self._long.finish()
            self._parts.append((self._segment, bytes(self._text) if content is None else content))
        self._segment = self._spool = self._long = None
        self._text.clear()
