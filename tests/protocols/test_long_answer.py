"""Long answers, written in parts: the same bytes as if they were written as a whole."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import pytest

from gateway.budget import LONG_ANSWER, Budget
from gateway.content import MemoryContent, StoredContent
from gateway.loop_turns import LoopTurns
from gateway.protocols import jsonp
from gateway.protocols.json_codec import json_writer
from gateway.protocols.long_answer import PART, LongAnswer, body_of
from gateway.protocols.negotiation import etag, etag_of
from gateway.protocols.wire_values import AnswerPiece, length
from gateway.protocols.xmlrpc import response_writer

STORED = StoredContent(1, 100, "a" * 64)
BUG: dict[str, Any] = {"id": 1, "summary": "s" * 500, "cc": ["a", "b"], "alias": None}
VALUES: dict[str, Any] = {
    "one object many times": {"bugs": [BUG] * 2000},
    "long texts": {"comments": {str(number): {"text": "ä\ud800\U0001f600" * 10_000} for number in range(10)}},
    "members": {f"name {number}": number for number in range(20_000)},
    "lists in lists": [[[number, None] * 500] * 10 for number in range(20)],
    "content": [{"data": each} for each in (STORED, MemoryContent(bytes(PART)), STORED, MemoryContent(b"a"))] * 10,
    "large members that are not there": {"a": None, "b": "b" * PART, "c": None, "d": [], "e": {}},
    "a tuple": tuple(range(50_000)),
    "one text": "x" * (2 * PART),
    "short": {"id": 1},
}
WRITERS: dict[str, tuple[Callable[[Any], Sequence[AnswerPiece]], Callable[[Any], Iterator[AnswerPiece]]]] = {
    "JSON": (json_writer.dumps, json_writer.parts),
    "XML-RPC": (response_writer.response, response_writer.parts),
}


def flat(pieces: Sequence[AnswerPiece]) -> list[AnswerPiece]:
    """The pieces, with neighbouring bytes joined."""
    found = list[AnswerPiece]()
    for piece in pieces:
        if found and isinstance(piece, bytes) and isinstance(found[-1], bytes):
            found[-1] += piece
        else:
            found.append(piece)
    return found


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", VALUES)
def test_parts_are_the_whole(name: str, writer: str) -> None:
    whole, parts = WRITERS[writer]
    written = list(parts(VALUES[name]))
    assert flat(written) == flat(whole(VALUES[name]))
    longest = max(len(part) for part in written if isinstance(part, bytes))
    largest = 5 * PART if name in ("long texts", "one text") else 2.5 * PART  # what cannot be cut is written at once
    assert longest < largest


async def test_what_is_long_is_measured_before_it_is_sent() -> None:
    value, budget, turns = VALUES["content"], Budget(), LoopTurns()
    budget.charge_answer(value)
    assert budget.has_long_answer
    body = body_of(value, budget, turns, json_writer.dumps, json_writer.parts)
    wrapped = jsonp.wrapped(body, "f")
    whole = json_writer.dumps(value)
    for answer, expected in ((body, whole), (wrapped, jsonp.wrapped(whole, "f"))):
        assert isinstance(answer, LongAnswer)
        assert not isinstance(expected, LongAnswer)
        await answer.measure()
        assert answer.length == length(expected)
        assert flat([part async for part in answer.written()]) == flat(expected)
    assert await etag(body) == await etag(body_of(value, budget, turns, json_writer.dumps, json_writer.parts))
    assert await etag(body) != await etag(wrapped)


async def test_what_is_short_is_written_at_once() -> None:
    budget = Budget()
    budget.charge_answer("x" * (LONG_ANSWER // 2))
    body = body_of("x", budget, LoopTurns(), json_writer.dumps, json_writer.parts)
    assert body == [b'"x"']
    assert await etag(body) == etag_of([b'"x"'])


async def test_parts_are_made_in_turns() -> None:
    turns, budget, made = LoopTurns(), Budget(), list[str]()

    def parts(name: str) -> Iterator[AnswerPiece]:
        for _ in range(3):
            made.append(name)
            yield b"x"

    async def send(name: str) -> None:
        async for _ in LongAnswer(lambda: parts(name), turns, budget).written():
            pass

    await asyncio.gather(send("a"), send("b"))
    assert "".join(made) == "ababab"


def test_the_values_are_long() -> None:
    assert [name for name, value in VALUES.items() if len(list(chain(json_writer.parts(value)))) < 2] == [
        "one text",
        "short",
    ]
