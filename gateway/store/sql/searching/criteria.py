"""Criteria as conditions of a statement on the table bugs."""

import re
from collections.abc import Callable, Iterator, Sequence

from gateway.model import BugField
from gateway.model.bug_query import (
    AssigneeActive,
    BugQuery,
    Changed,
    Clause,
    Commented,
    Condition,
    Criterion,
    HasWords,
    Operator,
    Term,
    ValueTest,
)
from gateway.store.sql.collation import collated
from gateway.store.sql.conversions import seconds
from gateway.store.sql.searching.search_columns import COUNT_OF_COMMENTS, FIELDS, Stored, custom
from gateway.store.sql.searching.terms import FALSE, TRUE, Kind, SqlPiece, all_tested, joined

_IN = "{outer} IN (SELECT {key} FROM {rows} WHERE {condition})"
_EXISTS = "EXISTS (SELECT 1 FROM {rows} WHERE {key} = {outer} AND {condition})"
_NAMED = "{value} IN (SELECT {table}.id FROM {table} WHERE {condition})"
_MEMBERS = """{value} IN (
    SELECT user_id FROM memberships JOIN groups ON groups.id = memberships.group_id WHERE groups.name = ?)"""
_CHANGES = "bugs.id IN (SELECT changes.bug_id FROM changes WHERE {condition})"
_COMMENTS = "bugs.id IN (SELECT comments.bug_id FROM comments WHERE {condition})"
_PUBLIC_CHANGE = """NOT EXISTS (
    SELECT 1 FROM attachments WHERE attachments.id = changes.attachment_id AND attachments.is_private)"""
_PUBLIC_COMMENT = "NOT comments.is_private"
_ACTIVE = """(EXISTS (
    SELECT 1 FROM comments
    WHERE comments.bug_id = bugs.id AND comments.creator_id = bugs.assigned_to_id AND comments.creation_time > ?)
    OR EXISTS (
    SELECT 1 FROM changes
    WHERE changes.bug_id = bugs.id AND changes.user_id = bugs.assigned_to_id AND changes.at > ?))"""
_OTHER_PERSON = {
    "reporter": "bugs.reporter_id",
    "assigned_to": "bugs.assigned_to_id",
    "qa_contact": "bugs.qa_contact_id",
}

_SUMMARIES = "SELECT summary_words.rowid FROM summary_words WHERE summary_words MATCH ('\"' || ? || '\"{star}')"
_COMMENTS_OF_WORDS = """
    SELECT comments.bug_id FROM comment_words
    JOIN comments INDEXED BY bugs_of_comments ON comments.id = comment_words.rowid
    WHERE comment_words MATCH ('\"' || ? || '\"{star}')"""
SUMMARIES_WITH = {star: _SUMMARIES.format(star=star) for star in ("", "*")}
"""The bugs whose summary has words, and those whose last word may go on, in SQLite.

gateway/store/postgresql/dialect.py has the same for PostgreSQL.
"""

COMMENTS_WITH = {star: _COMMENTS_OF_WORDS.format(star=star) for star in ("", "*")}
"""The bugs with a comment that has words, likewise."""

_PRIVATE_FIELDS = re.compile(r"flagtypes\.name$|attach")


