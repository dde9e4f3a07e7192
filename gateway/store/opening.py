"""Opening the store of the settings: the database, and the bucket for content where one is named."""

import math
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
    store = await place(settings.database).open(create=create, durable=settings.durable, patience=patience)
    try:
        if settings.content:
            return _with_bucket(store, settings, may_wait=patience == math.inf)
        await _require_no_bucket(store)
    except BaseException:
        await store.close()
        raise
    return store


async def _require_no_bucket(store: Store) -> None:
    if await store.read(lambda tx: tx.contents_elsewhere("", 1)):
        raise StoreRefused(
            "The content of this site is in a bucket, and no setting names it: set content to s3://BUCKET/PREFIX."
        )


def bucket(settings: Settings) -> "Bucket":
    """The bucket that the settings name; nothing is asked of it yet. Raises `StoreRefused`."""
    try:
        from gateway.store.objects.bucket import open_bucket
    except ImportError as problem:
        raise StoreRefused(
            f"Content in a bucket needs obstore: pip install 'bugzilla-gateway[s3]' ({problem})."
        ) from problem
    return open_bucket(settings.content, settings.content_timeout)


def _with_bucket(store: Store, settings: Settings, *, may_wait: bool) -> Store:
    opened = bucket(settings)
    from gateway.store.objects.store import ObjectStore

    return ObjectStore(store, opened, may_wait=may_wait)
