"""PostgreSQL is killed under load and started again: nothing that was acknowledged is lost, nothing is there twice."""

import asyncio
import signal
from collections.abc import Iterator

import aiohttp
import pytest
from postgresql_server import Server, running_server
from running import load, running
from uploading import CLIENTS, PATIENCE, Load, Tally, verify


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.mark.long("15 s: waits until calls without a database are given up")
@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_is_lost_and_nothing_is_there_twice(
    workers: int, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    database = server.new_database()
    load(database)
    with running(database, "--workers", str(workers)) as gateway:
        tally = asyncio.run(under_load(gateway.url, server))
        unknown = verify(tally, gateway.url)
    with capsys.disabled():
        print(
            f"\n{workers} process{'es' * (workers > 1)}: {len(tally.acknowledged)} acknowledged and there, "
            f"{tally.refused.total()} refused, {unknown} of them there all the same"
        )


async def under_load(url: str, server: Server) -> Tally:
    """Kill the server under load and start it again, twice; once it is away for longer than the gateway waits."""
    connector = aiohttp.TCPConnector(limit=CLIENTS)
    async with aiohttp.ClientSession(url, connector=connector, timeout=PATIENCE) as session:
        clients = Load(session)
        await clients.succeeds(100)
        await asyncio.to_thread(server.stop, signal.SIGKILL)
        await asyncio.to_thread(server.start)
        await clients.succeeds(100)
        await asyncio.to_thread(server.stop, signal.SIGKILL)
        await clients.fails(CLIENTS)
        await asyncio.to_thread(server.start)
        await clients.succeeds(100)
        return await clients.stop()
