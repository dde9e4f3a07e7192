"""Opening the store of the settings: the database, and the bucket for content where one is named."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from gateway.settings import Settings
from gateway.store.interface import Store, StoreRefused
from gateway.store.places import place

if TYPE_CHECKING:
    from gateway.store.objects.bucket import Bucket


async def open_store(settings: Settings, *, create: bool = False, patience: float = math.inf) -> Store:
    """Open the store and bring its schema up to date, as `gateway.store.places.Place.open` does.

    Raises `StoreRefused`.
    """
    store = await place(settings.database, settings.replica).open(
        create=create, durable=settings.durable, patience=patience
    )
    try:
        if settings.content:
            return _with_bucket(store, settings, may_wait=patience == math.inf)
        await _require_no_bucket(store)
    except BaseException:
        await store.close()
        raise
    return store


@asynccontextmanager
async def opened_apart(settings: Settings) -> AsyncIterator[tuple[Store, "Bucket"]]:
    """The database and the bucket of the settings, each for itself, until the end of the block.

    Raises `StoreRefused`.
    """
    apart = bucket(settings)
    store = await place(settings.database).open(durable=settings.durable)
    try:
        yield store, apart
    finally:
        apart.close()
        await store.close()


async def _require_no_bucket(store: Store) -> None:
    if await store.read(lambda tx: tx.contents_elsewhere("", 1)):
        raise StoreRefused(
            "The content of this site is in a bucket, and no setting names it: set content to s3://BUCKET/PREFIX. "
            "(`gateway move --content-to database` brings it into the database.)"
        )


def bucket(settings: Settings) -> "Bucket":
    """The bucket that the settings name; nothing is asked of it yet. Raises `StoreRefused`."""
    try:
        from gateway.store.objects.bucket import open_bucket
    except ImportError as problem:
        raise StoreRefused(
            f"Content in a bucket needs obstore: pip install 'bugzilla-gateway[s3]' ({problem})."
        ) from problem
    return open_bucket(settings.content, settings.content_timeout, address_life=settings.content_redirects)


def _with_bucket(store: Store, settings: Settings, *, may_wait: bool) -> Store:
    opened = bucket(settings)
    from gateway.store.objects.store import ObjectStore

    return ObjectStore(store, opened, read_only=settings.content_read_only, may_wait=may_wait)
