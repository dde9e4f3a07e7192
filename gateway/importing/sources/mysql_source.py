"""A source on a MySQL or MariaDB server, read with PyMySQL.

Rows come from one snapshot (REPEATABLE READ). Text is read as the bytes that are stored, whatever the connection or the
columns say about it. Content, which never changes, is read in pieces over a second connection.
"""

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from gateway.database_url import without_password
from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.column_decoding import TextDecoder
from gateway.importing.sources.source import SMALL, ColumnValues, SourceValue, UndecodableText

if TYPE_CHECKING:
    from pymysql.connections import Connection

_PORT = 3306
_TEXT = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"}
_AS_STORED = re.compile(r"utf8|latin1|ascii|binary")
_PIECE = 16 * 1024 * 1024
"""The bytes of content that are read at once. PyMySQL holds three copies of it, and the server reads all each time."""
_CONTENT = "SELECT SUBSTRING(thedata, %s, %s) FROM attach_data WHERE id = %s"
_SIZES = "SELECT id, LENGTH(thedata) FROM attach_data WHERE id IN %s"
_SMALL_CONTENTS = "SELECT id, thedata FROM attach_data WHERE id IN %s AND LENGTH(thedata) <= %s"
_SNAPSHOT = ("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", "START TRANSACTION WITH CONSISTENT SNAPSHOT")
_SETTINGS = (
    "SET SESSION time_zone = '+00:00'",  # that of TIMESTAMP columns
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET SESSION wait_timeout = 86400",
)
_COLUMNS = (
    "SELECT table_name, column_name, data_type, character_set_name FROM information_schema.columns "
    "WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"
)


def connect(url: str) -> "Connection[Any]":
    """Connect to the database of mysql://USER:PASSWORD@HOST:PORT/NAME.

    The address may have the options unix_socket, ssl_ca, ssl_capath, ssl_cert and ssl_key.

    Raises `ImportRefused` if that is not possible.
    """
    try:
        import pymysql
    except ImportError as problem:
        raise ImportRefused(
            "To read from MySQL or MariaDB, pip install PyMySQL, or the gateway with its extra: '.[import]'."
        ) from problem
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        return pymysql.connect(
            host=parts.hostname or "localhost",
            port=parts.port or _PORT,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or ""),
            database=unquote(parts.path.strip("/")),
            unix_socket=options.get("unix_socket"),
            ssl=_tls(options),
            charset="utf8mb4",
            autocommit=True,
        )
    except (pymysql.MySQLError, OSError, ValueError) as problem:
        raise ImportRefused(f"{without_password(url)} cannot be reached: {_message(problem)}.") from problem


def _tls(options: Mapping[str, str]) -> ssl.SSLContext | None:
    if not {"ssl_ca", "ssl_capath", "ssl_cert"} & {*options}:
        return None
    context = ssl.create_default_context(cafile=options.get("ssl_ca"), capath=options.get("ssl_capath"))
    if "ssl_cert" in options:
        context.load_cert_chain(options["ssl_cert"], options.get("ssl_key"))
    return context


def _message(problem: Exception) -> str:
    return str(problem.args[-1] if problem.args else problem).rstrip(".")


