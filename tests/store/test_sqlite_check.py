"""`check` on SQLite finds every kind of damage that is planted."""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest
from store_samples import Sample, add_content, data_of, fill

from gateway.content import PIECE, ExternalContent, MemoryContent
from gateway.store.interface import Finding, StoreUnavailable
from gateway.store.sql import content_check
from gateway.store.sqlite import SqliteStore, open_store
from gateway.store.sqlite.connection import PAGE_BYTES
from gateway.store.sqlite.statements import SqliteStatements

T = TypeVar("T")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    """A store with three attachments: of three pieces, of a few bytes, and one whose content was deleted."""
    store = await open_store(path, create=True)
    sample: Sample = await store.write(fill)
    assert await add_content(store, sample, data_of(2 * PIECE + 1)) == 1
    assert await add_content(store, sample, b"content") == 2
    assert await store.write(lambda tx: tx.add_attachment(sample.attachment(), None)) == 3
    await store.write(lambda tx: tx.add_flag(sample.flag(attachment_id=1)))
    yield store
    await store.close()


async def findings(store: SqliteStore) -> list[Finding]:
    return await store.check(lambda done, total: None)


@pytest.mark.parametrize(
    ("damage", "where", "what"),
    [
        ("UPDATE pieces SET data = zeroblob(7) WHERE attachment_id = 2", "attachment 2", "SHA-256"),
        ("UPDATE pieces SET data = CAST('c0ntent' AS BLOB) WHERE attachment_id = 2", "attachment 2", "SHA-256"),
        ("DELETE FROM pieces WHERE attachment_id = 2", "attachment 2", "no piece from byte 0 on"),
        ("DELETE FROM pieces WHERE attachment_id = 1 AND start = 262144", "attachment 1", "no piece from byte 262144"),
        ("DELETE FROM pieces WHERE start = 524288", "attachment 1", "no piece from byte 524288 on"),
        ("UPDATE pieces SET start = 8 WHERE attachment_id = 2", "attachment 2", "no piece from byte 0 on"),
        ("UPDATE pieces SET attachment_id = 3 WHERE attachment_id = 2", "attachment 3", "should be deleted"),
        ("INSERT INTO pieces VALUES (NULL, 2, 7, x'00')", "attachment 2", "more is stored"),
        ("INSERT INTO pieces VALUES (NULL, 2, 9, x'00')", "attachment 2", "more is stored"),
        ("INSERT INTO pieces VALUES (70, 99, 0, x'00')", "pieces 70", "attachments that does not exist"),
        ("UPDATE attachments SET size = 6 WHERE id = 2", "attachment 2", "more is stored"),
        ("UPDATE attachments SET size = 8 WHERE id = 2", "attachment 2", "no piece from byte 7 on"),
        ("UPDATE attachments SET sha256 = printf('%064d', 0) WHERE id = 2", "attachment 2", "SHA-256"),
        ("UPDATE attachments SET size = NULL, sha256 = NULL WHERE id = 2", "attachment 2", "should be deleted"),
        ("UPDATE attachments SET bug_id = 99 WHERE id = 3", "attachments 3", "bugs that does not exist"),
        ("DELETE FROM attachments WHERE id = 1", "flags 1", "attachments that does not exist"),
        ("UPDATE flags SET bug_id = 2", "flags 1", "attachments that does not exist"),
        ("INSERT INTO bug_cc VALUES (1, 99)", "bug_cc", "users that does not exist"),
        ("PRAGMA ignore_check_constraints = ON; UPDATE flags SET status = 'X'", "database", "CHECK"),
    ],
)
async def test_planted_damage_is_found(store: SqliteStore, path: Path, damage: str, where: str, what: str) -> None:
    assert await findings(store) == []
    with closing(sqlite3.connect(path)) as other:
        other.executescript(damage)
    assert [each for each in await findings(store) if each.where == where and what in each.what]


def break_last_pages(path: Path) -> None:
    """Overwrite the beginnings of the last fifty pages, which hold content."""
    content = bytearray(path.read_bytes())
    for position in range(len(content) - 50 * PAGE_BYTES, len(content), PAGE_BYTES):
        content[position : position + 64] = b"\xff" * 64
    path.write_bytes(content)


async def test_a_broken_file_is_findings_and_no_exception(store: SqliteStore, path: Path) -> None:
    await store.close()
    break_last_pages(path)
    broken = await open_store(path)
    found = await findings(broken)
    await broken.close()
    assert "database" in {each.where for each in found}
    assert "malformed" in " ".join(each.what for each in found)


async def test_damaged_content_is_not_served(store: SqliteStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.executescript("UPDATE pieces SET data = x'00' WHERE attachment_id = 2")
    with pytest.raises(StoreUnavailable, match="attachment 2 is damaged"):
        await store.read(lambda tx: tx.contents(tx.attachments([2]), 100))


@pytest.mark.parametrize("external", [True, False], ids=["is taken to a bucket", "is brought from one"])
async def test_content_that_changes_its_place_meanwhile_is_no_damage(
    store: SqliteStore, path: Path, external: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, here = ExternalContent(7, hashlib.sha256(b"content").hexdigest()), MemoryContent(b"content")
    await store.write(lambda tx: tx.set_content(2, here if external else there))
    monkeypatch.setattr(content_check, "_AT_ONCE", 1)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        query, calls = SqliteStatements(connection).query, 0

        async def in_thread(function: Callable[[content_check.QueryRunner], T]) -> T:
            nonlocal calls
            calls += 1
            if calls == 4:  # the rows of all were read, and a piece of the first
                await store.write(lambda tx: tx.set_content(2, there if external else here))
            return function(query)

        assert await content_check.verify(in_thread, sqlite3.Error, lambda *_: None) == []
    assert calls > 4
    assert await findings(store) == []
