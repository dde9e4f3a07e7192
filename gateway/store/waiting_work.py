"""Work that waits for its turn in a thread, and its way back to the event loop."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from gateway.store.outcome import Outcome

Tx = TypeVar("Tx")


class WaitingWork(Generic[Tx]):
    """Work that knows since when it waits, how long it has run, and in which future its outcome is awaited."""

    def __init__(self, work: Callable[[Tx], Any], future: asyncio.Future[Outcome[Any]]) -> None:
        self.since = time.monotonic()
        self.seconds = 0.0
        self.future = future
        self._work = work

    def __call__(self, tx: Tx) -> Any:
        """Run the work."""
        began = time.monotonic()
        try:
            return self._work(tx)
        finally:
            self.seconds += time.monotonic() - began

    def deliver(self, outcome: Outcome[Any]) -> None:
        """Hand over the outcome, in the event loop."""
        if not self.future.cancelled():
            self.future.set_result(outcome)
