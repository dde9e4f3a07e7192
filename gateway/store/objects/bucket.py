"""A bucket that holds contents by their hash."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from weakref import WeakValueDictionary

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from gateway.content import BLOCK, PIECE, Content
from gateway.store.interface import StoreIdentity, StoreRefused, StoreUnavailable
from gateway.store.objects.addresses import Addresses

BEGINNING = 2 * PIECE
"""Bytes of content that are prefetched for work that reads it in pieces: all that a page shows of a text."""

PART = 5 * 1024**2
"""Bytes in one part of an upload: the least that S3 takes."""

PARTS_AT_ONCE = 2
"""Parts of one upload that are sent at the same time; each of them is held in memory."""

RETRIES = 3
"""Repetitions of a request that the bucket does not answer, or answers with 5xx."""

LISTED_AT_ONCE = 1000
"""Keys that one request lists: S3's most."""

CONTENTS, QUARANTINE = "sha256", "aside"
"""Prefixes of keys: `sha256/ab/abcd...` is content, `aside/abcd.../...` is in quarantine (garbage_collection.py)."""

SITES = "sites"
"""Prefix of the keys of marks (site_marks.py)."""

log = logging.getLogger(__name__)

_TIME = "%Y%m%dT%H%M%SZ"


class ContentLostError(StoreUnavailable):
    """The bucket answers, but does not hold the content."""


def open_bucket(
    url: str, timeout: float, config: Mapping[str, Any] | None = None, *, address_life: float | None = None
) -> "Bucket":
    """Return the bucket at `s3://name/prefix`, without a request yet.

    `config` is obstore's (`obstore.store.S3Config`); the rest comes from the environment: AWS_ENDPOINT_URL,
    AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY among others. A request is given up after
    `timeout` seconds. Addresses of contents (`Bucket.address`) live for `address_life` seconds; None: there are none.

    Raises `StoreRefused`.
    """
    place, patience = urlsplit(url), timedelta(seconds=timeout)
    try:
        store = S3Store(
            place.netloc,
            prefix=place.path.strip("/") or None,
            config=config,  # type: ignore[arg-type] # a TypedDict of many
            client_options={"allow_http": True, "timeout": patience, "connect_timeout": patience},
            retry_config={
                "max_retries": RETRIES,
                "retry_timeout": patience,
                "backoff": {
                    "init_backoff": timedelta(milliseconds=100),
                    "max_backoff": timedelta(seconds=1),
                    "base": 2,
                },
            },
        )
        addresses = Addresses(store, address_life) if address_life else None
    except (BaseError, ValueError) as error:
        raise StoreRefused(f"{url} cannot be used: {_first_lines(error)}") from error
    return Bucket(store, url, timeout, addresses)


