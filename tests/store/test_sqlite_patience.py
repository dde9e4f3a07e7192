"""Reading that takes longer than its budget allows is ended: it keeps others waiting."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from store_samples import COUNT_FAR

from gateway import errors
from gateway.budget import Budget
from gateway.store.sqlite import SqliteStore, open_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_store(tmp_path / "store.db", create=True)
    yield store
    await store.close()


@pytest.mark.parametrize("budget", [Budget(seconds=-1.0), Budget(rows=-1)], ids=["time", "rows"])
async def test_reading_that_takes_too_much(store: SqliteStore, budget: Budget) -> None:
    with pytest.raises(errors.GatewayError) as caught:
        await store.read(lambda tx: tx.groups(), budget)
    assert caught.value.kind is errors.TOO_SLOW
    await store.read(lambda tx: tx.groups())


async def test_one_question_that_takes_too_long_is_ended(store: SqliteStore) -> None:
    with pytest.raises(errors.GatewayError) as caught:
        await store.read(
            lambda tx: tx._statements.query(COUNT_FAR, (1_000_000_000,)),  # type: ignore[attr-defined]
            Budget(seconds=0.1),
        )
    assert caught.value.kind is errors.TOO_SLOW
    assert await store.read(lambda tx: tx.groups()) == []


async def test_each_piece_of_work_has_its_own_time(store: SqliteStore) -> None:
    budget = Budget(seconds=60.0, rows=1)
    for _ in range(3):
        assert await store.read(lambda tx: tx.site(), budget)
