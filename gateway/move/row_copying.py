"""Making the rows of one database equal to those of another, table by table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gateway.move import copy_statements
from gateway.store.move_endpoints import Destination, MoveSource, RawRow
from gateway.store.sql import tables

PAGE = 500
"""About how many rows are copied in one transaction."""

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


@dataclass(slots=True)
class Difference:
    """The result of a pass: rows in the source, rows that differed, and the ids of attachments among these."""

    rows: int = 0
    differed: int = 0
    attachments: list[int] = field(default_factory=list)


def count(source: MoveSource, names: Sequence[str]) -> int:
    """Return the number of rows of these tables."""
    return sum(int(source.query(f"SELECT count(*) FROM {table}", ())[0][0]) for table in names)  # noqa: S608


def synchronise(
    source: MoveSource, destination: Destination, names: Sequence[str], done: Callable[[int], None] = lambda _: None
) -> Difference:
    """Make the rows of these tables equal; `done` is called with the number compared so far."""
    difference = Difference()
    for table in names:
        _Table(source, destination, table, difference).synchronise(done)
    return difference


class _Table:
    """One table of both databases."""

    def __init__(self, source: MoveSource, destination: Destination, table: str, difference: Difference) -> None:
        self._source = source
        self._destination = destination
        self._table = table
        self._difference = difference
        self._key = tables.KEYS[table]
        self._lead = self._key[0]
        others = [column for column in source.columns(table) if column not in self._key]
        self._columns = [*self._key, *others]
        self._insert = copy_statements.insert(table, self._columns)
        self._update = copy_statements.update(table, others, self._key)
        self._delete = copy_statements.delete(table, self._key)
        self._select = copy_statements.select(table, self._columns, self._lead)
        self._end = (
            f"SELECT max({self._lead}) FROM "  # noqa: S608 (names of ours)
            f"(SELECT {self._lead} FROM {table} WHERE {self._lead} > ? ORDER BY {self._lead} LIMIT {PAGE}) AS page"
        )

    def synchronise(self, done: Callable[[int], None]) -> None:
        after = _SMALLEST
        while after < _LARGEST:
            ((end,),) = self._source.query(self._end, (after,))
            after = self._synchronise_page(after, _LARGEST if end is None else end)
            done(self._difference.rows)

    def _synchronise_page(self, after: int, end: int) -> int:
        """Synchronise the rows whose first column is in the range, in any order: texts may sort differently."""
        wanted = self._rows(self._source, after, end)
        present = self._rows(self._destination, after, end)
        surplus = [key for key in present if key not in wanted]
        changed = [key for key, row in wanted.items() if key in present and present[key] != row]
        missing = [key for key in wanted if key not in present]
        if surplus or changed or missing:
            with self._destination.transaction():
                self._change(self._delete, surplus)
                self._change(self._update, [(*wanted[key][len(key) :], *key) for key in changed])
                self._change(self._insert, [wanted[key] for key in missing])
        self._note(len(wanted), len(surplus), [*changed, *missing])
        return end

    def _rows(self, side: MoveSource | Destination, after: int, end: int) -> dict[RawRow, RawRow]:
        return {row[: len(self._key)]: row for row in side.query(self._select, (after, end))}

    def _change(self, sql: str, values: list[RawRow]) -> None:
        if values:
            self._destination.change(sql, values)

    def _note(self, compared: int, surplus: int, copied: list[RawRow]) -> None:
        self._difference.rows += compared
        self._difference.differed += surplus + len(copied)
        if self._table == "attachments":
            self._difference.attachments += [key[0] for key in copied]
