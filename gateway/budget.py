"""The budget of a request: limits on the memory, disk space, rows and time that its input and its output take.

Code charges the budget wherever the request uses something; `Budget.close` releases what the request still holds at its
end. Two `Quota`s, one for memory and one for disk space, limit all requests of a process together.
"""

import math
import time
from collections.abc import Callable, Collection
from typing import Any

from gateway import errors
from gateway.content import MemoryContent

ANSWER_BYTES = 8 * 1024 * 1024
"""The approximate size of the answers to one request after which it makes no more calls. One call may have any."""

STORED_BYTES = 16 * 1024 * 1024
"""The bytes that one request may store, whatever its size, when it has the same text or content stored many times."""

STORED_TIMES = 32
"""The times that a request may have all of what it sends stored, in addition to that."""

_VALUE_BYTES = 64
"""The bytes of memory that a value takes in addition to its content."""


class Quota:
    """A limit on the bytes that all requests of a process hold together, divided fairly among callers.

    One caller may use all of it while nobody else needs any. When it is used up, a caller who holds less than an equal
    share gets room at the expense of the one who holds most: the largest of that one's requests is given up.
    """

    def __init__(self, total: float = math.inf, why: str = "") -> None:
        self.total = total
        self._why = why
        self.used = 0
        self._held: dict[str, dict[Budget, int]] = {}

    def held_by(self, caller: str) -> int:
        """Return the bytes that the requests of a caller hold."""
        return sum(self._held.get(caller, {}).values())

    def charge(self, budget: "Budget", amount: int) -> None:
        """Charge bytes to a request, or release them if `amount` is negative. Raises BUSY if there is no room."""
        if amount > 0 and self.used + amount > self.total:
            self._make_room(budget, amount)
        self.used += amount
        requests = self._held.setdefault(budget.caller, {})
        requests[budget] = requests.get(budget, 0) + amount
        if not requests[budget]:
            del requests[budget]
            if not requests:
                del self._held[budget.caller]

    def _make_room(self, budget: "Budget", amount: int) -> None:
        share = self.total / len(self._held.keys() | {budget.caller})
        if self.held_by(budget.caller) + amount > share:
            raise errors.BUSY(why=self._why)
        while self.used + amount > self.total:
            requests = self._held[max(self._held, key=self.held_by)]
            max(requests, key=lambda each: requests[each]).give_up()


