"""Every test with the fixture `store` is run on every backend.

Those of what a bucket never holds are run on two of them, and on all by `.ci/run`.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from alternating import Alternating
from bucket_server import Buckets
from postgresql_server import Server
from store_samples import Sample, fill

from gateway.store import postgresql, sqlite
from gateway.store.interface import Store
from gateway.store.objects import Bucket, ObjectStore, open_bucket
from gateway.store.postgresql.connection import connect
from gateway.store.postgresql.migrate import migrate

_EMPTY = """DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica; -- no references are looked at, no triggers called
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relname NOT IN ('reference', 'gateway_migrations')
    LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S';
END $$"""
"""Empties all tables, which takes a tenth of the time that a new database does."""


WITHOUT_CONTENT = {"test_contract_bugs", "test_contract_people", "test_contract_products"}
"""Modules whose tests have nothing to do with content."""


@pytest.hookimpl(tryfirst=True)  # before those that are marked so are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and item.module.__name__ in WITHOUT_CONTENT:
            backend = item.callspec.params["store"] if "store" in item.fixturenames else ""
            if "s3" in backend:
                item.add_marker(pytest.mark.long("the bucket beside the database holds nothing of this"))


@pytest.fixture(scope="session")
def shared_database(postgresql_server: Server) -> str:
    """A PostgreSQL database with a store, which those tests share that leave its tables as they are."""
    url = postgresql_server.new_database()
    with connect(url) as connection:
        migrate(connection, url, create=True)
    return url


@pytest.fixture
def database(shared_database: str) -> str:
    """A PostgreSQL database with an empty store."""
    with psycopg.connect(shared_database) as connection:
        connection.execute(_EMPTY)
    return shared_database


@pytest.fixture
def bucket(buckets: Buckets) -> Bucket:
    """An empty bucket."""
    return open_bucket(buckets.new(), 20.0, buckets.config)


@pytest.fixture(params=["sqlite", "postgresql", "sqlite and s3", "postgresql and s3", "postgresql and s3, two nodes"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store."""
    backend, _, two_nodes = request.param.partition(", ")
    store = await _empty(backend, request, tmp_path)
    if two_nodes:
        store = Alternating(store, await _empty(backend, request, tmp_path))
    yield store
    await store.close()


async def _empty(backend: str, request: pytest.FixtureRequest, folder: Path) -> Store:
    """A store on the empty database, and in the empty bucket, of a test."""
    store: Store
    engine, _, with_bucket = backend.partition(" and ")
    if engine == "sqlite":
        store = await sqlite.open_store(folder / "store.db", create=True)
    else:
        store = await postgresql.open_store(request.getfixturevalue("database"), "it")
    return ObjectStore(store, request.getfixturevalue("bucket")) if with_bucket else store


@pytest.fixture
async def inner(tmp_path: Path) -> AsyncIterator[Store]:
    """The database alone, for tests that put a bucket beside it."""
    store = await sqlite.open_store(tmp_path / "store.db", create=True)
    yield store
    await store.close()


@pytest.fixture
async def sample(store: Store) -> Sample:
    """The small site that the store was filled with."""
    return await store.write(fill)
