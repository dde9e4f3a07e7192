"""Opening a SQLite store: migrations, what is refused, who may read the file, and what is left running."""

import asyncio
import sqlite3
import stat
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from gateway.model import Group
from gateway.store.interface import StoreRefused
from gateway.store.sqlite import migrate, open_store

NEWEST = len(migrate.scripts())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder with ? # % ü.d" / "store.db"


@pytest.fixture(autouse=True)
def _folder(path: Path) -> None:
    path.parent.mkdir()


async def make_store(path: Path) -> None:
    store = await open_store(path, create=True)
    await store.close()


def query(path: Path, sql: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchone()[0]


def bytes_of_only(path: Path) -> bytes:
    """The bytes of the one file in its folder."""
    assert list(path.parent.iterdir()) == [path]
    return path.read_bytes()


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)


async def test_migrations_are_applied_from_empty(path: Path) -> None:
    await make_store(path)
    assert query(path, "PRAGMA user_version") == NEWEST
    assert query(path, "PRAGMA application_id") == int.from_bytes(b"BzGw", "big")
    assert query(path, "PRAGMA journal_mode") == "wal"


def test_migrations_are_numbered_without_gaps() -> None:
    folder = Path(migrate.__file__).parent / "migrations"
    assert [int(file.name[:4]) for file in sorted(folder.iterdir())] == list(range(1, NEWEST + 1))


def test_a_script_is_split_into_its_statements() -> None:
    script = "CREATE TABLE a (b); -- comment; with semicolon\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n"
    script += "  DELETE FROM a; \nEND;\nINSERT INTO a VALUES (';')\n;\n"
    assert [" ".join(statement.split()) for statement in migrate.statements(script)] == [
        "CREATE TABLE a (b); -- comment; with semicolon",
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END;",
        "INSERT INTO a VALUES (';') ;",
    ]


