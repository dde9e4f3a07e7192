"""The objects of a bucket, by their keys: requests that end in time, and errors that are a store's."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from gateway.store.interface import StoreUnavailable

PART = 5 * 1024**2
"""Bytes in one part of an upload: the least that S3 takes."""

PARTS_AT_ONCE = 2
"""Parts of one upload that are sent at the same time; each of them is held in memory."""

RETRIES = 3
"""Repetitions of a request that the bucket does not answer, or answers with 5xx."""

LISTED_AT_ONCE = 1000
"""Keys that one request lists: S3's most."""


class ContentLostError(StoreUnavailable):
    """The bucket answers, but does not hold the content."""


def s3_store(url: str, timeout: float, config: Mapping[str, Any] | None) -> S3Store:
    """Return obstore's client of the bucket at `s3://name/prefix`. Raises what obstore does."""
    place, patience = urlsplit(url), timedelta(seconds=timeout)
    return S3Store(
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


class BucketObjects:
    """The objects of the bucket `name`.

    All methods raise `StoreUnavailable` if the bucket fails or takes longer than `timeout` seconds for a request, and
    `ContentLostError` for an object that is not there.
    """

    def __init__(self, store: S3Store, name: str, timeout: float) -> None:
        self._store = store
        self.name = name
        self._timeout = timeout
        self._closed = False

    def close(self) -> None:
        """Refuse all further requests."""
        self._closed = True

    def require_open(self) -> None:
        """Raise `StoreUnavailable` if the bucket was closed."""
        if self._closed:
            raise StoreUnavailable(f"{self.name} is closed.")

    async def size(self, key: str) -> int | None:
        """Return the length of an object in bytes; None where there is none."""
        try:
            async with self._patiently():
                return (await obstore.head_async(self._store, key))["size"]
        except ContentLostError:
            return None

    async def put(self, key: str, data: bytes) -> None:
        """Write an object."""
        async with self._patiently():
            await obstore.put_async(self._store, key, data)

    async def put_parts(self, key: str, pieces: Iterator[bytes]) -> None:
        """Write a long object in parts, each of which has a time limit of its own.

        Obstore reads the pieces in threads of its own. Raises what reading them raises.
        """
        self.require_open()
        with self._translated():
            await obstore.put_async(
                self._store, key, pieces, chunk_size=PART, max_concurrency=PARTS_AT_ONCE, use_multipart=True
            )

    async def get(self, key: str) -> bytes:
        """Return all of a short object."""
        async with self._patiently():
            found = await obstore.get_async(self._store, key)
            return bytes(await found.bytes_async())

    async def get_range(self, key: str, start: int, length: int) -> obstore.Bytes:
        """Return some bytes of an object; fewer if it is too short."""
        async with self._patiently():
            return await obstore.get_range_async(self._store, key, start=start, length=length)

    async def copy(self, key: str, destination: str) -> None:
        """Copy an object to another key."""
        async with self._patiently():
            await obstore.copy_async(self._store, key, destination)

    async def remove(self, key: str) -> None:
        """Remove an object for good, if it is there."""
        with suppress(ContentLostError):
            async with self._patiently():
                await obstore.delete_async(self._store, key)

    async def list(self, prefix: str, at_once: int = LISTED_AT_ONCE) -> AsyncIterator[list[tuple[str, datetime]]]:
        """Yield lists of all keys with this prefix, and the time since which each is there; a request for each list."""
        listing = aiter(obstore.list(self._store, prefix, chunk_size=at_once))
        while True:
            try:
                async with self._patiently():
                    page = await anext(listing)
            except StopAsyncIteration:
                return
            yield [(each["path"], each["last_modified"]) for each in page]

    @asynccontextmanager
    async def _patiently(self) -> AsyncIterator[None]:
        self.require_open()
        with self._translated():
            async with asyncio.timeout(self._timeout):
                yield

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn obstore's exceptions into those of a store."""
        try:
            yield
        except FileNotFoundError as error:
            raise ContentLostError(f"{self.name}: {first_lines(error)}") from error
        except TimeoutError as error:
            raise StoreUnavailable(f"{self.name} did not answer within {self._timeout:g} s.") from error
        except BaseError as error:
            raise StoreUnavailable(f"{self.name}: {first_lines(error)}") from error


def first_lines(error: Exception) -> str:
    """Return obstore's message without the description of its own objects that follows."""
    return " ".join(str(error).partition("\n\nDebug source")[0].split())
