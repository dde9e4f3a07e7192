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
    fields = [field for field in kind.model_fields if field.inner_name and not field.read_all]
    pairs = {field.name: difference(field.get(old), field.get(new)) for field in fields}
    return {name: pair for name, pair in pairs.items() if any(pair)}


def difference(old: Value, new: Value) -> tuple[str, str]:
    """Return what the log says of a change: both values, or of lists what was removed and added; nothing if none."""
    if isinstance(old, list) and isinstance(new, list):
        return _word([each for each in old if each not in new]), _word([each for each in new if each not in old])
    words = (_word(old), _word(new))
    return words if words[0] != words[1] else ("", "")


def _word(value: Value) -> str:
    """Return a value as the log writes it: numbers for booleans, nothing for None, lists with commas."""
    if isinstance(value, list):
        return ", ".join(map(_word, value))
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def log_change(call: Call[Writer], attachment: Attachment, inner_name: str, change: tuple[str, str]) -> None:
    """Add a line about an attachment to the log of changes: the name that the log has for it, and what changed."""
    log_bug_change(call, attachment.bug_id, inner_name, change, attachment_id=attachment.id)


def log_bug_change(
    call: Call[Writer],
    bug_id: int,
    inner_name: str,
    change: tuple[str, str],
    *,
    attachment_id: int | None = None,
    comment_id: int | None = None,
) -> None:
    """Add a line about a bug to the log of changes."""
    removed, added = change
    call.tx.add_change(
        Change(
            id=0,
            user_id=call.caller.id,
            bug_id=bug_id,
            attachment_id=attachment_id,
            field=inner_name,
            removed=removed,
            added=added,
            when=call.tx.now,
            comment_id=comment_id,
        )
    )
