"""Restoring a backup of an SQLite database: all of it or nothing, and nothing under the feet of others."""

import os
import shutil
import signal
import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store.interface import StoreRefused
from gateway.store.sqlite import open_store
from gateway.store.sqlite.check import damage
from gateway.store.sqlite.connection import PAGE_BYTES
from gateway.store.sqlite.restore import restore

NAME = "SELECT description FROM groups WHERE id = 1"
STEPS = {"open", "os.chown", "os.link", "os.remove", "os.rename", "os.truncate", "sqlite3.connect"}
"""The events of Python's audit hooks before which the process is killed."""


def in_a_process(function: Callable[[], object]) -> int:
    """Run a function in a process that then ends at once, and return its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            function()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def describe(path: Path, text: str) -> None:
    """Change the database and leave the change in its log."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("INSERT OR REPLACE INTO groups VALUES (1, 'group', ?, 0, '', 1)", (text,))
    os._exit(0)


def described(path: Path) -> str:
    """What a sound database says."""
    with closing(sqlite3.connect(path)) as connection:
        assert damage(connection) == []
        return str(connection.execute(NAME).fetchone()[0])


def nothing(done: int, total: int) -> None:
    """Ignore progress."""


@pytest.fixture
async def backup(tmp_path: Path) -> Path:
    path = tmp_path / "backup.db"
    store = await open_store(path, create=True)
    await store.close()
    in_a_process(lambda: describe(path, "of the backup"))
    assert described(path) == "of the backup"
    return path


@pytest.fixture
def database(tmp_path: Path, backup: Path) -> Path:
    """A database of a process that was killed: its last change is in its log only."""
    path = tmp_path / "site.db"
    shutil.copyfile(backup, path)
    in_a_process(lambda: describe(path, "old"))
    assert (tmp_path / "site.db-wal").stat().st_size
    return path


def left(database: Path) -> set[str]:
    """The endings of the files beside a database, but not of kept ones."""
    names = {each.name for each in database.parent.iterdir() if "site.db" in each.name}
    return {name for name in names if "replaced" not in name} - {"site.db"}


def test_the_backup_replaces_the_database_with_its_log_and_the_old_one_is_kept(database: Path, backup: Path) -> None:
    seen: list[tuple[int, int]] = []
    kept = restore(database, backup, lambda done, total: seen.append((done, total)), keep=True)
    assert kept
    assert left(database) == set()
    assert (described(database), described(kept), described(backup)) == ("of the backup", "old", "of the backup")
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert seen[-1][0] == seen[-1][1] > 0


def test_nothing_is_kept_where_that_is_not_wanted(database: Path, backup: Path) -> None:
    assert restore(database, backup, nothing, keep=False) is None
    assert described(database) == "of the backup"
    assert not list(database.parent.glob("*replaced*"))


def test_a_database_that_is_missing_is_restored_and_its_log_is_not_applied(database: Path, backup: Path) -> None:
    database.unlink()
    assert restore(database, backup, nothing, keep=True) is None
    assert described(database) == "of the backup"
    assert len(list(database.parent.glob("*replaced-*-wal"))) == 1


@pytest.mark.parametrize("damaged", [b"", b"no database" * 1000], ids=["empty", "header"])
def test_a_damaged_database_is_kept_with_its_log(database: Path, backup: Path, damaged: bytes) -> None:
    log = database.with_name("site.db-wal").read_bytes()
    database.write_bytes(damaged)
    kept = restore(database, backup, nothing, keep=True)
    assert kept
    assert described(database) == "of the backup"
    assert left(database) == set()
    if damaged:
        assert kept.read_bytes() == damaged
        assert kept.with_name(kept.name + "-wal").read_bytes() == log


@pytest.mark.parametrize("damaged", [False, True], ids=["sound", "damaged"])
def test_a_database_that_another_process_has_open_is_left_alone(database: Path, backup: Path, damaged: bool) -> None:
    opened, to_open = os.pipe()
    holder = os.fork()
    if holder == 0:
        connection = sqlite3.connect(database)
        connection.execute(NAME).fetchone()
        os.write(to_open, b"open")
        signal.pause()
    try:
        assert os.read(opened, 4) == b"open"
        if damaged:
            with database.open("r+b") as file:
                file.write(b"no database")
        before = database.read_bytes()
        with pytest.raises(StoreRefused, match="open in another process"):
            restore(database, backup, nothing, keep=True)
        assert database.read_bytes() == before
    finally:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)


def test_whenever_it_is_killed_there_is_the_old_database_or_the_new_one(database: Path, backup: Path) -> None:
    seen, folder = set(), database.parent
    for step in range(100):

        def killed_at(step: int = step) -> None:
            steps = iter(range(step))

            def hook(event: str, arguments: tuple[object, ...]) -> None:
                if event in STEPS and str(arguments[0]).startswith(str(folder)) and next(steps, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(hook)
            restore(database, backup, nothing, keep=True)

        code = in_a_process(killed_at)
        copy = folder / "copy"
        copy.mkdir()
        for file in folder.glob("site.db*"):
            shutil.copy(file, copy)
        text = described(copy / "site.db")
        seen.add(text)
        assert code == -signal.SIGKILL or text == "of the backup"
        shutil.rmtree(copy)
        if code == 0:
            break
        if text == "of the backup":
            in_a_process(lambda: describe(database, "old"))
    assert step > 5
    assert seen == {"old", "of the backup"}
    assert left(database) == set()
    assert all(described(kept) == "old" for kept in folder.glob("*replaced*Z"))


def _broken(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(PAGE_BYTES * 3)
        file.write(b"\xff" * (size - PAGE_BYTES * 5))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: path.unlink(), "There is no backup"),
        (lambda path: path.write_bytes(b""), "does not belong to the gateway"),
        (lambda path: path.write_bytes(b"no database" * 1000), "cannot be read"),
        (lambda path: path.write_bytes(b"PGDMP and more"), "with pg_restore"),
        (lambda path: sqlite3.connect(path).execute("PRAGMA user_version = 999"), "newer version"),
        (lambda path: sqlite3.connect(path).execute("PRAGMA application_id = 1"), "does not belong to the gateway"),
        (lambda path: os.truncate(path, path.stat().st_size // 2), "cannot be (read|copied)|is damaged"),
        (_broken, "cannot be (read|copied)|is damaged"),
    ],
)
def test_what_is_no_sound_backup_replaces_nothing(
    database: Path, backup: Path, spoil: Callable[[Path], object], told: str
) -> None:
    spoil(backup)
    with pytest.raises(StoreRefused, match=told):
        restore(database, backup, nothing, keep=True)
    assert described(database) == "old"
    assert not list(database.parent.glob("*replaced*"))


def test_the_database_is_no_backup_of_itself(database: Path) -> None:
    with pytest.raises(StoreRefused, match="is the database itself"):
        restore(database, database, nothing, keep=True)
