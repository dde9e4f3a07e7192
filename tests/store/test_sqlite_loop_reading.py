"""Brief reading is done in the event loop, and nothing else is."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from store_samples import COUNT_FAR, add_content, data_of, fill

from gateway.budget import Budget
from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.context import RequestContext
from gateway.methods.service import Service
from gateway.methods.store_answerer import StoreAnswerer
from gateway.settings import Settings
from gateway.store.interface import Reader, Store
from gateway.store.sqlite import SqliteStore, loop_reading, open_store
from gateway.web.metrics import Metrics

LOOP = threading.get_ident()


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteStore]:
    """A store whose budget is processor time, of which a busy machine takes nothing away."""
    monkeypatch.setattr(loop_reading, "time", SimpleNamespace(monotonic=time.thread_time, thread_time=time.thread_time))
    monkeypatch.setattr(loop_reading, "BUDGET", 0.1)
    monkeypatch.setattr(loop_reading, "MOST_WAITING", 1.0)
    store = await open_store(tmp_path / "store.db", create=True)
    yield store
    await store.close()


def where(tx: Reader) -> int:
    """The thread that the work is done in."""
    tx.groups()
    return threading.get_ident()


async def test_brief_reading_is_done_in_the_loop(store: SqliteStore) -> None:
    assert await store.read(where) == LOOP
    assert await store.write(where) != LOOP


async def test_long_work_begins_in_a_thread(store: SqliteStore) -> None:
    assert await store.read(where, is_long=True) != LOOP
    assert await store.read(where) == LOOP


async def test_work_that_takes_long_between_two_questions_is_done_anew_in_a_thread(store: SqliteStore) -> None:
    runs: list[int] = []

    def work(tx: Reader) -> int:
        runs.append(where(tx))
        take_long()
        return where(tx)

    assert await store.read(work) == runs[1] != LOOP
    assert runs[0] == LOOP
    assert len(runs) == 2


async def test_a_question_that_takes_long_is_asked_anew_in_a_thread(store: SqliteStore) -> None:
    threads: list[int] = []

    def work(tx: Reader) -> int:
        threads.append(threading.get_ident())
        ((total,),) = tx._statements.query(COUNT_FAR, (3_000_000,))  # type: ignore[attr-defined] # no question is as long
        return int(total)

    assert await store.read(work) == 3_000_000 * 3_000_001 // 2
    assert threads[0] == LOOP
    assert len(threads) == 2
    assert threads[1] != LOOP


def take_long() -> None:
    """Exceed the budget."""
    ended = time.thread_time() + 2 * loop_reading.BUDGET
    while time.thread_time() < ended:
        pass


def slow(tx: Reader) -> int:
    take_long()
    return where(tx)


def long(tx: Reader) -> int:
    tx._statements.query(COUNT_FAR, (3_000_000,))  # type: ignore[attr-defined]
    return threading.get_ident()


@pytest.mark.parametrize("work", [slow, long])
async def test_work_that_catches_everything_is_done_in_a_thread_all_the_same(
    store: SqliteStore, work: Callable[[Reader], int]
) -> None:
    def catching(tx: Reader) -> int | None:
        try:
            return work(tx)
        except Exception:
            return None

    assert await store.read(catching) not in (None, LOOP)


@pytest.mark.parametrize("size", [1, 200_000])
async def test_content_is_read_in_the_loop_only_if_it_is_short(store: SqliteStore, size: int) -> None:
    sample = await store.write(fill)
    attachment_id = await add_content(store, sample, data_of(size))

    def load(tx: Reader) -> tuple[int, int]:
        content = tx.contents(tx.attachments([attachment_id]), 1_000_000)[attachment_id]
        return content.size, threading.get_ident()

    def read(tx: Reader) -> tuple[int, int]:
        return sum(map(len, tx.pieces(attachment_id))), threading.get_ident()

    loaded, where_loaded = await store.read(load)
    assert loaded == size
    assert (where_loaded == LOOP) == (size == 1)
    piece, where_read = await store.read(read)
    assert piece == size
    assert where_read != LOOP


@pytest.mark.parametrize("length", [1, 5000])
async def test_a_call_with_a_long_list_is_not_made_in_the_loop(store: SqliteStore, length: int) -> None:
    threads: list[int] = []

    class Watched:
        async def read(self, work: Callable[[Reader], Any], *budget: Budget, is_long: bool) -> Any:
            def watched(tx: Reader) -> Any:
                result = work(tx)
                threads.append(threading.get_ident())
                return result

            return await store.read(watched, *budget, is_long=is_long)

    service = Service(StoreAnswerer(cast("Store", Watched()), Settings(), METHODS, ISSUES), Settings(), Metrics())
    nowhere = {"ids": ["99999999999"] * length, "permissive": True}
    method = METHODS.get("Bug.get")
    assert method is not None
    await service.call(method, nowhere, RequestContext("rest", "192.0.2.1"))
    await service.close()
    assert (threads == [LOOP]) == (length == 1)


async def test_the_loop_waits_for_no_lock(store: SqliteStore) -> None:
    def patience(tx: Reader) -> tuple[int, int]:
        ((milliseconds,),) = tx._statements.query("PRAGMA busy_timeout", ())  # type: ignore[attr-defined]
        return milliseconds, threading.get_ident()

    assert await store.read(patience) == (0, LOOP)


async def test_after_long_work_the_loop_rests(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_reading, "REST", 3600)
    await store.read(slow)
    assert await store.read(where) != LOOP


async def test_after_its_rest_the_loop_is_tried_again(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_reading, "REST", 0)
    await store.read(slow)
    assert await store.read(where) == LOOP


async def test_who_reads_again_and_again_leaves_turns_to_others(store: SqliteStore) -> None:
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    began = time.thread_time()
    while time.thread_time() < began + 10 * loop_reading.BUDGET:
        await store.read(where)
    others.cancel()
    assert turns >= 2


async def test_who_reads_once_in_a_turn_of_the_loop_does_not_wait_for_the_next(store: SqliteStore) -> None:
    turn = 0

    def count() -> None:
        nonlocal turn
        turn += 1
        loop.call_soon(count)

    loop = asyncio.get_running_loop()
    count()
    began = time.thread_time()
    while time.thread_time() < began + 5 * loop_reading.BUDGET:
        await asyncio.sleep(0)
        before = turn
        await store.read(where)
        assert turn == before


async def test_what_fails_in_the_loop_is_not_tried_again(store: SqliteStore) -> None:
    runs: list[int] = []

    def fail(tx: Reader) -> None:
        runs.append(where(tx))
        raise LookupError("so it is")

    with pytest.raises(LookupError, match="so it is"):
        await store.read(fail)
    assert runs == [LOOP]
