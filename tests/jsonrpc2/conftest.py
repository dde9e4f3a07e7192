from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from example_methods import EXAMPLES, Post

from gateway.settings import Settings
from gateway.store.sqlite import open_store
from gateway.web import application


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    """Sends a body to a gateway with the methods of the specification's examples, and returns that of the answer."""
    settings = Settings(database=tmp_path / "gateway.db", max_batch=10)
    store = await open_store(settings.database, create=True)
    async with TestClient(TestServer(application(store, settings, EXAMPLES))) as client:

        async def send(body: str) -> str:
            headers = {"Content-Type": "application/json"}
            async with client.post("/jsonrpc.cgi", data=body.encode(), headers=headers) as answer:
                assert answer.status == 200
                return await answer.text()

        yield send
    await store.close()
