"""`Bug.search`: find bugs by any of their fields."""

from collections.abc import Mapping

from gateway import errors
from gateway.methods import access
from gateway.methods.bug_get import BUG, FOUND_BUG
from gateway.methods.bug_search_conditions import Conditions
from gateway.methods.bug_search_fields import SearchField, api_names, order_columns, search_fields
from gateway.methods.bug_search_order import orders
from gateway.methods.bug_search_params import ParamValues, criteria, inner_params
from gateway.methods.bug_search_quick import QuickSearch, quick_search
from gateway.methods.bug_search_values import as_text, leading_number, texts
from gateway.methods.declaration import ANY, INT, STRING, Call, Field, Param, Route, array, reads, struct
from gateway.methods.include_fields import FIELDS_PARAMS, FieldFilter
from gateway.methods.params import check_length, is_digits
from gateway.model import Bug
from gateway.model.bug_query import BugQuery, Clause
from gateway.store.interface import Reader
from gateway.values import Value

MAX_RESULTS = 10_000
"""The bugs that a search finds at most, unless the site's parameter max_search_results says otherwise."""

LAST = 2**31 - 1

_OTHER_PARAMS = (
    Param("limit", INT, "The most bugs to show; 0 or nothing for as many as the site allows."),
    Param("offset", INT, "Number of bugs to skip before these; it needs a limit."),
    Param("order", STRING, "Columns of lists by which the bugs are ordered, such as `priority,bug_id DESC`."),
    Param(
        "quicksearch", STRING, "A search in one text, such as `crash product:Widgets`; open bugs, unless it says ALL."
    ),
    Param("content", STRING, "Words that the summary or a comment has."),
    Param("longdesc", array(STRING), "Parts of words, any of which a comment has."),
    Param(
        "f1", STRING, "The field of the first chart, by its inner name; f2 and so on are others, OP and CP parentheses."
    ),
    Param("o1", STRING, "The operator of that chart, such as equals, substring, regexp, anywords or changedafter."),
    Param("v1", ANY, "The value of that chart."),
    Param("n1", STRING, "1 to negate that chart."),
    Param("j_top", STRING, "AND, OR, or AND_G (all of one change), which joins the charts; j1 is for the OP of f1."),
    Param("chfield", array(STRING), "Fields that changed; [Bug creation] for new bugs."),
    Param("chfieldfrom", STRING, "The earliest time of that change."),
    Param("chfieldto", STRING, "The latest time of that change."),
    Param("chfieldvalue", STRING, "The value after that change."),
    *FIELDS_PARAMS,
)


def _searched_params() -> tuple[Param, ...]:
    """Return a parameter for each field of bugs that is searched."""
    return tuple(
        Param(field.name, array(STRING), field.doc, example="1" if field.name == "id" else "")
        for field in BUG.model_fields
        if field.name in api_names()
    )


