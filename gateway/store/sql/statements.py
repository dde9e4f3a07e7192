"""What a backend does for the shared statements: run them in one transaction."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any, Protocol

Row = tuple[Any, ...]


class Broken(Enum):
    """The kinds of constraints that a row can violate."""

    REFERENCE = auto()
    CHECK = auto()
    ID = auto()
    UNIQUE = auto()


class ViolationError(Exception):
    """The schema refuses a row; `constraint` names the CHECK constraint that is violated. Nothing has changed."""

    def __init__(self, broken: Broken, constraint: str) -> None:
        super().__init__(constraint)
        self.broken = broken
        self.constraint = constraint


class Statements(Protocol):
    """Statements in one transaction, which is already open.

    A value that the database cannot hold raises `OverflowError` or `UnicodeEncodeError`, and nothing has happened.
    """

    def query(self, sql: str, values: Sequence[object]) -> list[Row]:
        """The rows of an answer."""
        ...

    def change(self, sql: str, values: Sequence[object]) -> int:
        """Change rows and return how many. Raises `ViolationError`."""
        ...

    def insert(self, sql: str, values: Sequence[object]) -> int:
        """Run a statement that ends with RETURNING id and return that id. Raises `ViolationError`."""
        ...

    def take_time(self) -> None:
        """As for `gateway.store.interface.Reader`."""
        ...

    def stamp(self) -> int:
        """The stamp of the reference data (`Memory`), as this transaction sees or made it."""
        ...
