"""Reference data is kept in memory, and right all the same: whoever changes it, and whatever becomes of the change."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from reference_data import CHANGES, everything, fill_all

from gateway.model import Site
from gateway.store import postgresql, sqlite
from gateway.store.interface import Store, Writer

Another = Callable[[], Awaitable[Store]]
"""Opens a store over the same database as all others that it opened."""


@pytest.fixture(params=["sqlite", "postgresql"])
async def another(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Another]:
    async with AsyncExitStack() as stores:

        async def opened() -> Store:
            if request.param == "sqlite":
                store: Store = await sqlite.open_store(tmp_path / "store.db", create=True)
            else:
                store = await postgresql.open_store(request.getfixturevalue("database"), "it")
            stores.push_async_callback(store.close)
            return store

        yield opened


@pytest.fixture
async def store(another: Another) -> Store:
    """The sample site, with all its reference data remembered, by readers and writers."""
    store = await another()
    await store.write(fill_all)
    await store.write(lambda tx: tx.set_site(Site("5.2")))
    assert await store.read(everything) == await store.write(everything)
    return store


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_is_seen_everywhere(store: Store, another: Another, name: str) -> None:
    def work(tx: Writer) -> object:
        CHANGES[name](tx)
        return everything(tx)

    second = await another()
    before = await second.read(everything)
    inside = await store.write(work)
    expected = await (await another()).read(everything)
    assert inside == expected != before
    assert [await each(everything) for each in (store.read, store.write, second.read, second.write)] == [expected] * 4


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_is_seen_inside_its_transaction_and_goes_with_it(store: Store, name: str) -> None:
    def work(tx: Writer) -> None:
        before = everything(tx)
        CHANGES[name](tx)
        assert everything(tx) != before
        raise KeyError

    before = await store.write(everything)
    with pytest.raises(KeyError):
        await store.write(work)
    assert await store.write(everything) == before
    assert await store.read(everything) == before
