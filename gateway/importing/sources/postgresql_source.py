"""A source on a PostgreSQL server, read with psycopg.

Rows come from one snapshot; content, which never changes, is read in pieces over a second connection.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gateway.database_url import without_password
from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.column_decoding import TextDecoder
from gateway.importing.sources.source import PIECE, SMALL, ColumnValues, UndecodableText

if TYPE_CHECKING:
    from psycopg import Connection

_COLUMNS = (
    "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
)
_CONTENT = "SELECT substring(thedata FROM %s FOR %s) FROM attach_data WHERE id = %s"
_SIZES = "SELECT id, length(thedata) FROM attach_data WHERE id = ANY(%s)"
_SMALL_CONTENTS = "SELECT id, thedata FROM attach_data WHERE id = ANY(%s) AND length(thedata) <= %s"
_PAGE_ROWS = 1000


def connect(url: str, *, autocommit: bool) -> "Connection[tuple[Any, ...]]":
    """Connect to a database, read only. Raises `ImportRefused` if that is not possible."""
    try:
        import psycopg
    except ImportError as problem:
        raise ImportRefused(
            "To read from PostgreSQL, pip install 'psycopg[binary]', or the gateway with its extra: '.[import]'."
        ) from problem
    try:
        connection = psycopg.connect(url, autocommit=autocommit)
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    except psycopg.Error as problem:
        raise ImportRefused(f"{without_password(url)} cannot be reached: {str(problem).strip()}") from problem
    return connection


class PostgresqlSource:
    """A database on a server, as of the moment at which it was opened."""

    database = "postgresql"
    losses: Sequence[str] = ()

    def __init__(self, url: str) -> None:
        self.name = without_password(url)
        self._decoder = TextDecoder()
        self._rows = connect(url, autocommit=False)
        try:
            self._content = connect(url, autocommit=True)
            self.encodings = frozenset({str(self._select("SHOW server_encoding")[0][0]).lower()})
            if self.encodings == {"sql_ascii"}:  # texts are bytes of any encoding, and psycopg leaves them as they are
                self._rows.execute("SET client_encoding = 'SQL_ASCII'")
            found = self._select(_COLUMNS)
        except BaseException:
            self.close()
            raise
        tables: dict[str, list[str]] = {}
        for table, column in found:
            tables.setdefault(_text(table), []).append(_text(column))
        self.tables: Mapping[str, Sequence[str]] = tables

    @property
    def undecodable(self) -> Sequence[UndecodableText]:
        """The texts that were not UTF-8 so far."""
        return self._decoder.undecodable

    def count(self, table: str) -> int:
        """Return the number of rows of a table, 0 if it does not exist."""
        return int(self._select(f'SELECT count(*) FROM "{table}"')[0][0]) if table in self.tables else 0

    def rows(self, table: str) -> Iterator[ColumnValues]:
        """Yield all rows of a table; none if it does not exist."""
        return self._decoded(table, "")

    def page(self, table: str, key: str, after: int, limit: int) -> list[ColumnValues]:
        """Return at most `limit` rows whose `key` is greater than `after`, in its order."""
        return list(self._decoded(table, f'WHERE "{key}" > %s ORDER BY "{key}" LIMIT %s', after, limit))

    def between(self, table: str, key: str, first: int, last: int) -> list[ColumnValues]:
        """Return the rows whose `key` is from `first` to `last`, in its order."""
        return list(self._decoded(table, f'WHERE "{key}" BETWEEN %s AND %s ORDER BY "{key}"', first, last))

    def content_sizes(self, attachment_ids: Sequence[int]) -> Mapping[int, int]:
        """Return the size in bytes of each of these attachments that has a row in attach_data."""
        return dict(self._select(_SIZES, list(attachment_ids)))

    def small_contents(self, attachment_ids: Sequence[int]) -> Mapping[int, bytes]:
        """Return the contents of at most `SMALL` bytes, with one statement."""
        return dict(self._select(_SMALL_CONTENTS, list(attachment_ids), SMALL))

    def content_pieces(self, attachment_id: int) -> Iterator[bytes]:
        """Yield the content of an attachment, in pieces."""
        start = 1
        while True:
            found = self._content.execute(_CONTENT, (start, PIECE, attachment_id)).fetchone()
            if not found or not found[0]:
                return
            yield bytes(found[0])
            start += len(found[0])
            if len(found[0]) < PIECE:
                return

    def close(self) -> None:
        """End the connections."""
        for name in ("_rows", "_content"):
            if (connection := getattr(self, name, None)) is not None:
                connection.close()

    def _select(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self._rows.execute(statement.encode(), values or None).fetchall()

    def _decoded(self, table: str, condition: str, *values: object) -> Iterator[ColumnValues]:
        columns = self.tables.get(table)
        if columns is None:
            return
        names = ", ".join(f'"{each}"' for each in columns)
        with self._rows.cursor(name="import") as cursor:
            cursor.itersize = _PAGE_ROWS
            cursor.execute(f'SELECT {names} FROM "{table}" {condition}'.encode(), values or None)
            for row in cursor:
                yield {
                    column: self._decoder.decode(value, table, column, row[0])
                    if isinstance(value, bytes) and column != "thedata"
                    else value
                    for column, value in zip(columns, row, strict=True)
                }


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
