"""Read a dump of mysqldump or mariadb-dump.

Text is in the character set that the dump names, UTF-8 as a rule. BLOBs are hexadecimal (--hex-blob), or raw bytes in
quotes. TIMESTAMP columns are in UTC, and DATETIME columns in the zone of the server.
"""

import re
from binascii import unhexlify
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.column_decoding import TextDecoder
from gateway.importing.sources.dumps.dump_tables import (
    CONTENT_COLUMN,
    CONTENT_TABLE,
    SKIPPED_TABLES,
    DumpTables,
    ValueConverter,
)
from gateway.importing.sources.dumps.dump_text import DumpText
from gateway.importing.sources.source import SourceValue

_QUOTED = rb"'(?:[^'\\]++|\\.|'')*+'"
_VALUE = rb"(NULL|0[xX][0-9A-Fa-f]++|[-+0-9.eE]++|(?:_binary )?" + _QUOTED + rb"|[xXbB]'[0-9A-Fa-f]*+')"
_INSERT = re.compile(rb"(?:INSERT(?: IGNORE)?|REPLACE) INTO `([^`]+)` (?:\(([^)]*)\) )?VALUES\s*")
_CREATE = re.compile(rb"CREATE TABLE (?:IF NOT EXISTS )?`([^`]+)`")
_COLUMN = re.compile(r"\s+`(?P<name>[^`]+)` (?P<type>\w+)(?:.*? (?:CHARACTER SET|CHARSET) (?P<charset>\w+))?")
_TABLE_CHARSET = re.compile(r"\) .*?(?:CHARSET|CHARACTER SET)[ =](?P<charset>\w+)")
_NAMES = re.compile(rb"SET NAMES (\w+)")
_UTC = re.compile(rb"SET TIME_ZONE='\+00:00'")
_BETWEEN = re.compile(rb"\s*([,;])\s*")
_ESCAPE = re.compile(rb"\\(.)|''", re.DOTALL)
_ESCAPES = {b"0": b"\0", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"Z": b"\x1a"}
_CONTENT_START = re.compile(rb"NULL|0[xX]|[xX]'|(?:_binary )?'")
_HEX_END = re.compile(rb"[^0-9A-Fa-f]")
_TEXT_RUN = re.compile(rb"(?:[^'\\]++|\\.|'')*+", re.DOTALL)

_LONGEST_START = 64

_BYTES = {"tinyblob", "blob", "mediumblob", "longblob", "binary", "varbinary", "bit"}
_NUMBERS = {"tinyint", "smallint", "mediumint", "int", "integer", "bigint", "year"}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    charset: str


@dataclass(slots=True)
class _Settings:
    """The settings of the dump itself: the character set of its text, and the zone of its TIMESTAMP values."""

    charset: str = "utf8mb4"
    is_utc: bool = False
    columns: dict[str, list[_Column]] = field(default_factory=dict)


def read_mysql_dump(text: DumpText, tables: DumpTables) -> Iterator[int]:
    """Read the dump into `tables`. Yields the position in bytes, for progress."""
    settings = _Settings()
    while start := text.start(_LONGEST_START):
        if start.startswith((b"INSERT ", b"REPLACE ")):
            yield from _insert(text, settings, tables)
            continue
        line = text.line()
        if found := _NAMES.search(line) if line.startswith((b"/*!", b"SET ")) else None:
            settings.charset = found[1].decode().lower()
        elif _UTC.search(line):
            settings.is_utc = True
        elif found := _CREATE.match(line):
            _create(found[1].decode(), text, settings, tables)
        yield text.position


def _create(table: str, text: DumpText, settings: _Settings, tables: DumpTables) -> None:
    if table in settings.columns:
        raise ImportRefused(f"The dump has the table {table} twice: dump the database of the Bugzilla alone.")
    lines: list[str] = []
    while not (line := text.line()).startswith(b")"):
        if not line:
            raise text.broken()
        lines.append(line.decode(errors="replace"))
    end = _TABLE_CHARSET.match(line.decode(errors="replace"))
    charset = end["charset"].lower() if end else ""
    found = [match for match in map(_COLUMN.match, lines) if match]
    columns = [_Column(m["name"], m["type"].lower(), (m["charset"] or charset).lower()) for m in found]
    settings.columns[table] = columns
    tables.encodings |= {each.charset for each in columns if _is_text(each)}
    tables.add_table(table, [each.name for each in columns])


def _is_text(column: _Column) -> bool:
    return column.type.endswith(("char", "text")) or column.type in ("enum", "set")


