"""Ranges of a file that is streamed from the store, wherever its pieces begin and end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientTimeout, FormData
from aiohttp.test_utils import TestServer
from running import account, copied

from gateway.content import PIECE
from gateway.methods.attachments import IN_MEMORY
from gateway.settings import Settings
from gateway.store.sqlite import open_store
from gateway.web import application

DATA = b"".join(number.to_bytes(4, "big") for number in range((IN_MEMORY + PIECE) // 4)) + b"end"
SIZE = len(DATA)


@pytest.fixture
async def address(loaded_database: Path, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a file that is longer than any that a listing holds in memory."""
    settings = Settings(database=copied(loaded_database, tmp_path / "gateway.db"), max_attachment_size=2 * SIZE)
    store = await open_store(settings.database)
    server = TestServer(application(store, settings))
    await server.start_server()
    form = FormData({"Description": "Numbers"})
    form.add_field("File", DATA, filename="numbers.bin", content_type="application/octet-stream")
    key = {"X-Bugzilla-API-Key": account("editor").api_key}
    async with ClientSession(headers=key) as client:
        url = str(server.make_url("/Ketura/API/Issues/2/Attachments"))
        assert (await client.post(url, data=form)).status == 204
        answer = await client.get(str(server.make_url("/rest/bug/2/attachment?include_fields=id")))
        number = max(each["id"] for each in (await answer.json())["bugs"]["2"])
    yield str(server.make_url(f"/attachment.cgi?id={number}"))
    await server.close()
    await store.close()


async def test_every_part_is_its_own(address: str) -> None:
    edges = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE - 1, 2 * PIECE, SIZE - 1]
    async with ClientSession(timeout=ClientTimeout(total=60)) as client:
        whole = await client.get(address)
        assert (whole.status, await whole.read()) == (200, DATA)
        for first in edges:
            for last in (each for each in edges if each >= first):
                part = await client.get(address, headers={"Range": f"bytes={first}-{last}"})
                assert (part.status, part.headers["Content-Range"]) == (206, f"bytes {first}-{last}/{SIZE}")
                assert await part.read() == DATA[first : last + 1], (first, last)