class Budget:
    """The budget of one request.

    `caller` is the network of the client, for its share of the quotas. `seconds` and `rows` limit each piece of work in
    the store; they count from `start_work`, so that waiting for a turn costs nothing. `stored_bytes` limits what the
    request adds to the store, besides `STORED_TIMES` of what it sends.
    """

    def __init__(
        self,
        caller: str = "",
        *,
        memory: Quota | None = None,
        disk: Quota | None = None,
        seconds: float = math.inf,
        rows: float = math.inf,
        stored_bytes: float = math.inf,
    ) -> None:
        self.caller = caller
        self.on_give_up: Callable[[], None] = lambda: None
        """Called when the request is given up, to end it."""
        self.deadline = math.inf
        """The time by `time.monotonic` at which the current work has taken too long."""
        self._memory = memory or Quota()
        self._disk = disk or Quota()
        self._body_bytes = 0
        self._content_bytes = 0
        self._answered_bytes = 0
        self._disk_bytes = 0
        self._closers: list[Callable[[], None]] = []
        self._is_given_up = False
        self._seconds = seconds
        self._rows = self._rows_left = rows
        self._storable = self._storable_now = stored_bytes

    # ---- input
    def set_body_bytes(self, amount: int) -> None:
        """Charge the memory that the body takes now instead of what it took before. Raises BUSY."""
        self._charge(self._memory, amount - self._body_bytes)
        self._body_bytes = amount

    def charge_memory(self, amount: int) -> None:
        """Charge bytes of content in memory, or release them if `amount` is negative. Raises BUSY."""
        self._charge(self._memory, amount)
        self._content_bytes += amount

    def charge_disk(self, amount: int) -> None:
        """Charge bytes of a file, or release them if `amount` is negative. Raises BUSY."""
        self._charge(self._disk, amount)
        self._disk_bytes += amount

    # ---- work in the store
    def start_work(self) -> None:
        """Start to count the time, the rows and the stored bytes of a piece of work, which may be a repetition."""
        self.deadline = time.monotonic() + self._seconds
        self._rows_left = self._rows
        self._storable_now = self._storable

    def finish_work(self) -> None:
        """Keep what the work has stored on the account of the request: another piece may follow."""
        self._storable = self._storable_now

    def charge_rows(self, amount: int) -> None:
        """Charge rows that were read. Raises TOO_SLOW if they are too many."""
        self._rows_left -= amount
        if self._rows_left < 0:
            raise errors.TOO_SLOW()

    def charge_stored(self, amount: int) -> None:
        """Charge bytes that are to be stored. Raises STORES_TOO_MUCH."""
        self._storable_now -= amount
        sent = self._body_bytes + self._content_bytes + self._disk_bytes
        if self._storable_now < -STORED_TIMES * sent:
            raise errors.STORES_TOO_MUCH()

    def extend(self, seconds: float) -> None:
        """Allow the current work more time, in which it copied content of a size that has its own limit."""
        self.deadline += seconds

    def check_time(self) -> None:
        """Raise TOO_SLOW if the time is up."""
        if time.monotonic() > self.deadline:
            raise errors.TOO_SLOW()

    # ---- output
    def start_call(self) -> None:
        """Allow one more call. Raises ANSWERS_TOO_LARGE if the answers so far are too large."""
        if self._answered_bytes > ANSWER_BYTES:
            raise errors.ANSWERS_TOO_LARGE()

    def charge_answer(self, answer: object, *, is_committed: bool = False) -> None:
        """Charge the memory that an answer takes until the request ends. Raises BUSY.

        If the call has changed something (`is_committed`), nothing is raised: told BUSY, a client would do it again.
        """
        amount = _size(answer)
        try:
            self._charge(self._memory, amount)
        except errors.GatewayError:
            if not is_committed:
                raise
            return
        self._answered_bytes += amount

    # ---- the end
    def give_up(self) -> None:
        """End the request, because another caller needs what it holds."""
        self.close()
        self._is_given_up = True
        self.on_give_up()

    def on_close(self, release: Callable[[], None]) -> None:
        """Have something of the request released at its end."""
        self._closers.append(release)

    def close(self) -> None:
        """Release what the request still holds."""
        while self._closers:
            self._closers.pop()()
        if self._is_given_up:
            return
        self.set_body_bytes(0)
        self.charge_memory(-self._content_bytes)
        self.charge_disk(-self._disk_bytes)
        self._charge(self._memory, -self._answered_bytes)
        self._answered_bytes = 0

    def _charge(self, quota: Quota, amount: int) -> None:
        if not self._is_given_up:
            quota.charge(self, amount)
        elif amount > 0:
            raise errors.BUSY(why="others need the space that this request takes")


def _size(answer: object) -> int:
    """Return about how many bytes an answer takes when it is sent, where what it has several times counts each time."""
    return _members_size((answer,), {})


def _members_size(members: Collection[object], sizes: dict[int, int]) -> int:
    """Add up the sizes of values; `sizes` are those of lists and dicts by identity, which are looked at once.

    Every answer goes through here, so that it asks for types in the order in which they are common.
    """
    size = _VALUE_BYTES * len(members)
    for value in members:
        kind = type(value)
        if kind is str:
            size += len(value) if value.isascii() else 4 * len(value)  # type: ignore[attr-defined, arg-type]
        elif kind is dict or kind is list or kind is tuple:
            known = sizes.get(id(value))
            if known is None:
                inner: Any = value.values() if kind is dict else value  # type: ignore[attr-defined]
                known = sizes[id(value)] = _members_size(inner, sizes)
            size += known
        elif kind is bytes:
            size += len(value)  # type: ignore[arg-type]
        elif kind is MemoryContent:
            size += value.size  # type: ignore[attr-defined]
    return size


UNLIMITED = Budget()
"""The budget of commands, which the administrator runs: nothing is limited."""
