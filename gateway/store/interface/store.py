"""The store itself: work, content, checks and copies."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from gateway.budget import UNLIMITED, Budget
from gateway.content import StoredContent, Unavailable
from gateway.store.interface.reader import Reader
from gateway.store.interface.writer import Writer

T = TypeVar("T")

Progress = Callable[[str, int, int], None]
"""Called with a step, how much of it is done, and how much there is."""


class StoreRefused(Exception):  # noqa: N818 (it is the store that is refused)
    """A store that cannot be opened or copied. The message tells an administrator why."""


class StoreUnavailable(Unavailable):
    """The store is full, locked, damaged or closed, so that nothing of what was asked has happened."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that `Store.check` found: where it is, and what is wrong."""

    where: str
    what: str


class StoreIdentity(NamedTuple):
    """Tells a database from all others, and from its own copies, by `id`; `name` is for people."""

    id: str
    name: str


class Store(Protocol):
    """An open store."""

    async def state(self) -> int | None:
        """Return a number that differs after every change, whoever made it, and is never used again.

        If it is the same twice, everything read in between would be read the same now. Nothing of the site is read to
        find it; None where it is not known.
        """
        ...

    async def ready(self) -> None:
        """Raise an exception if the store cannot be used now."""
        ...

    async def read(self, work: Callable[[Reader], T], budget: Budget = UNLIMITED, *, is_long: bool = False) -> T:
        """Run reading work and return what it returns; work that `is_long` keeps away from the event loop.

        Raises what the budget raises, and `StoreUnavailable`.
        """
        ...

    async def write(self, work: Callable[[Writer], T], budget: Budget = UNLIMITED) -> T:
        """Run writing work, commit, and return what it returned."""
        ...

    def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        """Yield content in pieces. Raises `LookupError` when it was deleted meanwhile."""
        ...

    def address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """Return an address where a client can GET content itself for a short time; None where only `stream` has it.

        The response carries those of `headers` that can be set, and no others. The address can be handed on and used
        again, so it must not be given out for content that only some may see.
        """
        ...

    async def check(self, progress: Callable[[int, int], None]) -> list[Finding]:
        """Look for damage, orphans, dangling references and content with the wrong hash.

        `progress(done, total)` is called on the way, in pieces of content.
        """
        ...

    async def identity(self) -> StoreIdentity:
        """Return what tells the database from its copies."""
        ...

    async def take_over(self) -> list[Finding]:
        """Make all content outside of the database this site's, because others are gone; return what was done."""
        ...

    async def repair(self) -> list[Finding]:
        """Repair what needs no decision, such as content that nothing refers to; return what was done."""
        ...

    async def backup(self, destination: Path, progress: Callable[[int, int], None]) -> None:
        """Write a consistent copy while the store is in use; `progress(done, total)` may be called on the way.

        Raises `StoreRefused` where a program is missing that it takes, and `OSError`.
        """
        ...

    async def close(self) -> None:
        """Finish what is under way and close all connections."""
        ...
