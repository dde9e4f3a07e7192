"""Long answers, which are written in parts as the client takes them, and never as a whole.

They are written twice: first only to learn their length, which many clients need to know beforehand, and their hash.
Each part takes a turn of the event loop.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any

from gateway.answer_size import AnswerSize
from gateway.budget import Budget
from gateway.loop_turns import LoopTurns
from gateway.protocols.wire_values import AnswerPiece, length

PART = 32 * 1024
"""The approximate size of a part, in bytes."""

Parts = Callable[[], Iterator[AnswerPiece]]
"""Writes an answer in parts; each call begins anew."""


class LongAnswer:
    """An answer that is written when it is sent. `measure` sets its `length` in bytes and its `digest`, in hex."""

    def __init__(self, parts: Parts, turns: LoopTurns, budget: Budget) -> None:
        self._parts = parts
        self._turns = turns
        self._budget = budget
        self.length = -1
        self.digest = ""

    async def measure(self) -> None:
        """Find out its length and its digest, unless they are known."""
        if self.length >= 0:
            return
        digest, size = hashlib.blake2b(digest_size=16), 0
        async for part in self.written():
            size += length([part])
            digest.update(part if isinstance(part, bytes) else part.sha256.encode())
        self.length, self.digest = size, digest.hexdigest()

    async def written(self) -> AsyncIterator[AnswerPiece]:
        """Yield the parts."""
        parts = self._parts()
        while True:
            part = await self._turns.step(self._budget.owners, partial(next, parts, None))
            if part is None:
                return
            yield part

    def wrapped(self, before: bytes, after: bytes) -> "LongAnswer":
        """Return the same answer between two others."""
        return LongAnswer(lambda: chain([before], self._parts(), [after]), self._turns, self._budget)


Body = Sequence[AnswerPiece] | LongAnswer
"""The body of a reply. Content among its pieces is streamed from the store, as base64."""


def body_of(
    value: Any,
    budget: Budget,
    turns: LoopTurns,
    whole: Callable[[Any], Sequence[AnswerPiece]],
    parts: Callable[[Any, AnswerSize], Iterator[AnswerPiece]],
) -> Body:
    """Write an answer: `whole` if it is short, otherwise by `parts`."""
    if not budget.has_long_answer:
        return whole(value)
    return LongAnswer(partial(parts, value, budget.measure_document(value)), turns, budget)


def joined(pieces: Iterator[AnswerPiece]) -> Iterator[AnswerPiece]:
    """Join short pieces to parts."""
    held, size = list[bytes](), 0
    for piece in pieces:
        if isinstance(piece, bytes):
            held.append(piece)
            size += len(piece)
        if held and (size >= PART or not isinstance(piece, bytes)):
            yield b"".join(held)
            held, size = [], 0
        if not isinstance(piece, bytes):
            yield piece
    if held:
        yield b"".join(held)


def list_runs(items: Sequence[Any], sizes: AnswerSize) -> Iterator[Sequence[Any]]:
    """Cut a list so that each run of several items is no longer than a part."""
    start = size = 0
    for place, item in enumerate(items):
        own = sizes.of(item)
        if place > start and size + own > PART:
            yield items[start:place]
            start, size = place, 0
        size += own
    yield items[start:]


def dict_runs(items: Mapping[Any, Any], sizes: AnswerSize) -> Iterator[Mapping[Any, Any]]:
    """Cut a dict so that each run of several members is no longer than a part."""
    names = iter(items)
    for run in list_runs(list(items.values()), sizes):
        yield dict(zip(islice(names, len(run)), run, strict=True))
