"""Opening a PostgreSQL store: migrations, what is refused, and what is not shown."""

import asyncio
import re
from pathlib import Path

import psycopg
import pytest
from ports import free_port
from postgresql_server import Server

from gateway.database_url import DatabaseUrl
from gateway.model import Group
from gateway.store.interface import StoreRefused
from gateway.store.opening import locate
from gateway.store.postgresql import migrate, open_store
from gateway.store.postgresql.connection import connect

NEWEST = len(migrate.scripts())


@pytest.fixture
def url(postgresql_server: Server) -> str:
    """An empty database."""
    return postgresql_server.new_database()


async def make_store(url: str) -> None:
    store = await open_store(url, "it", create=True)
    await store.close()


def query(url: str, sql: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchall()[0][0]  # type: ignore[call-overload]


def change(url: str, sql: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(sql)  # type: ignore[call-overload]


async def test_migrations_are_applied_from_empty(url: str) -> None:
    await make_store(url)
    assert query(url, "SELECT array_agg(number ORDER BY number) FROM gateway_migrations") == [*range(1, NEWEST + 1)]


def test_migrations_are_numbered_without_gaps() -> None:
    folder = Path(migrate.__file__).parent / "migrations"
    assert [int(file.name[:4]) for file in sorted(folder.iterdir())] == list(range(1, NEWEST + 1))


@pytest.mark.parametrize("version", range(1, NEWEST + 1))
async def test_a_store_of_every_earlier_version_is_brought_up_to_date(
    url: str, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrate.scripts()
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "scripts", lambda: known[:version])
        await make_store(url)
    monkeypatch.setattr(
        migrate, "scripts", lambda: [*known, "CREATE TABLE extra (a int); INSERT INTO extra VALUES (5)"]
    )
    await make_store(url)
    assert query(url, "SELECT max(number) FROM gateway_migrations") == NEWEST + 1
    assert query(url, "SELECT a FROM extra") == 5


async def test_a_migration_that_fails_leaves_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_store(url)
    known = migrate.scripts()
    broken = "CREATE TABLE more (a int); INSERT INTO nowhere VALUES (1)"
    monkeypatch.setattr(migrate, "scripts", lambda: [*known, broken])
    with pytest.raises(StoreRefused, match="nowhere"):
        await open_store(url, "it")
    assert query(url, "SELECT to_regclass('more')") is None
    assert query(url, "SELECT max(number) FROM gateway_migrations") == NEWEST


async def test_several_may_create_it_at_once(url: str) -> None:
    stores = await asyncio.gather(*(open_store(url, "it", create=True) for _ in range(4)))
    for number, store in enumerate(stores):
        await store.write(lambda tx, number=number: tx.add_group(Group(0, f"group {number}")))
    for store in stores:
        assert len(await store.read(lambda tx: tx.groups())) == 4
        await store.close()


def migrate_further(url: str, script: str) -> None:
    """Migrate a store as a newer program does, which has one migration more."""
    with pytest.MonkeyPatch.context() as patch, connect(url) as connection:
        known = migrate.scripts()
        patch.setattr(migrate, "scripts", lambda: [*known, script])
        migrate.migrate(connection, "it", create=False)


@pytest.mark.parametrize("create", [False, True])
async def test_a_store_that_a_newer_program_has_added_to_is_opened(url: str, create: bool) -> None:
    await make_store(url)
    migrate_further(url, "ALTER TABLE groups ADD COLUMN colour text NOT NULL DEFAULT 'blue'")
    store = await open_store(url, "it", create=create)
    await store.write(lambda tx: tx.add_group(Group(0, "new")))
    assert [group.name for group in await store.read(lambda tx: tx.groups())] == ["new"]
    await store.close()
    assert locate(DatabaseUrl(url)).schema_is_current()
    seen = locate(DatabaseUrl(url)).status()
    assert (seen.schema, seen.supported_schema, seen.is_incompatible) == (NEWEST + 1, NEWEST, False)


async def test_a_store_is_used_on_while_a_newer_program_adds_to_it(url: str) -> None:
    await make_store(url)
    store = await open_store(url, "it")

    async def add(number: int) -> int:
        group = await store.write(lambda tx: tx.add_group(Group(0, f"group {number}")))
        return len(await store.read(lambda tx: tx.groups())) if group else 0

    await add(0)  # which has its statements prepared
    added = "ALTER TABLE groups ADD COLUMN colour text NOT NULL DEFAULT 'blue'; CREATE INDEX ON groups (colour)"
    counts, _ = await asyncio.gather(
        asyncio.gather(*(add(number) for number in range(1, 100))), asyncio.to_thread(migrate_further, url, added)
    )
    assert max(counts) == 100
    assert query(url, "SELECT count(*) FROM groups WHERE colour = 'blue'") == 100
    await store.close()


@pytest.mark.parametrize("create", [False, True])
async def test_a_store_that_a_newer_program_has_changed_otherwise_is_refused(url: str, create: bool) -> None:
    await make_store(url)
    migrate_further(url, f"{migrate.BREAKING}\nALTER TABLE groups RENAME TO teams")
    with pytest.raises(StoreRefused, match="newer version"):
        await open_store(url, "it", create=create)
    assert not locate(DatabaseUrl(url)).schema_is_current()
    assert locate(DatabaseUrl(url)).status().is_incompatible


def test_migrations_only_add_or_say_that_they_do_more() -> None:
    more = re.compile(r"\b(DROP|RENAME|ALTER COLUMN|SET NOT NULL|DELETE FROM|TRUNCATE(?! ON))\b", re.IGNORECASE)
    for script in migrate.scripts()[1:]:
        assert more.search(script) is None or migrate.BREAKING in script.splitlines()


@pytest.mark.parametrize("create", [False, True])
async def test_a_database_of_something_else_is_refused_and_left_alone(url: str, create: bool) -> None:
    change(url, "CREATE TABLE theirs (a int)")
    with pytest.raises(StoreRefused, match="does not belong to the gateway"):
        await open_store(url, "it", create=create)
    assert query(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 1


async def test_an_empty_database_is_refused_unless_a_store_is_to_be_made(url: str) -> None:
    with pytest.raises(StoreRefused, match="no store in it"):
        await open_store(url, "it")
    assert query(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


async def test_another_encoding_is_refused(postgresql_server: Server) -> None:
    change_all = "CREATE DATABASE latin1 ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    with psycopg.connect(postgresql_server.url(), autocommit=True) as connection:
        connection.execute(change_all)
    with pytest.raises(StoreRefused, match="LATIN1"):
        await open_store(postgresql_server.url("latin1"), "it", create=True)


async def test_nothing_that_is_refused_shows_a_password(postgresql_server: Server, url: str) -> None:
    nobody = free_port()
    address = url.partition("@")[2]
    for wrong in (
        f"postgresql://postgres:s3cr3t@127.0.0.1:{nobody}/x",
        f"postgresql://nobody:s3cr3t@{address}",
        f"postgresql://postgres@{address}_not_there?password=s3cr3t",
        f"postgresql://postgres:s3cr3t@{address}?no_such_option=1",
        f"postgresql://postgres:s3cr3t@{address}",
    ):
        there = locate(DatabaseUrl(wrong))
        with pytest.raises(StoreRefused) as refusal:
            await there.open()
        assert "s3cr3t" not in f"{refusal.value} {refusal.value.__cause__} {there.name} {there!r}"


def test_a_database_is_filled_once_there_is_a_site(url: str) -> None:
    there = locate(DatabaseUrl(url))
    assert not there.has_site()
    asyncio.run(make_store(url))
    assert not there.has_site()
    change(url, "INSERT INTO site VALUES (1, '5.2', '{}', '{}')")
    assert there.has_site()


def test_limits_are_set_and_the_address_goes_before_them(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=3s")
    with connect(f"{url}?options=-c%20statement_timeout%3D4s&application_name=mine", durable=False) as connection:
        shown = "SELECT name, setting FROM pg_settings"
        values = dict(connection.execute(shown).fetchall())
    assert (values["statement_timeout"], values["lock_timeout"]) == ("4000", "10000")
    assert values["idle_in_transaction_session_timeout"] == "3000"
    assert (values["application_name"], values["synchronous_commit"]) == ("mine", "off")
