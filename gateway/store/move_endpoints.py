"""The two ends of a move of a site, which give and take rows, in one thread that may block."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

RawRow = tuple[Any, ...]
"""A row as nothing but its values, which go from one database to the other as they are."""


class MoveEndpoint(Protocol):
    """One of the two databases. Its failures raise `StoreUnavailable`."""

    def query(self, sql: str, values: Sequence[object]) -> list[RawRow]:
        """Return the rows of an answer."""
        ...

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns."""
        ...

    def last_flag(self) -> int:
        """Return the largest id that a flag ever had: clients keep them, so no other flag may get one of them."""
        ...


class MoveSource(MoveEndpoint, Protocol):
    """The database that a site moves out of, which others may use."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all queries in the block see one moment."""
        ...

    def write_locked(self) -> AbstractContextManager[None]:
        """Keep everybody from writing in the block; those who try wait, and are then told that it is busy."""
        ...


class Destination(MoveEndpoint, Protocol):
    """The database that a site moves into. Nobody else uses it, and it is no site until `finish`."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make all changes in the block, or none."""
        ...

    def change(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement with each of these rows of values. Raises `StoreRefused` for what the schema refuses."""
        ...

    def set_last_flag(self, flag_id: int) -> None:
        """Make the next flag get a larger id than this."""
        ...

    def finish(self) -> None:
        """Make everything durable and turn it into a site. Nothing can be asked afterwards."""
        ...
