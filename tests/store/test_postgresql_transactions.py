"""Transactions on PostgreSQL: work that is run again, connections that break, and a server that is away."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
from loop_connections import in_loop
from postgresql_server import Server, running_server
from store_samples import Sample, fill

from gateway.budget import Budget
from gateway.store.interface import Reader, StoreUnavailable, Writer
from gateway.store.postgresql import PostgresqlStore, connection_threads, loop_waiting, open_store, serializable
from gateway.store.postgresql.connection import PostgresqlConnection, connect
from gateway.store.postgresql.prepared import Request
from gateway.store.postgresql.statements import PostgresqlStatements
from gateway.store.sql.transaction import ReferenceCache

OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgresqlStore]:
    store = await open_store(database, "it")
    yield store
    await store.close()


@pytest.fixture
async def sample(store: PostgresqlStore) -> Sample:
    return await store.write(fill)


def connection(tx: Reader) -> PostgresqlConnection:
    """The connection under a reader or a writer, on which its transaction has begun."""
    tx._statements.finish()  # type: ignore[attr-defined]
    return tx._statements.connection  # type: ignore[attr-defined, no-any-return] # there is no other way to break it


def leave_loop(tx: Reader) -> None:
    tx._statements.leave_event_loop()  # type: ignore[attr-defined] # as work that takes long does


def say(sample: Sample, text: str) -> Callable[[Writer], object]:
    return lambda tx: tx.add_comment(sample.comment(text=text))


async def texts(store: PostgresqlStore, sample: Sample) -> list[str]:
    return sorted(await store.read(lambda tx: [comment.text for comment in tx.comments(sample.bug)]))


def break_all(database: str) -> None:
    """End every connection to a database, as a server does that is stopped."""
    name = database.rpartition("/")[2]
    with psycopg.connect(database.replace(name, "postgres")) as administrator:
        administrator.execute(OTHERS, (name,))


async def test_work_in_each_others_way_is_run_again_until_it_is_alone(store: PostgresqlStore, sample: Sample) -> None:
    runs: list[str] = []
    together = threading.Barrier(2)

    def count(name: str) -> Callable[[Writer], None]:
        def work(tx: Writer) -> None:
            leave_loop(tx)
            runs.append(name)
            seen = len(tx.comments(sample.bug))
            if len(runs) <= 2:
                together.wait(30)
            tx.add_comment(sample.comment(text=f"{seen} before me"))

        return work

    await asyncio.gather(store.write(count("a")), store.write(count("b")))
    assert await texts(store, sample) == ["0 before me", "1 before me"]
    assert len(runs) == 3


async def test_the_last_try_is_alone_and_succeeds(
    store: PostgresqlStore, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serializable, "CONCURRENT_TRIES", 1)
    await asyncio.gather(*(store.write(lambda tx: tx.touch_bug(sample.bug)) for _ in range(100)))


async def test_the_time_of_work_does_not_count_while_another_writer_is_alone(
    store: PostgresqlStore, sample: Sample, database: str
) -> None:
    budget, deadlines = Budget(seconds=60), list[float]()

    def work(tx: Writer) -> None:
        deadlines.append(budget.deadline)
        connection(tx)
        deadlines.append(budget.deadline)

    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE reference IN EXCLUSIVE MODE")
        waits = asyncio.create_task(store.write(work, budget))
        async with asyncio.timeout(60):
            while not other.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall():  # noqa: ASYNC110 (a server tells)
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
    await waits
    assert deadlines[1] - deadlines[0] >= 0.1


async def test_work_that_hides_its_failure_is_run_again(store: PostgresqlStore, sample: Sample) -> None:
    tries: list[None] = []

    def work(tx: Writer) -> int:
        tries.append(None)
        tx.add_comment(sample.comment(text=str(len(tries))))
        if len(tries) == 1:
            try:
                connection(tx).execute("SELECT 1 / 0")
            except psycopg.Error:
                return 1
        return len(tries)

    assert await store.write(work) == 2
    assert await texts(store, sample) == ["2"]


async def test_work_may_go_on_after_a_refusal(store: PostgresqlStore, sample: Sample) -> None:
    def work(tx: Writer) -> str:
        tx.add_comment(sample.comment(text="before"))
        try:
            tx.add_comment(sample.comment(text="refused", bug_id=99))
        except ValueError as refusal:
            tx.add_comment(sample.comment(text="after"))
            return str(refusal)
        return ""

    assert await store.write(work) == "There is no bug 99."
    assert await texts(store, sample) == ["after", "before"]


async def test_broken_connections_are_made_anew(store: PostgresqlStore, sample: Sample, database: str) -> None:
    for number in range(3):
        break_all(database)
        await asyncio.gather(*(store.write(say(sample, f"{number}")) for _ in range(5)))
        break_all(database)
        assert len(await texts(store, sample)) == 5 * (number + 1)


async def test_work_whose_connection_breaks_is_run_again(store: PostgresqlStore, sample: Sample, database: str) -> None:
    tries: list[None] = []

    def work(tx: Writer) -> None:
        tries.append(None)
        tx.add_comment(sample.comment(text=str(len(tries))))
        if len(tries) == 1:
            break_all(database)
        tx.add_comment(sample.comment(text="more"))

    await store.write(work)
    assert len(tries) > 1
    assert await texts(store, sample) == [str(len(tries)), "more"]


@pytest.mark.parametrize("is_last_committed", [None, True, False])
async def test_what_was_committed_alone_is_not_run_again_with_the_rest_of_its_batch(
    store: PostgresqlStore,
    sample: Sample,
    database: str,
    is_last_committed: bool | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The schema refuses one of a batch, so each has its own transaction; the connection breaks in that of the last."""
    plain, tries = PostgresqlStatements.finish, list[str]()

    def finish(statements: PostgresqlStatements, *requests: Request) -> object:
        is_commit = bool(requests) and requests[-1].sql == "COMMIT"
        if not is_commit or tries != ["last"] or is_last_committed is None:
            return plain(statements, *requests)
        if is_last_committed:
            plain(statements, *requests)
        break_all(database)
        tries.append("broken")
        return plain(statements, *requests)

    def last(tx: Writer) -> None:
        tries.append("last")
        if is_last_committed is None and len(tries) == 1:
            break_all(database)
        tx.add_comment(sample.comment(text="last"))

    await in_loop(store)
    monkeypatch.setattr(PostgresqlStatements, "finish", finish)
    refused = store.write(lambda tx: tx.add_comment(sample.comment(bug_id=99)))
    begun = store.write(lambda tx: tx.touch_bug(sample.bug))
    works = [begun, store.write(say(sample, "first")), refused, store.write(last)]
    async with asyncio.timeout(60):
        outcomes = await asyncio.gather(*works, return_exceptions=True)
    assert [type(each) for each in outcomes] == [type(None), int, ValueError, type(None)]
    assert len(tries) > 1
    assert await texts(store, sample) == ["first", "last"]


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("leaves", [True, False])
async def test_a_commit_whose_answer_is_lost_is_looked_up(
    store: PostgresqlStore,
    sample: Sample,
    database: str,
    committed: bool,
    leaves: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain, lost = PostgresqlStatements.finish, list[None]()

    def finish(statements: PostgresqlStatements, *requests: Request) -> object:
        if not requests or requests[-1].sql != "COMMIT" or lost:
            return plain(statements, *requests)
        lost.append(None)
        if committed:
            plain(statements, *requests)
        break_all(database)
        return plain(statements, *requests)

    def work(tx: Writer) -> int:
        if leaves:
            leave_loop(tx)
        return tx.add_comment(sample.comment(text="once"))

    await in_loop(store)
    monkeypatch.setattr(PostgresqlStatements, "finish", finish)
    assert await store.write(work)
    assert lost
    assert await texts(store, sample) == ["once"]


async def test_writes_that_come_together_share_a_transaction(store: PostgresqlStore, sample: Sample) -> None:
    def transaction(tx: Writer) -> str:
        tx.touch_bug(sample.bug)
        ((number,),) = connection(tx).execute("SELECT pg_current_xact_id()::text").fetchall()
        return str(number)

    await in_loop(store)
    first, *others = await asyncio.gather(*(store.write(transaction) for _ in range(9)))
    assert len({*others}) == 1
    assert first not in others


async def test_a_write_that_waits_for_a_lock_does_not_hold_up_others(
    store: PostgresqlStore, sample: Sample, database: str
) -> None:
    await in_loop(store)
    with psycopg.connect(database) as other:
        other.execute("SELECT 1 FROM bugs WHERE id = %s FOR UPDATE", (sample.bug,))
        waiting = asyncio.create_task(store.write(lambda tx: (tx.touch_bug(sample.bug), tx.bug(sample.bug))))
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await store.write(lambda tx: tx.touch_bug(sample.other_bug))
        assert not waiting.done()
    await waiting


def burn(_: Reader) -> None:
    end = time.thread_time() + 2 * loop_waiting.BUDGET
    while time.thread_time() < end:
        pass


@pytest.mark.parametrize("is_long", [leave_loop, burn])
async def test_brief_work_is_done_in_the_loop_and_long_work_in_a_thread(
    store: PostgresqlStore, sample: Sample, is_long: Callable[[Reader], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_waiting, "BUDGET", 0.1)  # collecting garbage takes more than the usual time

    def brief(tx: Reader) -> int:
        tx.bug(sample.bug)
        return threading.get_ident()

    def long(tx: Reader) -> int:
        tx.bug(sample.bug)
        is_long(tx)
        tx.bug(sample.other_bug)
        return threading.get_ident()

    await in_loop(store)
    here = threading.get_ident()
    assert (await store.read(brief), await store.write(brief)) == (here, here)
    assert here not in (await store.read(long), await store.write(long))


@pytest.fixture
def own_server() -> AsyncIterator[Server]:
    with running_server() as server:
        yield server


@pytest.mark.long("11 s: waits until calls are given up")
async def test_a_server_that_is_away_is_an_error_in_time_and_no_longer_than_it_is_away(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_threads, "PATIENCE", 0.5)
    store = await open_store(own_server.new_database(), "it", create=True)
    sample = await store.write(fill)
    own_server.stop()
    calls = [*(store.write(say(sample, "lost")) for _ in range(20)), *(store.read(lambda tx: tx.site()) for _ in "12")]
    for result in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(result, StoreUnavailable)
    own_server.start()
    await store.write(say(sample, "kept"))
    assert await texts(store, sample) == ["kept"]
    await store.close()


async def test_a_lock_that_somebody_keeps_is_an_error_in_time(
    store: PostgresqlStore, sample: Sample, database: str
) -> None:
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE comments")

        def work(tx: Writer) -> None:
            connection(tx).execute("SET LOCAL lock_timeout = '100ms'")
            tx.add_comment(sample.comment())

        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await store.write(work)
    await store.write(say(sample, "later"))


REFUSED = "UPDATE comments SET text = chr(0) WHERE bug_id = ?"
"""A change that PostgreSQL refuses, and the schema does not: as it would one that takes too long, or finds no space."""


@pytest.mark.parametrize("batch", ["ok ok failed", "read failed ok ok failed ok failed read", "read ok refused read ok",
                                   "read refused ok failed", "ok ok refused", "ok refused", "ok violated refused ok",
                                   "violated refused ok"])  # fmt: skip
def test_each_of_a_batch_is_stored_if_it_says_so(database: str, batch: str) -> None:
    def work(number: int, kind: str) -> Callable[[Writer], None]:
        def run(tx: Writer) -> None:
            if kind == "read":
                tx.bug(sample.bug)
            bug = 99 if kind == "violated" else sample.bug
            tx.append_comment(sample.comment(text=f"{number}", bug_id=bug))  # which waits for the next statement
            if kind == "refused":
                tx._statements.change(REFUSED, (sample.bug,))  # type: ignore[attr-defined] # so does this
            if kind == "failed":
                raise KeyError

        return run

    with connect(database) as connection:
        cache = ReferenceCache()
        sample = serializable.write_together(connection, cache, [fill])[0].take()
        works = [work(*each) for each in enumerate(batch.split())]
        outcomes = serializable.write_together(connection, cache, works)
        (stored,) = serializable.read(connection, cache, [lambda tx: [each.text for each in tx.comments(sample.bug)]])
    said = [type(each.error) for each in outcomes]
    expected = {"failed": KeyError, "refused": StoreUnavailable, "violated": ValueError}
    assert said == [expected.get(kind, type(None)) for kind in batch.split()]
    assert stored.take() == [f"{number}" for number, each in enumerate(said) if each is type(None)]
