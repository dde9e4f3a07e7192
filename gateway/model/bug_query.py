"""Questions about bugs: a tree of criteria, which a store answers in its own language.

Fields have Bugzilla's inner names, such as short_desc, as in `BugField` and `Change`. A criterion is a `Clause` of
other criteria, a `Condition` on values of a field, or about the log (`Changed`), the comments (`Commented`), words
(`HasWords`) or the assignee (`AssigneeActive`).
"""

from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from typing import TypeAlias

from msgspec import Struct


class Operator(Enum):
    """A comparison of a value with that of a `Term`."""

    EQUALS = auto()
    LESS = auto()
    LESS_OR_EQUAL = auto()
    GREATER = auto()
    GREATER_OR_EQUAL = auto()
    CONTAINS = auto()
    CONTAINS_CASE = auto()
    """As CONTAINS, with regard to case."""
    MATCHES = auto()
    """The value has a match of a regular expression, in the syntax of RE2, ignoring case."""
    HAS_WORD = auto()
    IS_EMPTY = auto()
    IS_USER = auto()
    """The person has this id."""
    IS_SAME_PERSON = auto()
    """The person is the one in another field of the bug: reporter, assigned_to or qa_contact."""
    IS_IN_GROUP = auto()
    """The person is in the group of this name."""


class Term(Struct, frozen=True, gc=False):
    """A comparison: texts ignoring case and, but for CONTAINS, accents; times and numbers as such."""

    operator: Operator
    value: str | int | Decimal | datetime = ""


class ValueTest(Struct, frozen=True):
    """Terms that one value passes: all of them, or one with `any`, or not so if it is `negated`."""

    terms: tuple[Term, ...]
    any: bool = False
    negated: bool = False


class Condition(Struct, frozen=True):
    """A value of the field, such as one comment, passes all tests; no value does, if it is `negated`."""

    field: str
    tests: tuple[ValueTest, ...]
    negated: bool = False


class Changed(Struct, frozen=True, gc=False):
    """The log has a change of the field that is all of this; times are inclusive."""

    field: str
    user_id: int | None = None
    after: datetime | None = None
    before: datetime | None = None
    removed: str | None = None
    added: str | None = None
    negated: bool = False


class Commented(Struct, frozen=True, gc=False):
    """There is a comment that is all of this; `with_work`: one that says that hours were worked."""

    user_id: int | None = None
    after: datetime | None = None
    before: datetime | None = None
    with_work: bool = False
    negated: bool = False


class HasWords(Struct, frozen=True, gc=False):
    """The summary, or one of the comments, has these words one after the other; there are blanks between them.

    With `is_prefix` the last word may go on.
    """

    words: str
    in_comments: bool = False
    is_prefix: bool = False
    negated: bool = False


class AssigneeActive(Struct, frozen=True, gc=False):
    """The assignee commented or changed something after `since`."""

    since: datetime
    negated: bool = False


class Clause(Struct, frozen=True):
    """Criteria that are all met, or one of which is with `any`; not so if it is `negated`. An empty one is met."""

    criteria: "tuple[Criterion, ...]" = ()
    any: bool = False
    negated: bool = False


Criterion: TypeAlias = Clause | Condition | Changed | Commented | HasWords | AssigneeActive


class Order(Struct, frozen=True, gc=False):
    """A field by which bugs are ordered; `relevance` is the number of `HasWords` that are met."""

    field: str
    descending: bool = False


class BugQuery(Struct, frozen=True):
    """Which bugs are wanted, and in what order.

    Only bugs that the user sees are found (None: those that everybody sees), and private comments and attachments are
    left out of account unless the user is an insider.
    """

    criteria: Clause
    user_id: int | None
    is_insider: bool = False
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
