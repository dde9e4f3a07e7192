"""The lists of a site file: how their records are made from the structs of the model, and back.

A record has a member for each field of its struct. Values of the model that JSON does not have are written so: a person
as a login, a set as a sorted list, a time as in RFC 3339, hours as text with two decimals.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from msgspec import NODEFAULT, Struct, defstruct, field
from msgspec.structs import FieldInfo, fields

from gateway.model import Hours, Person

M = TypeVar("M", bound=Struct)
R = TypeVar("R", bound="Record")

FindPerson = Callable[[str, str], Person]
"""Returns the person of a member of a record with a login. Raises `WrongMemberError`."""


class Record(Struct, forbid_unknown_fields=True):
    """A record. A member of another name is an error: a misspelt `is_private` must not make something public."""


class Part(Generic[M, R]):
    """A list of a site file: a record of type `R` for each object of the struct `M`.

    `record` declares the members that differ from the fields of the struct; the rest are added. `names` are the members
    that have other names than their fields, `without` the fields that have no member, or one that is converted by hand.
    """

    def __init__(
        self,
        name: str,
        model: type[M],
        record: type[R],
        *,
        names: Mapping[str, str] | None = None,
        without: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self._model = model
        self._fields = {each.name: each for each in fields(model) if each.name not in without}
        self._names = {each: (names or {}).get(each, each) for each in self._fields}
        declared = {each.name for each in fields(record)}
        added = [
            _member(self._names[each.name], each)
            for each in self._fields.values()
            if self._names[each.name] not in declared
        ]
        made: Any = defstruct(record.__name__, added, bases=(record,), kw_only=True)
        self.record: type[R] = made

    def to_object(self, record: R, person: FindPerson, **by_hand: object) -> M:
        """Make an object from a record. `by_hand` are fields that are not converted from members of the record."""
        values = {
            name: _from_file(each.type, getattr(record, self._names[name]), self._names[name], person)
            for name, each in self._fields.items()
            if name not in by_hand
        }
        return self._model(**values, **by_hand)

    def to_members(self, obj: M, **more: object) -> dict[str, object]:
        """Make the members of a record from an object, and `more`, which the object does not have."""
        return {member: _to_file(getattr(obj, name)) for name, member in self._names.items()} | more


def _member(name: str, of: FieldInfo) -> tuple[str, Any, Any]:
    """Return the member of a record for a field of the model: its name, type and default."""
    kind = _TYPES.get(of.type, of.type)
    if kind == list[str] and of.default is not NODEFAULT:
        return name, kind, field(default_factory=list)
    return name, kind, field() if of.default is NODEFAULT else field(default=of.default)


_TYPES: Mapping[object, object] = {
    Person: str,
    Person | None: str | None,
    tuple[Person, ...]: list[str],
    tuple[str, ...]: list[str],
    frozenset[str]: list[str],
    Hours: Decimal,
}
"""The types of members for those of the model, where they differ."""


def _to_file(value: object) -> object:
    """Convert a value of the model to one that JSON has."""
    if isinstance(value, Person):
        return value.login
    if isinstance(value, Hours):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return [_to_file(each) for each in value] if isinstance(value, tuple) else value


def _from_file(kind: object, value: Any, member: str, person: FindPerson) -> object:
    """Convert the value of a member to one of a type of the model."""
    if kind == Person:
        return person(member, value)
    if kind == Hours:
        return Hours(value)
    if kind == Person | None:
        return person(member, value) if value else None
    if kind == tuple[Person, ...]:
        return tuple(person(member, login) for login in value)
    if kind == tuple[str, ...]:
        return tuple(value)
    if kind == frozenset[str]:
        return frozenset(value)
    return utc(value) if isinstance(value, datetime) else value


def utc(time: datetime) -> datetime:
    """Return the same time in UTC, to the second. Without a zone it is in UTC already."""
    return (time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)).replace(microsecond=0)
