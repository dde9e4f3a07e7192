"""Looking for everything that should not be in a database: `gateway check`."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from gateway.store.interface import Finding
from gateway.store.sqlite.connection import connected
from gateway.store.sqlite.reading.attachments import PIECE

COUNT_PIECES = "SELECT count(*) FROM pieces"
ATTACHMENTS_AFTER = "SELECT id, size, sha256 FROM attachments WHERE id > ? ORDER BY id LIMIT 500"
COUNT_PIECES_OF_ATTACHMENT = "SELECT count(*) FROM pieces WHERE attachment_id = ?"

_AT_ONCE = 16
"""Steps (mostly pieces of content) in one hop to the connection's thread."""

_MOST_DANGLING = 1000
"""Dangling references that are listed at most."""


async def check(path: Path, progress: Callable[[int, int], None]) -> list[Finding]:
    """`gateway.store.interface.Store.check` on a connection of its own, so that nobody waits for it.

    Content is read piece by piece outside any long transaction, which would keep the write-ahead log from shrinking:
    it never changes once it is there.
    """
    async with connected(path) as connection:
        findings = await connection.run(damage)
        done, total = 0, await connection.run(_count_pieces)
        progress(done, total)
        steps = await connection.run(verify_contents)
        while taken := await connection.run(partial(_take, steps)):
            findings += [finding for finding in taken if finding]
            done += taken.count(None)
            progress(done, max(done, total))  # more may have come meanwhile
    return findings


def _count_pieces(connection: sqlite3.Connection) -> int:
    return int(connection.execute(COUNT_PIECES).fetchone()[0])


def _take(steps: Iterator[Finding | None], _: sqlite3.Connection) -> list[Finding | None]:
    return list(islice(steps, _AT_ONCE))


def damage(connection: sqlite3.Connection) -> list[Finding]:
    """What SQLite itself finds: broken pages and indexes, violated constraints, dangling references."""
    try:
        messages = [message for (message,) in connection.execute("PRAGMA integrity_check") if message != "ok"]
        dangling = connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST_DANGLING)
    except sqlite3.DatabaseError as error:
        return [Finding("database", str(error))]
    findings = [Finding("database", message) for message in messages]
    return findings + [
        Finding(table if row_id is None else f"{table} {row_id}", f"refers to one of {parent} that does not exist")
        for table, row_id, parent, _ in dangling
    ]


def verify_contents(connection: sqlite3.Connection) -> Iterator[Finding | None]:
    """Verify the content of every attachment; each step is a piece (None) or a finding."""
    last = 0
    try:
        while attachments := connection.execute(ATTACHMENTS_AFTER, (last,)).fetchall():
            for attachment_id, size, sha256 in attachments:
                yield from _verify_content(connection, attachment_id, size, sha256)
                last = attachment_id
    except sqlite3.DatabaseError as error:
        yield Finding(f"attachments after {last}", f"cannot be read: {error}")


def _verify_content(
    connection: sqlite3.Connection, attachment_id: int, size: int | None, sha256: str | None
) -> Iterator[Finding | None]:
    digest = hashlib.sha256()
    end = count = 0
    while row := connection.execute(PIECE, (attachment_id, end)).fetchone():
        digest.update(row[0])
        end += len(row[0])
        count += 1
        yield None
    (stored,) = connection.execute(COUNT_PIECES_OF_ATTACHMENT, (attachment_id,)).fetchone()
    wrong = _wrong(size, sha256, end, digest.hexdigest(), surplus=stored - count)
    if wrong:
        yield Finding(f"attachment {attachment_id}", wrong)


def _wrong(size: int | None, sha256: str | None, end: int, digest: str, *, surplus: int) -> str:
    if size is None:
        return "has content that should be deleted" if end or surplus else ""
    if end < size:
        return f"has {size} bytes of content, but no piece from byte {end} on"
    if end > size or surplus:
        return f"has {size} bytes of content, but more is stored"
    return "" if digest == sha256 else f"has content with the SHA-256 {digest} instead of {sha256}"
