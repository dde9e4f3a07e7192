"""Where a store is kept: the one place that knows which backend a setting means."""

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from gateway.database_url import DatabaseUrl
from gateway.store.interface import Store, StoreRefused
from gateway.store.moving import Destination, Source


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of a store: the number of its schema and that of this program, its size in bytes, what is damaged
    (empty where nothing is), when it was changed last, where that is known, and whether its schema is beyond this
    program: not only newer, but such that it cannot be used."""

    schema: int
    newest: int
    size: int
    damage: str = ""
    changed: datetime | None = None
    is_beyond: bool = False


class Place(Protocol):
    """A place for a store, which may be there already."""

    @property
    def name(self) -> str:
        """What administrators are shown; there is no secret in it."""
        ...

    def is_filled(self) -> bool:
        """Whether there is a site. Raises `StoreRefused` where that cannot be found out."""
        ...

    @property
    def folder(self) -> Path | None:
        """The folder on this machine that it is in; None where it is on none, or not for the gateway to know."""
        ...

    def is_current(self) -> bool:
        """Whether there is a store that this program can use without changing its schema."""
        ...

    def condition(self) -> Condition:
        """Its condition, found out without bringing its schema up to date. Raises `StoreRefused`."""
        ...

    def warnings(self) -> Iterator[tuple[str, str]]:
        """What is unsafe about it, and what to do about it."""
        ...

    async def open(self, *, create: bool = False, durable: bool = True, patience: float = math.inf) -> Store:
        """Open the store and bring its schema up to date. With `create` it need not be there.

        `durable` makes a commit survive a power cut; without it the last ones may be lost then, but the store stays
        whole. Several processes may open the same store. Reading work that takes more than `patience` seconds, and
        keeps others waiting, fails with TOO_SLOW. Raises `StoreRefused`.
        """
        ...

    def source(self) -> AbstractContextManager[Source]:
        """For a site that moves out of here. Raises `StoreRefused`."""
        ...

    def destination(self) -> AbstractContextManager[Destination]:
        """For a site that moves to here, where none is yet; what an earlier try left is used. Raises `StoreRefused`."""
        ...

    def remove(self) -> None:
        """Remove what `open` created, where nothing could be put into it."""
        ...


def place(database: Path | DatabaseUrl, replica: DatabaseUrl | None = None) -> Place:
    """The place that the settings `database` and `replica` mean.

    Raises `StoreRefused` where its driver is not installed, or there can be no replica.
    """
    if isinstance(database, DatabaseUrl):
        try:
            from gateway.store.postgresql.place import PostgresqlPlace
        except ImportError as problem:
            raise StoreRefused(
                f"A PostgreSQL database needs psycopg: pip install 'bugzilla-gateway[postgresql]' ({problem})."
            ) from problem
        return PostgresqlPlace(database, replica)
    if replica is not None:
        raise StoreRefused(f"{database} is an SQLite file, which has no replica: leave the setting replica out.")
    from gateway.store.sqlite.place import SqlitePlace

    return SqlitePlace(database)
