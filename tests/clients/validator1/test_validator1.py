"""XML-RPC's classical validation suite, through clients in four languages.

Only Python's is there for sure: `programs.bring` says what becomes of the others.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from catalogue import clients
from installing import Npm
from programs import bring
from validator_methods import VALIDATOR

from gateway.settings import Settings
from gateway.store.sqlite import open_store
from gateway.web import application

HERE = Path(__file__).parent

ALL_BYTES = bytes(range(256)).hex()
WANTED = f"""\
arrayOfStructsTest	-4
countTheEntities	ctAmpersands=4	ctApostrophes=1	ctLeftAngleBrackets=3	ctQuotes=2	ctRightAngleBrackets=2
easyStructTest	6
echoStructTest	curly=3	larry=2	moe=1	text=<&> ü 世界
manyTypesTest	42	1	<&> ü 世界	-1.5	20260102T03:04:05	{ALL_BYTES}
moderateSizeArrayCheck	text 0text 199
nestedStructTest	6
simpleStructReturnTest	times10=70	times100=700	times1000=7000
"""

PROGRAMS = {
    "python": [sys.executable, "validator.py"],
    "perl-rpc-xml": ["perl", "validator_rpc_xml.pl"],
    "perl-xmlrpc-lite": ["perl", "validator_lite.pl"],
    "ruby-xmlrpc": ["ruby", "validator.rb"],
    "npm-xmlrpc": ["node", "validator.js"],
}
"""The command of each client. All but Python's are in clients.toml, and installed as that says."""


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """A gateway that has the methods of the suite."""
    settings = Settings(database=tmp_path / "gateway.db")
    store = await open_store(settings.database, create=True)
    async with TestServer(application(store, settings, VALIDATOR)) as server:
        yield str(server.make_url("/xmlrpc.cgi"))
    await store.close()


@pytest.mark.parametrize("name", PROGRAMS)
async def test_the_suite(name: str, address: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *PROGRAMS[name],
        address,
        cwd=HERE,
        env={**os.environ, **_brought(name), "LC_ALL": "C.UTF-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert (output.decode(), errors.decode()) == (WANTED, "")


def _brought(name: str) -> dict[str, str]:
    """Have a client there, and tell what its environment must have."""
    needs = next((client.needs for client in clients() if client.name == name), [])
    bring(*needs)
    modules = [str(need.modules) for need in needs if isinstance(need, Npm)]
    return {"NODE_PATH": os.pathsep.join(modules)}
