"""A site to move, with something of everything, and a dump of all that is in a database."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from gateway.content import PIECE, MemoryContent
from gateway.move.content_copying import BATCH
from gateway.store.interface import Writer
from gateway.store.sql import tables
from gateway.store.store_location import StoreLocation

T = TypeVar("T")

LARGE = bytes(range(255)) * ((BATCH + 3 * PIECE) // 255)
"""Content that does not fit into one transaction."""


def write(where: StoreLocation, work: Callable[[Writer], T]) -> T:
    """Run writing work on the store in a place."""

    async def run() -> T:
        store = await where.open()
        try:
            return await store.write(work)
        finally:
            await store.close()

    return asyncio.run(run())


def fill(where: StoreLocation) -> None:
    """Put into the test site what a site file does not hold, and what is too large for one."""

    def work(tx: Writer) -> None:
        user = next(tx.users())
        tx.add_token(user.id, "ab" * 32, datetime.now(UTC).replace(microsecond=0) + timedelta(days=1))
        tx.add_login_failure(user.id, "192.0.2.1")
        bug = tx.bug(next(tx.bug_ids()))
        assert bug
        tx.add_bug(replace(bug, id=0, aliases=("a\0b", "a\ufdd0b", "ÄÖ"), summary="U+0000: \0, U+FDD0: \ufdd0, 🜁"))
        attachment = tx.attachments_of_bug(bug.id)[0]
        tx.add_attachment(replace(attachment, id=0), MemoryContent(LARGE))
        tx.add_attachment(replace(attachment, id=0, file_name="empty"), MemoryContent(b""))
        flag = next(each for bug_id in tx.bug_ids() for of in tx.attachments_of_bug(bug_id) for each in of.flags)
        tx.remove_flag(tx.add_flag(replace(flag, id=70)))  # its id was given, and is not to be given again

    write(where, work)


def everything(where: StoreLocation) -> dict[str, object]:
    """All rows of a database, content among them, the order of columns and rows aside."""
    with where.source() as side:
        found: dict[str, object] = {"last flag": side.last_flag()}
        for table in (*tables.KEYS, tables.PIECES):
            columns = sorted(set(side.columns(table)) - ({"id"} if table == tables.PIECES else set()))
            rows = side.query(f"SELECT {', '.join(columns)} FROM {table}", ())  # noqa: S608
            found[table] = sorted((tuple(zip(columns, map(_plain, row), strict=True)) for row in rows), key=repr)
    return found


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return f"{len(value)} bytes, {hashlib.sha256(value).hexdigest()}"
    return int(value) if isinstance(value, bool) else value
