"""A store that keeps content in a bucket, and everything else in any other store."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from gateway.budget import UNLIMITED, Budget
from gateway.content import MemoryContent, StoredContent
from gateway.store.interface import Finding, Reader, Store, StoreIdentity, Writer
from gateway.store.objects import garbage_collection, site_marks
from gateway.store.objects.bucket import Bucket
from gateway.store.objects.transfers import BucketView, PendingTransfers

T = TypeVar("T")
Tx = TypeVar("Tx", Reader, Writer)

REQUESTS = 8
"""Simultaneous requests to the bucket of one call."""


class ObjectStore:
    """`gateway.store.interface.Store`: new content goes to `bucket`, all else to `inner`.

    Content that `inner` holds already is read from there. A client's content reaches the bucket only after the rules
    have accepted the call, and is visible only when its attachment is committed: what a crash leaves behind in between
    is content that nothing refers to.

    With `read_only` new content goes to `inner` too, as on a site that is leaving its bucket.

    `may_wait` lets work that reads content in pieces (`Reader.pieces`) wait for the bucket in the thread of a
    transaction, as in a command; a gateway that serves must not.
    """

    def __init__(self, inner: Store, bucket: Bucket, *, read_only: bool = False, may_wait: bool = False) -> None:
        self._read_only = read_only
        self._may_wait = may_wait
        self._inner = inner
        self._bucket = bucket

    async def state(self) -> int | None:
        """Return a number that differs after every change, whoever made it; None where it is not known."""
        return await self._inner.state()

    async def ready(self) -> None:
        """Raise an exception if the store cannot be used now; the bucket is not asked."""
        await self._inner.ready()

    async def read(self, work: Callable[[Reader], T], budget: Budget = UNLIMITED, *, is_long: bool = False) -> T:
        """Run reading work and return what it returns."""
        view = self._new_view(is_long=is_long)
        return await self._run(lambda run: self._inner.read(run, budget, is_long=view.is_long), work, view)

    async def write(self, work: Callable[[Writer], T], budget: Budget = UNLIMITED) -> T:
        """Run writing work, commit, and return what it returned."""
        return await self._run(lambda run: self._inner.write(run, budget), work, self._new_view(is_long=True))

    def _new_view(self, *, is_long: bool) -> BucketView:
        return BucketView(self._bucket, read_only=self._read_only, may_wait=self._may_wait, is_long=is_long)

    async def _run(
        self, run: Callable[[Callable[[Tx], T]], Awaitable[T]], work: Callable[[Tx], T], view: BucketView
    ) -> T:
        while True:
            try:
                return await run(lambda tx: view.run(work, tx))
            except PendingTransfers as pending:
                await self._satisfy(pending, view)

    async def _satisfy(self, pending: PendingTransfers, view: BucketView) -> None:
        if pending.to_upload:
            await self._bucket.mark(self._inner.identity)
        for content in pending.to_upload.values():
            await self._bucket.put(content)
        view.there |= pending.to_upload.keys()
        view.batch *= 2
        view.is_long |= pending.is_long
        turn = asyncio.Semaphore(REQUESTS)

        async def fetch(content: StoredContent) -> None:
            async with turn:
                data = await self._bucket.get(content.sha256, content.size)
                view.fetched[content.sha256] = MemoryContent(data)

        async def require(content: StoredContent) -> None:
            async with turn:
                await self._bucket.require(content.sha256, content.size)
                view.there.add(content.sha256)

        async def prefetch(content: StoredContent) -> None:
            async with turn:
                view.beginnings[content.sha256] = await self._bucket.beginning(content.sha256, content.size)

        await asyncio.gather(
            *map(fetch, pending.to_fetch.values()),
            *map(require, pending.to_require.values()),
            *map(prefetch, pending.to_prefetch.values()),
        )

    async def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        """Yield content in pieces. Raises `LookupError` when it was deleted meanwhile."""
        sent = 0
        if not content.external:
            try:
                async for piece in self._inner.stream(content):
                    yield piece
                    sent += len(piece)
            except LookupError:
                if not await self._inner.read(lambda tx: tx.is_external(content.sha256)):
                    raise
        # What is left of it where it was moved to the bucket meanwhile.
        async for piece in self._bucket.stream(content.sha256, content.size, first=sent):
            yield piece

    def address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """Return a signed address of content that is in the bucket, if it has addresses."""
        if content.external:
            return self._bucket.address(content.sha256, headers)
        return self._inner.address(content, headers)

    async def check(self, progress: Callable[[int, int], None]) -> list[Finding]:
        """Check the store and the bucket."""
        return await garbage_collection.check(self._inner, self._bucket, progress)

    async def identity(self) -> StoreIdentity:
        """Return what tells the database from its copies."""
        return await self._inner.identity()

    async def take_over(self) -> list[Finding]:
        """Remove the marks of other sites from the bucket."""
        return [*await self._inner.take_over(), *await site_marks.take_over(self._bucket, await self.identity())]

    async def repair(self) -> list[Finding]:
        """Quarantine content that nothing refers to, and remove what has been there long.

        Raises `StoreRefused`, and touches nothing, if the bucket has content of another site.
        """
        await site_marks.require_no_others(self._bucket, await self.identity())
        return [*await self._inner.repair(), *await garbage_collection.collect(self._inner, self._bucket)]

    async def backup(self, destination: Path, progress: Callable[[int, int], None]) -> None:
        """Write a consistent copy of all but the bucket."""
        await self._inner.backup(destination, progress)

    async def close(self) -> None:
        """Finish what is under way and close everything."""
        self._bucket.close()
        await self._inner.close()
