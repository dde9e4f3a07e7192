"""Rows of a Bugzilla with the types that they are meant to have."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from gateway.importing.sources.local_time import LocalTimes
from gateway.importing.sources.source import ColumnValues, Source, SourceValue
from gateway.model import Hours

_NOTED_ROWS = 1000
_ESCAPED = re.compile("\ufdd0\\[U\\+((?:[1-9A-F]|10)[0-9A-F]{4})\\]\ufdd1")


class SourceRow:
    """A row whose values are asked for by column; a column that the release does not have is empty."""

    __slots__ = ("_read", "_times", "values")

    def __init__(self, values: ColumnValues, times: LocalTimes, read: set[str] | None = None) -> None:
        self.values = values
        self._times = times
        self._read = read  # where it is noted which columns are asked for, or None

    def _value(self, column: str) -> SourceValue:
        if self._read is not None:
            self._read.add(column)
        return self.values.get(column)

    def number(self, column: str) -> int:
        """Return an integer, 0 where there is none."""
        return self.optional_number(column) or 0

    def optional_number(self, column: str) -> int | None:
        """Return an integer, or None."""
        value = self._value(column)
        if type(value) is int:  # as a rule, and quicker
            return value
        return None if value is None or value == "" else int(str(value))

    def text(self, column: str) -> str:
        """Return a text, empty where there is none. Unicode knows no surrogates, and PostgreSQL no NUL."""
        return _as_text(self._value(column))

    def optional_text(self, column: str) -> str | None:
        """Return a text, or None."""
        value = self._value(column)
        return None if value is None else _as_text(value)

    def is_set(self, column: str, *, default: bool = False) -> bool:
        """Return the truth of a column; `default` where the release does not have it."""
        value = self._value(column)
        return default if value is None else str(value) not in ("0", "False", "")

    def hours(self, column: str) -> Hours:
        """Return a number of hours with two decimals."""
        try:
            return Hours(Decimal(str(self._value(column) or 0)).quantize(Decimal("0.01")))
        except InvalidOperation:
            return Hours("0.00")

    def time(self, column: str) -> datetime | None:
        """Return a time in UTC, or None."""
        return self._times.utc(self._value(column))

    def day(self, column: str) -> date | None:
        """Return a date, or None."""
        return self._times.day(self._value(column))


def _as_text(value: SourceValue) -> str:
    if value is None:
        return ""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def without_escapes(text: str) -> str:
    """Return a comment of Bugzilla 5.0 on MySQL with the characters that U+FDD0 [U+1F600] U+FDD1 stands for."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "\ufdd0" in text else text


def ends(page: list[SourceRow], key: str) -> tuple[int, int]:
    """Return the first and the last id of a page of rows that are in its order."""
    return page[0].number(key), page[-1].number(key)


class Rows:
    """The rows of a source."""

    def __init__(self, source: Source, times: LocalTimes) -> None:
        self.source = source
        self.times = times
        self.read_columns: dict[str, set[str]] = {}
        self._noted: dict[str, int] = {}

    def has(self, table: str) -> bool:
        """Tell whether the source has a table."""
        return table in self.source.tables

    def all(self, table: str) -> list[SourceRow]:
        """Return all rows of a table that is short; none if it does not exist."""
        return self._rows(table, self.source.rows(table))

    def page(self, table: str, key: str, after: int, limit: int) -> list[SourceRow]:
        """Return at most `limit` rows whose `key` is greater than `after`, in its order."""
        if not self.has(table):
            return []
        return self._rows(table, self.source.page(table, key, after, limit))

    def between(self, table: str, key: str, first: int, last: int) -> list[SourceRow]:
        """Return the rows whose `key` is from `first` to `last`, in its order."""
        return self._rows(table, self.source.between(table, key, first, last))

    def _rows(self, table: str, found: Iterable[ColumnValues]) -> list[SourceRow]:
        """Return rows; of the first ones of a table it is noted which columns are asked for."""
        rows: list[SourceRow] = []
        for values in found:
            is_noted = self._noted.get(table, 0) < _NOTED_ROWS
            rows.append(SourceRow(values, self.times, self.read_columns.setdefault(table, set()) if is_noted else None))
            self._noted[table] = self._noted.get(table, 0) + 1
        return rows

    def grouped(self, table: str, key: str, first: int, last: int) -> dict[int, list[SourceRow]]:
        """Return the rows whose `key` is from `first` to `last`, by key."""
        found: dict[int, list[SourceRow]] = {}
        for row in self.between(table, key, first, last):
            found.setdefault(row.number(key), []).append(row)
        return found
