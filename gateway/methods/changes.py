"""The log of changes, and what calls say of them."""

from typing import TypeVar

from gateway.methods.declaration import STRING, Call, Field, struct
from gateway.methods.model_fields import ObjectType
from gateway.model import Attachment, Change
from gateway.store.interface import Writer
from gateway.values import Value

T = TypeVar("T")

Changes = dict[str, tuple[str, str]]
"""The old and the new value of what changed, by field."""

FLAGS = "flagtypes.name"
"""The name of a change of flags, in answers and in the log."""

CHANGE = struct(
    Field("removed", STRING, "The old value; empty if there was none."),
    Field("added", STRING, "The new value; empty if there is none."),
)


def changes(kind: ObjectType[T], old: T, new: T) -> Changes:
    """Return the logged fields in which two objects differ, in the order of their declaration."""
    pairs = {
        field.name: (_word(field.get(old)), _word(field.get(new))) for field in kind.model_fields if field.logged_as
    }
    return {name: (removed, added) for name, (removed, added) in pairs.items() if removed != added}


def _word(value: Value) -> str:
    """Return a value as the log writes it: numbers for booleans, nothing for None, lists with commas."""
    if isinstance(value, list):
        return ", ".join(map(_word, value))
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def log_change(call: Call[Writer], attachment: Attachment, logged_as: str, change: tuple[str, str]) -> None:
    """Add a line about an attachment to the log of changes: the name that the log has for it, and what changed."""
    removed, added = change
    call.tx.add_change(
        Change(
            id=0,
            user_id=call.caller.id,
            bug_id=attachment.bug_id,
            attachment_id=attachment.id,
            field=logged_as,
            removed=removed,
            added=added,
            when=call.tx.now,
        )
    )
