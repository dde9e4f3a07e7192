"""Text of a Bugzilla database as bytes: UTF-8, and windows-1252 where it is not.

Columns that declare latin1 hold UTF-8 on sites that never set the parameter `utf8`, and what old browsers sent before.
MySQL's latin1 is windows-1252 whose five unused bytes stand for control characters.
"""

from gateway.importing.sources.source import SourceValue, UndecodableText

MAX_LISTED = 10_000
"""The most undecodable texts that are remembered one by one."""

_TO_BYTE = {bytes([byte]).decode("cp1252", "ignore") or chr(byte): byte for byte in range(256)}
_TO_TEXT = {byte: character for character, byte in _TO_BYTE.items()}
_LATIN1_TABLE = "".join(_TO_TEXT[byte] for byte in range(256))


def decode_latin1(data: bytes) -> str:
    """Decode MySQL's latin1, in which every byte has a meaning."""
    return "".join(map(_LATIN1_TABLE.__getitem__, data))


def encode_latin1(text: str) -> bytes | None:
    """Encode MySQL's latin1; None where a character is not in it."""
    try:
        return bytes(map(_TO_BYTE.__getitem__, text))
    except KeyError:
        return None


class TextDecoder:
    """Decodes the texts of one source, and remembers those that are not UTF-8."""

    def __init__(self) -> None:
        self._undecodable: dict[UndecodableText, None] = {}

    @property
    def undecodable(self) -> list[UndecodableText]:
        """The texts that are not UTF-8, each once, in the order in which they were read."""
        return list(self._undecodable)

    def decode(self, data: bytes, table: str, column: str, row: SourceValue) -> str:
        """Decode a text. `row` identifies its row in the list of those that are not UTF-8."""
        try:
            return data.decode()
        except UnicodeDecodeError:
            if len(self._undecodable) < MAX_LISTED:
                self._undecodable[UndecodableText(table, column, row)] = None
            return decode_latin1(data)

    def decode_declared_latin1(self, text: str, table: str, column: str, row: SourceValue) -> str:
        """Return what a text of a latin1 column means that a server or a dump converted to Unicode."""
        if text.isascii():
            return text
        data = encode_latin1(text)
        return text if data is None else self.decode(data, table, column, row)
