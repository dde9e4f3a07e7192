"""Moving the content of a site from its database to its bucket, or back, while the site is in use.

Content is copied and read back; only then, in one transaction, the database says that it is on the other side, and adds
or removes its own bytes. So a reader finds it on one side or the other, whenever this ends, and another call goes on
with what is still on the old side. Nothing is removed from the bucket here, so readers are not disturbed:
garbage_collection.py does that, as ever.
"""

import asyncio
import hashlib
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gateway.budget import UNLIMITED
from gateway.content import ExternalContent, StoredContent
from gateway.spools import RequestSpools, Spool
from gateway.store.interface import Progress, Store, StoreUnavailable, Writer
from gateway.store.objects.bucket import Bucket
from gateway.store.objects.bucket_objects import ContentLostError
from gateway.store.objects.object_store import REQUESTS

PASSES = 4
"""Passes at most. Each after the first is for what came to the old side during the one before."""

BATCH = 8 * 1024**2
"""Bytes of content in one transaction, unless one attachment has more."""

AT_ONCE = 100
"""Attachments in one transaction at most."""

PAGE = 1000
"""Attachments that the store is asked for at a time."""

_MIB = 1024**2
_UNLIMITED = 2**62

Copy = tuple[StoredContent, Spool]
"""Content that is on the other side, or about to be added there, and its bytes."""


@dataclass(slots=True)
class MovedContents:
    """The result of moving: how many attachments and bytes were moved.

    `left` has the attachments, by id, whose content is still where it was, and why. `is_complete` is false if content
    keeps coming to the old side.
    """

    attachments: int = 0
    bytes: int = 0
    left: dict[int, str] = field(default_factory=dict)
    is_complete: bool = False


async def move_contents(
    store: Store, bucket: Bucket, *, to_bucket: bool, spools: Path | None, progress: Progress
) -> MovedContents:
    """Move all content to the bucket, or from it into the store, which is the one without the bucket.

    `spools` is the folder for temporary files, one for each attachment on its way. Raises `StoreUnavailable` where one
    of the two sides fails, and `gateway.content.SpoolFailed`; another call goes on.
    """
    moving = _Moving(store, bucket, to_bucket, spools, progress)
    await bucket.ask()
    for number in range(1, PASSES + 1):
        if not await moving.make_pass(number):
            moving.moved.is_complete = True
            break
    return moving.moved


class _Moving:
    """One call of `move_contents`."""

    def __init__(self, store: Store, bucket: Bucket, to_bucket: bool, spools: Path | None, progress: Progress) -> None:
        self._store = store
        self._bucket = bucket
        self._to_bucket = to_bucket
        self._spools = spools
        self._progress = progress
        self._turn = asyncio.Semaphore(REQUESTS)
        self.moved = MovedContents()

    async def make_pass(self, number: int) -> bool:
        """Move what there is to move now; return false where there is nothing."""
        last = total = 0
        async for content in self._on_the_old_side(math.inf):
            last, total = content.attachment_id, total + content.size
        if not last:
            return False
        what = "content (MiB)" if number == 1 else f"content, pass {number} (MiB)"
        done, in_mib = 0, -(-total // _MIB)
        self._progress(what, 0, in_mib)
        async for batch in _batches(self._on_the_old_side(last)):
            await self._move(batch)
            done += sum(content.size for content in batch)
            self._progress(what, min(done // _MIB, in_mib), in_mib)
        self._progress(what, in_mib, in_mib)
        return True

    async def _on_the_old_side(self, last: float) -> AsyncIterator[StoredContent]:
        """Yield the content that is to be moved, of attachments up to the id `last`."""
        after = 0
        while page := await self._page(after):
            for content in page:
                after = content.attachment_id
                if after > last:
                    return
                if content.external == self._to_bucket:
                    self.moved.left.pop(after, None)  # another process has moved it
                elif after not in self.moved.left:
                    yield content

    async def _page(self, after: int) -> list[StoredContent]:
        return await self._store.read(lambda tx: tx.contents_after(after, PAGE))

    async def _move(self, batch: Sequence[StoredContent]) -> None:
        with RequestSpools(_UNLIMITED, UNLIMITED, self._spools) as spools:
            copies: list[Copy] = []
            try:
                async with asyncio.TaskGroup() as group:
                    for content in batch:
                        group.create_task(self._copy(content, spools.spool(alone=True), copies))
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from None
            if copies:
                await self._store.write(lambda tx: self._switch(tx, copies))
                self.moved.attachments += len(copies)
                self.moved.bytes += sum(content.size for content, _ in copies)

    async def _copy(self, content: StoredContent, spool: Spool, copies: list[Copy]) -> None:
        """Fetch content, and upload it if it is to go to the bucket. Damaged content is left where it is."""
        async with self._turn:
            try:
                async for piece in self._old_bytes(content):
                    spool.write(piece)
            except (LookupError, ContentLostError) as lost:
                self.moved.left[content.attachment_id] = f"has lost its content: {lost}"
                return
            if spool.sha256 != content.sha256:
                wrong = f"has content with the SHA-256 {spool.sha256} instead of {content.sha256}"
                self.moved.left[content.attachment_id] = wrong
                return
            if self._to_bucket:
                await self._bring(content, spool)
            copies.append((content, spool))

    def _old_bytes(self, content: StoredContent) -> AsyncIterator[bytes]:
        return (
            self._store.stream(content)
            if self._to_bucket
            else self._bucket.stream(content.sha256, content.size, is_verified=False)
        )

    async def _bring(self, content: StoredContent, spool: Spool) -> None:
        await self._bucket.mark(self._store.identity)
        await self._bucket.put(spool)
        if not await self._is_in_bucket(content):
            raise StoreUnavailable(f"{self._bucket.name} does not keep what is put there: SHA-256 {content.sha256}")

    async def _is_in_bucket(self, content: StoredContent) -> bool:
        digest = hashlib.sha256()
        async for piece in self._bucket.stream(content.sha256, content.size, is_verified=False):
            digest.update(piece)
        return digest.hexdigest() == content.sha256

    def _switch(self, tx: Writer, copies: Sequence[Copy]) -> None:
        for content, spool in copies:
            if self._to_bucket:
                tx.set_content(content.attachment_id, ExternalContent(content.size, content.sha256))
                continue
            tx.set_content(content.attachment_id, spool)
            digest = hashlib.sha256()
            for piece in tx.pieces(content.attachment_id):
                digest.update(piece)
            if digest.hexdigest() != content.sha256:
                raise StoreUnavailable(f"the content of attachment {content.attachment_id} arrived damaged")


async def _batches(contents: AsyncIterator[StoredContent]) -> AsyncIterator[list[StoredContent]]:
    batch: list[StoredContent] = []
    held = 0
    async for content in contents:
        if batch and (held + content.size > BATCH or len(batch) == AT_ONCE):
            yield batch
            batch, held = [], 0
        batch.append(content)
        held += content.size
    if batch:
        yield batch
