"""Steps of long work in the event loop: in turns of their callers, with rests while other clients are there."""

import asyncio
import time
from collections.abc import Callable

import pytest

from gateway.loop_turns import SLICE, LoopTurns

STEPS = 6


def compute() -> None:
    """Take `SLICE` of the thread's time, and a little more."""
    until = time.thread_time() + 1.2 * SLICE
    while time.thread_time() < until:
        pass


@pytest.mark.parametrize(
    ("seen", "rests"),
    [((), 0), (("greedy",), 0), (("other", "greedy"), STEPS - 1), (("greedy", "other"), STEPS - 1)],
    ids=str,
)
async def test_steps_rest_while_another_client_is_there(
    seen: tuple[str, ...], rests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, turns, rested = asyncio.get_running_loop(), LoopTurns(), list[float]()

    def call_later(seconds: float, function: Callable[[], None]) -> None:
        rested.append(seconds)
        loop.call_soon(function)

    monkeypatch.setattr(loop, "call_later", call_later)
    for each in seen:
        turns.note(each)
    for _ in range(STEPS):
        await turns.step(("greedy",), compute)
    assert len(rested) == rests
    assert all(seconds > SLICE for seconds in rested)


async def test_a_caller_with_many_steps_does_not_keep_another_waiting() -> None:
    turns, order = LoopTurns(), list[str]()

    async def work(caller: str, steps: int) -> None:
        for _ in range(steps):
            await turns.step((caller,), compute)
            order.append(caller)

    await asyncio.gather(*(work("greedy", 2) for _ in range(5)), work("modest", 2))
    assert "modest" in order[:3]
    assert order[:5].count("modest") == 2


async def test_a_caller_that_has_gone_has_no_turn() -> None:
    turns, made = LoopTurns(), list[str]()
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(turns.step((name,), lambda name=name: made.append(name))) for name in "abcd"]
        await asyncio.sleep(0)
        waiting[0].cancel()
        waiting[2].cancel()
    assert made == ["b", "d"]
