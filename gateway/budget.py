"""The budget of a request: limits on the memory, disk space, rows and time that its input and its output take.

Code charges the budget wherever the request uses something; `Budget.close` releases what the request still holds at its
end. Two `Quota`s, one for memory and one for disk space, limit all requests of a process together.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gateway import errors
from gateway.answer_size import AnswerSize

ANSWER_BYTES = 8 * 1024 * 1024
"""The approximate size of the answers to one request after which it makes no more calls. One call may have any."""

STORED_BYTES = 16 * 1024 * 1024
"""The bytes that one request may store, whatever its size, when it has the same text or content stored many times."""

STORED_TIMES = 32
"""The times that a request may have the bytes that it sends stored, packed as they are, in addition to that.

All that it brings may be stored once, too, unpacked: that has its own limits.
"""

LONG_ANSWER = 256 * 1024
"""The approximate size of answers from which they are written in parts, as the client takes them."""

_MANY_BYTES = 128 * 1024
"""The bytes of rows that are charged at once."""

Owner = str | int
"""An owner of a request: the network of the client (text), or the account of its user (a number)."""


_SIZED = (str, bytes)


def _do_nothing(*_: object) -> None:
    pass


def text_length(values: Iterable[Any]) -> int:
    """Return the length of all texts and content in a row."""
    return sum([len(value) for value in values if type(value) in _SIZED])


class Quota:
    """A limit on the bytes that all requests of a process hold together, divided fairly among callers.

    One caller may use all of it while nobody else needs any. When it is used up, a caller who holds less than an equal
    share gets room at the expense of the owner who holds most: the largest of that one's requests is given up. Requests
    of an account count together, wherever they come from. A quota may be charged in any thread.
    """

    def __init__(self, total: float = math.inf, why: str = "") -> None:
        self.total = total
        self.lock = threading.RLock()
        self._why = why
        self.used = 0
        self._held: dict[Owner, dict[Budget, int]] = {}

    def held_by(self, owner: Owner) -> int:
        """Return the bytes that the requests of an owner hold."""
        return sum(self._held.get(owner, {}).values())

    def charge(self, budget: "Budget", amount: int) -> None:
        """Charge bytes to a request, or release them if `amount` is negative. Raises BUSY if there is no room."""
        with self.lock:
            if amount > 0 and self.used + amount > self.total:
                self._make_room(budget, amount)
            self.used += amount
            for owner in budget.owners:
                self._add(owner, budget, amount)

    def release(self, budget: "Budget") -> None:
        """Release all that a request holds."""
        with self.lock:
            self.used -= self._held.get(budget.caller, {}).get(budget, 0)
            for owner in budget.owners:
                requests = self._held.get(owner, {})
                requests.pop(budget, None)
                if not requests:
                    self._held.pop(owner, None)

    def count_for(self, account: int, budget: "Budget") -> None:
        """Count what a request holds for an account too; the lock must be held."""
        if held := self._held.get(budget.caller, {}).get(budget, 0):
            self._add(account, budget, held)

    def _add(self, owner: Owner, budget: "Budget", amount: int) -> None:
        requests = self._held.setdefault(owner, {})
        requests[budget] = requests.get(budget, 0) + amount
        if not requests[budget]:
            del requests[budget]
            if not requests:
                del self._held[owner]

    def _make_room(self, budget: "Budget", amount: int) -> None:
        networks = {each for each in self._held if isinstance(each, str)} | {budget.caller}
        if max(map(self.held_by, budget.owners)) + amount > self.total / len(networks):
            raise errors.BUSY(why=self._why)
        while self.used + amount > self.total:
            requests = self._held[max(self._held, key=self.held_by)]
            max(requests, key=lambda each: requests[each]).give_up()


class Budget:
    """The budget of one request.

    `caller` is the network of the client, for its share of the quotas. `seconds` and `rows` limit each piece of work in
    the store; they count from `start_work`, so that waiting for a turn costs nothing. `stored_bytes` limits what the
    request adds to the store, besides what it brings, and `STORED_TIMES` of what it sends.
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
        self.owners: tuple[Owner, ...] = (caller,)
        self.on_give_up: Callable[[], object] = _do_nothing
        """Called when the request is given up, to end it; in any thread."""
        self.on_owners: Callable[[tuple[Owner, ...]], object] = _do_nothing
        """Called when the request has other owners than before; in any thread."""
        self.deadline = math.inf
        """The time by `time.monotonic` at which the current work has taken too long."""
        self._memory = memory or Quota()
        self._disk = disk or Quota()
        self._sent_bytes = 0
        self._body_bytes = 0
        self._content_bytes = 0
        self._answered_bytes = 0
        self._streamed_bytes = 0
        self._measured: AnswerSize | None = None  # of the last answer
        self._disk_bytes = 0
        self._row_bytes = self._new_row_bytes = 0
        self._closers: list[Callable[[], None]] = []
        self._is_closed = False
        self._seconds = seconds
        self._rows = self._rows_left = rows
        self._storable = self._storable_now = stored_bytes

    def set_account(self, account: int) -> None:
        """Count the request for the account of its user too. It may be called in any thread."""
        with self._memory.lock, self._disk.lock:
            if account not in self.owners and not self._is_closed:
                self._memory.count_for(account, self)
                self._disk.count_for(account, self)
                self.owners = (*self.owners, account)
                self.on_owners(self.owners)

    # ---- input
    def count_sent(self, amount: int) -> None:
        """Count bytes of a body as they come from the client, packed or not."""
        self._sent_bytes += amount

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
        self._release_rows()

    def finish_work(self) -> None:
        """Keep what the work has stored on the account of the request: another piece may follow."""
        self._storable = self._storable_now

    def charge_rows(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Charge rows that were read, and their memory. Raises TOO_SLOW if they are too many, and BUSY."""
        self._rows_left -= len(rows)
        if self._rows_left < 0:
            raise errors.TOO_SLOW()
        self._new_row_bytes += sum(map(text_length, rows))
        if self._new_row_bytes > _MANY_BYTES:
            self._charge(self._memory, self._new_row_bytes)
            self._row_bytes += self._new_row_bytes
            self._new_row_bytes = 0

    def _release_rows(self) -> None:
        if self._row_bytes:
            self._charge(self._memory, -self._row_bytes)
        self._row_bytes = self._new_row_bytes = 0

    def charge_stored(self, amount: int) -> None:
        """Charge bytes that are to be stored. Raises STORES_TOO_MUCH."""
        self._storable_now -= amount
        brought = self._body_bytes + self._content_bytes + self._disk_bytes
        if self._storable_now < -(brought + STORED_TIMES * self._sent_bytes):
            raise errors.STORES_TOO_MUCH()

    def extend(self, seconds: float) -> None:
        """Allow the current work more time, in which it copied content of a size that has its own limit."""
        self.deadline += seconds

    @property
    def seconds_left(self) -> float:
        """The seconds that the current work may still take."""
        return self.deadline - time.monotonic()

    def check_time(self) -> None:
        """Raise TOO_SLOW if the time is up."""
        if time.monotonic() > self.deadline:
            raise errors.TOO_SLOW()

    # ---- output
    @property
    def has_long_answer(self) -> bool:
        """True if the answers so far are to be written in parts."""
        return self._answered_bytes > LONG_ANSWER

    def start_call(self) -> None:
        """Allow one more call. Raises ANSWERS_TOO_LARGE if the answers so far are too large."""
        if self._answered_bytes > ANSWER_BYTES:
            raise errors.ANSWERS_TOO_LARGE()

    def measure_answer(self, answer: object) -> "AnswerSize":
        """Return the size of an answer, which is remembered: long ones are measured in the thread that makes them."""
        if self._measured is None or self._measured.answer is not answer:
            self._measured = AnswerSize(answer)
        return self._measured

    def measure_document(self, document: object) -> "AnswerSize":
        """Return the size of a document with the last answer in it."""
        return AnswerSize(document, self._measured)

    def charge_answer(self, answer: object, *, is_committed: bool = False) -> None:
        """Charge the memory that an answer takes until the request ends, instead of that of the rows. Raises BUSY.

        If the call has changed something (`is_committed`), nothing is raised: told BUSY, a client would do it again.
        """
        size = self.measure_answer(answer)
        self._release_rows()
        streamed = max(size.streamed - self._streamed_bytes, 0)
        try:
            self._charge(self._memory, size.held + min(size.written, LONG_ANSWER) + streamed)
        except errors.GatewayError:
            if not is_committed:
                raise
            return
        self._answered_bytes += size.written
        self._streamed_bytes += streamed

    # ---- the end
    def give_up(self) -> None:
        """End the request, because another caller needs what it holds."""
        end = self.on_give_up
        self.close()
        end()

    def on_close(self, release: Callable[[], None]) -> None:
        """Have something of the request released at its end."""
        self._closers.append(release)

    def close(self) -> None:
        """Release what the request still holds. Work that is still under way cannot charge any more."""
        while self._closers:
            self._closers.pop()()
        self._measured = None
        self.on_give_up = self.on_owners = _do_nothing  # they know the request, which knows this: a cycle
        with self._memory.lock, self._disk.lock:
            self._is_closed = True
            self._memory.release(self)
            self._disk.release(self)

    def _charge(self, quota: Quota, amount: int) -> None:
        with quota.lock:
            if not self._is_closed:
                quota.charge(self, amount)
            elif amount > 0:
                raise errors.BUSY(why="others need the space that this request takes")


UNLIMITED = Budget()
"""The budget of commands, which the administrator runs: nothing is limited."""
