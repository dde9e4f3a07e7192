"""The bound on requests to a site, and the shares of callers."""

import asyncio

import pytest

from gateway.errors import GatewayError
from gateway.front import fair_gate
from gateway.front.fair_gate import FairGate


async def settle() -> None:
    """Let everything happen that can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Visitors:
    """Requests that hold their places until they are told to go."""

    def __init__(self, places: int, deadline: float = 3600.0) -> None:
        self.gate = FairGate(places)
        self.inside: list[str] = []
        self._deadline = asyncio.get_running_loop().time() + deadline
        self._leave: dict[str, asyncio.Event] = {}

    def come(self, name: str) -> "asyncio.Task[None]":
        self._leave[name] = asyncio.Event()
        return asyncio.create_task(self._visit(name))

    async def _visit(self, name: str) -> None:
        async with self.gate.place(name[0], self._deadline):
            self.inside.append(name)
            await self._leave[name].wait()
        self.inside.remove(name)

    async def leave(self, name: str) -> None:
        self._leave[name].set()
        await settle()


async def test_no_more_than_the_places_are_taken_and_others_come_in_their_order() -> None:
    visitors = Visitors(2)
    tasks = [visitors.come(name) for name in ("a1", "a2", "a3", "a4")]
    await settle()
    assert visitors.inside == ["a1", "a2"]
    for name in ("a1", "a2", "a3", "a4"):
        await visitors.leave(name)
    await asyncio.gather(*tasks)
    assert visitors.inside == []


async def test_a_caller_with_few_requests_goes_before_one_with_many() -> None:
    visitors = Visitors(2)
    tasks = [visitors.come(name) for name in ("a1", "a2", "a3", "a4", "b1", "b2", "c1")]
    await settle()
    await visitors.leave("a1")
    assert visitors.inside == ["a2", "b1"]
    await visitors.leave("a2")
    assert visitors.inside == ["b1", "a3"]
    await visitors.leave("a3")
    assert visitors.inside == ["b1", "c1"]
    await visitors.leave("b1")
    assert visitors.inside == ["c1", "b2"]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_place_of_one_who_gave_up_is_not_lost() -> None:
    visitors = Visitors(1)
    first, second, third = (visitors.come(name) for name in ("a1", "b1", "c1"))
    await settle()
    second.cancel()
    await settle()
    await visitors.leave("a1")
    assert visitors.inside == ["c1"]
    third.cancel()
    await asyncio.gather(first, second, third, return_exceptions=True)
    last = visitors.come("d1")
    await settle()
    await visitors.leave("d1")
    await last


async def test_one_who_is_cancelled_in_the_moment_of_their_turn_passes_it_on() -> None:
    visitors = Visitors(1)
    first, second, third = (visitors.come(name) for name in ("a1", "b1", "c1"))
    await settle()
    visitors._leave["a1"].set()
    await asyncio.sleep(0)
    second.cancel()
    await settle()
    assert visitors.inside == ["c1"]
    await visitors.leave("c1")
    await asyncio.gather(first, second, third, return_exceptions=True)


async def test_nobody_waits_longer_than_until_the_deadline() -> None:
    visitors = Visitors(1, deadline=0.0)
    first = visitors.come("a1")
    second = visitors.come("b1")
    with pytest.raises(GatewayError, match="take too long"):
        await second
    await visitors.leave("a1")
    await first


async def test_too_many_are_turned_away_but_not_by_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_gate, "_WAITING", 4)
    visitors = Visitors(1)
    tasks = [visitors.come(name) for name in ("a1", "a2", "a3", "a4")]
    await settle()
    assert tasks[-1].done()
    with pytest.raises(GatewayError, match="waiting"):
        await tasks.pop()
    tasks += [visitors.come(name) for name in ("b1", "b2")]
    await settle()
    assert not any(task.done() for task in tasks)
    last = visitors.come("c1")
    await settle()
    assert last.done()
    with pytest.raises(GatewayError, match="waiting"):
        await last
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