@reads(
    "Bug.search",
    params=(*_searched_params(), *_OTHER_PARAMS),
    result=struct(Field("bugs", array(FOUND_BUG), "The bugs that are found and that the caller sees.")),
    routes=(Route("GET", "/bug"),),
    errors=(
        errors.PARAM_REQUIRED,
        errors.PARAM_INVALID,
        errors.NOT_NUMERIC,
        errors.ILLEGAL_DATE,
        errors.SEARCH_FIELD_UNKNOWN,
        errors.NOT_AUTHORISED,
        errors.USER_UNKNOWN,
        errors.GROUP_UNKNOWN,
        errors.CRITERIA_REQUIRED,
        errors.SEARCH_OPERATOR_UNKNOWN,
        errors.SEARCH_OPERATOR_INVALID,
        errors.SEARCH_CONTENT_ONLY,
        errors.SEARCH_EXPRESSION_INVALID,
        errors.SEARCH_CHART_INVALID,
        errors.PRONOUN_NEEDS_LOGIN,
        errors.PRONOUN_UNKNOWN,
        errors.QUICKSEARCH_INVALID,
        errors.QUICKSEARCH_FIELD_UNKNOWN,
    ),
)
def search(call: Call[Reader]) -> Value:
    """Find bugs by any of their fields. All criteria are to be met; of a list of values one is enough.

    Names are compared ignoring case. Bugzilla's inner names and boolean charts work too, and custom fields by their
    names. Bugs that the caller does not see are left out, and private comments and attachments are not searched for
    those who do not see them. A parameter that is no field, or empty, is no criterion.
    """
    params = call.params.all
    _check_numbers(params, call.settings.max_list)
    fields = search_fields(call)
    quick = None
    if "quicksearch" in params:
        quick = quick_search(as_text(params["quicksearch"]), call.tx, fields)
        params = _with_statuses(params, quick)
    limit, offset = _limit(call, params)
    inner = inner_params(params)
    found = criteria(call, inner, fields)
    if quick:
        found = Clause((found, _quick_criteria(call, fields, quick)))
    if call.site.parameters.get("search_allow_no_criteria") == "0" and not found.criteria:
        raise errors.CRITERIA_REQUIRED()
    query = BugQuery(
        found,
        call.user.id if call.user else None,
        is_insider=access.is_insider(call.user, call.site),
        order=orders(inner.get("order"), order_columns(fields)),
        limit=limit,
        offset=offset,
    )
    return {"bugs": FOUND_BUG.show(call, FieldFilter(call.params), in_order(call, call.tx.find_bugs(query)))}


def in_order(call: Call[Reader], ids: list[int]) -> list[Bug]:
    """Return the bugs of these numbers, in this order."""
    bugs = {bug.id: bug for bug in call.tx.bugs(ids)}
    return [bugs[bug_id] for bug_id in ids]


def _with_statuses(params: ParamValues, quick: QuickSearch) -> ParamValues:
    """Return the parameters with the numbers, statuses and resolutions of a quicksearch instead of their own."""
    lists = {"bug_id": [quick.numbers] if quick.numbers else [], "bug_status": quick.statuses}
    lists["resolution"] = quick.resolutions
    return {**params, **{name: [*values] for name, values in lists.items() if values}}


def _quick_criteria(call: Call[Reader], fields: Mapping[str, SearchField], quick: QuickSearch) -> Clause:
    make = Conditions(call, fields)
    charts = []
    for chart in quick.charts:
        lines = [[make.criterion(*condition) for condition in line] for line in chart if line]
        charts.append(
            Clause(tuple(Clause(tuple(each for each in line if each is not None), any=True) for line in lines))
        )
    return Clause(tuple(charts))


def _limit(call: Call[Reader], params: ParamValues) -> tuple[int, int]:
    """Return the limit and the offset. Raises PARAM_REQUIRED, NOT_NUMERIC."""
    largest = call.site.parameters.get("max_search_results", "")
    most = int(largest) if is_digits(largest) and int(largest) else MAX_RESULTS
    limit, offset = params.get("limit"), params.get("offset")
    if offset is not None and limit is None:
        raise errors.PARAM_REQUIRED(param="limit")
    if limit is None or isinstance(limit, list | dict) or not leading_number(as_text(limit)):
        return most, 0
    wanted = most if leading_number(as_text(limit)) > most else _natural("limit", limit)
    return wanted, _natural("offset", offset) if offset is not None else 0


def _natural(name: str, value: Value) -> int:
    (written,) = texts(value) or [""]
    if not is_digits(written):
        raise errors.NOT_NUMERIC(param=name, value=f"'{written}'")
    return min(int(written[:12]), LAST)


def _check_numbers(params: Mapping[str, Value], limit: int) -> None:
    """Raise PARAM_INVALID for too many numbers of bugs, of which a text may have several, with commas."""
    for name in ("id", "bug_id"):
        given = params.get(name)
        values = given if isinstance(given, list) else [given]
        check_length(name, sum(each.count(",") + 1 if isinstance(each, str) else 1 for each in values), limit)
