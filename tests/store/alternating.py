"""The stores of several nodes, taken for one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import cycle
from pathlib import Path
from typing import TypeVar

from gateway.budget import Budget
from gateway.content import StoredContent
from gateway.store.interface import Finding, Reader, Store, Writer

T = TypeVar("T")


class Alternating:
    """`gateway.store.interface.Store`: every operation goes to the store of another node than the one before.

    They are stores of the same site, so that nobody can tell.
    """

    def __init__(self, *stores: Store) -> None:
        self._stores = stores
        self._turns = cycle(stores)

    def state(self) -> int | None:
        return next(self._turns).state()

    async def read(self, work: Callable[[Reader], T], *budget: Budget, is_long: bool = False) -> T:
        return await next(self._turns).read(work, *budget, is_long=is_long)

    async def write(self, work: Callable[[Writer], T]) -> T:
        return await next(self._turns).write(work)

    def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        return next(self._turns).stream(content)

    async def check(self, progress: Callable[[int, int], None]) -> list[Finding]:
        return await next(self._turns).check(progress)

    async def repair(self) -> list[Finding]:
        return await next(self._turns).repair()

    async def backup(self, destination: Path, progress: Callable[[int, int], None]) -> None:
        await next(self._turns).backup(destination, progress)

    async def close(self) -> None:
        await asyncio.gather(*(store.close() for store in self._stores))
