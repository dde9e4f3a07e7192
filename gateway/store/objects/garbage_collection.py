"""Comparing a bucket with its store: content that is missing or wrong, and content that nothing refers to.

Content is uploaded before its row is committed, so unreferenced objects are left alone for `GRACE_PERIOD`. Age alone is
not enough: the same bytes may be uploaded again just as an old copy of them, left by a crash, is about to be collected,
and both have one key. So nothing is removed at once. It is moved to quarantine under a key of its own, and removed from
there only after another `GRACE_PERIOD`, if nothing refers to it then. Content that is referred to is restored, by that
run or by the first reader that misses it.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta

from gateway.content import PIECE, StoredContent
from gateway.store.interface import Finding, Store
from gateway.store.objects.bucket import Bucket, hash_of, quarantined_at
from gateway.store.objects.bucket_objects import ContentLostError

GRACE_PERIOD = timedelta(days=1)
"""Longer than any transaction takes."""

_AT_ONCE = 500
"""Contents that are read from the store in one transaction."""


async def check(store: Store, bucket: Bucket, progress: Callable[[int, int], None]) -> list[Finding]:
    """`gateway.store.interface.Store.check` for a store and its bucket; `progress` counts the pieces of both."""
    external_pieces = 0
    async for content in _contents(store):
        external_pieces += -(-content.size // PIECE)
    done = total = 0

    def of_the_store(done_there: int, total_there: int) -> None:
        nonlocal done, total
        done, total = done_there, total_there + external_pieces
        progress(done, total)

    findings = await store.check(of_the_store)
    async for content in _contents(store):
        digest = hashlib.sha256()
        try:
            async for piece in bucket.stream(content.sha256, content.size, is_verified=False):
                digest.update(piece)
                done += 1
                progress(done, max(done, total))  # more may have come meanwhile
        except ContentLostError as lost:
            findings.append(Finding(f"attachment {content.attachment_id}", f"has lost its content: {lost}"))
            continue
        if digest.hexdigest() != content.sha256:
            wrong = f"has content with the SHA-256 {digest.hexdigest()} instead of {content.sha256}"
            findings.append(Finding(f"attachment {content.attachment_id}", wrong))
    async for sha256 in _unreferred(store, bucket):
        findings.append(Finding(f"content {sha256}", f"is in {bucket.name}, and no attachment has it"))
    return findings


async def collect(store: Store, bucket: Bucket) -> list[Finding]:
    """Quarantine what nothing refers to, restore or remove what is in quarantine; return what was done."""
    done: list[Finding] = []
    for key in await bucket.quarantined():
        sha256 = hash_of(key)
        if await _is_referred_to(store, sha256):
            await bucket.restore(key)
            done.append(Finding(f"content {sha256}", "was restored: an attachment has it"))
        elif _is_old(quarantined_at(key)):
            await bucket.remove(key)
            done.append(Finding(f"content {sha256}", "was removed for good"))
    async for sha256 in _unreferred(store, bucket):
        await bucket.quarantine(sha256)
        done.append(Finding(f"content {sha256}", "was quarantined: no attachment has it"))
    return done


async def _contents(store: Store) -> AsyncIterator[StoredContent]:
    """Yield all contents that should be in the bucket."""
    page = await _page(store, "")
    while page:
        for content in page:
            yield content
        page = await _page(store, page[-1].sha256)


async def _page(store: Store, after: str) -> list[StoredContent]:
    return await store.read(lambda tx: tx.external_contents(after, _AT_ONCE))


async def _unreferred(store: Store, bucket: Bucket) -> AsyncIterator[str]:
    """Yield the SHA-256 of contents in the bucket that are old and that nothing refers to."""
    async for page in bucket.contents():
        for sha256 in await _without_reference(store, [sha256 for sha256, since in page if _is_old(since)]):
            yield sha256


async def _without_reference(store: Store, contents: Sequence[str]) -> list[str]:
    return await store.read(lambda tx: [sha256 for sha256 in contents if not tx.is_external(sha256)])


async def _is_referred_to(store: Store, sha256: str) -> bool:
    return await store.read(lambda tx: tx.is_external(sha256))


def _is_old(since: datetime) -> bool:
    return datetime.now(UTC) - since > GRACE_PERIOD
