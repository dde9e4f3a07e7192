"""Long bodies that arrive at the same time are read in turns, so that between their steps others have theirs."""

import asyncio
from types import SimpleNamespace
from typing import Any

from aiohttp.test_utils import make_mocked_request

from gateway.protocols.transport import ARRIVED, receive
from gateway.protocols.unpacking import STEP

BODIES, STEPS = 4, 6
BODY = bytes(STEPS * STEP)


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


async def test_in_each_turn_of_the_loop_one_step_is_made() -> None:
    service: Any = SimpleNamespace(
        turns=asyncio.Lock(), settings=SimpleNamespace(body_timeout=10.0), max_body=1 << 20, attachment_limit=1 << 20
    )
    turns = Turns()
    requests = [make_mocked_request("POST", "/") for _ in range(BODIES)]
    for request in requests:
        request[ARRIVED] = BODY
    await asyncio.gather(*(receive(request, turns, service) for request in requests))
    assert turns.length == BODIES * len(BODY)
    assert len(set(turns.read_in)) == len(turns.read_in) == BODIES * STEPS