@pytest.fixture
def two_more_migrations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A newer program, whose last migration fails."""
    known = migrate.scripts()
    more = [
        "CREATE TABLE extra (a INTEGER) STRICT;\nINSERT INTO extra VALUES (5);",
        "CREATE TABLE more (a INTEGER) STRICT;\nINSERT INTO nowhere VALUES (1);",
    ]
    monkeypatch.setattr(migrate, "scripts", lambda: known + more)
    return more


async def test_an_older_store_gets_what_it_lacks_and_a_failing_migration_leaves_nothing(
    path: Path, two_more_migrations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        known = migrate.scripts()[:-2]
        patch.setattr(migrate, "scripts", lambda: known)
        await make_store(path)
    assert query(path, "PRAGMA user_version") == NEWEST

    with pytest.raises(StoreRefused, match="no such table: nowhere"):
        await open_store(path)
    assert query(path, "PRAGMA user_version") == NEWEST + 1
    assert query(path, "SELECT a FROM extra") == 5
    assert query(path, "SELECT count(*) FROM sqlite_schema WHERE name = 'more'") == 0

    mended = [*known, two_more_migrations[0], "CREATE TABLE more (a INTEGER) STRICT;"]
    monkeypatch.setattr(migrate, "scripts", lambda: mended)
    store = await open_store(path)
    await store.close()
    assert query(path, "PRAGMA user_version") == NEWEST + 2


async def test_a_migration_that_another_process_has_applied_meanwhile_is_left_out(path: Path) -> None:
    await make_store(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate.apply(connection, 1, "CREATE TABLE again (a INTEGER) STRICT;")
    assert query(path, "PRAGMA user_version") == NEWEST
    assert query(path, "SELECT count(*) FROM sqlite_schema WHERE name = 'again'") == 0


async def test_a_newer_store_is_refused(path: Path) -> None:
    await make_store(path)
    change(path, f"PRAGMA user_version = {NEWEST + 1}")
    for create in (False, True):
        with pytest.raises(StoreRefused, match="newer version"):
            await open_store(path, create=create)
    assert query(path, "PRAGMA user_version") == NEWEST + 1


@pytest.mark.parametrize("create", [False, True])
async def test_a_database_of_something_else_is_refused_and_left_alone(path: Path, create: bool) -> None:
    change(path, "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)")
    before = bytes_of_only(path)
    with pytest.raises(StoreRefused, match="does not belong to the gateway"):
        await open_store(path, create=create)
    assert bytes_of_only(path) == before


@pytest.fixture(params=[b"This is a text file and no database.\n" * 100, b"SQLite format 3\x00" + b"\xff" * 9000])
def no_database(path: Path, request: pytest.FixtureRequest) -> bytes:
    path.write_bytes(request.param)
    return path.read_bytes()


@pytest.mark.parametrize("create", [False, True])
async def test_what_is_no_database_is_refused_and_left_alone(path: Path, no_database: bytes, create: bool) -> None:
    with pytest.raises(StoreRefused, match="cannot be opened"):
        await open_store(path, create=create)
    assert bytes_of_only(path) == no_database


async def test_what_is_not_there_is_refused_unless_it_is_to_be_created(path: Path) -> None:
    for _ in range(2):
        with pytest.raises(StoreRefused, match="no store"):
            await open_store(path)
    await make_store(path)
    await make_store(path)


async def test_an_empty_file_is_a_store_only_for_create(path: Path) -> None:
    change(path, "")
    assert bytes_of_only(path) == b""
    with pytest.raises(StoreRefused, match="is empty"):
        await open_store(path)
    await make_store(path)
    assert query(path, "PRAGMA user_version") == NEWEST


@pytest.mark.parametrize("create", [False, True])
async def test_a_folder_is_refused(path: Path, create: bool) -> None:
    with pytest.raises(StoreRefused):
        await open_store(path.parent, create=create)
    with pytest.raises(StoreRefused):
        await open_store(path / "missing" / "store.db", create=create)


async def test_only_the_owner_may_read_the_files(path: Path) -> None:
    store = await open_store(path, create=True)
    await store.write(lambda tx: tx.add_group(Group(0, "g")))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    await store.close()
    assert modes == dict.fromkeys(["store.db", "store.db-wal", "store.db-shm"], 0o600)


async def test_nothing_runs_on_after_closing_or_being_refused(path: Path) -> None:
    before = threading.enumerate()
    await make_store(path)
    change(path, "PRAGMA user_version = 1000")
    with pytest.raises(StoreRefused):
        await open_store(path)
    for thread in set(threading.enumerate()) - set(before):
        await asyncio.to_thread(thread.join, 30)
        assert not thread.is_alive() or thread.name.startswith("asyncio")  # the pool of to_thread itself


OPENER = """
import asyncio, sys
from pathlib import Path
from gateway.model import Group
from gateway.store.sqlite import open_store

async def main(path, name):
    store = await open_store(path, create=True)
    try:
        for number in range(20):
            await store.write(lambda tx: tx.add_group(Group(0, f"{name} {number}")))
    finally:
        await store.close()

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


async def test_several_processes_may_create_the_same_store_at_once(path: Path) -> None:
    root = Path(__file__).parents[2]
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", OPENER, path, str(number), cwd=root)
        for number in range(6)
    ]
    assert await asyncio.gather(*(process.wait() for process in processes)) == [0] * 6
    store = await open_store(path)
    groups = await store.read(lambda tx: tx.groups())
    await store.close()
    assert sorted(group.name for group in groups) == sorted(f"{p} {n}" for p in range(6) for n in range(20))


async def test_two_stores_on_one_file_see_each_others_work(path: Path) -> None:
    first, second = await open_store(path, create=True), await open_store(path)
    for number in range(50):
        writer, reader = (first, second) if number % 2 else (second, first)
        await writer.write(lambda tx, number=number: tx.add_group(Group(0, f"{number}")))
        assert len(await reader.read(lambda tx: tx.groups())) == number + 1
    await first.close()
    await second.close()
