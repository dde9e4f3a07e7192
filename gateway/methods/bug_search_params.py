"""The criteria of the parameters of a search: plain ones, and boolean charts such as f1, o1 and v1."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from gateway import errors
from gateway.methods.bug_search_conditions import NO_VALUE, Conditions
from gateway.methods.bug_search_fields import SearchField, inner_name
from gateway.methods.bug_search_values import as_text, sent_time, texts
from gateway.methods.declaration import Call
from gateway.methods.params import truth
from gateway.model.bug_query import Changed, Clause, Condition, Criterion, Operator, ValueTest
from gateway.store.interface import Reader
from gateway.values import Value

MAX_CONDITIONS = 250
"""The conditions of one search, each of which may take a look at all bugs."""

ParamValues = Mapping[str, Value]

_SINCE = ("delta_ts", "creation_ts")
_WORDS = ("short_desc", "longdesc", "status_whiteboard", "bug_file_loc")
_ROLES = ("assigned_to", "reporter", "qa_contact", "longdesc", "cc")
_EMAIL = re.compile(r"email(\d+)")
_CHART, _OLD_CHART = re.compile(r"f(\d+)"), re.compile(r"field(-?\d+)-(\d+)-(\d+)")
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


def inner_params(params: ParamValues) -> dict[str, Value]:
    """Return the parameters by Bugzilla's inner names, with usual operators. Raises ILLEGAL_DATE."""
    inner: dict[str, Value] = {}
    for name, value in params.items():
        inner_value = value
        if name in ("last_change_time", "creation_time") and value is not None:
            inner_value = sent_time(value)
        inner[inner_name(name)] = inner_value
    for name in _WORDS:
        if inner.get(name) is not None:
            inner.setdefault(f"{name}_type", "allwordssubstr")
    if inner.get("keywords") is not None:
        inner.setdefault("keywords_type", "allwords")
    return inner


def criteria(call: Call[Reader], params: ParamValues, fields: Mapping[str, SearchField]) -> Clause:
    """Return the criteria of parameters that have inner names. Raises PARAM_INVALID if they are too many."""
    make = Conditions(call, fields)
    parts = (
        _plain(make, params),
        _people(make, params),
        _emails(make, params),
        _changes(make, params),
        _deadlines(make, params),
        _old_charts(make, params),
        [_charts(make, params)],
    )
    found = Clause(tuple(each for part in parts for each in part if each is not None))
    if _count(found) > MAX_CONDITIONS:
        why = f"a search has at most {MAX_CONDITIONS}"
        raise errors.PARAM_INVALID(param="the search", value="of so many conditions", why=why)
    return found


def _count(criterion: Criterion) -> int:
    """Return about how many comparisons a criterion takes, however deep it is nested."""
    count, waiting = 0, [criterion]
    while waiting:
        each = waiting.pop()
        count += 1
        if isinstance(each, Clause):
            waiting += each.criteria
        elif isinstance(each, Condition):
            count += sum(1 if _is_list(test) else len(test.terms) for test in each.tests)
    return count


def _is_list(test: ValueTest) -> bool:
    """Tell whether a value is looked for in a list, which takes one look."""
    return test.any and all(term.operator is Operator.EQUALS for term in test.terms)


def _plain(make: Conditions, params: ParamValues) -> Iterator[Criterion | None]:
    for name, field in make.fields.items():
        param = name.replace(".", "_")
        value = params.get(param)
        if value is None or param in _ROLES:
            continue
        if name in _SINCE:
            if truth(value):
                yield make.criterion(name, "greaterthaneq", _time_text(value))
            continue
        usual = "matches" if name == "content" else "anyexact"
        operator = as_text(params.get(f"{param}_type") or usual)
        values = texts(value)
        if name in ("bug_status", "resolution") and operator == "anyexact":
            values = _legal(make, name, values)
        if values:
            yield make.criterion(name, operator, values if field.takes_lists else ",".join(values))


def _time_text(value: Value) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}" if hasattr(value, "strftime") else as_text(value)