class MysqlSource:
    """A database on a server, as of the moment at which it was opened."""

    database = "mysql"
    losses: Sequence[str] = ()

    def __init__(self, url: str) -> None:
        self.name = without_password(url)
        self._decoder = TextDecoder()
        self._rows = connect(url)
        try:
            self._content = connect(url)
            self._begin()
            found = list(self._select(_COLUMNS))
        except BaseException:
            self.close()
            raise
        self._kinds: dict[str, dict[str, str]] = {}
        self._expressions: dict[str, str] = {}
        self.encodings = frozenset(charset.lower() for *_, charset in found if charset)
        for table, column, kind, charset in found:
            self._kinds.setdefault(table, {})[column] = kind.lower()
            expression = _bytes_of(column, charset or "") if kind.lower() in _TEXT else f"`{column}`"
            earlier = self._expressions.get(table)
            self._expressions[table] = f"{earlier}, {expression}" if earlier else expression
        self.tables: Mapping[str, Sequence[str]] = {table: tuple(each) for table, each in self._kinds.items()}

    def _begin(self) -> None:
        import pymysql

        for setting in _SETTINGS:
            self._select(setting)
        try:
            self._select(_SNAPSHOT[0])
        except pymysql.MySQLError:  # MySQL before 5.6 and MariaDB before 10.0 do not know READ ONLY
            self._select(_SNAPSHOT[1])

    @property
    def undecodable(self) -> Sequence[UndecodableText]:
        """The texts that were not UTF-8 so far."""
        return self._decoder.undecodable

    def count(self, table: str) -> int:
        """Return the number of rows of a table, 0 if it does not exist."""
        if table not in self.tables:
            return 0
        return int(self._select(f"SELECT COUNT(*) FROM `{table}`")[0][0])

    def rows(self, table: str) -> Iterator[ColumnValues]:
        """Yield all rows of a table; none if it does not exist."""
        return iter(self._decoded(table, ""))

    def page(self, table: str, key: str, after: int, limit: int) -> list[ColumnValues]:
        """Return at most `limit` rows whose `key` is greater than `after`, in its order."""
        return self._decoded(table, f"WHERE `{key}` > %s ORDER BY `{key}` LIMIT %s", after, limit)

    def between(self, table: str, key: str, first: int, last: int) -> list[ColumnValues]:
        """Return the rows whose `key` is from `first` to `last`, in its order."""
        return self._decoded(table, f"WHERE `{key}` BETWEEN %s AND %s ORDER BY `{key}`", first, last)

    def content_sizes(self, attachment_ids: Sequence[int]) -> Mapping[int, int]:
        """Return the size in bytes of each of these attachments that has a row in attach_data."""
        return dict(self._select(_SIZES, attachment_ids)) if attachment_ids else {}

    def small_contents(self, attachment_ids: Sequence[int]) -> Mapping[int, bytes]:
        """Return the contents of at most `SMALL` bytes, with one statement."""
        return dict(self._select(_SMALL_CONTENTS, attachment_ids, SMALL)) if attachment_ids else {}

    def content_pieces(self, attachment_id: int) -> Iterator[bytes]:
        """Yield the content of an attachment, in pieces."""
        start = 1
        while True:
            with self._content.cursor() as cursor:
                cursor.execute(_CONTENT, (start, _PIECE, attachment_id))
                found = cursor.fetchone()
            if not found or not found[0]:
                return
            yield found[0]
            start += len(found[0])
            if len(found[0]) < _PIECE:
                return

    def close(self) -> None:
        """End the connections."""
        for name in ("_rows", "_content"):
            if (connection := getattr(self, name, None)) is not None and connection.open:
                connection.close()

    def _select(self, statement: str, *values: object) -> Sequence[Any]:
        with self._rows.cursor() as cursor:
            cursor.execute(statement, values or None)
            found: Sequence[Any] = cursor.fetchall()
            return found

    def _decoded(self, table: str, condition: str, *values: object) -> list[ColumnValues]:
        if table not in self.tables:
            return []
        found = self._select(f"SELECT {self._expressions[table]} FROM `{table}` {condition}", *values)
        columns = list(self._kinds[table].items())
        return [
            {
                column: self._value(value, kind, (table, column, row[0]))
                for (column, kind), value in zip(columns, row, strict=True)
            }
            for row in found
        ]

    def _value(self, value: Any, kind: str, where: tuple[str, str, SourceValue]) -> SourceValue:
        if kind in _TEXT and value is not None:
            return self._decoder.decode(value, *where)
        if kind == "timestamp" and isinstance(value, datetime):
            return value.replace(tzinfo=UTC)
        found: SourceValue = value
        return found


def _bytes_of(column: str, charset: str) -> str:
    """Return the expression for the bytes of a text: as stored, or as UTF-8 where it is stored in another way."""
    text = f"`{column}`" if _AS_STORED.match(charset) else f"CONVERT(`{column}` USING utf8mb4)"
    return f"CAST({text} AS BINARY)"
