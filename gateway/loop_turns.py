"""Turns of the event loop for long work that is done in steps: reading a long body, writing a long answer.

The loop answers a short request in about ten turns. If it made a step of long work in each of them, the request would
take ten times as long as a step. So once steps have used `SLICE`, none is made for as long as they have taken, if other
clients were there lately: then a short request waits for about one step. Callers take turns by the time that they have
used.
"""

import asyncio
import math
import time
from collections.abc import Callable
from typing import TypeVar

from gateway.fair_queue import FairQueue, Owners

T = TypeVar("T")

SLICE = 0.002
"""Seconds of the loop's thread that steps use before they rest."""

LONGEST_REST = 0.05
"""Seconds."""

AT_ONCE = 4
"""Brief pieces of work that begin in one round of the loop without waiting for a turn: to set up a connection, or to
begin with a request."""

LATELY = 1.0
"""Seconds for which steps are considerate of a client that has asked for something."""

SHORT_STEP, LONG_STEP = 32 * 1024, 256 * 1024
"""Bytes that a step takes, and those that it takes if nobody has asked for anything brief lately."""


class LoopTurns:
    """Gives turns to steps of long work, one at a time. It is used in the event loop only."""

    def __init__(self) -> None:
        self._waiting = FairQueue[asyncio.Future[None]]()
        self._is_called = False
        self._used = 0.0  # seconds of the thread since the last rest
        self._given: float | None = None  # the thread's time when a turn was given
        self._owners: Owners = ()
        self._ended = 0.0
        self._begun = 0
        self._last: tuple[str, float] = ("", 0.0)
        self._last_other: tuple[str, float] = ("", 0.0)
        self._last_brief = -math.inf

    def note(self, caller: str) -> None:
        """Note that a client, named by its network, asks for something."""
        if caller != self._last[0]:
            self._last_other = self._last
        self._last = (caller, time.monotonic())

    def note_brief(self) -> None:
        """Note that a request has come that is answered in a moment, unless steps of others are in its way."""
        self._last_brief = time.monotonic()

    @property
    def step_bytes(self) -> int:
        """The bytes that the next step may take."""
        return SHORT_STEP if self._last_brief > time.monotonic() - LATELY else LONG_STEP

    async def step(self, owners: Owners, function: Callable[[], T]) -> T:
        """Run a step in its turn, and return what it returns. Raises what it raises."""
        await self._turn(owners)
        began = time.thread_time()
        try:
            return function()
        finally:
            self._end(owners, time.thread_time() - began)

    async def admit(self, owners: Owners) -> None:
        """Wait for a turn to begin a brief piece of work, if many begin in this round, or its caller has the turn."""
        if not self._begun:
            asyncio.get_running_loop().call_soon(self._end_round)
        self._begun += 1
        if self._begun > AT_ONCE or (self._is_called and owners[0] in self._owners):
            await self._turn(owners)
            self._end(owners, 0.0)

    def _end_round(self) -> None:
        self._begun = 0

    async def _turn(self, owners: Owners) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.put(owners, future)
        if not self._is_called:
            self._is_called = True
            if time.monotonic() - self._ended > self._used:  # the loop had as much time for others meanwhile
                self._used = 0.0
            asyncio.get_running_loop().call_soon(self._call_next)
        try:
            await future
        except asyncio.CancelledError:
            if not future.cancelled():  # it had its turn already
                self._end(owners, 0.0)
            raise

    def _call_next(self) -> None:
        if self._given is not None:  # a round of the loop has passed
            self._used += time.thread_time() - self._given
            self._given = None
        if self._used > SLICE and self._has_others(self._owners):
            asyncio.get_running_loop().call_later(min(self._used, LONGEST_REST), self._call_next)
            self._used = 0.0
        elif not self._give_turn():
            self._is_called, self._ended = False, time.monotonic()

    def _give_turn(self) -> bool:
        while taken := self._waiting.take():
            self._owners, future = taken
            if not future.cancelled():
                self._given = time.thread_time()
                future.set_result(None)
                return True
            self._waiting.done(self._owners, 0.0)
        return False

    def _end(self, owners: Owners, seconds: float) -> None:
        self._waiting.done(owners, seconds)
        asyncio.get_running_loop().call_soon(self._call_next)

    def _has_others(self, owners: Owners) -> bool:
        caller, since = self._last_other if self._last[0] in owners else self._last
        return bool(caller) and since > time.monotonic() - LATELY
