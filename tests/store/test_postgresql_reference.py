"""Cached reference data is right on PostgreSQL: triggers change the stamp."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import psycopg
import pytest
from loop_connections import in_loop
from reference_data import CHANGES_OF_KEYS, TABLES, everything, fill_all
from store_samples import Sample

from gateway.model import Site
from gateway.store.interface import Reader, Writer
from gateway.store.postgresql import PostgresqlStore, open_store
from gateway.store.postgresql.statements import NO_REFERENCE_DATA
from gateway.store.sql.transaction import STAMP

TRIGGERS = """
    SELECT event_manipulation, event_object_table FROM information_schema.triggers
    WHERE trigger_name = 'change_stamp'"""

NEW = Site("6.0")


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgresqlStore]:
    """The sample site, with its reference data remembered."""
    store = await open_store(database, "it")
    await store.write(fill_all)
    assert await store.read(everything) == await store.write(everything)
    yield store
    await store.close()


def test_every_kind_of_change_is_noticed(database: str) -> None:
    with psycopg.connect(database) as connection:
        noticed = set(connection.execute(TRIGGERS).fetchall())
    expected = {(verb, table) for table in TABLES for verb in ("INSERT", "UPDATE", "DELETE")}
    assert noticed == expected | {("UPDATE", "users"), ("UPDATE", "api_keys"), ("DELETE", "api_keys")}
    assert not {table for _, table in noticed} & set(NO_REFERENCE_DATA)


async def test_every_change_of_a_key_and_its_owner_is_noticed(store: PostgresqlStore, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in CHANGES_OF_KEYS:
            before = connection.execute(STAMP).fetchone()
            assert connection.execute(statement.encode()).rowcount > 0, statement
            assert connection.execute(STAMP).fetchone() != before, statement


def test_emptying_a_table_of_keys_is_noticed(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in (b"TRUNCATE memberships", b"TRUNCATE api_keys"):
            before = connection.execute(STAMP).fetchone()
            connection.execute(statement)
            assert connection.execute(STAMP).fetchone() != before


def site(tx: Reader) -> Site | None:
    return tx.site()


def site_or_failure(tx: Reader) -> Site | None:
    """The site, if it has the new version; if not, the first statement fails, with which the stamp comes."""
    if tx.site() != NEW:
        tx._statements.query("SELECT 1 / 0", ())  # type: ignore[attr-defined] # no other way fails at once
    return tx.site()


def site_or_broken(tx: Reader) -> Site | None:
    """The site, if it has the new version; if not, the connection breaks, and the work hides that."""
    if tx.site() != NEW:
        with suppress(psycopg.Error):
            tx._statements.query("SELECT pg_terminate_backend(pg_backend_pid())", ())  # type: ignore[attr-defined]
    return tx.site()


@pytest.mark.parametrize("way", ["read", "write"])
@pytest.mark.parametrize("work", [site, site_or_failure, site_or_broken])
async def test_work_does_not_end_with_what_was_changed_elsewhere(
    store: PostgresqlStore, database: str, way: str, work: Callable[[Reader], Site | None]
) -> None:
    run = store.read if way == "read" else store.write
    await in_loop(store)
    assert await run(site) != NEW
    second = await open_store(database, "it")
    await second.write(lambda tx: tx.set_site(NEW))
    await second.close()
    assert await run(work) == NEW


async def test_what_happens_all_the_time_changes_no_stamp(store: PostgresqlStore, database: str) -> None:
    def work(tx: Writer) -> None:
        alice, bob = tx.user(1), tx.user(2)
        assert alice
        assert bob
        sample = Sample(alice, alice, 1, 2, 1)
        tx.set_attachment(sample.attachment(id=tx.add_attachment(sample.attachment(), None), summary="Other"))
        tx.add_flag(sample.flag())
        tx.touch_bug(1)
        tx.set_user(bob)
        tx.set_direct_groups(2, ["editbugs"])
        tx.set_password_hash(1, "$new")
        tx.note_key_use(1)

    with psycopg.connect(database, autocommit=True) as connection:
        before = connection.execute(STAMP).fetchone()
        await store.write(work)
        assert connection.execute(STAMP).fetchone() == before
