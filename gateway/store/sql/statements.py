"""Running the shared statements in a transaction: what each backend does in its own way."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Protocol


class Row(tuple[Any, ...]):
    """A row of an answer: a named tuple, whose values are attributes with the names of the columns."""

    __slots__ = ()
    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


RowFactory = Callable[[Iterable[object]], Row]


@cache
def row_factory(columns: tuple[str, ...]) -> RowFactory:
    """Return a function that makes a `Row` from the values of these columns."""
    named = namedtuple("Row", columns, rename=True)  # type: ignore[misc]
    return partial(tuple.__new__, type("Row", (named, Row), {"__slots__": ()}))


Charge = Callable[[Sequence[Row]], None]
"""Charges rows to a budget."""


def no_charge(_: Sequence[Row]) -> None:
    """Charge nothing: the statement returns few rows."""


class Constraint(Enum):
    """The kinds of constraints that a row can violate."""

    FOREIGN_KEY = auto()
    CHECK = auto()
    PRIMARY_KEY = auto()
    UNIQUE = auto()


class ConstraintViolation(Exception):  # noqa: N818 (the databases' own word)
    """The schema refuses a row, and nothing has changed; `name` is that of the CHECK constraint that is violated."""

    def __init__(self, constraint: Constraint, name: str) -> None:
        super().__init__(name)
        self.constraint = constraint
        self.name = name


class LoopTimeExceeded(BaseException):
    """Raised in work that must not continue in the event loop; no `Exception`, because work may catch those."""


class Statements(Protocol):
    """Runs statements in one transaction, which is already open.

    A value that the database cannot hold raises `OverflowError` or `UnicodeEncodeError`, and nothing has happened.
    """

    def query(self, sql: str, values: Sequence[object], charge: Charge = no_charge) -> list[Row]:
        """Return the rows of an answer; `charge` is called with some of them at a time, and may raise an error."""
        ...

    def query_long(self, sql: str, values: Sequence[object], charge: Charge) -> list[Row]:
        """Do as `query` for rows that may be many or long: only some of them are held before they are charged."""
        ...

    def query_once(self, sql: str, values: Sequence[object], charge: Charge, seconds: float) -> list[Row]:
        """Do as `query` for a statement that is made for one call, so that nothing of it is kept.

        It ends after about `seconds`. A backend raises TOO_SLOW then, or leaves that to its transaction.
        """
        ...

    def change(self, sql: str, values: Sequence[object], *, must: bool = False) -> bool:
        """Change rows, and return whether there were any. Raises `ConstraintViolation`.

        A backend may return True and do it later, and run the work again if there are none where there `must` be.
        """
        ...

    def insert(self, sql: str, values: Sequence[object]) -> int:
        """Run a statement that ends with RETURNING id and return that id. Raises `ConstraintViolation`."""
        ...

    def leave_event_loop(self) -> None:
        """Continue in a thread; the work may run again from its beginning."""
        ...

    def stamp(self) -> int:
        """Return the stamp of the reference data (`ReferenceCache`), as this transaction sees or made it."""
        ...
