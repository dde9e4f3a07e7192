"""What an attachment whose content is in a bucket takes in a PostgreSQL database, by table."""

import asyncio
import os
from collections.abc import Callable, Sequence

import psycopg

from gateway.content import ExternalContent
from gateway.store.postgresql import open_store
from scripts.benchmark.growth import OF_ONE_BUG, fill_store
from tests.postgresql_server import running_server

ATTACHMENTS = 100_000
HEADINGS = ("table", "rows", "bytes of rows", "bytes of indexes")

_SIZES = """
    SELECT relname, n_live_tup, pg_table_size(relid), pg_indexes_size(relid) FROM pg_stat_user_tables
    WHERE n_live_tup > 1000 ORDER BY pg_total_relation_size(relid) DESC"""


def measure(url: str, show: Callable[[Sequence[str]], None]) -> None:
    """Fill the empty database at `url`, or one of a server of its own, and show what an attachment takes of each."""
    if url:
        _measure(url, show)
    else:
        with running_server() as server:
            _measure(server.new_database(), show)


def _measure(url: str, show: Callable[[Sequence[str]], None]) -> None:
    asyncio.run(_fill(url))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        found = [(str(name), *map(int, sizes)) for name, *sizes in connection.execute(_SIZES).fetchall()]
    totals = [sum(each[column] for each in found) for column in (1, 2, 3)]
    for name, *sizes in (*found, ("all", *totals)):
        show([name, *(f"{size / ATTACHMENTS:.1f}" for size in sizes)])


async def _fill(url: str) -> None:
    store = await open_store(url, url, create=True, durable=False)
    await fill_store(store, ATTACHMENTS // OF_ONE_BUG, lambda: ExternalContent(1, os.urandom(32).hex()))
    await store.close()
