"""The interface of a source: the tables of a Bugzilla as of one moment, and the content of its attachments.

The values of a row are those of Python: int, str, bytes, Decimal, date, datetime or None. A datetime with a zone is
exact; one without is in the zone of the Bugzilla server, as is a time that the database keeps as text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, TypeAlias

SourceValue: TypeAlias = "int | float | str | bytes | Decimal | date | datetime | None"
"""A value of a column, as the database has it."""

ColumnValues: TypeAlias = Mapping[str, SourceValue]
"""A row: the values by the names of the columns."""

PIECE = 4 * 1024 * 1024
"""The bytes of an attachment that are read from a server at once."""

SMALL = 64 * 1024
"""The most bytes of an attachment that is read together with others."""


@dataclass(frozen=True, slots=True)
class UndecodableText:
    """A text that is not UTF-8: where it is, with the first column of its row, and how it was read."""

    table: str
    column: str
    row: SourceValue

    def __str__(self) -> str:
        return f"{self.table}.{self.column} of the row {self.row!r} is not UTF-8; it was read as windows-1252"


class Source(Protocol):
    """A Bugzilla database, as of the moment at which it was opened. Nothing is written to it."""

    @property
    def name(self) -> str:
        """The name of the source for messages, without a password."""
        ...

    @property
    def database(self) -> str:
        """The kind of the database: sqlite, mysql, postgresql, or rest for a site that is read over REST."""
        ...

    @property
    def tables(self) -> Mapping[str, Sequence[str]]:
        """The columns of each table."""
        ...

    @property
    def encodings(self) -> frozenset[str]:
        """The character sets that the columns of texts declare, in lower case; empty where nothing declares any."""
        ...

    @property
    def undecodable(self) -> Sequence[UndecodableText]:
        """The texts that were not UTF-8 so far."""
        ...

    @property
    def losses(self) -> Sequence[str]:
        """A line of the report for each thing that a source of this kind does not give; none for a database."""
        ...

    def count(self, table: str) -> int:
        """Return the number of rows of a table, 0 if it does not exist."""
        ...

    def rows(self, table: str) -> Iterator[ColumnValues]:
        """Yield all rows of a table in no particular order; none if it does not exist. For tables that are short."""
        ...

    def page(self, table: str, key: str, after: int, limit: int) -> list[ColumnValues]:
        """Return at most `limit` rows whose integer `key` is greater than `after`, in its order."""
        ...

    def between(self, table: str, key: str, first: int, last: int) -> list[ColumnValues]:
        """Return the rows whose integer `key` is from `first` to `last`, in its order; none if there is no table."""
        ...

    def content_sizes(self, attachment_ids: Sequence[int]) -> Mapping[int, int]:
        """Return the size in bytes of each of these attachments that has a row in attach_data."""
        ...

    def small_contents(self, attachment_ids: Sequence[int]) -> Mapping[int, bytes]:
        """Return those contents in attach_data that have at most `SMALL` bytes, if that is quicker than one by one."""
        ...

    def content_pieces(self, attachment_id: int) -> Iterator[bytes]:
        """Yield the content of an attachment from attach_data, in pieces of any size; nothing where it has no row."""
        ...

    def close(self) -> None:
        """End the connections, and remove temporary files."""
        ...
