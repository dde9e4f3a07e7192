"""The connections of a store on PostgreSQL that do their work in the event loop."""

import asyncio

from gateway.store.postgresql import PostgresqlStore


async def in_loop(store: PostgresqlStore) -> None:
    """Wait until the event loop has connections of its own; until then all work is in threads."""
    async with asyncio.timeout(60):
        while not (store._reads._idle and store._writes._idle):
            await asyncio.gather(store.read(lambda tx: tx.now), store.write(lambda tx: tx.now))
