"""Moving a site: passes over all of it, the last of them while nobody writes.

A pass compares the two databases and makes the destination equal to the source. It does the same whether nothing was
copied yet, or all, or half of it by a process that was killed; and a pass that has nothing to do is the proof that
both are equal. The first passes are made while the source is in use, the last ones while it takes no writes.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.move import content_copying, row_copying
from gateway.store.interface import Progress, StoreUnavailable
from gateway.store.move_endpoints import Destination, MoveSource
from gateway.store.sql import tables

FEW = 1000
"""A pass that finds fewer rows to differ is the last one while the source is in use."""

PASSES = 5
"""Passes while the source is in use, at most: where it changes faster than it is copied, more would not help."""

LOCKED_PASSES = 3
"""Passes at most while the source is locked: the second finds nothing to do, unless others write to the destination."""

_MIB = 1024**2
_MOST = [table for table in tables.KEYS if table != tables.SITE.name]


@dataclass(slots=True)
class Moved:
    """The result of a move.

    - `rows`, `attachments`: how many are equal now.
    - `copied`, `read_back`: bytes of content.
    - `began`, `locked`: when the move began, and when the source was locked, by `time.monotonic()`.
    """

    began: float
    locked: float = 0.0
    rows: int = 0
    attachments: int = 0
    copied: int = 0
    read_back: int = 0


def move(source: MoveSource, destination: Destination, progress: Progress, hand_over: Callable[[Moved], None]) -> None:
    """Move all of a site, and verify that it arrived.

    When all is there, `hand_over` is called, with the source still locked: what is written there afterwards is not in
    the destination. Raises `StoreRefused` and `StoreUnavailable`; then, or if the process is killed, another call goes
    on.
    """
    work = _Move(source, destination, progress)
    work.copy_in_use()
    with source.write_locked():
        work.copy_locked()
        destination.finish()
        hand_over(work.moved)


class _Move:
    """One call of `move`."""

    def __init__(self, source: MoveSource, destination: Destination, progress: Progress) -> None:
        self._source = source
        self._destination = destination
        self._progress = progress
        self.moved = Moved(time.monotonic())

    def copy_in_use(self) -> None:
        """Copy while others write, until little is left that differs."""
        self._rows_of_one_moment("rows")
        # All content, for what an earlier process copied it may not have lived to verify.
        self._contents(
            "content (MiB)", content_copying.all_attachments(self._destination), content_copying.total(self._source)
        )
        for number in range(2, PASSES + 1):
            difference = self._rows_of_one_moment(f"rows, pass {number}")
            self._contents_of(difference, f"content, pass {number} (MiB)")
            if difference.differed <= FEW:
                break

    def copy_locked(self) -> None:
        """Copy what is left while nobody writes, and compare everything once more."""
        self.moved.locked = time.monotonic()
        for number in range(1, LOCKED_PASSES + 1):
            difference = self._rows(f"rows, writes held, pass {number}")
            self._contents_of(difference, f"content, writes held, pass {number} (MiB)")
            if not difference.differed:
                break
        else:
            raise StoreUnavailable("the destination is being changed by others")
        self._destination.set_last_flag(self._source.last_flag())
        row_copying.synchronise(self._source, self._destination, [tables.SITE.name])
        self.moved.rows = difference.rows + 1
        self.moved.attachments = content_copying.count(self._destination)

    def _rows_of_one_moment(self, what: str) -> row_copying.Difference:
        with self._source.snapshot():
            return self._rows(what)

    def _rows(self, what: str) -> row_copying.Difference:
        total = row_copying.count(self._source, _MOST)
        return row_copying.synchronise(
            self._source, self._destination, _MOST, lambda done: self._progress(what, done, total)
        )

    def _contents_of(self, difference: row_copying.Difference, what: str) -> None:
        those = list(content_copying.attachments(self._destination, difference.attachments))
        if those:
            self._contents(what, those, sum(size or 0 for _, size, _ in those))

    def _contents(self, what: str, those: Iterable[content_copying.AttachedContent], total: int) -> None:
        in_mib = -(-total // _MIB)
        done = content_copying.synchronise(
            self._source, self._destination, those, lambda done: self._progress(what, min(done // _MIB, in_mib), in_mib)
        )
        self.moved.copied += done.copied
        self.moved.read_back += done.read_back
        self._progress(what, in_mib, in_mib)
