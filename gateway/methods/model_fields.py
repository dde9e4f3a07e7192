"""Results that show objects of the model: each field is declared once, with all that depends on it.

    GROUP = ObjectType[Group](
        ModelField("id", INT, "Number of the group."),
        ModelField("is_bug_group", BOOLEAN, "True if bugs can be in it."),
        ModelField("owner", STRING, "Login of its owner.", read=lambda group: group.owner.login),
    )
    GROUP.show(call, FieldFilter(call.params), call.tx.groups())

The type declares the result of a method; `show` makes that result, and reads only the fields that the call wants.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from dataclasses import field as dataclass_field
from enum import IntEnum, auto
from functools import lru_cache
from itertools import repeat
from operator import attrgetter
from typing import Any, Generic, TypeVar

from gateway.methods.declaration import Call, Field, Param, Type
from gateway.methods.include_fields import DEFAULT, EVERY_FIELD, FieldFilter
from gateway.store.interface import Reader
from gateway.values import Value

T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """Objects that a call shows together, and which fields of them it wants."""

    call: Call[Reader]
    wanted: FieldFilter
    objects: Sequence[T]
    _answers: dict[Hashable, Any] = dataclass_field(default_factory=dict)

    def ask(self, question: Callable[[Sequence[int]], Mapping[int, V]]) -> Mapping[int, V]:
        """Return what the store knows of the objects, by number; several fields may ask the same question."""
        if question not in self._answers:
            self._answers[question] = question([each.id for each in self.objects])  # type: ignore[attr-defined]  # of all
        answer: Mapping[int, V] = self._answers[question]
        return answer


class Stage(IntEnum):
    """The order in which the fields of an object are set: checks of later ones depend on earlier ones."""

    PLACE = auto()
    GROUPS = auto()
    RELATIONS = auto()
    COMMENT = auto()
    PLAIN = auto()
    STATUS = auto()
    PEOPLE = auto()
    LISTS = auto()


@dataclass(frozen=True, slots=True)
class Setting:
    """The way in which calls set a field, when an object is created and when it is changed.

    - `apply` checks a value and puts it into the draft of the object.
    - `on_create` and `on_update` are the types of the parameter; None where calls cannot set the field then.
    - `note` is what the documentation of the parameter says besides that of the field.
    - `inner_on_update` tells whether changes take the field by its inner name too; creation always does.
    """

    apply: "Callable[[Any, ModelField[Any], Value], None]"
    on_create: Type | None = None
    on_update: Type | None = None
    stage: Stage = Stage.PLAIN
    note: str = ""
    inner_on_update: bool = True

    def kind(self, *, on_create: bool) -> Type | None:
        """Return the type of the parameter when an object is created, or when it is changed."""
        return self.on_create if on_create else self.on_update


@dataclass(frozen=True)
class ModelField(Field, Generic[T]):
    """A field of an object of the model. It is read in one of three ways.

    - By default it is the attribute of the same name, or `attribute`, which may have dots.
    - `read` makes it from one object.
    - `read_all` makes it for all objects of a listing at once, in their order: for what takes the call, or a question
      to the store. It may answer None where the caller is not shown the field.
    """

    _: KW_ONLY
    attribute: str = ""
    read: Callable[[T], Value] | None = None
    read_all: Callable[[Listing[T]], Iterable[Value] | None] | None = None
    kinds: tuple[str, ...] = DEFAULT
    """The names, without the underscore, that stand for the field in include_fields and exclude_fields."""
    follows: str = ""
    """The field whose name includes and excludes this one, if that is not its own."""
    omit_none: bool = False
    """True if JSON leaves the member out if it is None, as XML-RPC always does."""
    inner_name: str = ""
    """Bugzilla's inner name of the field, which the log of changes has; empty for what is no field there."""
    setting: "Setting | None" = None
    """The way in which calls set the field, if they can."""

    def __post_init__(self) -> None:
        if not all(part.isidentifier() for part in self.source.split(".")):
            raise ValueError(f"{self.source} is no attribute")

    @property
    def source(self) -> str:
        """The attribute of the model, with dots where it is one of an attribute."""
        return self.attribute or self.name

    @property
    def is_attribute(self) -> bool:
        """True if the field is the attribute, unchanged."""
        return self.read is None and self.read_all is None

    @property
    def get(self) -> Callable[[T], Value]:
        """The function that reads the field from one object."""
        return self.read or attrgetter(self.source)

    def param_of(self, kind: Type) -> Param:
        """Return the parameter of this type that sets the field."""
        note = f" {self.setting.note}" if self.setting and self.setting.note else ""
        return Param(self.name, kind, self.doc + note)

    def values(self, listing: Listing[T]) -> Iterable[Value] | None:
        """The field of every object of a listing, in their order; None where the caller is not shown it."""
        return self.read_all(listing) if self.read_all else map(self.get, listing.objects)


