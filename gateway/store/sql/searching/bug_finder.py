"""Finding bugs: the statement for a `BugQuery`."""

from collections.abc import Iterator

from gateway.model.bug_query import BugQuery, Clause, Condition, Criterion, HasWords, Operator, ValueTest
from gateway.store.sql.reading.field_reader import FieldReader
from gateway.store.sql.searching.criteria import Criteria
from gateway.store.sql.searching.ordering import SELECTS, ordered
from gateway.store.sql.searching.terms import SqlPiece, joined
from gateway.store.sql.statements import Row

_FIND = "SELECT bugs.id FROM bugs WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM bugs WHERE {condition} LIMIT ?) AS found"
# The plus has SQLite read the index of times alone, rather than the bugs in their order until one is found.
_FIRST = "bugs.id >= (SELECT min(+bugs.id) FROM bugs WHERE {condition})"
_EVERYBODY = "NOT EXISTS (SELECT 1 FROM bug_groups WHERE bug_groups.bug_id = bugs.id)"
_VISIBLE = """(
    NOT EXISTS (
        SELECT 1 FROM bug_groups WHERE bug_groups.bug_id = bugs.id
        AND bug_groups.group_id NOT IN (SELECT group_id FROM memberships WHERE user_id = ?))
    OR bugs.assigned_to_id = ?
    OR bugs.qa_contact_id = ?
    OR bugs.reporter_accessible AND bugs.reporter_id = ?
    OR bugs.cclist_accessible AND EXISTS (
        SELECT 1 FROM bug_cc WHERE bug_cc.bug_id = bugs.id AND bug_cc.user_id = ?))"""
"""The rules of `gateway.methods.access.can_see_bug`; the parameters are all the id of the caller."""

MANY = 2000
"""The number of bugs above which sorting them takes longer than walking the index to the first of them."""

ALL = 2**31 - 1
"""The limit of a query that has none."""


class BugFinder(FieldReader):
    """The part of `gateway.store.interface.Reader` that searches bugs."""

    def find_bugs(self, query: BugQuery) -> list[int]:
        """Return the numbers of the bugs that meet all criteria and that the user sees, in order."""
        if not _is_brief(query.criteria):
            self._statements.leave_event_loop()
        statement = self.statement(query)
        return [bug_id for (bug_id,) in self._found(statement)]

    def _found(self, statement: SqlPiece) -> list[Row]:
        self.budget.check_time()
        sql, values = statement
        try:
            return self._statements.query_once(sql, values, self.budget.charge_rows, self.budget.seconds_left)
        except (OverflowError, UnicodeEncodeError):
            return []  # a number or a text that the database cannot hold is in no row

    def statement(self, query: BugQuery) -> SqlPiece:
        """Return the statement that finds the bugs."""
        criteria = Criteria(query, self.bug_fields(), self._seconds)
        first = self._first_of_many(query, criteria)
        condition = joined((_visible(query.user_id), criteria.met(query.criteria), *first), "AND")
        order = [*self._ordered(query, criteria)]
        order.append(SqlPiece("+bugs.id" if _is_recent(query.criteria) and not first else "bugs.id"))
        sql = _FIND.format(condition=condition.sql, order=", ".join(each.sql for each in order))
        values = (*condition.values, *(value for each in order for value in each.values))
        return SqlPiece(sql, (*values, ALL if query.limit is None else query.limit, query.offset))

    def _first_of_many(self, query: BugQuery, criteria: Criteria) -> list[SqlPiece]:
        """Return the numbers from which on there are bugs of the wanted times; nothing if those are few: sort them."""
        if query.order or query.limit is None:
            return []
        times = [criteria.met(each) for each in _times(query.criteria)]
        if any(self._rows(_COUNT.format(condition=sql), *values, MANY)[0][0] < MANY for sql, values in times):
            return []
        return [SqlPiece(_FIRST.format(condition=sql), values) for sql, values in times]

    def _ordered(self, query: BugQuery, criteria: Criteria) -> Iterator[SqlPiece]:
        for order in query.order:
            if order.field == "relevance":
                yield _relevance([criteria.met(each) for each in _words(query.criteria)], order.descending)
            else:
                values = self.field_values(order.field) if order.field in SELECTS else ()
                yield from ordered(order, criteria, values, query.user_id)


def _visible(user_id: int | None) -> SqlPiece:
    return SqlPiece(_EVERYBODY) if user_id is None else SqlPiece(_VISIBLE, (user_id,) * _VISIBLE.count("?"))


def _words(criterion: Criterion) -> Iterator[HasWords]:
    """Yield the words that a bug is to have, from which its relevance follows."""
    if isinstance(criterion, Clause) and not criterion.negated:
        for each in criterion.criteria:
            yield from _words(each)
    elif isinstance(criterion, HasWords) and not criterion.negated:
        yield criterion


def _relevance(pieces: list[SqlPiece], descending: bool) -> SqlPiece:
    points = " + ".join(f"CASE WHEN {each.sql} THEN 1 ELSE 0 END" for each in pieces) or "0"
    return SqlPiece(
        f"{points} {'DESC' if descending else 'ASC'}", tuple(value for each in pieces for value in each.values)
    )


_TIMES = ("creation_ts", "delta_ts")


def _times(clause: Clause) -> Iterator[Condition]:
    """Yield the conditions on times that all bugs meet."""
    if clause.any or clause.negated:
        return
    for each in clause.criteria:
        if isinstance(each, Clause):
            yield from _times(each)
        elif isinstance(each, Condition) and each.field in _TIMES:
            yield each


def _is_recent(clause: Clause) -> bool:
    """Tell whether bugs after a time are wanted: with a plus SQLite sorts the few, rather than read all in order."""
    return any(
        _is_recent(each) if isinstance(each, Clause) else isinstance(each, Condition) and each.field in _TIMES
        for each in clause.criteria
    )


def _is_brief(clause: Clause) -> bool:
    """Tell whether the numbers of the bugs are given, so that few rows are read."""
    return not clause.any and not clause.negated and any(map(_is_of_numbers, clause.criteria))


def _is_of_numbers(criterion: Criterion) -> bool:
    if isinstance(criterion, Clause):
        return _is_brief(criterion)
    return (
        isinstance(criterion, Condition)
        and criterion.field == "bug_id"
        and not criterion.negated
        and any(_has_numbers(test) for test in criterion.tests)
    )


def _has_numbers(test: ValueTest) -> bool:
    return not test.negated and all(term.operator is Operator.EQUALS for term in test.terms)
