"""Rows of a Bugzilla with the types that they are meant to have."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from gateway.importing.sources.local_time import LocalTimes
from gateway.importing.sources.source import Source, SourceValue, Values
from gateway.model import Hours

_ESCAPED = re.compile("\ufdd0\\[U\\+((?:[1-9A-F]|10)[0-9A-F]{4})\\]\ufdd1")


class Row:
    """A row whose values are asked for by column; a column that the release does not have is empty."""

    __slots__ = ("_times", "values")

    def __init__(self, values: Values, times: LocalTimes) -> None:
        self.values = values
        self._times = times

    def number(self, column: str) -> int:
        """Return an integer, 0 where there is none."""
        return self.optional_number(column) or 0

    def optional_number(self, column: str) -> int | None:
        """Return an integer, or None."""
        value = self.values.get(column)
        if type(value) is int:  # as a rule, and quicker
            return value
        return None if value is None or value == "" else int(str(value))

    def text(self, column: str) -> str:
        """Return a text, empty where there is none. Unicode knows no surrogates, and PostgreSQL no NUL."""
        return _as_text(self.values.get(column))

    def optional_text(self, column: str) -> str | None:
        """Return a text, or None."""
        value = self.values.get(column)
        return None if value is None else _as_text(value)

    def is_set(self, column: str, *, default: bool = False) -> bool:
        """Return the truth of a column; `default` where the release does not have it."""
        value = self.values.get(column)
        return default if value is None else str(value) not in ("0", "False", "")

    def hours(self, column: str) -> Hours:
        """Return a number of hours with two decimals."""
        try:
            return Hours(Decimal(str(self.values.get(column) or 0)).quantize(Decimal("0.01")))
        except InvalidOperation:
            return Hours("0.00")

    def time(self, column: str) -> datetime | None:
        """Return a time in UTC, or None."""
        return self._times.utc(self.values.get(column))

    def day(self, column: str) -> date | None:
        """Return a date, or None."""
        return self._times.day(self.values.get(column))


def _as_text(value: SourceValue) -> str:
    if value is None:
        return ""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def without_escapes(text: str) -> str:
    """Return a comment of Bugzilla 5.0 on MySQL with the characters that U+FDD0 [U+1F600] U+FDD1 stands for."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "\ufdd0" in text else text


def ends(page: list[Row], key: str) -> tuple[int, int]:
    """Return the first and the last id of a page of rows that are in its order."""
    return page[0].number(key), page[-1].number(key)


class Rows:
    """The rows of a source."""

    def __init__(self, source: Source, times: LocalTimes) -> None:
        self.source = source
        self.times = times

    def has(self, table: str) -> bool:
        """Tell whether the source has a table."""
        return table in self.source.tables

    def all(self, table: str) -> list[Row]:
        """Return all rows of a table that is short; none if it does not exist."""
        return [Row(values, self.times) for values in self.source.rows(table)]

    def page(self, table: str, key: str, after: int, limit: int) -> list[Row]:
        """Return at most `limit` rows whose `key` is greater than `after`, in its order."""
        if not self.has(table):
            return []
        return [Row(values, self.times) for values in self.source.page(table, key, after, limit)]

    def between(self, table: str, key: str, first: int, last: int) -> list[Row]:
        """Return the rows whose `key` is from `first` to `last`, in its order."""
        return [Row(values, self.times) for values in self.source.between(table, key, first, last)]

    def grouped(self, table: str, key: str, first: int, last: int) -> dict[int, list[Row]]:
        """Return the rows whose `key` is from `first` to `last`, by key."""
        found: dict[int, list[Row]] = {}
        for row in self.between(table, key, first, last):
            found.setdefault(row.number(key), []).append(row)
        return found
