"""Callers take turns in reading and writing: one who wants much does not keep another waiting."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.budget import Budget
from gateway.store.interface import Reader, Writer
from gateway.store.sqlite import SqliteStore, group_commit, open_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_store(tmp_path / "store.db", create=True)
    yield store
    await store.close()


@asynccontextmanager
async def held(begin: object, count: int = 1) -> AsyncIterator[None]:
    """Hold up the thread that runs this work, until the end of the block."""
    reached, opened = threading.Semaphore(0), threading.Event()

    def hold(_: object) -> None:
        reached.release()
        assert opened.wait(30)

    tasks = [asyncio.create_task(begin(hold)) for _ in range(count)]  # type: ignore[operator]
    assert await asyncio.to_thread(reached.acquire, timeout=30)
    try:
        yield
    finally:
        opened.set()
        await asyncio.gather(*tasks)


async def test_another_caller_reads_beside_one_who_reads_for_long(store: SqliteStore) -> None:
    async with held(lambda work: store.read(work, Budget("greedy"), is_long=True), 20):
        for _ in range(3):
            assert await store.read(lambda tx: tx.groups(), Budget("other"), is_long=True) == []


async def test_an_account_with_many_addresses_reads_in_one_thread(store: SqliteStore) -> None:
    def budget(address: int) -> Budget:
        made = Budget(str(address))
        made.set_account(1)
        return made

    addresses = iter(range(20))
    async with held(lambda work: store.read(work, budget(next(addresses)), is_long=True), 20):
        assert await store.read(lambda tx: tx.groups(), Budget("other"), is_long=True) == []


async def test_writers_take_turns(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "LONGEST_BATCH", 0.0)  # a transaction for each
    order = ""

    async def write(name: str) -> None:
        def note(_: Writer) -> None:
            nonlocal order
            order += name
            time.sleep(0.002)  # or none of them would have used any time

        await store.write(note, Budget(name))

    async with held(lambda work: store.write(work, Budget("c"))):
        tasks = [asyncio.create_task(write(name)) for name in "aaaaabb"]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order[:2] == "ab"
    assert sorted(order) == sorted("aaaaabb")


async def test_long_work_ends_a_transaction(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "LONGEST_BATCH", 0.005)
    commits: list[int] = []

    def write(tx: Writer) -> None:
        commits.append(tx._statements.connection.execute("PRAGMA data_version").fetchone()[0])  # type: ignore[attr-defined]
        time.sleep(0.006)

    statements: list[str] = []

    def trace(tx: Reader) -> None:
        tx._statements.connection.set_trace_callback(statements.append)  # type: ignore[attr-defined]

    await store.write(trace)
    await asyncio.gather(*(store.write(write) for _ in range(4)))
    assert statements.count("COMMIT") >= 4
    assert len(commits) == 4
