"""A bounded number of requests at once, of which each caller has a fair share."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway import errors

_WAITING = 500
"""Requests that may wait for a place; one caller may have half of them."""


class FairGate:
    """Lets `places` requests through at a time.

    A place that becomes free goes to the waiting caller who has the fewest, so that a caller with many requests holds
    up only those of their own.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._held: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def place(self, caller: str, deadline: float) -> AsyncIterator[None]:
        """Hold a place for this block. Raises BUSY if too many wait, or if none is free until `deadline`."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(caller, deadline)
        self._held[caller] += 1
        try:
            yield
        finally:
            self._held[caller] -= 1
            if not self._held[caller]:
                del self._held[caller]
            self._pass_on()

    async def _wait(self, caller: str, deadline: float) -> None:
        own = self._waiting.get(caller, ())
        if len(own) >= _WAITING // 2 or sum(map(len, self._waiting.values())) >= _WAITING:
            raise errors.BUSY(why="too many requests to the site behind it are waiting")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller, deque()).append(turn)
        try:
            async with asyncio.timeout_at(deadline):
                await turn
        except BaseException as problem:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            else:
                self._forget(caller, turn)
            if isinstance(problem, TimeoutError):
                raise errors.BUSY(why="the requests to the site behind it take too long") from None
            raise

    def _pass_on(self) -> None:
        """Give a place to the next request, or keep it free."""
        if not self._waiting:
            self._free += 1
            return
        caller = min(self._waiting, key=self._held.__getitem__)
        turns = self._waiting.pop(caller)
        turn = turns.popleft()
        if turns:
            self._waiting[caller] = turns  # behind all others
        if turn.done():  # cancelled a moment ago
            self._pass_on()
        else:
            turn.set_result(None)

    def _forget(self, caller: str, turn: "asyncio.Future[None]") -> None:
        turns = self._waiting.get(caller)
        if turns is not None and turn in turns:
            turns.remove(turn)
            if not turns:
                del self._waiting[caller]