class Bucket:
    """Contents by their SHA-256 in hex.

    All methods raise `StoreUnavailable` if the bucket fails or takes longer than `timeout` seconds for a request, and
    `ContentLostError` for content that is not there.
    """

    def __init__(self, store: S3Store, name: str, timeout: float, addresses: Addresses | None) -> None:
        self._store = store
        self._addresses = addresses
        self.name = name
        self._timeout = timeout
        self._closed = False
        self._is_marked = False
        self._bringing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def close(self) -> None:
        """Refuse all further requests."""
        self._closed = True

    async def ask(self) -> None:
        """Check that the bucket answers and can be listed."""
        async with self._patiently():
            async for _ in obstore.list(self._store, CONTENTS, chunk_size=1):
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
        async with self._patiently():
            await obstore.put_async(self._store, f"{SITES}/{site.id}", site.name.encode())
        self._is_marked = True

    async def marks(self) -> list[str]:
        """Return the ids of the sites that have left a mark."""
        return [key.rpartition("/")[2] async for keys in self._listed(SITES) for key, _ in keys]

    async def mark_name(self, site_id: str) -> str:
        """Return the name of a site that has left a mark."""
        async with self._patiently():
            found = await obstore.get_async(self._store, f"{SITES}/{site_id}")
            return bytes(await found.bytes_async()).decode("utf-8", "replace")

    async def remove_mark(self, site_id: str) -> None:
        """Remove the mark of a site."""
        await self.remove(f"{SITES}/{site_id}")

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
        found = await self._size(_key(sha256))
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
        with self._translated():
            if content.size <= PART:
                data = b"".join(_verified(content))
                async with asyncio.timeout(self._timeout):
                    await obstore.put_async(self._store, _key(content.sha256), data)
            else:  # each part has a time limit of its own; obstore reads the pieces in threads of its own
                await obstore.put_async(
                    self._store,
                    _key(content.sha256),
                    _verified(content),
                    chunk_size=PART,
                    max_concurrency=PARTS_AT_ONCE,
                    use_multipart=True,
                )

    # ---- content out
    async def require(self, sha256: str, size: int) -> None:
        """Make sure that content of this size is there."""
        if await self._size(_key(sha256)) != size:
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
                block = await self._block(sha256, start, length)
            except ContentLostError:
                await self._restore_for_reader(sha256)
                block = await self._block(sha256, start, length)
            for piece in _cut(block, length, sha256):
                self._require_open()
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

    async def _block(self, sha256: str, start: int, length: int) -> obstore.Bytes:
        async with self._patiently():
            return await obstore.get_range_async(self._store, _key(sha256), start=start, length=length)

    async def _size(self, key: str) -> int | None:
        """Return the length of an object in bytes; None where there is none."""
        try:
            async with self._patiently():
                return (await obstore.head_async(self._store, key))["size"]
        except ContentLostError:
            return None

    async def _restore_for_reader(self, sha256: str) -> None:
        for key in await self.quarantined(sha256):
            await self.restore(key)
            return
        raise ContentLostError(f"{self.name} does not hold the content with the SHA-256 {sha256}.")

    # ---- garbage collection
    async def contents(self) -> AsyncIterator[list[tuple[str, datetime]]]:
        """Yield lists of all contents: the SHA-256, and the time since which each is there."""
        async for keys in self._listed(CONTENTS):
            yield [(key.rpartition("/")[2], since) for key, since in keys]

    async def has_contents(self) -> bool:
        """Tell whether there is any content."""
        async for found in self.contents():
            if found:
                return True
        return False

    async def quarantined(self, sha256: str = "") -> list[str]:
        """Return the keys in quarantine, of all contents or of one."""
        return [key async for keys in self._listed(f"{QUARANTINE}/{sha256}".rstrip("/")) for key, _ in keys]

    async def quarantine(self, sha256: str) -> None:
        """Move content to a key in quarantine that was never used before."""
        quarantined = f"{QUARANTINE}/{sha256}/{datetime.now(UTC):{_TIME}}-{uuid4().hex}"
        with suppress(ContentLostError):  # another process was faster
            async with self._patiently():
                await obstore.copy_async(self._store, _key(sha256), quarantined)
            await self.remove(_key(sha256))

    async def restore(self, key: str) -> None:
        """Move content from its key in quarantine back to its own."""
        with suppress(ContentLostError):  # another process was faster
            async with self._patiently():
                await obstore.copy_async(self._store, key, _key(hash_of(key)))
            await self.remove(key)

    async def remove_content(self, sha256: str) -> None:
        """Remove content for good, from quarantine too. Nothing may refer to it, nor be about to."""
        for key in (_key(sha256), *await self.quarantined(sha256)):
            await self.remove(key)

    async def remove(self, key: str) -> None:
        """Remove an object for good."""
        with suppress(ContentLostError):
            async with self._patiently():
                await obstore.delete_async(self._store, key)

    async def _listed(self, prefix: str) -> AsyncIterator[list[tuple[str, datetime]]]:
        listing = aiter(obstore.list(self._store, prefix, chunk_size=LISTED_AT_ONCE))
        while True:
            try:
                async with self._patiently():
                    page = await anext(listing)
            except StopAsyncIteration:
                return
            yield [(each["path"], each["last_modified"]) for each in page]

    # ---- time and errors
    @asynccontextmanager
    async def _patiently(self) -> AsyncIterator[None]:
        self._require_open()
        with self._translated():
            async with asyncio.timeout(self._timeout):
                yield

    def _require_open(self) -> None:
        if self._closed:
            raise StoreUnavailable(f"{self.name} is closed.")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn obstore's exceptions into those of a store."""
        try:
            yield
        except FileNotFoundError as error:
            raise ContentLostError(f"{self.name}: {_first_lines(error)}") from error
        except TimeoutError as error:
            raise StoreUnavailable(f"{self.name} did not answer within {self._timeout:g} s.") from error
        except BaseError as error:
            raise StoreUnavailable(f"{self.name}: {_first_lines(error)}") from error


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


def _cut(block: obstore.Bytes, length: int, sha256: str) -> Iterator[bytes]:
    """Yield a block in pieces. Raises `ContentLostError` if it is too short."""
    if len(block) != length:
        raise ContentLostError(f"Of the content with the SHA-256 {sha256} a part of {length} bytes is too short.")
    view = memoryview(block)
    for start in range(0, length, PIECE):
        yield bytes(view[start : start + PIECE])


def _first_lines(error: Exception) -> str:
    """Return obstore's message without the description of its own objects that follows."""
    return " ".join(str(error).partition("\n\nDebug source")[0].split())