def _legal(make: Conditions, name: str, values: list[str]) -> list[str]:
    """Return the values of status or resolution that count: of statuses the legal ones; none if that is all of them."""
    legal = make.call.tx.field_values(name)
    values = [each.strip() for each in values]
    if name == "resolution":
        known = {each.name for each in legal} | {"---"}
        return [] if len([each for each in values if each in known]) == len(legal) else values
    if "__all__" in values:
        return []
    if "__open__" in values:
        values += [each.name for each in legal if each.is_open]
    if "__closed__" in values:
        values += [each.name for each in legal if not each.is_open]
    known = {each.name for each in legal}
    found = [each for each in dict.fromkeys(values) if each in known]
    return [] if len(found) == len(legal) else found


def _people(make: Conditions, params: ParamValues) -> Iterator[Criterion | None]:
    """Yield the criteria of parameters whose words are looked for one by one."""
    for name in _ROLES:
        value = params.get(name)
        if value is not None:
            yield make.criterion(name, "anywordssubstr", " ".join(texts(value)))


def _emails(make: Conditions, params: ParamValues) -> Iterator[Criterion | None]:
    for name, value in params.items():
        if (found := _EMAIL.fullmatch(name)) and (login := as_text(value).strip()):
            number = found[1]
            operator = as_text(params.get(f"emailtype{number}") or "anyexact")
            operator = "equals" if operator == "exact" else operator
            roles = [each for each in ("assigned_to", "reporter", "cc", "qa_contact") if _set(params, each, number)]
            roles += ["commenter"] if _set(params, "longdesc", number) else []
            yield _any(make.criterion(role, operator, login) for role in roles)


def _set(params: ParamValues, role: str, number: str) -> bool:
    return truth(params.get(f"email{role}{number}"))


def _any(criteria: Iterable[Criterion | None]) -> Clause | None:
    found = tuple(each for each in criteria if each is not None)
    return Clause(found, any=True) if found else None


def _changes(make: Conditions, params: ParamValues) -> Iterator[Criterion | None]:
    """Yield the criteria of chfield, chfieldfrom, chfieldto and chfieldvalue: changes that are all of this."""
    since, until = (_bound(params, name) for name in ("chfieldfrom", "chfieldto"))
    value = as_text(params.get("chfieldvalue"))
    names = ["creation_ts" if each == "[Bug creation]" else each for each in texts(params.get("chfield"))]
    if since:
        yield make.criterion("delta_ts", "greaterthaneq", since)
    if until and not names and not value:
        yield make.criterion("delta_ts", "lessthaneq", until)
    if until and _DAY.fullmatch(until):
        until += " 23:59:59"
    if since or until or value:
        wanted = [("changedto", value), ("changedafter", since), ("changedbefore", until)]
        changes = [grouped([make.criterion(name, *each) for each in wanted if each[1]]) for name in names]
        yield _any(changes)


def _bound(params: ParamValues, name: str) -> str:
    bound = as_text(params.get(name)).strip().lower()
    return "" if bound == "now" else bound


def _deadlines(make: Conditions, params: ParamValues) -> Iterator[Criterion | None]:
    for name, operator in (("deadlinefrom", "greaterthaneq"), ("deadlineto", "lessthaneq")):
        if truth(params.get(name)):
            yield make.criterion("deadline", operator, as_text(params[name]))


def grouped(criteria: Iterable[Criterion | None]) -> Clause:
    """Return the criterion that one line of the log is all of this."""
    others: list[Criterion] = []
    merged: Changed | None = None
    for each in criteria:
        if not isinstance(each, Changed):
            others += [each] if each is not None else []
        elif merged is None or merged.field != each.field:
            others += [merged] if merged else []
            merged = each
        else:
            merged = _both(merged, each)
    return Clause((*others, *([merged] if merged else [])))


def _both(one: Changed, other: Changed) -> Changed:
    set_by_other = {
        name: value for name in one.__struct_fields__ if (value := getattr(other, name)) not in (None, False)
    }
    return Changed(**{**{name: getattr(one, name) for name in one.__struct_fields__}, **set_by_other})


