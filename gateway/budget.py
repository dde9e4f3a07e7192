"""A budget: what one request may take of memory, disk, rows and time, on the way in and on the way out.

It is charged where something is spent, and `Budget.close` gives back what the request still holds when it ends. A
`Quota`, one for memory and one for disk, bounds what all requests of a process hold together, and knows how much each
caller has of it.
"""

import math
import time
from collections import Counter

from gateway import errors
from gateway.content import MemoryContent

ANSWER_BYTES = 8 * 1024 * 1024
"""Bytes, roughly, of the answers in one request after which it makes no more calls. One call may have any answer."""

_VALUE_BYTES = 64
"""Bytes that a value takes besides those that are in it."""


class Quota:
    """How many bytes the requests of a process may hold together of one thing, and how many each caller holds."""

    def __init__(self, total: float = math.inf) -> None:
        self.total = total
        self.used = 0
        self.used_by: Counter[str] = Counter()

    def acquire(self, caller: str, amount: int) -> None:
        """Take `amount` bytes. Raises BUSY when fewer are left; a negative amount is given back."""
        if amount > 0 and self.used + amount > self.total:
            raise errors.BUSY(why="too many uploads are under way")
        self.used += amount
        self.used_by[caller] += amount
        if not self.used_by[caller]:
            del self.used_by[caller]


class Budget:
    """The budget of one request.

    `caller` is who shares in the quotas: the address of the client. `seconds` and `rows` bound each piece of work in
    the store; they count from `start_work`, so that waiting for one's turn costs nothing.
    """

    def __init__(
        self,
        caller: str = "",
        *,
        memory: Quota | None = None,
        disk: Quota | None = None,
        seconds: float = math.inf,
        rows: float = math.inf,
        answer_bytes: int = ANSWER_BYTES,
    ) -> None:
        self._caller = caller
        self._memory = memory or Quota()
        self._disk = disk or Quota()
        self._body_bytes = 0
        self._disk_bytes = 0
        self._seconds = seconds
        self._rows = rows
        self._answer_bytes = answer_bytes
        self._last_answer: object = None
        self.deadline = math.inf
        """When the work under way has taken too long, by `time.monotonic`."""
        self._rows_left = rows

    # ---- what arrives
    def set_body_bytes(self, amount: int) -> None:
        """Charge what the request holds in memory now, in place of what it held before. Raises BUSY."""
        self._memory.acquire(self._caller, amount - self._body_bytes)
        self._body_bytes = amount

    def charge_disk(self, amount: int) -> None:
        """Charge bytes of a file; a negative amount is given back. Raises BUSY."""
        self._disk.acquire(self._caller, amount)
        self._disk_bytes += amount

    # ---- what is worked out
    def start_work(self) -> None:
        """Begin to count the time and the rows of a piece of work, which may be one that begins again."""
        self.deadline = time.monotonic() + self._seconds
        self._rows_left = self._rows

    def charge_rows(self, amount: int) -> None:
        """Charge rows that were read. Raises TOO_SLOW when they are too many."""
        self._rows_left -= amount
        if self._rows_left < 0:
            raise errors.TOO_SLOW()

    def check_time(self) -> None:
        """Raise TOO_SLOW when time is up."""
        if time.monotonic() > self.deadline:
            raise errors.TOO_SLOW()

    # ---- what is answered
    def start_call(self) -> None:
        """Make room for one more answer. Raises ANSWERS_TOO_LARGE where those before it are too large together."""
        self._answer_bytes -= _size(self._last_answer)
        self._last_answer = None
        if self._answer_bytes < 0:
            raise errors.ANSWERS_TOO_LARGE()

    def record_answer(self, answer: object) -> None:
        """Keep in mind the answer to a call; its size is reckoned only if another call follows."""
        self._last_answer = answer

    def close(self) -> None:
        """Give back what the request still holds."""
        self.set_body_bytes(0)
        self.charge_disk(-self._disk_bytes)


def _size(answer: object) -> int:
    """About how many bytes an answer holds."""
    size, waiting = 0, [answer]
    while waiting:
        value = waiting.pop()
        size += _VALUE_BYTES
        match value:
            case dict():
                waiting += value.values()
            case list() | tuple():
                waiting += value
            case str() | bytes():
                size += len(value)
            case MemoryContent():
                size += value.size
    return size


UNLIMITED = Budget()
"""The budget of commands, which are the administrator's own."""
