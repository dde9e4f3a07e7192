"""A bug while a call creates or changes it: what it was, what it is to be, and what its caller may change."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Self

from msgspec.structs import replace

from gateway import errors
from gateway.methods import access
from gateway.methods.declaration import Call
from gateway.methods.model_fields import ModelField
from gateway.model import Bug, Comment, Person, Product
from gateway.store.interface import Reader, Writer

_HOURS = ("estimated_time", "remaining_time", "work_time")
_NOT_FOR_REPORTERS = ("assigned_to", "qa_contact", "target_milestone", "everconfirmed")

_DETAILS: Mapping[str, Callable[[Reader], Callable[[Sequence[int]], Mapping[int, tuple[Any, ...]]]]] = {
    "keywords": lambda tx: tx.bug_keywords,
    "depends_on": lambda tx: tx.depends_on,
    "blocks": lambda tx: tx.blocks,
    "see_also": lambda tx: tx.bug_urls,
}
"""The questions to the store about lists that are no part of `Bug`."""


class BugDraft:
    """A bug of one call, which fields are set on, one after the other, and which is stored at the end.

    `before` is the bug as it is stored, None for a new one; `bug` is as it is to be. `details` are the lists of it that
    are no part of `Bug`, and the values of custom fields, by the name of the field. `comments` are to be added,
    `comment_ids` are their numbers once they are stored, `hidden` are comments whose privacy changes. `written` are
    hours as the call wrote them. `effects` are the consequences for other bugs, which follow once this one is stored.
    """

    def __init__(self, call: Call[Writer], bug: Bug, product: Product, *, is_new: bool) -> None:
        self.call = call
        self.before = None if is_new else bug
        self.bug = bug
        self.product = product
        self.comments: list[Comment] = []
        self.comment_ids: list[int] = []
        self.hidden: list[Comment] = []
        self.written: dict[str, str] = {}
        self.effects: list[Callable[[Bug], None]] = []
        self.details: dict[str, tuple[Any, ...]] = {}
        self._stored: dict[str, tuple[Any, ...]] = {}

    @classmethod
    def of(cls, call: Call[Writer], bug: Bug) -> Self:
        """Return the draft of a bug that is stored, as it is now."""
        product = call.tx.product(bug.product)
        if product is None:
            raise AssertionError(f"bug {bug.id} has no product")
        return cls(call, bug, product, is_new=False)

    @property
    def is_new(self) -> bool:
        """True if the bug is created, false if it is changed."""
        return self.before is None

    @property
    def is_moved(self) -> bool:
        """True if the bug gets another product."""
        return self.before is not None and self.before.product != self.bug.product

    # ---- fields
    def change(self, field: ModelField[Bug], value: Any) -> None:
        """Set a field that is an attribute of the bug. Raises CHANGE_DENIED."""
        name = field.source.partition(".")[0]
        old = getattr(self.bug, name)
        if old != value:
            self.require_right(field.inner_name, old, value)
            self.put(**{name: value})

    def put(self, **attributes: Any) -> None:
        """Set attributes of the bug, whatever the caller may change."""
        self.bug = replace(self.bug, **attributes)

    def stored(self, name: str) -> tuple[Any, ...]:
        """Return a list of the bug, or the values of a custom field, as it is stored."""
        if self.before is None:
            return ()
        if name not in _DETAILS:
            return self._custom_values.get(name, ())
        if name not in self._stored:
            self._stored[name] = _DETAILS[name](self.call.tx)([self.before.id]).get(self.before.id, ())
        return self._stored[name]

    @cached_property
    def _custom_values(self) -> Mapping[str, tuple[str, ...]]:
        return self.call.tx.custom_values([self.bug.id]).get(self.bug.id, {})

    def detail(self, name: str) -> tuple[Any, ...]:
        """Return a list of the bug, or the values of a custom field, as it is to be."""
        return self.details[name] if name in self.details else self.stored(name)

    def change_detail(self, field: ModelField[Bug], values: Sequence[Any]) -> None:
        """Set a list of the bug, or the values of a custom field. Raises CHANGE_DENIED."""
        old = self.detail(field.name)
        if old != tuple(values):
            self.require_right(field.inner_name, list(old), list(values))
            self.details[field.name] = tuple(values)

    def add_cc(self, person: Person) -> None:
        """Put somebody on the cc list, unless they are on it."""
        if all(each.id != person.id for each in self.bug.cc):
            people = [*self.bug.cc, Person(person.id, person.login, person.real_name)]
            self.put(cc=tuple(sorted(people, key=lambda each: each.login.casefold())))

    def add_comment(self, text: str, **members: Any) -> None:
        """Add a comment of the caller."""
        self.comments.append(
            Comment(
                **{
                    "id": 0,
                    "bug_id": self.bug.id,
                    "count": 0,
                    "creator": self.call.caller,
                    "text": text,
                    "type": "normal",
                    "attachment_id": None,
                    "is_private": False,
                    "creation_time": self.call.tx.now,
                    **members,
                }
            )
        )

    # ---- rights
    def has_right(self, right: str) -> bool:
        """Tell whether the caller has editbugs or canconfirm in the product."""
        return access.has_right(self.call.user, right, self.product)

    def require_right(self, inner_name: str, old: Any, new: Any) -> None:
        """Check that the caller may change a field; those of a new bug are checked as they are set.

        Raises CHANGE_DENIED.
        """
        if not self.may_change(inner_name, old, new):
            raise errors.CHANGE_DENIED(field=inner_name, bug=self.bug.id)

    def may_change(self, inner_name: str, old: Any, new: Any) -> bool:
        """Tell whether the caller may change a field of the bug from one value to another."""
        if self.before is None:
            return True
        tracks_time = access.sees_hours(self.call.user, self.call.site)
        if inner_name in (*_HOURS, "deadline") and not tracks_time:
            return False
        if self.has_right("editbugs"):
            return True
        if self._confirms(inner_name, new):
            return self.has_right("canconfirm")
        if self._is_responsible():
            return True
        if inner_name in _NOT_FOR_REPORTERS or (inner_name == "priority" and not self._reporters_set_priority):
            return False
        if inner_name == "bug_status" and self.is_open(old) and self.is_open(new):
            return False
        return self.call.caller.id == self.bug.reporter.id

    def _is_responsible(self) -> bool:
        """Tell whether the caller is the assignee or the QA contact, or was it before this call."""
        bugs = (self.before, self.bug)
        people = [person for bug in bugs if bug for person in (bug.assigned_to, bug.qa_contact) if person]
        return any(person.id == self.call.caller.id for person in people)

    def _confirms(self, inner_name: str, new: Any) -> bool:
        """Tell whether a change confirms the bug, or takes its confirmation back."""
        if inner_name != "bug_status":
            return inner_name == "everconfirmed"
        if self.bug.is_confirmed:
            return bool(new == "UNCONFIRMED")
        return self.is_open(new) and new != "UNCONFIRMED"

    @property
    def _reporters_set_priority(self) -> bool:
        return self.call.site.parameters.get("letsubmitterchoosepriority", "1") != "0"

    def is_open(self, status: str) -> bool:
        """Tell whether bugs of a status are open."""
        return status not in closed_statuses(self.call.tx)

    def is_set(self, parameter: str) -> bool:
        """Tell whether a parameter of the site that is on or off is on."""
        return self.call.site.parameters.get(parameter, "0") not in ("", "0")


def closed_statuses(tx: Reader) -> frozenset[str]:
    """Return the statuses of bugs that are closed."""
    return frozenset(each.name for each in tx.field_values("bug_status") if not each.is_open)