class ObjectType(Type, Generic[T]):
    """A struct that shows an object of the model."""

    def __init__(self, *fields: ModelField[T], is_open: bool = False) -> None:
        super().__init__("struct", fields=fields, is_open=is_open)
        self.model_fields = fields
        self._by_name = {field.name: field for field in fields}
        self._plan = lru_cache(maxsize=256)(self._make_plan)
        self._default_plan = self._plan(self._chosen(EVERY_FIELD))

    def __getitem__(self, name: str) -> ModelField[T]:
        """Return the field of this name. Raises KeyError."""
        return self._by_name[name]

    def plus(self, *fields: ModelField[T]) -> "ObjectType[T]":
        """Return the type with more fields, such as those that a site defines."""
        return ObjectType(*self.model_fields, *fields)

    def show(
        self, call: Call[Reader], wanted: FieldFilter, objects: Sequence[T], parent: str = ""
    ) -> list[dict[str, Value]]:
        """Return the objects, in their order, as structs of the fields that are wanted.

        `parent` is the field in which they are, where include_fields can name members of it.
        """
        if not objects:
            return []
        listing = Listing(call, wanted, objects)
        plan = self._default_plan if wanted.is_default else self._plan(self._chosen(wanted, parent))
        columns, omitted = [], plan.omitted
        for field in plan.computed:
            values = field.values(listing)
            if values is None:
                omitted = (*omitted, field.name)
            columns.append(repeat(None) if values is None else values)
        shown = plan.make(objects, columns)
        for name in dict.fromkeys(omitted):
            _omit_none(shown, name)
        return shown

    def _chosen(self, wanted: FieldFilter, parent: str = "") -> tuple[str, ...]:
        """Return the names of the fields that are wanted."""
        return tuple(
            field.name for field in self.model_fields if wanted.wants(field.follows or field.name, field.kinds, parent)
        )

    def _make_plan(self, names: tuple[str, ...]) -> "_Plan[T]":
        """Work out how to show the fields of these names."""
        chosen = [self[name] for name in names]
        computed = tuple(field for field in chosen if not field.is_attribute)
        columns = {field.name: f"column{number}" for number, field in enumerate(computed)}
        members = (f"{field.name!r}: {columns.get(field.name, f'each.{field.source}')}" for field in chosen)
        targets = ", ".join(("each", *columns.values()))
        code = f"lambda objects, columns: [{{{', '.join(members)}}} for {targets}, in zip(objects, *columns)]"
        make = eval(code)  # noqa: S307 names of members are quoted, attributes are identifiers
        return _Plan(computed, make, tuple(field.name for field in chosen if field.omit_none))


@dataclass(frozen=True, slots=True)
class _Plan(Generic[T]):
    """The way to show some of the fields of a type.

    `make` makes the structs from the objects and a column of values for each `computed` field. It is compiled, because
    one expression takes a third of the time of one call for each field: a listing is read more than anything else.
    """

    computed: tuple[ModelField[T], ...]
    make: Callable[[Sequence[T], Sequence[Iterable[Value]]], list[dict[str, Value]]]
    omitted: tuple[str, ...]


def _omit_none(shown: Sequence[dict[str, Value]], name: str) -> None:
    for each in shown:
        if each[name] is None:
            del each[name]
