"""Every test with the fixture `store` is run on every backend."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from store_samples import Sample, fill

from gateway.store.interface import Store
from gateway.store.sqlite import open_store


async def _open_sqlite(folder: Path) -> Store:
    return await open_store(folder / "store.db", create=True)


BACKENDS: dict[str, Callable[[Path], Awaitable[Store]]] = {"sqlite": _open_sqlite}


@pytest.fixture(params=BACKENDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store."""
    store = await BACKENDS[request.param](tmp_path)
    yield store
    await store.close()


@pytest.fixture
async def sample(store: Store) -> Sample:
    """The small site that the store was filled with."""
    return await store.write(fill)
