"""Holding a bucket up against its store: content that is missing or wrong, and content that nothing refers to.

Content is brought before it is referred to, so what nothing refers to may be on its way to a commit: it is let be
until it is older than `GRACE_PERIOD`. Bytes that are brought again while an old copy of them, left by a crash, is about
to be collected are the case that age does not tell, for there is one key for both. Therefore nothing is removed at
once: it is set aside under a key of its own, and removed from there only after another `GRACE_PERIOD`, and only if
nothing refers to it then. What is referred to is put back, by that run or by the first reader that misses it.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta

from gateway.content import PIECE, StoredContent
from gateway.store.interface import Finding, Store
from gateway.store.objects.bucket import Bucket, ContentLostError, hash_of, quarantined_at

GRACE_PERIOD = timedelta(days=1)
"""For how long a transaction is trusted to be under way: none comes near it."""

_AT_ONCE = 500
"""Contents that the store is asked for in one transaction."""


async def check(store: Store, bucket: Bucket, progress: Callable[[int, int], None]) -> list[Finding]:
    """`gateway.store.interface.Store.check` of a store and its bucket; progress counts the pieces of both."""
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
            async for piece in bucket.stream(content.sha256, content.size):
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
    """Set aside what nothing refers to, and decide about what was set aside; returns what was done."""
    done: list[Finding] = []
    for key in await bucket.quarantined():
        sha256 = hash_of(key)
        if await _is_referred_to(store, sha256):
            await bucket.restore(key)
            done.append(Finding(f"content {sha256}", "was put back: an attachment has it"))
        elif _is_old(quarantined_at(key)):
            await bucket.remove(key)
            done.append(Finding(f"content {sha256}", "was removed for good"))
    async for sha256 in _unreferred(store, bucket):
        await bucket.quarantine(sha256)
        done.append(Finding(f"content {sha256}", "was set aside: no attachment has it"))
    return done


async def _contents(store: Store) -> AsyncIterator[StoredContent]:
    """All contents that should be in the bucket."""
    page = await _page(store, "")
    while page:
        for content in page:
            yield content
        page = await _page(store, page[-1].sha256)


async def _page(store: Store, after: str) -> list[StoredContent]:
    return await store.read(lambda tx: tx.external_contents(after, _AT_ONCE))


async def _unreferred(store: Store, bucket: Bucket) -> AsyncIterator[str]:
    """The SHA-256 of contents in the bucket that are old and that nothing refers to."""
    async for page in bucket.contents():
        for sha256 in await _without_reference(store, [sha256 for sha256, since in page if _is_old(since)]):
            yield sha256


async def _without_reference(store: Store, contents: Sequence[str]) -> list[str]:
    return await store.read(lambda tx: [sha256 for sha256 in contents if not tx.is_external(sha256)])


async def _is_referred_to(store: Store, sha256: str) -> bool:
    return await store.read(lambda tx: tx.is_external(sha256))


def _is_old(since: datetime) -> bool:
    return datetime.now(UTC) - since > GRACE_PERIOD
