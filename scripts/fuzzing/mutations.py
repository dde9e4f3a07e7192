"""Damages examples, again and again: bytes change, go, come, come twice, and parts of others get in between."""

import random
from collections.abc import Callable, Sequence

LONGEST = 4000
"""Bytes; what grows beyond is cut."""

Mutation = Callable[[bytearray, random.Random, "Pool"], None]


class Pool:
    """Examples to damage, and the tokens that their language is made of."""

    def __init__(self, examples: Sequence[bytes], tokens: Sequence[bytes]) -> None:
        self.examples = list(examples)
        self.tokens = tokens

    def damaged(self, chance: random.Random) -> bytes:
        """A new input: one of the examples with one to six changes."""
        data = bytearray(chance.choice(self.examples))
        for _ in range(chance.randint(1, 6)):
            chance.choice(_MUTATIONS)(data, chance, self)
        return bytes(data[:LONGEST])


def _span(data: bytearray, chance: random.Random) -> slice:
    start = chance.randint(0, len(data))
    return slice(start, min(start + chance.choice((1, 1, 2, 4, 16, 64)), len(data)))


def _flip(data: bytearray, chance: random.Random, _: Pool) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set(data: bytearray, chance: random.Random, _: Pool) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice((0, 9, 10, 13, 32, 37, 38, 61, 127, 128, 0xC0, 0xED, 0xFF))


def _remove(data: bytearray, chance: random.Random, _: Pool) -> None:
    del data[_span(data, chance)]


def _insert(data: bytearray, chance: random.Random, _: Pool) -> None:
    place = chance.randint(0, len(data))
    data[place:place] = chance.randbytes(chance.randint(1, 4))


def _insert_token(data: bytearray, chance: random.Random, pool: Pool) -> None:
    place = chance.randint(0, len(data))
    data[place:place] = chance.choice(pool.tokens)


def _replace_by_token(data: bytearray, chance: random.Random, pool: Pool) -> None:
    data[_span(data, chance)] = chance.choice(pool.tokens)


def _repeat(data: bytearray, chance: random.Random, _: Pool) -> None:
    span = _span(data, chance)
    data[span.start : span.start] = data[span] * chance.choice((1, 2, 8, 40))


def _splice(data: bytearray, chance: random.Random, pool: Pool) -> None:
    other = bytearray(chance.choice(pool.examples))
    data[_span(data, chance)] = other[_span(other, chance)]


def _cross(data: bytearray, chance: random.Random, pool: Pool) -> None:
    other = chance.choice(pool.examples)
    data[chance.randint(0, len(data)) :] = other[chance.randint(0, len(other)) :]


_MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _set,
    _remove,
    _insert,
    _insert_token,
    _replace_by_token,
    _repeat,
    _splice,
    _cross,
)