class Criteria:
    """Makes conditions of the criteria of one query."""

    def __init__(self, query: BugQuery, fields: Sequence[BugField], now: int) -> None:
        self._query = query
        self._custom = {field.name: field for field in fields if field.is_custom}
        self._today = now // 86400

    def met(self, criterion: Criterion) -> SqlPiece:
        """Return the condition that a bug meets a criterion."""
        match criterion:
            case Clause():
                found = joined(map(self.met, criterion.criteria), "OR" if criterion.any else "AND")
            case Condition():
                found = self._condition(criterion)
            case Changed():
                found = self._changed(criterion)
            case Commented():
                found = self._commented(criterion)
            case HasWords():
                found = self._has_words(criterion)
            case AssigneeActive(since):
                found = SqlPiece(_ACTIVE, (seconds(since), seconds(since)))
        return found.negated(criterion.negated)

    def stored(self, name: str) -> Stored:
        """Return where the values of a field are."""
        stored = FIELDS.get(name) or custom(self._custom[name])
        if name == COUNT_OF_COMMENTS:
            hidden = "" if self._query.is_insider else f" AND {_PUBLIC_COMMENT}"
            return Stored(stored.value.format(hidden), stored.kind)
        return Stored(stored.value.format(today=self._today), stored.kind) if name == "days_elapsed" else stored

    def _condition(self, condition: Condition) -> SqlPiece:
        stored = self.stored(condition.field)
        if not stored.rows:
            return self._tested(condition.tests, stored)
        found = self._in_rows(stored, self._tested(condition.tests, stored))
        if stored.default is None:
            return found
        missing = self._in_rows(stored, TRUE).negated()
        return joined((found, joined((all_tested(condition.tests, stored.default, stored.kind), missing), "AND")), "OR")

    def _in_rows(self, stored: Stored, condition: SqlPiece) -> SqlPiece:
        conditions = [condition]
        if stored.own:
            conditions.append(SqlPiece(f"{stored.own} = ?", (self._query.user_id or 0,)))
        if stored.public and not self._query.is_insider:
            conditions.append(SqlPiece(stored.public))
        sql, values = joined(conditions, "AND")
        form = _EXISTS if stored.is_scanned else _IN
        return SqlPiece(form.format(outer=stored.outer, key=stored.key, rows=stored.rows, condition=sql), values)

    def _tested(self, tests: Sequence[ValueTest], stored: Stored) -> SqlPiece:
        if stored.kind is Kind.NAMED:
            return joined((self._name_tested(test, stored) for test in tests), "AND")
        if stored.folded and (found := _folded(tests, stored.folded)):
            return found
        found = all_tested(tests, stored.value, stored.kind)
        if stored.is_sparse and not all(map(_takes_empty, tests)):
            return joined((SqlPiece(f"{stored.value} <> ''"), found), "AND")
        return found

    def _name_tested(self, test: ValueTest, stored: Stored) -> SqlPiece:
        """Return the test of a name, such as that of a person; if there is nobody, the name is empty."""
        (first, *_) = test.terms
        if first.operator in _PERSON_TERMS:
            found = _PERSON_TERMS[first.operator](first, stored.value)
            return SqlPiece(f"coalesce({found.sql}, {FALSE.sql})", found.values).negated() if test.negated else found
        name = f"{stored.table}.{stored.name}"
        folded = _folded([test], f"{name}_folded") if name == "users.login" else None
        sql, values = folded or all_tested([test], name, Kind.TEXT)
        found = SqlPiece(_NAMED.format(value=stored.value, table=stored.table, condition=sql), values)
        if stored.default is None:
            return found
        nobody = joined((SqlPiece(f"{stored.value} IS NULL"), all_tested([test], stored.default, Kind.TEXT)), "AND")
        return joined((found, nobody), "OR") if _takes_empty(test) else found

    def _changed(self, wanted: Changed) -> SqlPiece:
        conditions = [
            SqlPiece("changes.field = ?", (wanted.field,)),
            *_by_and_when(wanted, "changes.user_id", "changes.at"),
        ]
        for column, value in (("removed", wanted.removed), ("added", wanted.added)):
            if value is not None:
                conditions.append(SqlPiece(f"collated(changes.{column}) = collated(?)", (value,)))
        if _PRIVATE_FIELDS.match(wanted.field) and not self._query.is_insider:
            conditions.append(SqlPiece(_PUBLIC_CHANGE))
        sql, values = joined(conditions, "AND")
        return SqlPiece(_CHANGES.format(condition=sql), values)

    def _commented(self, wanted: Commented) -> SqlPiece:
        conditions = [*_by_and_when(wanted, "comments.creator_id", "comments.creation_time")]
        if wanted.with_work:
            conditions.append(SqlPiece("comments.work_time <> 0"))
        if not self._query.is_insider:
            conditions.append(SqlPiece(_PUBLIC_COMMENT))
        sql, values = joined(conditions, "AND")
        return SqlPiece(_COMMENTS.format(condition=sql), values)

    def _has_words(self, wanted: HasWords) -> SqlPiece:
        sql = (COMMENTS_WITH if wanted.in_comments else SUMMARIES_WITH)["*" if wanted.is_prefix else ""]
        hidden = f" AND {_PUBLIC_COMMENT}" if wanted.in_comments and not self._query.is_insider else ""
        return SqlPiece(f"bugs.id IN ({sql}{hidden})", (wanted.words,))


def _takes_empty(test: ValueTest) -> bool:
    """Tell whether an empty value may pass: not if it has to equal or contain something."""
    needs_text = (Operator.EQUALS, Operator.CONTAINS, Operator.CONTAINS_CASE, Operator.HAS_WORD)
    return test.negated or not all(term.operator in needs_text and collated(str(term.value)) for term in test.terms)


def _folded(tests: Sequence[ValueTest], column: str) -> SqlPiece | None:
    """Return the test that a name equals one of several, by a column that has it folded and an index; else None."""
    if len(tests) != 1 or tests[0].negated or any(term.operator is not Operator.EQUALS for term in tests[0].terms):
        return None
    names = tuple(str(term.value).casefold() for term in tests[0].terms)
    return SqlPiece(f"{column} IN ({', '.join('?' * len(names))})", names) if tests[0].any or len(names) == 1 else None


def _by_and_when(wanted: Changed | Commented, person: str, time: str) -> Iterator[SqlPiece]:
    if wanted.user_id is not None:
        yield SqlPiece(f"{person} = ?", (wanted.user_id,))
    if wanted.after is not None:
        yield SqlPiece(f"{time} >= ?", (seconds(wanted.after),))
    if wanted.before is not None:
        yield SqlPiece(f"{time} <= ?", (seconds(wanted.before),))


_PERSON_TERMS: dict[Operator, Callable[[Term, str], SqlPiece]] = {
    Operator.IS_USER: lambda term, value: SqlPiece(f"{value} = ?", (term.value,)),
    Operator.IS_SAME_PERSON: lambda term, value: SqlPiece(f"{value} = {_OTHER_PERSON[str(term.value)]}"),
    Operator.IS_IN_GROUP: lambda term, value: SqlPiece(_MEMBERS.format(value=value), (term.value,)),
}
