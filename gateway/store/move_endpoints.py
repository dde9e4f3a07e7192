"""What a backend does for a site that moves into it or out of it: give and take rows, in one thread that may wait."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Record = tuple[Any, ...]
"""A row as nothing but its values, which go from one database to the other as they are."""


class Endpoint(Protocol):
    """One of the two databases. What it cannot do raises `StoreUnavailable`."""

    def query(self, sql: str, values: Sequence[object]) -> list[Record]:
        """The rows of an answer."""
        ...

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns."""
        ...

    def last_flag(self) -> int:
        """The largest id that a flag ever had: clients keep them, and no other flag may get one of them."""
        ...


class Source(Endpoint, Protocol):
    """The database that a site moves out of, which others may use."""

    def snapshot(self) -> AbstractContextManager[None]:
        """All questions in this block are about one moment."""
        ...

    def write_locked(self) -> AbstractContextManager[None]:
        """Nobody writes until the end of this block; who tries is kept waiting, and then told that it is busy."""
        ...


class Destination(Endpoint, Protocol):
    """The database that a site moves into. It is nobody else's, and no site until `finish`."""

    def transaction(self) -> AbstractContextManager[None]:
        """All changes in this block are made together, or none is."""
        ...

    def change(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement with each of these rows of values. Raises `StoreRefused` for what the schema refuses."""
        ...

    def set_last_flag(self, flag_id: int) -> None:
        """Let the next flag get a larger id than this."""
        ...

    def finish(self) -> None:
        """All is there: make it durable, and let it be found as a site. Nothing can be asked afterwards."""
        ...
