"""The values of a bug's fields, as calls write them: each check returns what is stored, or raises the error."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from gateway import errors
from gateway.methods import access
from gateway.methods.bug_draft import BugDraft
from gateway.methods.declaration import ANY, BOOLEAN, STRING, Type
from gateway.methods.model_fields import ModelField, Setting, Stage
from gateway.methods.params import cleaned, text, trimmed, truth
from gateway.model import Bug, Hours, Person, User
from gateway.values import Value

MAX_SUMMARY = 255
"""Characters of a bug's summary and of other short texts: Bugzilla's MAX_FREETEXT_LENGTH."""

MAX_HOURS = Hours("99999.99")

_HOURS = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

BugModelField = ModelField[Bug]
Check = Callable[[BugDraft, BugModelField, Value], Any]


def plain(check: Check, kind: Type = STRING, **options: Any) -> Setting:
    """Return the setting of a field that is an attribute of the bug, with the check of its value."""

    def apply(draft: BugDraft, field: BugModelField, value: Value) -> None:
        draft.change(field, check(draft, field, value))

    return Setting(apply, on_create=kind, on_update=kind, **options)


# ---- texts
def summary(draft: BugDraft, field: BugModelField, value: Value) -> str:
    """Return a summary without line breaks. Raises SUMMARY_REQUIRED, FIELD_INVALID."""
    stored = cleaned(text(value, field.name))
    if not stored:
        raise errors.SUMMARY_REQUIRED()
    return short(stored, field)


def short(written: str, field: BugModelField) -> str:
    """Return a text of at most 255 characters. Raises FIELD_INVALID."""
    if len(written) > MAX_SUMMARY:
        what = f"{field.name}, which has at most {MAX_SUMMARY} characters"
        raise errors.FIELD_INVALID(field=what, value=written[:40])
    return written


def url(draft: BugDraft, field: BugModelField, value: Value) -> str:
    """Return an address; a new bug has none where it is only http://, as forms suggest."""
    stored = trimmed(text(value, field.name))
    return "" if draft.is_new and stored == "http://" else stored


def whiteboard(draft: BugDraft, field: BugModelField, value: Value) -> str:
    """Return the text as it was written; it may be empty."""
    return text(value, field.name) or ""


def choice(draft: BugDraft, field: BugModelField, value: Value) -> str:
    """Return a legal value of a select field in its own spelling. Raises PARAM_REQUIRED, OBJECT_NOT_FOUND."""
    written = trimmed(text(value, field.name))
    if not written:
        raise errors.PARAM_REQUIRED(param=field.name)
    for legal in draft.call.tx.field_values(field.inner_name):
        if legal.name.casefold() == written.casefold():
            return legal.name
    raise errors.OBJECT_NOT_FOUND(what=field.name, name=written)


def priority(draft: BugDraft, field: BugModelField, value: Value) -> str:
    """Return a priority: that of the site for new bugs, where their reporters cannot choose it."""
    parameters = draft.call.site.parameters
    if draft.is_new and parameters.get("letsubmitterchoosepriority", "1") == "0":
        value = parameters.get("defaultpriority", "---")
    return choice(draft, field, value)


# ---- times
def day(written: str) -> str:
    """Return a day that is written as YYYY-MM-DD. Raises ILLEGAL_DATE."""
    try:
        if _DAY.fullmatch(written):
            return date.fromisoformat(written).isoformat()
    except ValueError:
        pass
    raise errors.ILLEGAL_DATE(value=f"'{written}'")


def deadline(draft: BugDraft, field: BugModelField, value: Value) -> str:
    """Return a deadline, or nothing. Callers who do not track time give new bugs none."""
    if draft.is_new and not _tracks_time(draft):
        return ""
    written = trimmed(text(value, field.name))
    return day(written) if truth(written) else ""


def hours(draft: BugDraft, field: BugModelField, value: Value) -> Hours:
    """Return estimated or remaining hours. Callers who do not track time give new bugs none."""
    if draft.is_new and not _tracks_time(draft):
        return Hours("0.00")
    written = trimmed(text(value, field.name)) or "0"
    found = number_of_hours(written, field.name)
    if found != getattr(draft.bug, field.name):
        draft.written[field.name] = written
    return found


def number_of_hours(written: str, param: str, *, may_be_negative: bool = False) -> Hours:
    """Return hours in hundredths. Raises NOT_NUMERIC, OUT_OF_RANGE, TOO_LARGE."""
    if not _HOURS.fullmatch(written):
        raise errors.NOT_NUMERIC(param=param, value=f"'{written[:40]}'")
    found = Hours(written)
    if found < 0 and not may_be_negative:
        raise errors.OUT_OF_RANGE(param=param, value=written[:40], range=f"0 to {MAX_HOURS}")
    if abs(found) > MAX_HOURS:
        raise errors.TOO_LARGE(param=param, value=written[:40], limit=MAX_HOURS)
    return Hours(found.quantize(Hours("0.01")))


def _tracks_time(draft: BugDraft) -> bool:
    return access.sees_hours(draft.call.user, draft.call.site)


# ---- people, and what they see
def boolean(draft: BugDraft, field: BugModelField, value: Value) -> bool:
    """Return a truth as Perl sees it."""
    return truth(value)


def user(draft: BugDraft, login: str) -> User:
    """Return the user of a login. Raises OBJECT_NOT_FOUND."""
    found = draft.call.tx.user_by_login(login)
    if found is None:
        raise errors.OBJECT_NOT_FOUND(what="user", name=login)
    return found


def person(found: User) -> Person:
    """Return a user as bugs name them."""
    return Person(found.id, found.login, found.real_name)


def _set_assignee(draft: BugDraft, field: BugModelField, value: Value) -> None:
    login = trimmed(text(value, field.name))
    if draft.is_new and not (login and draft.has_right("editbugs")):
        return
    if not login:
        raise errors.PARAM_REQUIRED(param=field.name)
    _change_person(draft, field, person(user(draft, login)))


def _set_qa_contact(draft: BugDraft, field: BugModelField, value: Value) -> None:
    login = trimmed(text(value, field.name))
    if draft.is_new and not (login and draft.has_right("editbugs")):
        return
    _change_person(draft, field, person(user(draft, login)) if login else None)


def _change_person(draft: BugDraft, field: BugModelField, found: Person | None) -> None:
    old = getattr(draft.bug, field.name)
    if (old.id if old else 0) != (found.id if found else 0):
        draft.change(field, found)


ASSIGNEE = Setting(
    _set_assignee, STRING, STRING, Stage.PEOPLE, "Of a new bug only members of editbugs choose it, else the component."
)
QA_CONTACT = Setting(
    _set_qa_contact,
    STRING,
    STRING,
    Stage.PEOPLE,
    "Of a new bug only members of editbugs choose it, else the component.",
)
ACCESS = plain(boolean, BOOLEAN)


def _ignore(draft: BugDraft, field: BugModelField, value: Value) -> None:
    """Let the field have what the gateway gives it."""


GIVEN = Setting(_ignore, on_create=ANY, note="The gateway gives it to a new bug: what a call says is ignored.")
