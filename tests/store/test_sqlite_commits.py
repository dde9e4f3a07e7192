"""Group commit on SQLite, and what becomes of everybody's work when the database itself fails."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from store_samples import LongContent, Sample, fill

from gateway.store.interface import Reader, StoreUnavailable, Writer
from gateway.store.sqlite import SqliteStore, group_commit, open_store
from gateway.store.sqlite.reads import READ_TOGETHER

Work = Callable[[Writer], object]


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteStore]:
    monkeypatch.setattr(group_commit, "BUSY_SECONDS", 0.05)
    store = await open_store(tmp_path / "store.db", create=True)
    yield store
    await store.close()


@pytest.fixture
async def sample(store: SqliteStore) -> Sample:
    return await store.write(fill)


def database(tx: Reader) -> sqlite3.Connection:
    """The connection under a reader or a writer."""
    return tx._statements.connection  # type: ignore[attr-defined, no-any-return] # there is no other way to make it fail


def say(sample: Sample, text: str) -> Work:
    return lambda tx: tx.add_comment(sample.comment(text=text))


async def stored_texts(store: SqliteStore, sample: Sample) -> list[str]:
    return await store.read(lambda tx: [comment.text for comment in tx.comments(sample.bug)])


async def write_together(store: SqliteStore, works: list[Work]) -> list[object]:
    """Write pieces of work that have all been waiting before the first of them begins."""
    opened, reached = threading.Event(), threading.Event()

    def hold(_: Writer) -> None:
        reached.set()
        assert opened.wait(30)

    held = asyncio.create_task(store.write(hold))
    assert await asyncio.to_thread(reached.wait, 30)
    tasks = [asyncio.create_task(store.write(work)) for work in works]
    await asyncio.sleep(0)
    opened.set()
    await held
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_work_that_waits_together_shares_commits(
    store: SqliteStore, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "LONGEST_BATCH", 60.0)
    statements: list[str] = []
    await store.write(lambda tx: database(tx).set_trace_callback(statements.append))
    works = [say(sample, str(number)) for number in range(2 * group_commit.LARGEST_BATCH + 10)]
    await write_together(store, works)
    await store.write(lambda tx: database(tx).set_trace_callback(None))
    assert await stored_texts(store, sample) == [str(number) for number in range(len(works))]
    # One each for what set the trace and for what held the others up, then the three batches.
    assert statements.count("COMMIT") == 1 + 1 + 3
    assert statements.count("BEGIN IMMEDIATE") == 1 + 3 + 1


async def test_work_that_comes_a_turn_of_the_loop_later_joins_the_batch(
    store: SqliteStore, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = store._writes
    handed_over: list[int] = []
    submit = writes._connection.submit
    await writes._connection.run(lambda _: None)  # the thread has ended its last run, and takes nothing by itself

    def watched(run: Callable[[sqlite3.Connection], None]) -> None:
        handed_over.append(len(writes._waiting))
        submit(run)

    monkeypatch.setattr(writes._connection, "submit", watched)
    first = asyncio.create_task(store.write(say(sample, "a")))
    await asyncio.sleep(0)
    await asyncio.gather(first, store.write(say(sample, "b")))
    assert handed_over == [2]


async def test_work_that_was_not_handed_over_yet_is_finished_when_the_store_is_closed(
    store: SqliteStore, sample: Sample, tmp_path: Path
) -> None:
    task = asyncio.create_task(store.write(say(sample, "a")))
    await asyncio.sleep(0)
    await store.close()
    await asyncio.wait_for(task, 60)
    again = await open_store(tmp_path / "store.db")
    assert await stored_texts(again, sample) == ["a"]
    await again.close()


async def test_work_whose_caller_gave_up_before_it_began_is_left_out(store: SqliteStore, sample: Sample) -> None:
    opened = threading.Event()
    held = asyncio.create_task(store.write(lambda tx: opened.wait(30)))
    tasks = [asyncio.create_task(store.write(say(sample, text))) for text in "abc"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.wait([tasks[1]])
    opened.set()
    await asyncio.gather(held, tasks[0], tasks[2])
    assert await stored_texts(store, sample) == ["a", "c"]


async def test_without_a_commit_everybodys_work_has_failed(store: SqliteStore, sample: Sample) -> None:
    def dangle(tx: Writer) -> None:
        database(tx).execute("PRAGMA defer_foreign_keys = ON")  # so that it is COMMIT that fails
        database(tx).execute("INSERT INTO bug_cc VALUES (99, 99)")

    results = await write_together(store, [say(sample, "a"), dangle, say(sample, "b")])
    assert [type(result) for result in results] == [StoreUnavailable] * 3
    assert len({id(result) for result in results}) == 3
    assert await stored_texts(store, sample) == []
    await store.write(say(sample, "c"))
    assert await stored_texts(store, sample) == ["c"]


async def test_a_locked_database_fails_writing_and_nothing_else(
    store: SqliteStore, sample: Sample, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        results = await asyncio.gather(*(store.write(say(sample, text)) for text in "ab"), return_exceptions=True)
        assert [type(result) for result in results] == [StoreUnavailable] * 2
        assert "locked" in str(results[0])
        assert await stored_texts(store, sample) == []
    await store.write(say(sample, "c"))
    assert await stored_texts(store, sample) == ["c"]


async def test_who_comes_while_others_wait_for_a_lock_does_not_wait_longer(
    store: SqliteStore, sample: Sample, tmp_path: Path
) -> None:
    attempts: list[str] = []
    await store.write(lambda tx: database(tx).set_trace_callback(attempts.append))
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        first = asyncio.create_task(store.write(say(sample, "a")))
        while attempts.count("BEGIN IMMEDIATE") < 2:
            assert await stored_texts(store, sample) == []
        later = [asyncio.create_task(store.write(say(sample, text))) for text in "bc"]
        done, _ = await asyncio.wait([first, *later], return_when=asyncio.FIRST_COMPLETED)
        assert done == {first, *later}
        assert {type(task.exception()) for task in done} == {StoreUnavailable}
        assert len({id(task.exception()) for task in done}) == 3
    await store.write(say(sample, "d"))
    assert await stored_texts(store, sample) == ["d"]


async def test_a_lock_that_is_let_go_of_in_time_is_waited_for(
    store: SqliteStore, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "BUSY_SECONDS", 30)
    attempts: list[str] = []
    await store.write(lambda tx: database(tx).set_trace_callback(attempts.append))
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(store.write(say(sample, "a")))
        while attempts.count("BEGIN IMMEDIATE") < 3 and not writing.done():
            assert await stored_texts(store, sample) == []
        other.execute("COMMIT")
        await writing
    assert await stored_texts(store, sample) == ["a"]


async def test_a_full_database_fails_what_does_not_fit_and_works_again_with_more_room(
    store: SqliteStore, sample: Sample
) -> None:
    def limit(pages: int) -> Work:
        return lambda tx: database(tx).execute(f"PRAGMA max_page_count = {pages}").fetchone()

    (pages,) = await store.write(lambda tx: database(tx).execute("PRAGMA page_count").fetchone())  # type: ignore[misc]
    await store.write(limit(pages + 20))
    big: Work = lambda tx: tx.add_attachment(sample.attachment(), LongContent(3_000_000))
    results = await write_together(store, [say(sample, "a"), big, say(sample, "b")])
    assert isinstance(results[1], StoreUnavailable)
    assert "full" in str(results[1])
    acknowledged = [text for text, result in zip("a b", results, strict=True) if isinstance(result, int)]
    assert await stored_texts(store, sample) == acknowledged
    assert await store.read(lambda tx: tx.attachments_of_bug(sample.bug)) == []

    await store.write(limit(2**30))
    await store.write(big)
    assert await store.check(lambda done, total: None) == []


async def test_a_read_only_database_fails_writing_and_nothing_else(store: SqliteStore, sample: Sample) -> None:
    writer = store._writes._connection  # a file mode would not do: tests may be run by root
    await store.write(say(sample, "a"))
    await writer.run(lambda database: database.execute("PRAGMA query_only = ON").fetchall())
    results = await asyncio.gather(*(store.write(say(sample, text)) for text in "bc"), return_exceptions=True)
    assert [type(result) for result in results] == [StoreUnavailable] * 2
    assert await stored_texts(store, sample) == ["a"]
    await writer.run(lambda database: database.execute("PRAGMA query_only = OFF").fetchall())
    await store.write(say(sample, "d"))
    assert await stored_texts(store, sample) == ["a", "d"]


@pytest.mark.parametrize("statement", ["COMMIT", "ROLLBACK"])
async def test_a_transaction_that_is_gone_is_nobodys_success(
    store: SqliteStore, sample: Sample, statement: str
) -> None:
    def end_it(tx: Writer) -> None:
        database(tx).execute(statement)

    results = await write_together(store, [end_it, say(sample, "a")])
    assert [type(result) for result in results] == [StoreUnavailable] * 2
    assert await stored_texts(store, sample) == []
    await store.write(say(sample, "b"))
    assert await stored_texts(store, sample) == ["b"]


async def test_reading_work_that_waits_together_shares_transactions(store: SqliteStore) -> None:
    statements: list[str] = []
    reached, opened = threading.Event(), threading.Event()

    def hold(tx: Reader) -> None:
        reached.set()
        assert opened.wait(30)
        database(tx).set_trace_callback(statements.append)

    held = asyncio.create_task(store.read(hold, is_long=True))
    assert await asyncio.to_thread(reached.wait, 30)
    tasks = [asyncio.create_task(store.read(lambda _: None, is_long=True)) for _ in range(2 * READ_TOGETHER + 1)]
    await asyncio.sleep(0)
    opened.set()
    await asyncio.gather(held, *tasks)
    await store.read(lambda tx: database(tx).set_trace_callback(None), is_long=True)
    assert statements.count("ROLLBACK") == 1 + 3  # that of what held the others up, then the three batches
    assert statements.count("BEGIN") == 3 + 1


async def test_after_an_error_that_ended_the_transaction_the_next_work_has_one(store: SqliteStore) -> None:
    def end_it(tx: Reader) -> None:
        database(tx).execute("ROLLBACK")

    works = [end_it, lambda tx: database(tx).in_transaction]
    assert await asyncio.gather(*map(store.read, works)) == [None, True]


async def test_reading_work_cannot_write(store: SqliteStore, sample: Sample) -> None:
    with pytest.raises(StoreUnavailable, match="readonly"):
        await store.read(lambda tx: tx._statements.connection.execute("DELETE FROM bug_cc"))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)])
async def test_durability_is_a_setting(tmp_path: Path, durable: bool, synchronous: int) -> None:
    store = await open_store(tmp_path / "other.db", create=True, durable=durable)
    assert await store.write(lambda tx: database(tx).execute("PRAGMA synchronous").fetchone()) == (synchronous,)
    await store.close()
