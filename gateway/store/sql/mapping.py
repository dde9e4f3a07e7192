"""Tables made from structs of the model: their columns, statements and values all follow from the struct's fields.

A field has a column of the same name. A field that holds a `Person` has the column `<field>_id` and is read by a join;
its columns in an answer are `<field>_id`, `<field>_login` and `<field>_real_name`. Exceptions are declared with the
tables, in `gateway.store.sql.tables`.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from types import NoneType
from typing import Any, Generic, Self, TypeVar, get_args, get_origin, get_type_hints

from msgspec import Struct

from gateway.model import Hours, Person
from gateway.store.sql.conversions import hours, hundredths, moment, seconds

S = TypeVar("S", bound=Struct)

_ENCODERS = {
    datetime: "seconds({})",
    Hours: "hundredths({})",
    Mapping: "dumps(dict({}))",
    tuple: "dumps({})",
    Person: "{}.id",
}
"""Python expressions that make the value of a column, by the field's type."""

_DECODERS = {
    bool: "{} == 1",
    datetime: "moment({})",
    Hours: "hours({})",
    Mapping: "loads({})",
    tuple: "tuple(loads({}))",
}
"""Python expressions that make a value from a column, by the field's type."""

_TYPES = {int, str, *_DECODERS, *_ENCODERS}

_INSERT = "INSERT INTO {table} ({columns}) VALUES ({places})"
_UPSERT = _INSERT + " ON CONFLICT ({key}) DO UPDATE SET {changes}"
_UPDATE = "UPDATE {table} SET {changes} WHERE id = ?"
_JOIN = "{join} users AS {field} ON {field}.id = {table}.{field}_id "


class Column:
    """The column of one field of a struct. Raises `TypeError` for a field whose type no column holds."""

    def __init__(self, field: str, hint: Any, name: str | None) -> None:
        self.field = field
        types = [each for each in get_args(hint) if each is not NoneType] if NoneType in get_args(hint) else [hint]
        self._type = get_origin(types[0]) or types[0]
        if len(types) != 1 or self._type not in _TYPES:
            raise TypeError(f"No column holds the field {field}: {hint}. Name it in `unmapped`, and read it apart.")
        self.is_person = self._type is Person
        self.is_optional = hint is not types[0]
        self.name = name or (f"{field}_id" if self.is_person else field)

    @property
    def encoder(self) -> str:
        """A Python expression that makes the value of the column from `struct`.

        An `id` of 0 is NULL: the database chooses one.
        """
        value = f"struct.{self.field}"
        if self.field == "id":
            return f"{value} or None"
        expression = _ENCODERS.get(self._type, "{}").format(value)
        return f"None if {value} is None else {expression}" if self.is_optional else expression

    def selected(self, table: str, prefix: str) -> list[str]:
        """Return the items of a SELECT list for this column."""
        if self.is_person:
            return [f'{self.field}.{part} AS "{prefix}{self.field}_{part}"' for part in Person.__struct_fields__]
        return [f'{table}.{self.name} AS "{prefix}{self.field}"']

    def decoder(self, prefix: str) -> str:
        """Return a Python expression that makes the field's value from `row`."""
        column = f"row.{prefix}{self.field}"
        if self.is_person:
            expression = f"Person({', '.join(f'{column}_{part}' for part in Person.__struct_fields__)})"
            column = f"{column}_id"
        else:
            expression = _DECODERS.get(self._type, "{}").format(column)
        return f"None if {column} is None else {expression}" if self.is_optional else expression


