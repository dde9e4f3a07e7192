"""A file that knows what of it was synced, and so what a power cut would leave."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

SECTOR = 512
"""Bytes that a disk writes as a whole."""

_Change = tuple[int, bytes | None]  # bytes at a place, or (None) the end of the file there


@dataclass
class File:
    """The bytes of a file as programs see them, what was synced of them, and what changed since, in order."""

    mode: int
    data: bytearray = field(default_factory=bytearray)
    synced: bytearray = field(default_factory=bytearray)
    waiting: list[_Change] = field(default_factory=list)

    def change(self, change: _Change) -> None:
        """Change the bytes; nothing of it is synced yet."""
        _apply(self.data, change)
        self.waiting.append(change)

    def sync(self) -> None:
        """Make what is waiting survive."""
        for change in self.waiting:
            _apply(self.synced, change)
        self.waiting.clear()

    def after_cut(self, chance: random.Random, survives: float) -> bytes:
        """What a power cut leaves, where each sector that waits survives with this probability."""
        left = bytearray(self.synced)
        for place, written in self.waiting:
            for change in _sectors(place, written):
                if chance.random() < survives:
                    _apply(left, change)
        return bytes(left)


def _apply(data: bytearray, change: _Change) -> None:
    place, written = change
    if len(data) < place:
        data.extend(bytes(place - len(data)))
    if written is None:
        del data[place:]
    else:
        data[place : place + len(written)] = written


def _sectors(place: int, written: bytes | None) -> Iterator[_Change]:
    if written is None:
        yield place, None
        return
    for start in range(0, len(written), SECTOR):
        yield place + start, written[start : start + SECTOR]
