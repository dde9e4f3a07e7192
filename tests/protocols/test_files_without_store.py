"""attachment.cgi where the store fails: the answer is that the server is busy, whichever question it fails at."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from running import copied

from gateway.settings import Settings
from gateway.store.interface import StoreUnavailable
from gateway.store.sqlite import SqliteStore, open_store
from gateway.web import application


@pytest.fixture
async def store(loaded_database: Path, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_store(copied(loaded_database, tmp_path / "gateway.db"))
    yield store
    await store.close()


@pytest.mark.parametrize("question", [1, 2])
async def test_a_store_that_fails(store: SqliteStore, monkeypatch: pytest.MonkeyPatch, question: int) -> None:
    asked = 0
    read = SqliteStore.read

    async def failing(store: SqliteStore, work: Callable[[Any], Any], *budget: Any, **known: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == question:
            raise StoreUnavailable("its disk is gone")
        return await read(store, work, *budget, **known)

    async with TestClient(TestServer(application(store, Settings()))) as client:
        assert (await client.get("/attachment.cgi?id=1")).status == 200
        monkeypatch.setattr(SqliteStore, "read", failing)
        answer = await client.get("/attachment.cgi?id=1")
        assert answer.status == 503
        assert "busy" in await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
        assert (await client.get("/attachment.cgi?id=1")).status == 200