class Table(Generic[S]):
    """The table that keeps structs of one type.

    - `renamed`: the columns of fields whose column has another name.
    - `unmapped`: fields without a column here. A SELECT gives them from another table, under the field's name, or
      they are `apart` for `reader`.
    - `extra`: columns that no field has; `values` takes them as keywords.
    """

    def __init__(
        self,
        name: str,
        struct: type[S],
        *,
        renamed: Mapping[str, str] | None = None,
        unmapped: Collection[str] = (),
        extra: Sequence[str] = (),
    ) -> None:
        self.name = name
        self._struct = struct
        hints = get_type_hints(struct)
        self._fields = struct.__struct_fields__
        self._columns = {
            field: Column(field, hints[field], (renamed or {}).get(field))
            for field in self._fields
            if field not in unmapped
        }
        self._extra = tuple(extra)

    def _narrowed(self, kept: Collection[str]) -> Self:
        narrowed = type(self)(self.name, self._struct, unmapped=self._fields)
        narrowed._columns = {field: column for field, column in self._columns.items() if field in kept}
        narrowed._extra = tuple(name for name in self._extra if name in kept)
        return narrowed

    def only(self, *names: str) -> Self:
        """Return the table with only these fields and extra columns, for an UPDATE of them."""
        return self._narrowed(names)

    def without(self, *names: str) -> Self:
        """Return the table without these fields and extra columns, for an UPDATE of the others."""
        return self._narrowed({*self._columns, *self._extra} - set(names))

    # ---- reading
    def selected(self, prefix: str = "") -> str:
        """Return the items of a SELECT list that `reader` needs, each named after its field, with a prefix."""
        return ", ".join(item for each in self._columns.values() for item in each.selected(self.name, prefix))

    @property
    def joins(self) -> str:
        """The joins that `selected` needs."""
        return "".join(
            _JOIN.format(join="LEFT JOIN" if each.is_optional else "JOIN", field=each.field, table=self.name)
            for each in self._columns.values()
            if each.is_person
        )

    def reader(self, *apart: str, prefix: str = "") -> Callable[..., list[S]]:
        """Compile a function that makes structs from the rows of an answer.

        `apart` names fields that no column of the answer has. For each of them the function takes a keyword: what makes
        the field's value from a row.
        """
        values = (f"{each}(row)" if each in apart else self._decoder(each, prefix) for each in self._fields)
        parameters = f", *, {', '.join(apart)}" if apart else ""
        source = f"lambda rows{parameters}: [struct({', '.join(values)}) for row in rows]"
        names = {"struct": self._struct, "Person": Person, "moment": moment, "hours": hours, "loads": json.loads}
        # Compiled, as namedtuple does: to go through a list of fields for each row takes twice as long.
        reader: Callable[..., list[S]] = eval(source, names)  # noqa: S307 (made of nothing but names of fields)
        return reader

    def _decoder(self, field: str, prefix: str) -> str:
        column = self._columns.get(field)
        return column.decoder(prefix) if column else f"row.{prefix}{field}"

    def people(self, struct: S) -> list[Person]:
        """Return the people in a struct whose ids are in this table's columns."""
        people = [getattr(struct, field) for field in self._people]
        return [person for person in people if person is not None]

    @cached_property
    def _people(self) -> list[str]:
        return [each.field for each in self._columns.values() if each.is_person]

    # ---- writing
    @property
    def _names(self) -> list[str]:
        return [*(each.name for each in self._columns.values()), *self._extra]

    @property
    def insert(self) -> str:
        """The statement that adds a row with `values`; it returns the id where the struct has one."""
        returning = " RETURNING id" if "id" in self._columns else ""
        return self.append + returning

    @property
    def append(self) -> str:
        """The statement that adds a row with `values`, and returns nothing."""
        return self._filled(_INSERT)

    def upsert(self, *key: str) -> str:
        """Return the statement that adds a row with `values`, or changes the one with the same key."""
        changes = (f"{name} = excluded.{name}" for name in self._names if name not in key)
        return self._filled(_UPSERT, key=", ".join(key), changes=", ".join(changes))

    @property
    def update(self) -> str:
        """The statement that changes the row with an id; its values are `values`, then the id."""
        return _UPDATE.format(table=self.name, changes=", ".join(f"{name} = ?" for name in self._names))

    def _filled(self, template: str, **more: str) -> str:
        places = ", ".join("?" for _ in self._names)
        return template.format(table=self.name, columns=", ".join(self._names), places=places, **more)

    @cached_property
    def values(self) -> Callable[..., list[object]]:
        """The function that returns the values of a row, in the order of the statements; it takes `extra` as keywords.

        It is compiled, as those of `reader` are.
        """
        values = [*(each.encoder for each in self._columns.values()), *self._extra]
        parameters = f", *, {', '.join(self._extra)}" if self._extra else ""
        names = {"seconds": seconds, "hundredths": hundredths, "dumps": json.dumps}
        make: Callable[..., list[object]] = eval(f"lambda struct{parameters}: [{', '.join(values)}]", names)  # noqa: S307 (likewise)
        return make
