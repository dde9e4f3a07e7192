"""A bucket that holds contents by their hash."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from weakref import WeakValueDictionary

from obstore import Bytes
from obstore.exceptions import BaseError

from gateway.content import BLOCK, PIECE, Content
from gateway.store.interface import StoreIdentity, StoreRefused
from gateway.store.objects.addresses import Addresses
from gateway.store.objects.bucket_objects import PART, BucketObjects, ContentLostError, first_lines, s3_store

BEGINNING = 2 * PIECE
"""Bytes of content that are prefetched for work that reads it in pieces: all that a page shows of a text."""

CONTENTS, QUARANTINE = "sha256", "aside"
"""Prefixes of keys: `sha256/ab/abcd...` is content, `aside/abcd.../...` is in quarantine (garbage_collection.py)."""

SITES = "sites"
"""Prefix of the keys of marks (site_marks.py)."""

log = logging.getLogger(__name__)

_TIME = "%Y%m%dT%H%M%SZ"


def open_bucket(
    url: str, timeout: float, config: Mapping[str, Any] | None = None, *, address_life: float | None = None
) -> "Bucket":
    """Return the bucket at `s3://name/prefix`, without a request yet.

    `config` is obstore's (`obstore.store.S3Config`); the rest comes from the environment: AWS_ENDPOINT_URL,
    AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY among others. A request is given up after
    `timeout` seconds. Addresses of contents (`Bucket.address`) live for `address_life` seconds; None: there are none.

    Raises `StoreRefused`.
    """
    try:
        store = s3_store(url, timeout, config)
        addresses = Addresses(store, address_life) if address_life else None
    except (BaseError, ValueError) as error:
        raise StoreRefused(f"{url} cannot be used: {first_lines(error)}") from error
    return Bucket(BucketObjects(store, url, timeout), addresses)


class Bucket:
    """Contents by their SHA-256 in hex.

    All methods raise `StoreUnavailable` if the bucket fails or takes longer than `timeout` seconds for a request, and
    `ContentLostError` for content that is not there.
    """

    def __init__(self, objects: BucketObjects, addresses: Addresses | None) -> None:
        self._objects = objects
        self._addresses = addresses
        self.name = objects.name
        self._is_marked = False
        self._bringing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def close(self) -> None:
        """Refuse all further requests."""
        self._objects.close()

    async def ask(self) -> None:
        """Check that the bucket answers and can be listed."""
        async for _ in self._objects.list(CONTENTS, at_once=1):
            return

    # ---- marks of sites
    async def mark(self, identity: Callable[[], Awaitable[StoreIdentity]]) -> None:
        """Leave the mark of a site that is about to upload content, once.

        Content without any mark may be another site's, whose mark was removed: then an administrator has to decide.
        """
        if not self._is_marked:
            if await self.marks() or not await self.has_contents():
                await self.set_mark(await identity())
            self._is_marked = True  # or left without a mark for good

    async def set_mark(self, site: StoreIdentity) -> None:
        """Leave the mark of a site."""
        await self._objects.put(f"{SITES}/{site.id}", site.name.encode())
        self._is_marked = True

    async def marks(self) -> list[str]:
        """Return the ids of the sites that have left a mark."""
        return [key.rpartition("/")[2] async for keys in self._objects.list(SITES) for key, _ in keys]

    async def mark_name(self, site_id: str) -> str:
        """Return the name of a site that has left a mark."""
        return (await self._objects.get(f"{SITES}/{site_id}")).decode("utf-8", "replace")

    async def remove_mark(self, site_id: str) -> None:
        """Remove the mark of a site."""
        await self._objects.remove(f"{SITES}/{site_id}")

    # ---- content in
    async def put(self, content: Content) -> None:
        """Upload content, unless it is there already. It is visible only when complete and correct.

        Content that is there is read and compared by its hash, and replaced if it is damaged. Raises what reading the
        pieces raises, and `OSError` if they do not agree with the size and hash.
        """
        async with self._bringing.setdefault(content.sha256, asyncio.Lock()):
            if not await self._has(content.sha256, content.size):
                await self._send(content)

    async def _has(self, sha256: str, size: int) -> bool:
        """Tell whether content is there, undamaged."""
        found = await self._objects.size(_key(sha256))
        if found is None:
            return False
        damage = f"it has {found} bytes instead of {size}" if found != size else await self._damage(sha256, size)
        if damage:
            log.warning("%s: damaged content is replaced, because it is uploaded again: %s", self.name, damage)
        return not damage

    async def _damage(self, sha256: str, size: int) -> str:
        """Say what is wrong with content; empty if it is right."""
        try:
            async for _ in self.stream(sha256, size):
                pass
        except ContentLostError as lost:
            return str(lost)
        return ""

    async def _send(self, content: Content) -> None:
        if content.size <= PART:
            await self._objects.put(_key(content.sha256), b"".join(_verified(content)))
        else:
            await self._objects.put_parts(_key(content.sha256), _verified(content))

    # ---- content out
    async def require(self, sha256: str, size: int) -> None:
        """Make sure that content of this size is there."""
        if await self._objects.size(_key(sha256)) != size:
            await self._restore_for_reader(sha256)

    def address(self, sha256: str, headers: Mapping[str, str]) -> str | None:
        """Return a signed address of content, for a response with those of `headers` that S3 can set."""
        return self._addresses.of(_key(sha256), headers) if self._addresses else None

    async def get(self, sha256: str, size: int) -> bytes:
        """Return all of a content that fits in memory."""
        return b"".join([piece async for piece in self.stream(sha256, size)])

    async def stream(self, sha256: str, size: int, first: int = 0, *, is_verified: bool = True) -> AsyncIterator[bytes]:
        """Yield content from the byte `first` on in pieces of up to `PIECE` bytes, holding `BLOCK` bytes at a time.

        Raises `ContentLostError` before the last piece of content that is read from its start, and whose hash is wrong;
        unless `is_verified` is False.
        """
        pieces = self._pieces_of(sha256, size, first)
        if first or not is_verified:
            async for piece in pieces:
                yield piece
            return
        digest, last = hashlib.sha256(), b""
        async for piece in pieces:
            if last:
                yield last
            digest.update(piece)
            last = piece
        if digest.hexdigest() != sha256:
            raise ContentLostError(
                f"{self.name} holds damaged content: it should have the SHA-256 {sha256} and has {digest.hexdigest()}."
            )
        yield last

    async def _pieces_of(self, sha256: str, size: int, first: int) -> AsyncIterator[bytes]:
        for start in range(first, size, BLOCK):
            length = min(BLOCK, size - start)
            try:
                block = await self._objects.get_range(_key(sha256), start, length)
            except ContentLostError:
                await self._restore_for_reader(sha256)
                block = await self._objects.get_range(_key(sha256), start, length)
            for piece in _cut(block, length, sha256):
                self._objects.require_open()
                yield piece

    def pieces(self, sha256: str, size: int, first: int = 0) -> Iterator[bytes]:
        """Do as `stream` does, in a thread that may block."""
        stream = self.stream(sha256, size, first)

        async def following() -> bytes:
            return await anext(stream, b"")

        with asyncio.Runner() as runner:
            while piece := runner.run(following()):
                yield piece

    async def beginning(self, sha256: str, size: int) -> bytes:
        """Return the first `BEGINNING` bytes of content, or all of it."""
        if size <= BEGINNING:
            return await self.get(sha256, size)
        return b"".join([piece async for piece in self.stream(sha256, BEGINNING, is_verified=False)])

    async def _restore_for_reader(self, sha256: str) -> None:
        for key in await self.quarantined(sha256):
            await self.restore(key)
            return
        raise ContentLostError(f"{self.name} does not hold the content with the SHA-256 {sha256}.")

    # ---- garbage collection
    async def contents(self) -> AsyncIterator[list[tuple[str, datetime]]]:
        """Yield lists of all contents: the SHA-256, and the time since which each is there."""
        async for keys in self._objects.list(CONTENTS):
            yield [(key.rpartition("/")[2], since) for key, since in keys]

    async def has_contents(self) -> bool:
        """Tell whether there is any content."""
        async for found in self.contents():
            if found:
                return True
        return False

    async def quarantined(self, sha256: str = "") -> list[str]:
        """Return the keys in quarantine, of all contents or of one."""
        return [key async for keys in self._objects.list(f"{QUARANTINE}/{sha256}".rstrip("/")) for key, _ in keys]

    async def quarantine(self, sha256: str) -> None:
        """Move content to a key in quarantine that was never used before."""
        quarantined = f"{QUARANTINE}/{sha256}/{datetime.now(UTC):{_TIME}}-{uuid4().hex}"
        with suppress(ContentLostError):  # another process was faster
            await self._objects.copy(_key(sha256), quarantined)
            await self._objects.remove(_key(sha256))

    async def restore(self, key: str) -> None:
        """Move content from its key in quarantine back to its own."""
        with suppress(ContentLostError):  # another process was faster
            await self._objects.copy(key, _key(hash_of(key)))
            await self._objects.remove(key)

    async def remove_content(self, sha256: str) -> None:
        """Remove content for good, from quarantine too. Nothing may refer to it, nor be about to."""
        for key in (_key(sha256), *await self.quarantined(sha256)):
            await self.remove(key)

    async def remove(self, key: str) -> None:
        """Remove an object for good."""
        await self._objects.remove(key)


def hash_of(key: str) -> str:
    """Return the SHA-256 of the content with this key in quarantine."""
    return key.split("/")[-2]


def quarantined_at(key: str) -> datetime:
    """Return the time since which the content with this key is in quarantine."""
    return datetime.strptime(key.rpartition("/")[2].partition("-")[0], _TIME).replace(tzinfo=UTC)


def _key(sha256: str) -> str:
    return f"{CONTENTS}/{sha256[:2]}/{sha256}"


def _verified(content: Content) -> Iterator[bytes]:
    """Yield the pieces of content. Raises `OSError` before its end if they do not agree with its size and hash."""
    digest, size = hashlib.sha256(), 0
    for piece in content.pieces():
        digest.update(piece)
        size += len(piece)
        yield piece
    if size != content.size:
        raise OSError(f"Of {content.size} bytes of content {size} could be read.")
    if digest.hexdigest() != content.sha256:
        raise OSError(f"Content that should have the SHA-256 {content.sha256} has {digest.hexdigest()}.")


def _cut(block: Bytes, length: int, sha256: str) -> Iterator[bytes]:
    """Yield a block in pieces. Raises `ContentLostError` if it is too short."""
    if len(block) != length:
        raise ContentLostError(f"Of the content with the SHA-256 {sha256} a part of {length} bytes is too short.")
    view = memoryview(block)
    for start in range(0, length, PIECE):
        yield bytes(view[start : start + PIECE])
