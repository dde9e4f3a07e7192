"""Finding and opening the store of the settings: the database, and the bucket for content where one is named.

This is the one module that knows which backend a setting means.
"""

import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.database_url import DatabaseUrl
from gateway.settings import Settings
from gateway.store.interface import Store, StoreRefused
from gateway.store.store_location import StoreLocation

if TYPE_CHECKING:
    from gateway.store.objects.bucket import Bucket


def locate(database: Path | DatabaseUrl, replica: DatabaseUrl | None = None) -> StoreLocation:
    """Return the location that the settings `database` and `replica` mean.

    Raises `StoreRefused` where its driver is not installed, or it cannot have a replica.
    """
    if isinstance(database, DatabaseUrl):
        try:
            from gateway.store.postgresql.location import PostgresqlLocation
        except ImportError as problem:
            raise StoreRefused(_missing("A PostgreSQL database", "psycopg", "postgresql", problem)) from problem
        return PostgresqlLocation(database, replica)
    if replica is not None:
        raise StoreRefused(f"{database} is an SQLite file, which has no replica: leave the setting replica out.")
    from gateway.store.sqlite.location import SqliteLocation

    return SqliteLocation(database)


async def open_store(settings: Settings, *, create: bool = False, may_wait: bool = True) -> Store:
    """Open the store and bring its schema up to date, as `StoreLocation.open` does.

    `may_wait` says that nobody minds when reading waits for the bucket in the thread of a transaction.

    Raises `StoreRefused`.
    """
    store = await locate(settings.database, settings.replica).open(create=create, durable=settings.durable)
    try:
        if settings.content:
            return _with_bucket(store, settings, may_wait=may_wait)
        await _require_no_bucket(store)
    except BaseException:
        await store.close()
        raise
    return store


@asynccontextmanager
async def opened_apart(settings: Settings) -> AsyncIterator[tuple[Store, "Bucket"]]:
    """Open the database and the bucket of the settings, each for itself, until the end of the block.

    Raises `StoreRefused`.
    """
    apart = bucket(settings)
    store = await locate(settings.database).open(durable=settings.durable)
    try:
        yield store, apart
    finally:
        apart.close()
        await store.close()


async def _require_no_bucket(store: Store) -> None:
    if await store.read(lambda tx: tx.external_contents("", 1)):
        raise StoreRefused(
            "The content of this site is in a bucket: set content to s3://BUCKET/PREFIX. "
            "(`gateway move --content-to database` moves it to the database.)"
        )


def bucket(settings: Settings) -> "Bucket":
    """Return the bucket that the settings name; nothing is asked of it yet. Raises `StoreRefused`."""
    try:
        from gateway.store.objects.bucket import open_bucket
    except ImportError as problem:
        raise StoreRefused(_missing("Content in a bucket", "obstore", "s3", problem)) from problem
    return open_bucket(settings.content, settings.content_timeout, address_life=settings.content_redirects)


def _missing(what: str, package: str, extra: str, problem: ImportError) -> str:
    """Return a message about a package of an extra of pyproject.toml, with the command that installs it.

    The command names the package itself: the gateway is in no registry from which pip could install its extra.
    """
    install = [sys.executable, "-m", "pip", "install", *(_requirements(extra) or [package])]
    missing = problem.name or package
    return f"{what} needs {missing}, which cannot be imported ({problem}). Install it: {shlex.join(install)}"


def _requirements(extra: str) -> list[str]:
    """Return the requirements of an extra, as pip takes them; none where the gateway runs without being installed."""
    marker = f"; extra == '{extra}'"
    try:
        required = metadata.requires("bugzilla-gateway") or []
    except metadata.PackageNotFoundError:
        return []
    return [each.removesuffix(marker) for each in required if each.endswith(marker)]


def _with_bucket(store: Store, settings: Settings, *, may_wait: bool) -> Store:
    opened = bucket(settings)
    from gateway.store.objects.object_store import ObjectStore

    return ObjectStore(store, opened, read_only=settings.content_read_only, may_wait=may_wait)
