"""`Bug.possible_duplicates`: bugs whose summaries have the words of a new one."""

import re
from collections.abc import Iterable

from gateway import errors
from gateway.methods import access
from gateway.methods.bug_get import BUG
from gateway.methods.bug_search import in_order
from gateway.methods.bug_search_values import as_text, leading_number
from gateway.methods.bug_search_words import any_word
from gateway.methods.declaration import INT, STRING, Call, Field, Param, array, reads, struct
from gateway.methods.include_fields import FIELDS_PARAMS, FieldFilter
from gateway.methods.params import is_digits
from gateway.model import Bug
from gateway.model.bug_query import BugQuery, Clause, Condition, Operator, Order, Term, ValueTest
from gateway.store.interface import Reader
from gateway.values import Value

MOST = 25
"""The bugs that are shown at most."""

SPARE = 5
"""Bugs that are found beyond the limit, as several may be duplicates of one."""

_SHORTEST = 3
_EDGES = re.compile(r"^\W+|\W+$")


@reads(
    "Bug.possible_duplicates",
    read_only=False,
    params=(
        Param("summary", STRING, "The summary of the new bug.", required=True, example="crash"),
        Param("products", array(STRING), "Names of the products of the bugs; all if left out."),
        Param("limit", INT, "The most bugs to show.", default=str(MOST)),
        *FIELDS_PARAMS,
    ),
    result=struct(Field("bugs", array(BUG), "The bugs that the caller sees, those with most of the words first.")),
    errors=(errors.PARAM_REQUIRED, errors.NOT_NUMERIC, errors.ENTRY_DENIED),
)
def possible_duplicates(call: Call[Reader]) -> Value:
    """Find bugs whose summary has a word of another summary, so that nobody reports a bug that is known.

    In the place of a duplicate there is the bug that it duplicates.
    """
    params = call.params
    summary = as_text(params.value("summary"))
    if not summary:
        raise errors.PARAM_REQUIRED(param="summary")
    products, limit = _products(call, params.texts("products")), limit_of(params.value("limit"))
    wanted = any_word(long_words(summary))
    query = BugQuery(
        Clause((wanted, *products)),
        call.user.id if call.user else None,
        order=(Order("relevance", descending=True), Order("bug_id", descending=True)),
        limit=limit + SPARE,
    )
    found = in_order(call, call.tx.find_bugs(query)) if wanted.criteria else []
    shown = [bug for bug in _originals(call, found) if access.can_see_bug(call.user, bug)]
    return {"bugs": BUG.show(call, FieldFilter(params), shown[:limit])}


def _products(call: Call[Reader], names: list[str]) -> list[Condition]:
    """Return the criterion that a bug is of one of the products, if any are named. Raises ENTRY_DENIED."""
    by_name = {product.name.casefold(): product for product in call.tx.products()} if names else {}
    terms = []
    for name in names:
        product = by_name.get(name.strip().casefold())
        if product is None or not access.can_enter_product(call.user, product):
            raise errors.ENTRY_DENIED(product=name)
        terms.append(Term(Operator.EQUALS, product.name))
    return [Condition("product", (ValueTest(tuple(terms), any=True),))] if terms else []


def long_words(summary: str) -> str:
    """Return the words of a summary that are long enough to look for, without what surrounds them."""
    words = (_EDGES.sub("", word) for word in summary.split())
    return " ".join(word for word in words if len(word) >= _SHORTEST)


def limit_of(value: Value) -> int:
    """Return the most bugs to show, for the parameter of a call. Raises NOT_NUMERIC."""
    written = as_text(value)
    if not written or written == "0" or leading_number(written) > MOST:
        return MOST
    if not is_digits(written):
        raise errors.NOT_NUMERIC(param="limit", value=f"'{written}'")
    return int(written)


def _originals(call: Call[Reader], found: Iterable[Bug]) -> list[Bug]:
    """Replace duplicates by the bugs that they duplicate, and return each bug once."""
    bugs = {bug.id: bug for bug in found}
    ends = {}
    for bug in [*bugs.values()]:
        seen, last = {bug.id}, bug
        while last.duplicate_of is not None and last.duplicate_of not in seen:
            seen.add(last.duplicate_of)
            following = bugs.get(last.duplicate_of) or call.tx.bug(last.duplicate_of)
            if following is None:
                break
            last = bugs[following.id] = following
        ends[last.id] = last
    return [*ends.values()]
