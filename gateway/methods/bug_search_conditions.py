"""The criterion that a field, an operator and a value stand for, as in a row of Bugzilla's boolean charts.

Some operators compare words, some are the opposite of others, and some are about the log of changes: what remains are
the comparisons of `gateway.model.bug_query`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import re2

from gateway import errors
from gateway.methods import access
from gateway.methods.bug_search_fields import FieldFamily, SearchField, ValueType
from gateway.methods.bug_search_values import (
    LONG_AGO,
    chart_time,
    is_number,
    leading_number,
    relative_time,
    time_of,
    words_of,
)
from gateway.methods.bug_search_words import NEVER, words_criterion
from gateway.methods.declaration import Call
from gateway.model.bug_query import (
    AssigneeActive,
    Changed,
    Clause,
    Commented,
    Condition,
    Criterion,
    Operator,
    Term,
    ValueTest,
)
from gateway.store.interface import Reader

Wanted = str | Sequence[str]
"""The value of a condition: a text, or a list of texts that may have commas."""

_COMPARED = {
    "equals": Operator.EQUALS,
    "lessthan": Operator.LESS,
    "lessthaneq": Operator.LESS_OR_EQUAL,
    "greaterthan": Operator.GREATER,
    "greaterthaneq": Operator.GREATER_OR_EQUAL,
    "substring": Operator.CONTAINS,
    "substr": Operator.CONTAINS,
    "casesubstring": Operator.CONTAINS_CASE,
    "regexp": Operator.MATCHES,
}
_WORDS = {
    "anywordssubstr": (Operator.CONTAINS, True),
    "allwordssubstr": (Operator.CONTAINS, False),
    "anywords": (Operator.HAS_WORD, True),
    "allwords": (Operator.HAS_WORD, False),
}
_OPPOSITES = {
    "notequals": "equals",
    "notsubstring": "substring",
    "notregexp": "regexp",
    "nowords": "anywords",
    "nowordssubstr": "anywordssubstr",
    "isnotempty": "isempty",
}
_CHANGES = ("changedbefore", "changedafter", "changedfrom", "changedto", "changedby")
_MATCHES = ("matches", "notmatches")
NO_VALUE = ("isempty", "isnotempty")
"""The operators that need no value."""

_NUMERIC = (Operator.EQUALS, Operator.LESS, Operator.LESS_OR_EQUAL, Operator.GREATER, Operator.GREATER_OR_EQUAL)
_PRONOUN, _GROUP = re.compile(r"%\w+%"), re.compile(r"%group\.([^%]+)%")
_SAME_PERSON = {"%reporter%": "reporter", "%assignee%": "assigned_to", "%qacontact%": "qa_contact"}
_IDLE = ("greaterthan", "greaterthaneq", "lessthan", "lessthaneq")
_NEVER_EMPTY = ("attachments.description", "attachments.filename", "attachments.mimetype")
_EMPTY_VALUES = {
    ValueType.NUMBER: Term(Operator.EQUALS, 0),
    ValueType.TIME: Term(Operator.EQUALS, LONG_AGO),
    ValueType.TIME_TEXT: Term(Operator.EQUALS, "1970-01-01 00:00:00"),
    ValueType.DATE_TEXT: Term(Operator.EQUALS, "1970-01-01"),
}
_EMPTY = Term(Operator.IS_EMPTY)
_LOGGED_COMMENTS = ("longdesc", "longdescs.count", "work_time")


@dataclass(frozen=True, slots=True)
class Conditions:
    """Makes criteria for one call, of the fields that its caller can search."""

    call: Call[Reader]
    fields: Mapping[str, SearchField]

    def criterion(self, name: str, operator: str, wanted: Wanted) -> Criterion | None:
        """Return the criterion of a field; None if the value says nothing. Raises SEARCH_FIELD_UNKNOWN and others."""
        if not isinstance(wanted, str):
            wanted = [each.strip() for each in wanted if each.strip()]
        if not wanted:
            return None
        field = self.fields.get(name)
        if field is None:
            raise errors.SEARCH_FIELD_UNKNOWN(field=name)
        value = wanted if isinstance(wanted, str) else ",".join(wanted)
        if operator in _CHANGES and name not in _SPECIAL:
            return self._changed(field, operator, value)
        if name not in _SPECIAL:
            _check_operator(name, operator)
        if field.value_type is ValueType.PERSON and (person := self._person(field, operator, value)):
            return person
        special = _SPECIAL.get(name)
        return special(self, operator, value) if special else _BY_FAMILY[field.family](self, field, operator, wanted)

    # ---- values
    def one_value(self, field: SearchField, operator: str, wanted: Wanted) -> Criterion | None:
        """Return the criterion that one of the values passes, negated comparisons too."""
        opposite = _OPPOSITES.get(operator)
        test = self._test(field, opposite or operator, wanted)
        if test is None:
            return NEVER if opposite else None
        if opposite:
            test = ValueTest(test.terms, test.any, negated=True)
        return Condition(field.name, (test,))

    def any_value(self, field: SearchField, operator: str, wanted: Wanted) -> Criterion | None:
        """Return the criterion for a field whose values are looked at one by one."""
        if operator in NO_VALUE and field.name == "alias":
            return NEVER if operator == "isempty" else Condition("alias", ())
        if field.name == "flagtypes.name":
            if operator in NO_VALUE:
                return Condition(field.name, (), negated=operator == "isempty")
            if operator.startswith("not"):
                found = self.one_value(field, _OPPOSITES[operator], wanted)
                return found and Clause((found,), negated=True)
        return self.one_value(field, operator, wanted)

    def people(self, field: SearchField, operator: str, wanted: Wanted) -> Criterion | None:
        """Return the criterion for people, none of whom passes a negated comparison."""
        if operator in NO_VALUE:
            return Condition(field.name, (), negated=operator == "isempty")
        found = self.one_value(field, _OPPOSITES.get(operator, operator), wanted)
        return found and Clause((found,), negated=operator in _OPPOSITES)

    def each_word(self, field: SearchField, operator: str, wanted: Wanted) -> Criterion | None:
        """Return the criterion for several values, of which different ones may have different words."""
        self._check_private(field)
        if operator in NO_VALUE:
            return self._has_values(field, operator)
        words = [wanted]
        if operator == "anyexact":
            words = [*_listed(wanted, field.name)]
        elif operator in _WORDS:
            words = [*words_of(wanted if isinstance(wanted, str) else " ".join(wanted))]
        found = [self._each(field, operator, word) for word in words]
        criteria = tuple(each for each in found if each is not None)
        return Clause(criteria, any=operator.startswith("any")) if criteria else None

    def _each(self, field: SearchField, operator: str, wanted: Wanted) -> Criterion | None:
        if wanted == "---":
            return Condition(field.name, (), negated=True)
        found = self.one_value(field, _OPPOSITES.get(operator, operator), wanted)
        return found and Clause((found,), negated=operator in _OPPOSITES)

    def _check_private(self, field: SearchField) -> None:
        if field.name == "longdescs.isprivate" and not access.is_insider(self.call.user, self.call.site):
            raise errors.NOT_AUTHORISED(action="search for private comments")

    def _has_values(self, field: SearchField, operator: str) -> Criterion:
        if field.name in _NEVER_EMPTY:
            return NEVER if operator == "isempty" else Clause()
        if field.is_of_attachments or field.name == "longdescs.isprivate":
            raise errors.SEARCH_OPERATOR_INVALID(field=field.name, operator=operator)
        return Condition(field.name, (), negated=operator == "isempty")

    def _test(self, field: SearchField, operator: str, wanted: Wanted) -> ValueTest | None:
        """Return the test of a value by an operator that is not negated; None if it has nothing to look for."""
        if operator == "isempty":
            return ValueTest((_EMPTY_VALUES.get(field.value_type, _EMPTY),))
        value = wanted if isinstance(wanted, str) else ",".join(wanted)
        if operator in _COMPARED:
            return ValueTest((self._term(field, _COMPARED[operator], value, is_checked=True),))
        if operator == "anyexact":
            terms = [self._term(field, Operator.EQUALS, each) for each in _listed(wanted, field.name)]
            return ValueTest(tuple(terms), any=True) if terms else None
        compared, is_any = _WORDS[operator]
        words = [self._term(field, compared, word) for word in words_of(value)]
        return ValueTest(tuple(words), any=is_any) if words else None

    def _term(self, field: SearchField, operator: Operator, value: str, *, is_checked: bool = False) -> Term:
        if operator is Operator.MATCHES:
            _check_expression(value)
        if operator is Operator.CONTAINS and field.name == "attach_data.thedata":
            operator = Operator.CONTAINS_CASE
        if field.value_type is ValueType.NUMBER and operator in _NUMERIC:
            if is_checked and field.field.is_numeric and not is_number(value):
                raise errors.NOT_NUMERIC(param=field.name, value=f"'{value}'")
            return Term(operator, leading_number(value))
        if field.value_type in _TIME_TYPES:
            return _time_term(field.value_type, operator, value, self.call)
        return Term(operator, value)

    # ---- people
    def _person(self, field: SearchField, operator: str, value: str) -> Criterion | None:
        """Return the criterion of a value that stands for a person or a group; None for a name."""
        if group := _GROUP.fullmatch(value):
            if not access.in_group(self.call.user, group[1]):
                raise errors.GROUP_UNKNOWN(group=group[1])
            term = Term(Operator.IS_IN_GROUP, group[1])
        elif _PRONOUN.fullmatch(value):
            term = self._pronoun(value)
        else:
            return None
        negated = operator in _OPPOSITES
        if field.family is FieldFamily.PEOPLE:
            return Condition(field.name, (ValueTest((term,)),), negated=negated)
        return Condition(field.name, (ValueTest((term,), negated=negated),))

    def _pronoun(self, value: str) -> Term:
        if value == "%user%":
            if self.call.user is None:
                raise errors.PRONOUN_NEEDS_LOGIN(pronoun=value)
            return Term(Operator.IS_USER, self.call.user.id)
        if value not in _SAME_PERSON:
            raise errors.PRONOUN_UNKNOWN(pronoun=value)
        return Term(Operator.IS_SAME_PERSON, _SAME_PERSON[value])

    def _user_id(self, value: str) -> int:
        """Return the id of the user with a login. Raises USER_UNKNOWN."""
        if value == "%user%":
            return int(self._pronoun(value).value)  # type: ignore[arg-type]
        user = self.call.tx.user_by_login(value)
        if user is None:
            raise errors.USER_UNKNOWN(login=value)
        return user.id

    # ---- the log
    def _changed(self, field: SearchField, operator: str, value: str) -> Criterion | None:
        now, about = self.call.tx.now, field.name
        if about == "last_visit_ts" or (about == "longdescs.count" and operator in ("changedfrom", "changedto")):
            raise errors.SEARCH_OPERATOR_INVALID(field=about, operator=operator)
        if about == "creation_ts" and operator in ("changedbefore", "changedafter"):
            return self.one_value(field, "lessthaneq" if operator == "changedbefore" else "greaterthaneq", value)
        if operator in ("changedfrom", "changedto"):
            return Changed(about, removed=value) if operator == "changedfrom" else Changed(about, added=value)
        user = self._user_id(value) if operator == "changedby" else None
        before = chart_time(value, now) if operator == "changedbefore" else None
        after = chart_time(value, now) if operator == "changedafter" else None
        if about in _LOGGED_COMMENTS:
            return Commented(user, after, before, with_work=about == "work_time")
        return Changed(about, user, after, before)

    def idle(self, operator: str, value: str) -> Criterion:
        """Return the criterion that the assignee has done nothing for so long."""
        if operator not in _IDLE:
            raise errors.SEARCH_OPERATOR_INVALID(field="owner_idle_time", operator=operator)
        since = chart_time(value, self.call.tx.now)
        return AssigneeActive(since, negated=operator.startswith("greater"))

    def content(self, operator: str, value: str) -> Criterion:
        """Return the criterion of full text."""
        if operator not in _MATCHES:
            raise errors.SEARCH_CONTENT_ONLY(field="content")
        return Clause((words_criterion(value),), negated=operator == "notmatches")


_TIME_TYPES = (ValueType.TIME, ValueType.TIME_TEXT, ValueType.DATE_TEXT)
_BY_FAMILY: Mapping[FieldFamily, Callable[[Conditions, SearchField, str, Wanted], Criterion | None]] = {
    FieldFamily.ONE: Conditions.one_value,
    FieldFamily.ANY: Conditions.any_value,
    FieldFamily.EACH_WORD: Conditions.each_word,
    FieldFamily.PEOPLE: Conditions.people,
}


_SPECIAL: Mapping[str, Callable[[Conditions, str, str], Criterion]] = {
    "content": Conditions.content,
    "owner_idle_time": Conditions.idle,
}


def _check_operator(name: str, operator: str) -> None:
    """Raise SEARCH_OPERATOR_UNKNOWN, and SEARCH_CONTENT_ONLY for one of full text."""
    if operator in _MATCHES:
        raise errors.SEARCH_CONTENT_ONLY(field=name)
    if not any(operator in known for known in (_COMPARED, _WORDS, _OPPOSITES, ("anyexact", "isempty"))):
        raise errors.SEARCH_OPERATOR_UNKNOWN(operator=operator)


def _listed(wanted: Wanted, field: str) -> list[str]:
    values = [each.strip() for each in (wanted.split(",") if isinstance(wanted, str) else wanted)]
    return ["" if field == "resolution" and each == "---" else each for each in values if each]


def _check_expression(pattern: str) -> None:
    """Raise SEARCH_EXPRESSION_INVALID for a text that is no regular expression."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        raise errors.SEARCH_EXPRESSION_INVALID(pattern=pattern, why=_reason(error)) from None


def _reason(error: Exception) -> str:
    (reason,) = error.args
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


def _time_term(kind: ValueType, operator: Operator, value: str, call: Call[Reader]) -> Term:
    found = relative_time(value, call.tx.now)
    if operator not in _NUMERIC and found is None:
        return Term(operator, value)
    time = found or time_of(value) or LONG_AGO
    if kind is ValueType.TIME and operator in _NUMERIC:
        return Term(operator, time)
    return Term(operator, f"{time:%Y-%m-%d}" if kind is ValueType.DATE_TEXT else f"{time:%Y-%m-%d %H:%M:%S}")
