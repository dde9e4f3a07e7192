"""The primary is killed under load and its replica promoted: nothing that was acknowledged is lost, or there twice."""

import asyncio
import signal
from urllib.parse import urlsplit

import aiohttp
import pytest
from node import Node, nodes
from postgresql_server import Server, running_replica, running_server
from running import load
from uploading import CLIENTS, PATIENCE, Load, Tally, together, verify


@pytest.mark.long("20 s: waits until two nodes find the new primary")
def test_nodes_go_on_with_the_replica(capsys: pytest.CaptureFixture[str]) -> None:
    with running_server() as primary:
        database = primary.new_database()
        load(database)
        with running_replica(primary) as replica:
            one = urlsplit(database)
            both = one._replace(netloc=f"{one.netloc},127.0.0.1:{urlsplit(replica.url()).port}")
            with nodes(both.geturl()) as two:
                tally = asyncio.run(under_load(two, primary, replica))
                unknown = verify(tally, two[0].gateway.url)
                assert verify(tally, two[1].gateway.url) == unknown
        primary.start()  # so that it can be stopped
    with capsys.disabled():
        print(
            f"\nfailover: {len(tally.acknowledged)} acknowledged and there, {tally.refused.total()} refused, "
            f"{unknown} of them there all the same"
        )


async def under_load(two: tuple[Node, Node], primary: Server, replica: Server) -> Tally:
    """Kill the primary while both nodes have clients, and promote the replica."""
    timeout, connector = PATIENCE, aiohttp.TCPConnector(limit=2 * CLIENTS)
    async with (
        aiohttp.ClientSession(two[0].gateway.url, connector=connector, connector_owner=False, timeout=timeout) as first,
        aiohttp.ClientSession(two[1].gateway.url, connector=connector, timeout=timeout) as second,
    ):
        loads = Load(first, "first"), Load(second, "second")
        await asyncio.gather(*(each.succeeds(50) for each in loads))
        await asyncio.to_thread(primary.stop, signal.SIGKILL)
        await asyncio.to_thread(replica.run, "SELECT pg_promote()")
        await asyncio.gather(*(each.succeeds(50) for each in loads))
        return together(*[await each.stop() for each in loads])
