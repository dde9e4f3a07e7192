"""The state of a database on PostgreSQL: changes of others, connections that break, and a server that hangs."""

import asyncio
import time
from collections.abc import AsyncIterator

import psycopg
import pytest
from store_samples import fill
from test_contract_state import told
from test_postgresql_transactions import break_all

from gateway.store.postgresql import PostgresqlStore, open_store, state


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgresqlStore]:
    store = await open_store(database, "it")
    yield store
    await store.close()


async def test_a_change_by_another_node_is_seen_as_soon_as_it_is_acknowledged(
    store: PostgresqlStore, database: str
) -> None:
    other = await open_store(database, "the other")
    sample = await other.write(fill)
    for _ in range(50):
        before = await told(store)
        await other.write(lambda tx: tx.touch_bug(sample.bug))
        assert await told(store) > before
    await other.close()


async def test_a_transaction_that_began_long_ago_is_seen_when_it_is_committed(
    store: PostgresqlStore, database: str
) -> None:
    with psycopg.connect(database) as early:
        early.execute("INSERT INTO commits (token, was_lost) VALUES (gen_random_uuid(), true)")
        await store.write(fill)  # begun later, committed sooner
        before = await told(store)
        early.commit()
        assert await told(store) > before


async def test_a_new_connection_is_another_state(store: PostgresqlStore, database: str) -> None:
    before = await told(store)
    break_all(database)
    assert await told(store) > before


async def test_a_server_that_hangs_is_given_up(store: PostgresqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await told(store)
    monkeypatch.setattr(state, "GRACE", 0.2)
    monkeypatch.setattr(state, "_QUESTION", b"SELECT pg_sleep(600)")
    began = time.monotonic()
    assert await asyncio.gather(store.state(), store.state()) == [None, None]
    assert time.monotonic() - began < 60
    monkeypatch.undo()
    await told(store)
