"""Read a plain dump of pg_dump: its tables, and their rows from COPY."""

import re
from binascii import unhexlify
from collections.abc import Iterator

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

_CREATE = re.compile(rb'CREATE TABLE (?:[\w"]+\.)?"?(\w+)"? \(')
_COLUMN = re.compile(r'\s+"?(?P<name>\w+)"? (?P<type>\w+)')
_COPY = re.compile(rb'COPY (?:[\w"]+\.)?"?(\w+)"? \(([^)]*)\) FROM stdin;')
_ENCODING = re.compile(rb"SET client_encoding = '(\w+)'")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|x[0-9A-Fa-f]{1,2}|.)", re.DOTALL)
_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_BYTEA_ESCAPE = re.compile(rb"\\([0-7]{3}|\\)")
_HEX_START = rb"\\x"
_HEX_END = re.compile(rb"[^0-9A-Fa-f]")
_LONGEST_START = 32
_NUMBERS = {"smallint", "integer", "bigint"}
_UNICODE = {"UTF8", "UNICODE", "SQL_ASCII"}


def read_postgresql_dump(text: DumpText, tables: DumpTables) -> Iterator[int]:
    """Read the dump into `tables`. Yields the position in bytes, for progress."""
    types: dict[str, dict[str, str]] = {}
    while line := text.line():
        if found := _ENCODING.match(line):
            _check_encoding(found[1].decode(), tables)
        elif line.startswith(b"INSERT INTO "):
            raise ImportRefused("The dump has INSERT statements. Make it again without --inserts.")
        elif found := _CREATE.match(line):
            _create(found[1].decode(), text, types, tables)
        elif found := _COPY.match(line):
            columns = [each.strip(' "') for each in found[2].decode().split(",")]
            yield from _copy(found[1].decode(), columns, text, types, tables)
        yield text.position


def _check_encoding(name: str, tables: DumpTables) -> None:
    if name not in _UNICODE:
        raise ImportRefused(f"The dump is in {name}. Make it again with `pg_dump --encoding=UTF8`.")
    tables.encodings.add(name.lower())


def _create(table: str, text: DumpText, types: dict[str, dict[str, str]], tables: DumpTables) -> None:
    if table in types:
        raise ImportRefused(f"The dump has the table {table} twice: dump the schema of the Bugzilla alone.")
    found: dict[str, str] = {}
    while not (line := text.line()).startswith(b")"):
        if not line:
            raise text.broken()
        column = _COLUMN.match(line.decode(errors="replace"))
        if column and column["name"] != "CONSTRAINT":
            found[column["name"]] = column["type"]
    types[table] = found
    tables.add_table(table, list(found))


def _copy(
    table: str, columns: list[str], text: DumpText, types: dict[str, dict[str, str]], tables: DumpTables
) -> Iterator[int]:
    if table not in types:
        raise ImportRefused(f"The dump has rows of {table}, but not the table: make it without --data-only.")
    if table == CONTENT_TABLE:
        if columns != ["id", CONTENT_COLUMN]:
            raise ImportRefused(f"The table {CONTENT_TABLE} has other columns than id and {CONTENT_COLUMN}.")
        yield from _content_rows(text, tables)
        return
    converts = [_convert(table, each, types[table][each], tables.decoder) for each in columns]
    tables.begin_rows(table, columns)
    skipped = table in SKIPPED_TABLES
    while (line := text.line()) != b"\\.\n":
        if not line:
            raise text.broken()
        if skipped:
            tables.counts[table] += 1
            continue
        values = line[:-1].split(b"\t")
        first = converts[0](values[0], None)
        row = [first, *(convert(value, first) for convert, value in zip(converts[1:], values[1:], strict=True))]
        tables.add_row(table, row, len(line))
        yield text.position


def _convert(table: str, column: str, kind: str, decoder: TextDecoder) -> ValueConverter:
    if kind in _NUMBERS:
        return lambda value, first: None if value == b"\\N" else int(value)
    if kind == "bytea":
        return lambda value, first: None if value == b"\\N" else _bytea(_unescape(value))
    return lambda value, first: None if value == b"\\N" else decoder.decode(_unescape(value), table, column, first)


def _unescape(data: bytes) -> bytes:
    return _ESCAPE.sub(_unescaped, data) if b"\\" in data else data


def _unescaped(found: re.Match[bytes]) -> bytes:
    escape = found[1]
    if escape[:1].isdigit():
        return bytes([int(escape, 8) & 0xFF])
    if len(escape) > 1:
        return bytes([int(escape[1:], 16)])
    return _ESCAPES.get(escape, escape)


def _bytea(data: bytes) -> bytes:
    """Return the bytes of a bytea, in hexadecimal or in the older form."""
    if data.startswith(b"\\x"):
        return unhexlify(data[2:])
    return _BYTEA_ESCAPE.sub(lambda found: b"\\" if found[1] == b"\\" else bytes([int(found[1], 8) & 0xFF]), data)


def _content_rows(text: DumpText, tables: DumpTables) -> Iterator[int]:
    """Read rows of attach_data, whose content may be larger than the memory."""
    while not (start := text.start(_LONGEST_START)).startswith(b"\\.\n"):
        tab = start.find(b"\t")
        if tab < 0:
            raise text.broken()
        attachment_id = int(start[:tab])
        text.at += tab + 1
        at = tables.begin_content()
        for piece in _pieces(text):
            tables.content.write(piece)
            yield text.position
        tables.end_content(attachment_id, at)
    text.line()


def _pieces(text: DumpText) -> Iterator[bytes]:
    """Yield the bytes of the last field of a row, and read the end of its line."""
    if not text.start(len(_HEX_START)).startswith(_HEX_START):
        value = text.line()[:-1]
        yield b"" if value == b"\\N" else _bytea(_unescape(value))
        return
    text.at += len(_HEX_START)
    while True:
        found = _HEX_END.search(text.data, text.at)
        end = found.start() if found else len(text.data) - (len(text.data) - text.at) % 2
        yield unhexlify(text.data[text.at : end])
        text.at = end
        if found:
            text.line()
            return
        if not text.more():
            raise text.broken()
