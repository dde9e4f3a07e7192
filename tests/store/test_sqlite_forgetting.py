"""The SQLite backend deletes expired login tokens and old wrong passwords in passing."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from store_samples import Sample, fill

from gateway.store.interface import Writer
from gateway.store.sqlite import open_store


def stored(path: Path, sql: str) -> list[object]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return [row[0] for row in connection.execute(sql)]


async def test_old_login_failures_and_expired_tokens_go(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = await open_store(path, create=True)
    sample: Sample = await store.write(fill)

    def first(tx: Writer) -> None:
        for hours in (23, 25):
            tx.add_login_failure(sample.bob.id, f"{hours} hours ago")
        for token, seconds in (("expired", 0), ("valid", 60)):
            tx.add_token(sample.bob.id, token, tx.now + timedelta(seconds=seconds))

    def second(tx: Writer) -> None:
        tx.add_login_failure(sample.alice.id, "now")
        tx.add_token(sample.alice.id, "new", tx.now + timedelta(seconds=60))

    await store.write(first)
    stored(path, "UPDATE login_failures SET at = at - 3600 * substr(address, 1, 2)")
    await store.write(second)
    await store.close()
    assert stored(path, "SELECT address FROM login_failures ORDER BY id") == ["23 hours ago", "now"]
    assert stored(path, "SELECT token_hash FROM tokens ORDER BY token_hash") == ["new", "valid"]
