"""The network between one of two nodes and their database fails under load: nothing is lost, nothing is there twice."""

import asyncio
from collections.abc import Callable

import aiohttp
import pytest
from network import Network, network_to
from postgresql_server import Server
from running import load, running
from uploading import CLIENTS, PATIENCE, Load, Tally, together, verify

from gateway import errors

SHORT = "?options=-c%20statement_timeout%3D3s"
"""An address with this has a server that gives up early, and so it is given up early."""

FAULTS: dict[str, Callable[[Network], None]] = {"cut": Network.cut, "stalled": Network.stall}
ALSO = {"cut": (), "stalled": (errors.TOO_SLOW,)}
"""Refusals besides BUSY: an answer that comes when the network is mended may come after the time of its call."""


@pytest.mark.long("20 s: waits until a node gives up its database")
@pytest.mark.parametrize("fault", ["cut", "stalled"])
def test_a_node_without_its_database_says_so_and_recovers(
    fault: str, postgresql_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    database = postgresql_server.new_database()
    load(database)
    with network_to(database) as (through, network), running(f"{through}{SHORT}") as near, running(database) as far:
        tallies = asyncio.run(under_load(near.url, far.url, network, FAULTS[fault]))
        unknown = verify(together(*tallies), far.url, *ALSO[fault])
        assert verify(together(*tallies), near.url, *ALSO[fault]) == unknown
    assert not tallies[1].refused
    with capsys.disabled():
        print(
            f"\n{fault}: {len(tallies[0].acknowledged)} acknowledged by the node and there, "
            f"{tallies[0].refused.total()} refused, {unknown} of them there all the same; "
            f"{len(tallies[1].acknowledged)} acknowledged by the other node, {tallies[1].refused.total()} refused"
        )


async def under_load(near: str, far: str, network: Network, fault: Callable[[Network], None]) -> list[Tally]:
    """The network of one node fails for longer than the node waits, while both have clients."""
    connector = aiohttp.TCPConnector(limit=2 * CLIENTS)
    async with (
        aiohttp.ClientSession(near, connector=connector, connector_owner=False, timeout=PATIENCE) as here,
        aiohttp.ClientSession(far, connector=connector, timeout=PATIENCE) as there,
    ):
        cut_off, other = Load(here, "near"), Load(there, "far")
        await asyncio.gather(cut_off.succeeds(50), other.succeeds(50))
        fault(network)
        await cut_off.fails(CLIENTS)
        await other.succeeds(50)
        network.mend()
        await cut_off.succeeds(50)
        return [await cut_off.stop(), await other.stop()]


@pytest.mark.long("10 s: every step over the network is delayed")
def test_a_slow_network_only_takes_longer(postgresql_server: Server) -> None:
    database = postgresql_server.new_database()
    load(database)
    with network_to(database) as (through, network), running(through) as gateway:
        tally = asyncio.run(slowed_down(gateway.url, network))
        assert verify(tally, gateway.url) == 0
    assert not tally.refused


async def slowed_down(url: str, network: Network) -> Tally:
    connector = aiohttp.TCPConnector(limit=CLIENTS)
    async with aiohttp.ClientSession(url, connector=connector, timeout=PATIENCE) as session:
        clients = Load(session)
        await clients.succeeds(50)
        network.slow_down(0.02)
        await clients.succeeds(20)
        network.mend()
        await clients.succeeds(50)
        return await clients.stop()