# ---- charts
def _old_charts(make: Conditions, params: ParamValues) -> Iterator[Criterion | None]:
    """Yield the charts of field0-0-0, type0-0-0, value0-0-0 and negate0: of each all lines, of which one condition."""
    charts: defaultdict[int, defaultdict[int, dict[int, Criterion | None]]] = defaultdict(lambda: defaultdict(dict))
    for name, field in params.items():
        if found := _OLD_CHART.fullmatch(name):
            place = name.removeprefix("field")
            condition = _condition(make, params, as_text(field), f"type{place}", f"value{place}")
            chart, line, column = map(int, found.groups())
            charts[chart][line][column] = condition
    for number, rows in sorted(charts.items()):
        lines = [_any(columns for _, columns in sorted(line.items())) for _, line in sorted(rows.items())]
        yield (
            Clause(tuple(each for each in lines if each is not None), negated=truth(params.get(f"negate{number}")))
            if any(lines)
            else None
        )


def _condition(make: Conditions, params: ParamValues, field: str, operator: str, value: str) -> Criterion | None:
    """Return the criterion of a row of a chart; None where its operator or value is missing."""
    name = params.get(operator)
    wanted = params.get(value)
    if name is None:
        return None
    if name in NO_VALUE:
        wanted = " "
    if wanted is None:
        return None
    return make.criterion(
        inner_chart_name(field), as_text(name), texts(wanted) if isinstance(wanted, list) else as_text(wanted)
    )


def inner_chart_name(field: str) -> str:
    """Return the inner name of a field of a chart, which takes older names but no names of the API."""
    return {"attachments.thedata": "attach_data.thedata", "changedin": "days_elapsed", "tags": "tag"}.get(field, field)


def _charts(make: Conditions, params: ParamValues) -> Clause | None:
    """Return the criterion of f1, o1, v1 and so on, with their parentheses. Raises SEARCH_CHART_INVALID."""
    rows = sorted(int(found[1]) for name in params if (found := _CHART.fullmatch(name)))
    open_clauses = [_OpenClause(as_text(params.get("j_top")), "j_top", negated=False)]
    for number in rows:
        field = as_text(params[f"f{number}"])
        if field == "OP":
            joiner, negated = as_text(params.get(f"j{number}")), truth(params.get(f"n{number}"))
            open_clauses.append(_OpenClause(joiner, f"j{number}", negated=negated))
        elif field == "CP":
            if len(open_clauses) == 1:
                raise errors.SEARCH_CHART_INVALID(name=f"f{number}", why="CP closes what no OP has opened")
            _close(open_clauses)
        else:
            condition = _condition(make, params, field, f"o{number}", f"v{number}")
            if condition is not None:
                open_clauses[-1].add(condition, negated=truth(params.get(f"n{number}")))
    while len(open_clauses) > 1:
        _close(open_clauses)
    return open_clauses[0].clause()


def _close(open_clauses: list["_OpenClause"]) -> None:
    closed = open_clauses.pop().clause()
    if closed is not None:
        open_clauses[-1].add(closed)


class _OpenClause:
    """The conditions between OP and CP, joined by AND, OR, or as properties of one thing (AND_G)."""

    def __init__(self, joiner: str, name: str, *, negated: bool) -> None:
        if joiner not in ("", "AND", "OR", "AND_G"):
            raise errors.SEARCH_CHART_INVALID(name=name, why=f"'{joiner}' is none of AND, OR and AND_G")
        self._joiner = joiner
        self._negated = negated
        self._criteria: list[Criterion] = []

    def add(self, criterion: Criterion, *, negated: bool = False) -> None:
        """Add a criterion."""
        self._criteria.append(Clause((criterion,), negated=True) if negated else criterion)

    def clause(self) -> Clause | None:
        """Return the criterion of all; None if there are none."""
        if not self._criteria:
            return None
        found = grouped(self._criteria) if self._joiner == "AND_G" else Clause(tuple(self._criteria))
        return Clause(found.criteria, any=self._joiner == "OR", negated=self._negated)
