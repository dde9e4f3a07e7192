"""Content is streamed from a replica of the database, as far as it has it."""

import logging
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from postgresql_server import PATIENCE, Server, running_replica, running_server
from store_samples import Sample, add_content, data_of, fill, joined

from gateway.content import PIECE, StoredContent
from gateway.database_url import DatabaseUrl
from gateway.settings import Settings
from gateway.store.interface import Store, StoreRefused
from gateway.store.opening import locate, open_store
from gateway.store.postgresql import replica

DATA, OTHER = data_of(2 * PIECE + 1), data_of(2 * PIECE + 1, seed=1)


class Pair:
    """A database on a primary and on its replica."""

    def __init__(self, primary: Server, its_replica: Server) -> None:
        self.primary = primary.new_database()
        self.server = its_replica
        self.replica = its_replica.url(self.primary.rpartition("/")[2])

    def fall_behind(self) -> None:
        """From now on the replica has nothing new."""
        self._catch_up()
        self.server.run("SELECT pg_wal_replay_pause()")

    def go_on(self) -> None:
        self.server.run("SELECT pg_wal_replay_resume()")
        self._catch_up()

    def _catch_up(self) -> None:
        with psycopg.connect(self.primary) as primary, psycopg.connect(self.server.url(), autocommit=True) as there:
            (wanted,) = primary.execute("SELECT pg_current_wal_flush_lsn()").fetchone()  # type: ignore[misc]
            deadline = time.monotonic() + PATIENCE
            while there.execute("SELECT pg_last_wal_replay_lsn() >= %s", (wanted,)).fetchone() != (True,):
                assert time.monotonic() < deadline
                time.sleep(0.01)

    def remove_from_primary(self, attachment_id: int) -> None:
        """Remove content, so that only the replica has it."""
        with psycopg.connect(self.primary) as primary:
            primary.execute("DELETE FROM pieces WHERE attachment_id = %s", (attachment_id,))


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    with running_server() as primary, running_replica(primary) as its_replica:
        yield primary, its_replica


@pytest.fixture
def pair(servers: tuple[Server, Server]) -> Iterator[Pair]:
    pair = Pair(*servers)
    yield pair
    pair.go_on()


def settings(database: str, its_replica: str) -> Settings:
    return Settings(database=DatabaseUrl(database), replica=DatabaseUrl(its_replica))


@pytest.fixture
async def store(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """A store that gives its replica time, on however busy a machine, and does not come back to one that failed."""
    monkeypatch.setattr(replica, "_PATIENCE", 60)
    monkeypatch.setattr(replica, "AWAY", 3600.0)
    store = await open_store(settings(pair.primary, pair.replica), create=True)
    yield store
    await store.close()


@pytest.fixture
async def sample(store: Store) -> Sample:
    return await store.write(fill)


def give_replica(store: Store, seconds: float) -> None:
    """Let the replica of a store take so long from now on, before the primary is asked."""
    store._replica._threads._patience = seconds  # type: ignore[attr-defined]


async def content_of(store: Store, attachment_id: int) -> StoredContent:
    (content,) = await store.read(lambda tx: tx.contents_after(attachment_id - 1, 1))
    return content


async def test_content_comes_from_the_replica(store: Store, sample: Sample, pair: Pair) -> None:
    number = await add_content(store, sample, DATA)
    pair.fall_behind()
    pair.remove_from_primary(number)
    assert await joined(store.stream(await content_of(store, number))) == DATA


async def test_what_the_replica_does_not_have_yet_comes_from_the_primary(
    store: Store, sample: Sample, pair: Pair
) -> None:
    pair.fall_behind()
    number = await add_content(store, sample, DATA)
    content = await content_of(store, number)
    assert await joined(store.stream(content)) == DATA
    pair.remove_from_primary(number)
    with pytest.raises(LookupError):
        await joined(store.stream(content))


async def test_content_of_another_hash_is_not_taken_from_the_replica(store: Store, sample: Sample, pair: Pair) -> None:
    """A replica that has left the history of its primary has another attachment of that number."""
    number = await add_content(store, sample, OTHER)
    pair.fall_behind()
    with psycopg.connect(pair.primary) as primary:
        primary.execute("DELETE FROM pieces")
        primary.execute("DELETE FROM attachments")
        primary.execute("SELECT setval('attachments_id_seq', %s, false)", (number,))
    assert await add_content(store, sample, DATA) == number
    assert await joined(store.stream(await content_of(store, number))) == DATA


async def test_a_replica_that_is_gone_is_done_without_and_not_asked_for_a_while(
    store: Store, sample: Sample, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    number = await add_content(store, sample, DATA)
    stream = store.stream(content := await content_of(store, number))
    first = await anext(stream)
    give_replica(store, 0)
    pair.server.stop(signal.SIGKILL)
    try:
        with caplog.at_level(logging.WARNING, "gateway.store.postgresql.replica"):
            assert first + await joined(stream) == DATA
            assert await joined(store.stream(content)) == DATA
        assert [each.levelname for each in caplog.records] == ["WARNING"]
    finally:
        pair.server.start()
    pair.fall_behind()
    pair.remove_from_primary(number)
    with pytest.raises(LookupError):
        await joined(store.stream(content))


async def test_a_replica_that_is_back_is_asked_again(
    store: Store, sample: Sample, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "AWAY", 0.0)
    number = await add_content(store, sample, DATA)
    content = await content_of(store, number)
    give_replica(store, 0)
    pair.server.stop(signal.SIGKILL)
    try:
        assert await joined(store.stream(content)) == DATA
    finally:
        pair.server.start()
    give_replica(store, 60)
    pair.fall_behind()
    pair.remove_from_primary(number)
    assert await joined(store.stream(content)) == DATA


@pytest.mark.parametrize("says", ["nothing", "no such database"])
async def test_a_replica_that_cannot_be_used_is_done_without(pair: Pair, says: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hangs = f"postgresql://postgres@127.0.0.1:{silent.getsockname()[1]}/bugs"
        its_replica = hangs if says == "nothing" else pair.server.url("nowhere")
        store = await open_store(settings(pair.primary, its_replica), create=True)
        number = await add_content(store, await store.write(fill), DATA)
        assert await joined(store.stream(await content_of(store, number))) == DATA
        await store.close()


async def test_the_replica_is_told_about_where_it_is_none(store: Store, pair: Pair) -> None:
    def warnings(its_replica: str) -> list[str]:
        return [what for what, _ in locate(DatabaseUrl(pair.primary), DatabaseUrl(its_replica)).warnings()]

    pair.fall_behind()
    assert warnings(pair.replica) == []
    assert "is a server of its own, no replica" in warnings(pair.primary)[0]
    (told,) = warnings("postgresql://postgres:secret@127.0.0.1:1/bugs")
    assert "cannot be used" in told
    assert "secret" not in told


async def test_a_file_has_no_replica(pair: Pair) -> None:
    with pytest.raises(StoreRefused, match="leave the setting replica out"):
        await open_store(Settings(replica=DatabaseUrl(pair.replica)), create=True)
