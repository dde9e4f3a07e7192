"""Pieces of statements with their parameters, and tests of one value, of any type."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from itertools import chain
from typing import NamedTuple

from gateway.model.bug_query import Operator, Term, ValueTest
from gateway.store.sql.conversions import seconds


class SqlPiece(NamedTuple):
    """A piece of a statement, and the parameters of its places."""

    sql: str
    values: tuple[object, ...] = ()

    def negated(self, is_negated: bool = True) -> "SqlPiece":
        """Return the opposite, or the same if it is not to be negated."""
        return SqlPiece(f"NOT ({self.sql})", self.values) if is_negated else self


TRUE, FALSE = SqlPiece("1 = 1"), SqlPiece("1 = 0")

_MOST_JOINED = 50
"""Pieces that are joined without parentheses: each is a level of an expression, and SQLite takes 1,000."""


def joined(pieces: Iterable[SqlPiece], word: str) -> SqlPiece:
    """Return pieces joined by AND or OR, in parentheses; nothing joined by AND is true, by OR false."""
    found = list(pieces)
    if len(found) < 2:
        return found[0] if found else (TRUE if word == "AND" else FALSE)
    if len(found) > _MOST_JOINED:
        groups = [found[start : start + _MOST_JOINED] for start in range(0, len(found), _MOST_JOINED)]
        return joined((joined(each, word) for each in groups), word)
    values = tuple(chain.from_iterable(each.values for each in found))
    return SqlPiece(f"({f' {word} '.join(each.sql for each in found)})", values)


class Kind(Enum):
    """The type of a value in the database."""

    TEXT = auto()
    NUMBER = auto()
    TIME = auto()
    HOURS = auto()
    NAMED = auto()
    """The id of a user, a keyword or a group, whose name is compared."""


_AS_TEXT = {
    Kind.TEXT: "{}",
    Kind.NUMBER: "CAST({} AS TEXT)",
    Kind.TIME: "time_text({})",
    Kind.HOURS: "hours_text({})",
}
_COMPARED = {
    Operator.EQUALS: "=",
    Operator.LESS: "<",
    Operator.LESS_OR_EQUAL: "<=",
    Operator.GREATER: ">",
    Operator.GREATER_OR_EQUAL: ">=",
}
_LONGEST_PATTERN = 1000
"""The longest text, in characters, that is looked for with LIKE, which takes no longer ones in SQLite."""


def tested(test: ValueTest, value: str, kind: Kind) -> SqlPiece:
    """Return the test of a value, an expression of SQL that has no parameters."""
    pieces = [compared(term, value, kind) for term in test.terms]
    if test.any and all(term.operator is Operator.EQUALS for term in test.terms):
        pieces = [_among(test.terms, value, kind)]
    return joined(pieces, "OR" if test.any else "AND").negated(test.negated)


def all_tested(tests: Sequence[ValueTest], value: str, kind: Kind) -> SqlPiece:
    """Return all tests of a value."""
    return joined((tested(test, value, kind) for test in tests), "AND")


def compared(term: Term, value: str, kind: Kind) -> SqlPiece:
    """Return the comparison of a value."""
    operator = term.operator
    if operator in _COMPARED:
        left, right, parameter = _comparable(term, value, kind)
        return SqlPiece(f"{left} {_COMPARED[operator]} {right}", (parameter,))
    return _TEXT_TESTS[operator](_AS_TEXT[kind].format(value), str(term.value))


def _comparable(term: Term, value: str, kind: Kind) -> tuple[str, str, object]:
    wanted = term.value
    if kind is Kind.TIME and isinstance(wanted, datetime):
        return value, "?", seconds(wanted)
    if kind is Kind.NUMBER and isinstance(wanted, int | Decimal):
        return value, "?", wanted if isinstance(wanted, int) else float(wanted)
    if kind is Kind.HOURS and isinstance(wanted, int | Decimal):
        return value, "?", float(wanted * 100)
    return f"collated({_AS_TEXT[kind].format(value)})", "collated(?)", str(wanted)


def _among(terms: Sequence[Term], value: str, kind: Kind) -> SqlPiece:
    """Return the test whether a value equals one of several: a list costs less than as many comparisons."""
    lists: dict[tuple[str, str], list[object]] = {}
    for term in terms:
        left, right, parameter = _comparable(term, value, kind)
        lists.setdefault((left, right), []).append(parameter)
    return joined(
        (
            SqlPiece(f"{left} IN ({', '.join([right] * len(values))})", tuple(values))
            for (left, right), values in lists.items()
        ),
        "OR",
    )


def _contains(value: str, wanted: str) -> SqlPiece:
    if wanted.isascii() and len(wanted) <= _LONGEST_PATTERN:
        escaped = wanted.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return SqlPiece(f"{value} LIKE ? ESCAPE '\\'", (f"%{escaped}%",))
    return SqlPiece(f"instr(folded({value}), ?) > 0", (wanted.lower(),))


def _has_word(value: str, wanted: str) -> SqlPiece:
    return joined((_contains(value, wanted), SqlPiece(f"has_word({value}, ?)", (wanted,))), "AND")


_TEXT_TESTS: dict[Operator, Callable[[str, str], SqlPiece]] = {
    Operator.CONTAINS: _contains,
    Operator.CONTAINS_CASE: lambda value, wanted: SqlPiece(f"instr({value}, ?) > 0", (wanted,)),
    Operator.MATCHES: lambda value, wanted: SqlPiece(f"has_match({value}, ?)", (wanted,)),
    Operator.HAS_WORD: _has_word,
    Operator.IS_EMPTY: lambda value, _: SqlPiece(f"{value} = ''"),
}
