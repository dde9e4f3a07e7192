"""The location of a store, and what is known of it before it is opened."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from gateway.store.interface import Store
from gateway.store.move_endpoints import Destination, MoveSource


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The status of a store.

    - `schema`: the number of its schema; `supported_schema`: that of this program.
    - `size`: in bytes.
    - `damage`: what is damaged; empty where nothing is.
    - `changed`: when it was changed last, where that is known.
    - `is_incompatible`: a newer program has changed the schema so that this one cannot use it.
    """

    schema: int
    supported_schema: int
    size: int
    damage: str = ""
    changed: datetime | None = None
    is_incompatible: bool = False


class StoreLocation(Protocol):
    """The place of a store: an SQLite file or a PostgreSQL database. The store need not exist yet."""

    @property
    def name(self) -> str:
        """The name that administrators are shown; it contains no secret."""
        ...

    def has_site(self) -> bool:
        """Tell whether there is a site. Raises `StoreRefused` where that cannot be found out."""
        ...

    @property
    def folder(self) -> Path | None:
        """The folder on this machine that holds the store; None for one on a server."""
        ...

    def schema_is_current(self) -> bool:
        """Tell whether there is a store that this program can use without changing its schema."""
        ...

    def status(self) -> StoreStatus:
        """Return the status, without bringing the schema up to date. Raises `StoreRefused`."""
        ...

    def warnings(self) -> Iterator[tuple[str, str]]:
        """Yield what is unsafe about the location, each with what to do about it."""
        ...

    async def open(self, *, create: bool = False, durable: bool = True) -> Store:
        """Open the store and bring its schema up to date. With `create` it need not exist.

        `durable` makes a commit survive a power cut; without it the last ones may be lost then, but the store stays
        whole. Several processes may open the same store. Raises `StoreRefused`.
        """
        ...

    def source(self) -> AbstractContextManager[MoveSource]:
        """Open the location as the source of a move. Raises `StoreRefused`."""
        ...

    def destination(self) -> AbstractContextManager[Destination]:
        """Open the location, which has no site yet, as the destination of a move.

        It continues an earlier attempt that was interrupted. Raises `StoreRefused`.
        """
        ...

    def restore(self, backup: Path, progress: Callable[[int, int], None], *, keep: bool) -> Path | None:
        """Replace the store, which nobody else has open, by a backup.

        `progress` is called with how much is done, of how much in all. With `keep` the replaced store stays, under
        another name, which is returned; None where there was none. Raises `StoreRefused`, and then nothing has changed.
        """
        ...

    def remove(self) -> None:
        """Remove what `open` created, where nothing could be put into it."""
        ...
