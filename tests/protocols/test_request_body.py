"""Long bodies are read in steps, in turns if several arrive at once, so that other tasks run in between."""

import asyncio
import gzip
import math
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from gateway import loop_turns
from gateway.loop_turns import LONG_STEP, SHORT_STEP, LoopTurns
from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.service import Service
from gateway.methods.store_answerer import StoreAnswerer
from gateway.protocols.request_body import _LONG_STEP, ARRIVED, receive
from gateway.settings import Settings
from gateway.store.interface import Store
from gateway.web.metrics import Metrics

BODIES, STEPS = 4, 6


class Turns:
    """Counts the turns of the loop, and notes in which of them a body was read: a reader of all bodies."""

    def __init__(self) -> None:
        self.turn = 0
        self.read_in: list[int] = []
        self.length = 0
        self._count()

    def _count(self) -> None:
        self.turn += 1
        asyncio.get_running_loop().call_soon(self._count)

    def feed(self, data: bytes) -> None:
        self.read_in.append(self.turn)
        self.length += len(data)


@pytest.mark.parametrize(("has_brief", "step"), [(True, SHORT_STEP), (False, LONG_STEP)])
async def test_in_each_turn_of_the_loop_one_step_is_made(
    has_brief: bool, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_turns, "LATELY", math.inf)  # or a slow machine might end it within this test
    service: Any = SimpleNamespace(
        turns=LoopTurns(), settings=SimpleNamespace(body_timeout=10.0), max_body=1 << 22, attachment_limit=1 << 22
    )
    if has_brief:
        service.turns.note_brief()
    body, turns = bytes(STEPS * step), Turns()
    requests = [make_mocked_request("POST", "/") for _ in range(BODIES)]
    for request in requests:
        request[ARRIVED] = body
    await asyncio.gather(*(receive(request, turns, service) for request in requests))
    assert turns.length == BODIES * len(body)
    assert len(set(turns.read_in)) == len(turns.read_in) == BODIES * STEPS


class Steps:
    """A reader that notes how often everything else had its turn before each of its long steps."""

    def __init__(self) -> None:
        self.turns = 0
        self.at: list[int] = []
        self.length = 0

    def feed(self, data: bytes) -> None:
        self.length += len(data)
        assert len(data) <= SHORT_STEP
        if len(data) > _LONG_STEP:  # a short rest of what has arrived is read with the step before it
            self.at.append(self.turns)

    async def count(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.turns += 1


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_a_body_lets_others_have_their_turn_however_much_of_it_is_there(
    coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_turns, "LATELY", math.inf)
    service = Service(StoreAnswerer(cast("Store", None), Settings(), METHODS, ISSUES), Settings(), Metrics())
    service.turns.note_brief()
    steps = Steps()

    async def handler(request: web.Request) -> web.Response:
        counting = asyncio.create_task(steps.count())
        await receive(request, steps, service)
        counting.cancel()
        return web.Response()

    app = web.Application(handler_args={"auto_decompress": False})
    app.router.add_post("/", handler)
    async with TestClient(TestServer(app, handler_args={"auto_decompress": False})) as client:
        body = bytes(50 * SHORT_STEP)
        sent = gzip.compress(body) if coding == "gzip" else body
        assert (await client.post("/", data=sent, headers={"Content-Encoding": coding})).status == 200
    await service.close()
    assert steps.length == len(body)
    assert len(set(steps.at)) == len(steps.at) >= 25
