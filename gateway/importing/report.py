"""The report of an import: how much of each table was taken, what was left out and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field

_MAX_EXAMPLES = 20


@dataclass(slots=True)
class LeftOut:
    """Rows of a table that were left out, or changed, for one reason. `examples` are at most 20 of them."""

    table: str
    reason: str
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """Return the members for JSON."""
        return {"table": self.table, "reason": self.reason, "count": self.count, "examples": self.examples}


@dataclass(slots=True)
class TableCount:
    """The rows of a table in the source, and those that this import looked at and took; None for a table of no use."""

    rows: int
    taken: int | None = None


class Report:
    """Collects what is to be reported while an import runs."""

    def __init__(self) -> None:
        self.tables: dict[str, TableCount] = {}
        self.remarks: list[str] = []
        self._left: dict[tuple[str, str], LeftOut] = {}

    def count(self, table: str, rows: int) -> None:
        """Note how many rows a table has."""
        self.tables.setdefault(table, TableCount(rows)).rows = rows

    def take(self, table: str, number: int = 1) -> None:
        """Note that rows of a table were taken."""
        entry = self.tables.setdefault(table, TableCount(0))
        entry.taken = (entry.taken or 0) + number

    def leave(self, table: str, reason: str, example: object = None, number: int = 1) -> None:
        """Note that rows of a table were left out or changed."""
        entry = self._left.setdefault((table, reason), LeftOut(table, reason))
        entry.count += number
        if example is not None and len(entry.examples) < _MAX_EXAMPLES:
            entry.examples.append(str(example))

    def remark(self, text: str) -> None:
        """Note something about the whole import, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    @property
    def left(self) -> list[LeftOut]:
        """The rows that were left out or changed, by table."""
        return sorted(self._left.values(), key=lambda each: (each.table, each.reason))

    def to_json(self) -> dict[str, object]:
        """Return the report for JSON."""
        tables = {name: {"rows": each.rows, "taken": each.taken} for name, each in sorted(self.tables.items())}
        return {"tables": tables, "left_out": [each.to_json() for each in self.left], "remarks": self.remarks}

    def lines(self) -> Iterable[str]:
        """Yield the report as lines of text."""
        for name, each in sorted(self.tables.items()):
            if each.rows:
                yield f"{name}: {each.taken or 0} of {each.rows} rows"
        for left in self.left:
            examples = f" ({', '.join(left.examples)})" if left.examples else ""
            yield f"{left.table}: {left.count} {left.reason}{examples}"
        yield from self.remarks
