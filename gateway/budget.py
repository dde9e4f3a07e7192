"""A budget: the memory, disk space, rows and time that one request may use.

It is charged where resources are used, and `Budget.close` releases them when the request ends. There is a `Quota` for
memory and one for disk space, which limits all requests of a process together, and counts the part of each caller.
"""

import math
import time
from collections import Counter

from gateway import errors
from gateway.content import MemoryContent

ANSWER_BYTES = 8 * 1024 * 1024
"""The approximate size in bytes of all answers of a request after which it makes no more calls.

The answer to a single call is not limited.
"""

_VALUE_BYTES = 64
"""The bytes of memory that a value takes in addition to its content."""


class Quota:
    """A limit on the bytes that all requests of a process hold together, with the part of each caller."""

    def __init__(self, total: float = math.inf) -> None:
        self.total = total
        self.used = 0
        self.used_by: Counter[str] = Counter()

    def acquire(self, caller: str, amount: int) -> None:
        """Reserve `amount` bytes, or release them if it is negative. Raises BUSY if fewer are left."""
        if amount > 0 and self.used + amount > self.total:
            raise errors.BUSY(why="too many uploads are in progress")
        self.used += amount
        self.used_by[caller] += amount
        if not self.used_by[caller]:
            del self.used_by[caller]


class Budget:
    """The budget of one request.

    `caller` is the network of the client, for its part of the quotas. `seconds` and `rows` limit each piece of work in
    the store; they count from `start_work`, so that waiting for a turn costs nothing.
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
        """The time at which the current work has taken too long, by `time.monotonic`."""
        self._rows_left = rows

    # ---- incoming data
    def set_body_bytes(self, amount: int) -> None:
        """Charge the bytes that the request now holds in memory, in place of the previous number. Raises BUSY."""
        self._memory.acquire(self._caller, amount - self._body_bytes)
        self._body_bytes = amount

    def charge_disk(self, amount: int) -> None:
        """Charge bytes of a file, or release them if the amount is negative. Raises BUSY."""
        self._disk.acquire(self._caller, amount)
        self._disk_bytes += amount

    # ---- work in the store
    def start_work(self) -> None:
        """Start to count the time and rows of a piece of work, which may be a second attempt."""
        self.deadline = time.monotonic() + self._seconds
        self._rows_left = self._rows

    def charge_rows(self, amount: int) -> None:
        """Charge rows that were read. Raises TOO_SLOW if they are too many."""
        self._rows_left -= amount
        if self._rows_left < 0:
            raise errors.TOO_SLOW()

    def check_time(self) -> None:
        """Raise TOO_SLOW if the time is up."""
        if time.monotonic() > self.deadline:
            raise errors.TOO_SLOW()

    # ---- answers
    def start_call(self) -> None:
        """Start another call. Raises ANSWERS_TOO_LARGE if the answers so far are too large together."""
        self._answer_bytes -= _size(self._last_answer)
        self._last_answer = None
        if self._answer_bytes < 0:
            raise errors.ANSWERS_TOO_LARGE()

    def record_answer(self, answer: object) -> None:
        """Record the answer to a call. Its size is computed only if another call follows."""
        self._last_answer = answer

    def close(self) -> None:
        """Release everything that the request still holds."""
        self.set_body_bytes(0)
        self.charge_disk(-self._disk_bytes)


def _size(answer: object) -> int:
    """Estimate the size of an answer in bytes."""
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
"""The budget of commands, which run on behalf of the administrator."""
