"""A store whose content is in a bucket, around any store that keeps everything else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from gateway.content import MemoryContent, StoredContent
from gateway.store.interface import Finding, Reader, Store, Writer
from gateway.store.objects import collecting
from gateway.store.objects.bucket import Bucket
from gateway.store.objects.session import Known, Wanting

T = TypeVar("T")
Tx = TypeVar("Tx", Reader, Writer)

REQUESTS = 8
"""Requests to the bucket that one call makes at a time."""


class ObjectStore:
    """`gateway.store.interface.Store`: new content goes to `bucket`, all else to `inner`.

    Content that `inner` holds already is read from there. A client's content reaches the bucket only after the rules
    have accepted the call, and is visible only when its attachment is committed: what a crash leaves behind in between
    is content that nothing refers to.

    With `read_only` new content goes to `inner` too, as on a site that is leaving its bucket.

    `may_wait` says that nobody minds when work that reads content piece by piece (`Reader.pieces`) waits for the bucket
    in the thread of a transaction: in a command, not in a gateway that serves.
    """

    def __init__(self, inner: Store, bucket: Bucket, *, read_only: bool = False, may_wait: bool = False) -> None:
        self._read_only = read_only
        self._may_wait = may_wait
        self._inner = inner
        self._bucket = bucket

    async def state(self) -> int | None:
        """A number that is another one after every change, whoever made it; None where it cannot be told now."""
        return await self._inner.state()

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run reading work and return what it returns."""
        return await self._run(self._inner.read, work)

    async def write(self, work: Callable[[Writer], T]) -> T:
        """Run writing work, commit, and return what it returned."""
        return await self._run(self._inner.write, work)

    async def _run(self, run: Callable[[Callable[[Tx], T]], Awaitable[T]], work: Callable[[Tx], T]) -> T:
        known = Known(self._bucket, read_only=self._read_only, may_wait=self._may_wait)
        while True:
            try:
                return await run(lambda tx: known.run(work, tx))
            except Wanting as wanting:
                await self._satisfy(wanting, known)

    async def _satisfy(self, wanting: Wanting, known: Known) -> None:
        for content in wanting.to_bring.values():
            await self._bucket.put(content)
        known.there |= wanting.to_bring.keys()
        known.batch *= 2
        turn = asyncio.Semaphore(REQUESTS)

        async def fetch(content: StoredContent) -> None:
            async with turn:
                data = await self._bucket.get(content.sha256, content.size)
                known.fetched[content.sha256] = MemoryContent(data)

        async def require(content: StoredContent) -> None:
            async with turn:
                await self._bucket.require(content.sha256, content.size)
                known.there.add(content.sha256)

        async def begin(content: StoredContent) -> None:
            async with turn:
                known.beginnings[content.sha256] = await self._bucket.beginning(content.sha256, content.size)

        await asyncio.gather(
            *map(fetch, wanting.to_fetch.values()),
            *map(require, wanting.to_require.values()),
            *map(begin, wanting.to_begin.values()),
        )

    async def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        """The bytes of content in pieces. Raises `LookupError` when it was deleted meanwhile."""
        sent = 0
        if not content.elsewhere:
            try:
                async for piece in self._inner.stream(content):
                    yield piece
                    sent += len(piece)
            except LookupError:
                if not await self._inner.read(lambda tx: tx.is_elsewhere(content.sha256)):
                    raise
        # What is left of it where it was moved to the bucket meanwhile.
        async for piece in self._bucket.stream(content.sha256, content.size, first=sent):
            yield piece

    def address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """Where a client can GET content itself: what is in the bucket, where that has addresses."""
        if content.elsewhere:
            return self._bucket.address(content.sha256, headers)
        return self._inner.address(content, headers)

    async def check(self, progress: Callable[[int, int], None]) -> list[Finding]:
        """Look for everything that should not be, in the store and in the bucket."""
        return await collecting.check(self._inner, self._bucket, progress)

    async def repair(self) -> list[Finding]:
        """Set aside content that nothing refers to, and remove what was set aside long ago."""
        return [*await self._inner.repair(), *await collecting.collect(self._inner, self._bucket)]

    async def backup(self, destination: Path, progress: Callable[[int, int], None]) -> None:
        """Write a consistent copy of all but the bucket."""
        await self._inner.backup(destination, progress)

    async def close(self) -> None:
        """Finish what is under way and let go of everything."""
        self._bucket.close()
        await self._inner.close()
