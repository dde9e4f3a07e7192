"""Shared by the methods that administer a site: rights, the objects that a call names, and how they changed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from gateway import errors
from gateway.errors import ErrorKind
from gateway.methods import access
from gateway.methods.changes import CHANGE
from gateway.methods.declaration import INT, Call, Field, Type, array, mapping, struct
from gateway.methods.params import text, trimmed, truth, whole
from gateway.store.interface import Reader
from gateway.values import Value

S = TypeVar("S", bound=Struct)

CHANGED = struct(
    Field("id", INT, "Number."),
    Field("changes", mapping(CHANGE), "The fields that changed, by name."),
)
CREATED = struct(Field("id", INT, "Number of the new one."))


def listed(name: str) -> Type:
    """Return the type of a result that lists the changed objects."""
    return struct(Field(name, array(CHANGED), "The changes, in the order in which the objects were named."))


def require_group(call: Call[Reader], group: str, action: str) -> None:
    """Raise NOT_AUTHORISED unless the caller is in a group."""
    if not access.in_group(call.user, group):
        raise errors.NOT_AUTHORISED(action=action)


def edits_components(call: Call[Reader]) -> bool:
    """Tell whether the caller may edit components, of all products or of one."""
    return any(access.has_right(call.user, "editcomponents", each) for each in call.tx.products()) or access.in_group(
        call.user, "editcomponents"
    )


def named(call: Call[Reader], objects: Iterable[S], name: Callable[[S], str], what: str, unknown: ErrorKind) -> list[S]:
    """Return the objects with the `ids` and `names` of a call, each once. Raises PARAMS_REQUIRED and `unknown`."""
    params = call.params
    if params.value("ids") is None and params.value("names") is None:
        raise errors.PARAMS_REQUIRED(params="ids, names")
    found: dict[int, S] = {}
    every = {each.id: each for each in objects}  # type: ignore[attr-defined]  # all of them have one
    by_name = {name(each).casefold(): each for each in every.values()}
    for reference in params.items("ids"):
        written = text(reference, "ids") or ""
        each = every.get(whole(written) or 0)
        if each is None:
            raise unknown(what=what, name=written, product=written)
        found[each.id] = each  # type: ignore[attr-defined]
    for written in params.texts("names"):
        each = by_name.get(written.casefold())
        if each is None:
            raise unknown(what=what, name=written, product=written)
        found[each.id] = each  # type: ignore[attr-defined]
    return [*found.values()]


def changes(old: Struct, new: Struct, names: Mapping[str, str]) -> dict[str, Value]:
    """Return the fields in which two objects differ, by the names that answers have for them."""
    pairs = {shown: (_word(getattr(old, field)), _word(getattr(new, field))) for field, shown in names.items()}
    return {
        shown: {"removed": removed, "added": added} for shown, (removed, added) in pairs.items() if removed != added
    }


def _word(value: Any) -> str:
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def given_texts(call: Call[Reader], names: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that a call sends, trimmed, by the field that each sets."""
    return {
        field: trimmed(call.params.text(name)) for name, field in names.items() if call.params.value(name) is not None
    }


def given_truths(call: Call[Reader], names: Mapping[str, str]) -> dict[str, bool]:
    """Return the booleans that a call sends, by the field that each sets."""
    return {
        field: truth(call.params.value(name)) for name, field in names.items() if call.params.value(name) is not None
    }
