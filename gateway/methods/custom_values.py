"""The values of custom fields, as calls write them and as the store and the log have them."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from gateway import errors
from gateway.methods import access
from gateway.methods.bug_draft import BugDraft
from gateway.methods.bug_values import BugModelField, choice, day, short
from gateway.methods.declaration import STRING, Type, array
from gateway.methods.model_fields import Setting, Stage
from gateway.methods.params import text, trimmed, truth
from gateway.model import BugField, FieldType
from gateway.values import Value

NO_CHOICE = "---"
"""The value of a select field that is not set."""

MAX_INTEGER = 2**31 - 1
_MAX_DIGITS = 100

_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_NO_TIME = re.compile(r"[\s0!-/:-@\[-`{-~]*")
"""An empty time, as Perl reads it: nothing but zeros, spaces and punctuation."""

NewValues = tuple[str, ...]
Read = Callable[[BugDraft, BugModelField, Value], NewValues]


def custom_setting(custom: BugField) -> Setting:
    """Return the way in which calls set a custom field."""
    kind, read = _READERS.get(FieldType(custom.type), (STRING, _text))

    def apply(draft: BugDraft, field: BugModelField, value: Value) -> None:
        if isinstance(value, list) and custom.type != FieldType.MULTI_SELECT:
            value = value[0] if value else None
        values = read(draft, field, value)
        if custom.is_mandatory and not values and is_visible(draft, custom):
            raise errors.FIELD_REQUIRED(field=custom.name)
        draft.change_detail(field, values)

    return Setting(apply, kind, kind, Stage.LISTS)


def is_visible(draft: BugDraft, custom: BugField) -> bool:
    """Tell whether the bug has the field, which may depend on the value of another one."""
    if custom.visibility_field is None:
        return True
    shown: object = getattr(draft.bug, custom.visibility_field.removeprefix("bug_"), None)
    values = draft.detail(custom.visibility_field) if custom.visibility_field.startswith("cf_") else (shown,)
    return not {*values}.isdisjoint(custom.visibility_values)


def word(custom: BugField, values: Sequence[str]) -> str:
    """Return the value of a field that holds one, as the log has it."""
    found = values[0] if values else _UNSET.get(FieldType(custom.type), "")
    if values and custom.type == FieldType.DATETIME:
        return f"{datetime.fromisoformat(found):%Y-%m-%d %H:%M:%S}"
    return found


_UNSET = {FieldType.SELECT: NO_CHOICE, FieldType.INTEGER: "0"}


def _text(draft: BugDraft, field: BugModelField, value: Value) -> NewValues:
    return _one(short(trimmed(text(value, field.name)), field))


def _long_text(draft: BugDraft, field: BugModelField, value: Value) -> NewValues:
    return _one(re.sub(r"\r?\n", "\r\n", trimmed(text(value, field.name))))


def _choice(draft: BugDraft, field: BugModelField, value: Value) -> NewValues:
    found = choice(draft, field, value)
    return () if found == NO_CHOICE else (found,)


def _choices(draft: BugDraft, field: BugModelField, value: Value) -> NewValues:
    if isinstance(value, dict):
        raise errors.PARAM_INVALID(param=field.name, value="this", why="a list of values is wanted")
    written = value if isinstance(value, list) else (text(value, field.name) or "").split(",") if truth(value) else []
    return tuple(sorted({choice(draft, field, each) for each in written}))


def _time(draft: BugDraft, field: BugModelField, value: Value) -> NewValues:
    written = trimmed(text(value, field.name))
    if _NO_TIME.fullmatch(written):
        return ()
    on, _, at = written.partition(" ")
    parts = _TIME.fullmatch(at.strip() or "0:00")
    try:
        found = parts and datetime.fromisoformat(day(on)).replace(
            hour=int(parts[1]), minute=int(parts[2]), second=int(parts[3] or 0)
        )
    except ValueError:
        found = None
    if not found:
        raise errors.ILLEGAL_DATE(value=f"'{written[:40]}'")
    draft.written[field.name] = written
    return (f"{found:%Y-%m-%dT%H:%M:%SZ}",)


def _day(draft: BugDraft, field: BugModelField, value: Value) -> NewValues:
    written = trimmed(text(value, field.name))
    return () if _NO_TIME.fullmatch(written) else (day(written),)


def _bug(draft: BugDraft, field: BugModelField, value: Value) -> NewValues:
    written = trimmed(text(value, field.name))
    if not truth(written):
        return ()
    other = access.visible_bug(draft.call, written)
    if not draft.is_new:
        _check_relation(draft, field, other.id)
    return (str(other.id),)


def _check_relation(draft: BugDraft, field: BugModelField, other: int) -> None:
    """Check that the bugs to which a field leads do not lead back. Raises RELATION_LOOP."""
    seen, at = {draft.bug.id}, other
    while at not in seen:
        seen.add(at)
        following = draft.call.tx.custom_values([at]).get(at, {}).get(field.name, ())
        if not following:
            return
        at = int(following[0])
    raise errors.RELATION_LOOP(field=field.name, bug=draft.bug.id, other=other)


def _integer(draft: BugDraft, field: BugModelField, value: Value) -> NewValues:
    written = trimmed(text(value, field.name)) or "0"
    if not re.fullmatch(r"[+-]?[0-9]+", written):
        raise errors.NOT_INTEGER(param=field.name, value=written[:40])
    found = int(written) if len(written) <= _MAX_DIGITS else MAX_INTEGER + 1
    if abs(found) > MAX_INTEGER:
        raise errors.TOO_LARGE(param=field.name, value=written[:40], limit=MAX_INTEGER)
    return (str(found),) if found else ()


def _one(written: str) -> NewValues:
    return (written,) if written else ()


_READERS: Mapping[FieldType, tuple[Type, Read]] = {
    FieldType.LONG_TEXT: (STRING, _long_text),
    FieldType.SELECT: (STRING, _choice),
    FieldType.MULTI_SELECT: (array(STRING), _choices),
    FieldType.DATETIME: (STRING, _time),
    FieldType.DATE: (STRING, _day),
    FieldType.BUG_ID: (STRING, _bug),
    FieldType.INTEGER: (STRING, _integer),
}
"""The types of parameters of custom fields, and how their values are read; those of other fields are short texts."""
