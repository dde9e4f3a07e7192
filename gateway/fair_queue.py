"""A queue of work that gives each caller an equal share of the time, as long as others wait.

Callers who have used less time go first (start-time fair queueing). A caller that comes back is not given the time
that it did not use: it stands where the one stands whose turn it is.
"""

import math
import threading
from collections import Counter, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

_EXPECTED = 0.001
"""Seconds that work is taken to use until it has ended."""

_MOST_KNOWN = 1000
"""Callers whose time is remembered while nothing of theirs waits."""

Owners = tuple[Hashable, ...]
"""The owners of work: the network of the caller, and the account if it is known. Each of them has a share."""


class FairQueue(Generic[T]):
    """Waiting work, at most `at_once` pieces of one owner under way. It may be used in any thread."""

    def __init__(self, at_once: float = math.inf) -> None:
        self._at_once = at_once
        self._lock = threading.Lock()
        self._waiting: dict[Owners, deque[T]] = {}
        self._used: dict[Hashable, float] = {}
        self._running: Counter[Hashable] = Counter()
        self._now = 0.0  # the time that the owner of the piece that began last had used
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, owners: Owners, item: T) -> None:
        """Add work."""
        with self._lock:
            self._waiting.setdefault(owners, deque()).append(item)
            self._length += 1

    def put_back(self, owners: Owners, item: T) -> None:
        """Add work that was taken and not begun, in front of the other work of its owners."""
        with self._lock:
            self._waiting.setdefault(owners, deque()).appendleft(item)
            self._length += 1
            self._end(owners, -_EXPECTED)

    def has_next(self) -> bool:
        """Tell whether something waits that may begin."""
        with self._lock:
            return bool(self._free())

    def take(self) -> tuple[Owners, T] | None:
        """Take the work whose turn it is; None if nothing waits that may begin. Call `done` when it has ended."""
        with self._lock:
            free = self._free()
            if not free:
                return None
            owners = min(free, key=self._time_of)
            self._now = max(self._now, self._time_of(owners))
            items = self._waiting.pop(owners)
            item = items.popleft()
            if items:
                self._waiting[owners] = items  # behind others who have used as much time
            self._length -= 1
            for owner in owners:
                self._running[owner] += 1
                self._used[owner] = max(self._used.get(owner, 0.0), self._now) + _EXPECTED
            return owners, item

    def done(self, owners: Owners, seconds: float) -> None:
        """End work that was taken, and that has used so many seconds."""
        with self._lock:
            self._end(owners, seconds - _EXPECTED)

    def take_all(self) -> list[T]:
        """Take all work that waits; it is not to be begun."""
        with self._lock:
            items = [item for each in self._waiting.values() for item in each]
            self._waiting.clear()
            self._length = 0
            return items

    def _free(self) -> list[Owners]:
        return [each for each in self._waiting if all(self._running[owner] < self._at_once for owner in each)]

    def _time_of(self, owners: Owners) -> float:
        return max((self._used.get(owner, 0.0) for owner in owners), default=0.0)

    def _end(self, owners: Owners, seconds: float) -> None:
        for owner in owners:
            self._running[owner] -= 1
            if not self._running[owner]:
                del self._running[owner]
            self._used[owner] += seconds
        if len(self._used) > _MOST_KNOWN:
            self._used = {
                owner: used for owner, used in self._used.items() if used > self._now or owner in self._running
            }
