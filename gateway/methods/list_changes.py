"""Changes of lists: what a call adds, removes, or sets instead of all that was there."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway import errors
from gateway.methods.declaration import STRING, Field, array, struct
from gateway.methods.params import text
from gateway.values import Value

LIST_CHANGE = struct(
    Field("add", array(STRING), "Items to add.", optional=True),
    Field("remove", array(STRING), "Items to remove.", optional=True),
)

WHOLE_LIST_CHANGE = struct(
    *LIST_CHANGE.fields,
    Field("set", array(STRING), "All items that are to be there; add and remove are ignored beside it.", optional=True),
)


@dataclass(frozen=True, slots=True)
class ListChange:
    """A change of a list; `set` is None where the call does not replace all of it."""

    add: Sequence[str] = ()
    remove: Sequence[str] = ()
    set: Sequence[str] | None = None

    @classmethod
    def read(cls, name: str, value: Value, *, may_set: bool = False) -> "ListChange":
        """Read a struct with lists. Raises PARAM_INVALID."""
        if not isinstance(value, dict):
            raise errors.PARAM_INVALID(param=name, value="this", why="a struct with add and remove is wanted")
        whole = _texts(name, value["set"]) if may_set and "set" in value else None
        if whole is not None:
            return cls(set=whole)
        return cls(_texts(name, value.get("add")), _texts(name, value.get("remove")))


def _texts(name: str, value: Value) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise errors.PARAM_INVALID(param=name, value="this", why="lists of what to add and remove are wanted")
    return [text(each, name) or "" for each in value]