def _insert(text: DumpText, settings: _Settings, tables: DumpTables) -> Iterator[int]:
    """Read one INSERT statement with all of its rows."""
    while not (found := _INSERT.match(text.data, text.at)):
        if not text.more():
            raise text.broken()
    table = found[1].decode()
    if table not in settings.columns:
        raise ImportRefused(f"The dump has rows of {table}, but not the table: make it without --no-create-info.")
    columns = settings.columns[table]
    if found[2]:
        by_name = {each.name: each for each in columns}
        columns = [by_name[name.strip(" `")] for name in found[2].decode().split(",")]
    text.at = found.end()
    if table == CONTENT_TABLE:
        yield from _content_rows(text, columns, tables)
    else:
        yield from _rows(text, table, columns, settings, tables)


def _rows(text: DumpText, table: str, columns: list[_Column], settings: _Settings, tables: DumpTables) -> Iterator[int]:
    pattern = re.compile(rb"\(" + b",".join([_VALUE] * len(columns)) + rb"\)\s*([,;])\s*", re.DOTALL)
    converts = [_convert(table, each, settings, tables.decoder) for each in columns]
    tables.begin_rows(table, [each.name for each in columns])
    skipped = table in SKIPPED_TABLES
    end = b","
    while end == b",":
        while not (found := pattern.match(text.data, text.at)):
            if not text.more():
                raise text.broken()
        *values, end = found.groups()
        text.at = found.end()
        if skipped:
            tables.counts[table] += 1
            continue
        first = converts[0](values[0], None)
        row = [first, *(convert(value, first) for convert, value in zip(converts[1:], values[1:], strict=True))]
        tables.add_row(table, row, found.end() - found.start())
        yield text.position


def _convert(table: str, column: _Column, settings: _Settings, decoder: TextDecoder) -> ValueConverter:
    if column.type in _NUMBERS:
        return lambda value, first: None if value == b"NULL" else int(value)
    if column.type in _BYTES:
        return lambda value, first: None if value == b"NULL" else _bytes(value)
    if column.type == "timestamp" and settings.is_utc:
        return lambda value, first: None if value == b"NULL" else f"{_bytes(value).decode()}+00:00"
    is_unicode = settings.charset.startswith("utf8")

    def text(value: bytes, first: SourceValue) -> SourceValue:
        if value == b"NULL":
            return None
        decoded = decoder.decode(_bytes(value), table, column.name, first)
        if is_unicode and column.charset == "latin1":
            return decoder.decode_declared_latin1(decoded, table, column.name, first)
        return decoded

    return text


def _bytes(value: bytes) -> bytes:
    """Return the bytes that a value stands for."""
    if value[:2] in (b"0x", b"0X"):
        return unhexlify(value[2:])
    if value[:2] in (b"x'", b"X'"):
        return unhexlify(value[2:-1])
    if value.endswith(b"'"):
        return _unescape(value[value.index(b"'") + 1 : -1])
    return value


def _unescape(data: bytes) -> bytes:
    if b"\\" not in data and b"''" not in data:
        return data
    return _ESCAPE.sub(lambda found: b"'" if found[1] is None else _ESCAPES.get(found[1], found[1]), data)


def _content_rows(text: DumpText, columns: list[_Column], tables: DumpTables) -> Iterator[int]:
    """Read rows of attach_data, whose content may be larger than the memory."""
    if [each.name for each in columns] != ["id", CONTENT_COLUMN]:
        raise ImportRefused(f"The table {CONTENT_TABLE} has other columns than id and {CONTENT_COLUMN}.")
    start = re.compile(rb"\(([0-9]+),")
    end = b","
    while end == b",":
        found = _match(text, start)
        at = tables.begin_content()
        for piece in _pieces(text):
            tables.content.write(piece)
            yield text.position
        tables.end_content(int(found[1]), at)
        _match(text, re.compile(rb"\)"))
        end = _match(text, _BETWEEN)[1]


def _match(text: DumpText, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
    text.start(_LONGEST_START)
    found = pattern.match(text.data, text.at)
    if not found:
        raise text.broken()
    text.at = found.end()
    return found


def _pieces(text: DumpText) -> Iterator[bytes]:
    start = _match(text, _CONTENT_START)[0]
    if start == b"NULL":
        return
    if start.endswith(b"'") and start not in (b"x'", b"X'"):
        yield from _quoted_pieces(text)
        return
    yield from _hexadecimal_pieces(text)
    if start.endswith(b"'"):
        text.at += 1


def _hexadecimal_pieces(text: DumpText) -> Iterator[bytes]:
    while True:
        found = _HEX_END.search(text.data, text.at)
        end = found.start() if found else len(text.data) - (len(text.data) - text.at) % 2
        yield unhexlify(text.data[text.at : end])
        text.at = end
        if found:
            return
        if not text.more():
            raise text.broken()


def _quoted_pieces(text: DumpText) -> Iterator[bytes]:
    while True:
        found = _TEXT_RUN.match(text.data, text.at)
        end = found.end() if found else text.at
        is_end = text.data[end : end + 1] == b"'" and end + 1 < len(text.data)  # the next byte may double it
        yield _unescape(text.data[text.at : end])
        text.at = end
        if is_end:
            text.at += 1
            return
        if not text.more():
            raise text.broken()
