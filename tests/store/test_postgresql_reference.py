"""Reference data is kept in memory on PostgreSQL too, and right whoever changes it."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from reference_data import CHANGES, TABLES, everything
from store_samples import Sample, fill

from gateway.store.interface import Writer
from gateway.store.postgresql import PostgresqlStore, open_store
from gateway.store.sql.session import STAMP

TRIGGERS = """
    SELECT event_manipulation, event_object_table FROM information_schema.triggers
    WHERE trigger_name = 'change_stamp'"""


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgresqlStore]:
    """The sample site, with its reference data remembered."""
    store = await open_store(database, "it")
    await store.write(fill)
    assert await store.read(everything) == await store.write(everything)
    yield store
    await store.close()


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_is_seen_everywhere(store: PostgresqlStore, database: str, name: str) -> None:
    second = await open_store(database, "it")
    before = await second.read(everything)
    await store.write(CHANGES[name])
    fresh = await open_store(database, "it")
    expected = await fresh.read(everything)
    seen = [await each(everything) for each in (store.read, store.write, second.read, second.write)]
    await second.close()
    await fresh.close()
    assert expected != before
    assert seen == [expected] * 4


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_is_seen_inside_its_transaction_and_goes_with_it(store: PostgresqlStore, name: str) -> None:
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


def test_every_kind_of_change_is_noticed(database: str) -> None:
    with psycopg.connect(database) as connection:
        noticed = set(connection.execute(TRIGGERS).fetchall())
    expected = {(verb, table) for table in TABLES - {"users"} for verb in ("INSERT", "UPDATE", "DELETE")}
    assert noticed == expected | {("UPDATE", "users")}


async def test_what_happens_all_the_time_changes_no_stamp(store: PostgresqlStore, database: str) -> None:
    def work(tx: Writer) -> None:
        alice = tx.user(1)
        assert alice
        sample = Sample(alice, alice, 1, 2, 1)
        tx.set_attachment(sample.attachment(id=tx.add_attachment(sample.attachment(), None), summary="Other"))
        tx.add_flag(sample.flag())
        tx.touch_bug(1)
        tx.set_user(alice)
        tx.set_password_hash(1, "$new")

    with psycopg.connect(database, autocommit=True) as connection:
        before = connection.execute(STAMP).fetchone()
        await store.write(work)
        assert connection.execute(STAMP).fetchone() == before
