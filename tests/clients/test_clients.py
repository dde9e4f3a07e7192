"""Clients from the registries against a gateway that runs: those that need no more than Python and pip.

The others, which need packages of Debian or npm, are for `scripts/clients`; the end of the test run names them.
"""

from pathlib import Path

import pytest
import table
from catalogue import BUG_STEPS, STEPS, WAYS, Client, clients
from programs import bring
from running import Gateway
from trial import CONTENTS, try_client

CLIENTS = clients()

RUNS = [
    pytest.param(client, way, id=f"{client.name}-{way}", marks=[pytest.mark.long(client.long)] if client.long else ())
    for client in CLIENTS
    if client.takes_pip_alone
    for way in client.ways
]


@pytest.mark.parametrize(("client", "way"), RUNS)
def test_a_client_gets_done_what_it_can(client: Client, way: str, module_gateway: Gateway, tmp_path: Path) -> None:
    bring(*client.needs)
    try_client(client, way, module_gateway.url, tmp_path)


def test_every_byte_is_uploaded_and_more_than_64_kib() -> None:
    assert set(CONTENTS["bytes"]) == set(range(256))
    assert all(len(content) > 64 * 1024 for content in CONTENTS.values())


def test_names_are_unique() -> None:
    assert len({client.name for client in CLIENTS}) == len(CLIENTS)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_what_a_client_leaves_out_has_a_reason(client: Client) -> None:
    all_steps = client.does in (STEPS, BUG_STEPS)
    complete = all_steps and client.ways == WAYS and client.uploads == "bytes" and client.lists == "odd"
    assert complete or client.without


@pytest.mark.parametrize("page", table.PAGES, ids=lambda page: page.name)
def test_the_page_has_every_client(page: Path) -> None:
    """Each passes: what does not is mended, or told with its reason."""
    passing = dict.fromkeys((client.name for client in CLIENTS), "passes")
    assert table.written(page) == table.PAGES[page](passing), "run scripts/clients --write"
