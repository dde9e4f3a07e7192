"""The steps in which long bodies are read: short while brief requests come, and long while none does."""

from typing import cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.loop_turns import LONG_STEP, SHORT_STEP
from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.service import Service
from gateway.methods.store_answerer import StoreAnswerer
from gateway.settings import Settings
from gateway.store.interface import Store
from gateway.web.application import charge_to_budget
from gateway.web.metrics import Metrics


@pytest.mark.parametrize(("length", "step"), [(None, SHORT_STEP), (8192, SHORT_STEP), (8193, LONG_STEP)])
async def test_steps_are_short_once_a_brief_request_has_come(length: int | None, step: int) -> None:
    service = Service(StoreAnswerer(cast("Store", None), Settings(), METHODS, ISSUES), Settings(), Metrics())

    async def handler(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app = web.Application(middlewares=[charge_to_budget(service)])
    app.router.add_route("*", "/", handler)
    async with TestClient(TestServer(app)) as client:
        body = None if length is None else bytes(length)
        assert (await client.request("POST" if body else "GET", "/", data=body)).status == 200
    await service.close()
    assert service.turns.step_bytes == step
