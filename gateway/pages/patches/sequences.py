"""Compares sequences of lines or words, in a time that grows with their length whatever they are. No I/O."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher

_SMALL = 40
"""The length of sequences that are compared in full; in longer ones that share no unique item nothing matches."""

_DEEPEST = 20
"""The steps in which unique items are looked for between unique items."""

_Span = tuple[int, int, int, int, int]


def matches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return the places of items that are the same in both, in order: those around items that each has once."""
    found: list[tuple[int, int]] = []
    waiting: list[_Span] = [(0, len(old), 0, len(new), 0)]
    while waiting:
        low, high, first, last, depth = waiting.pop()
        while low < high and first < last and old[low] == new[first]:
            found.append((low, first))
            low, first = low + 1, first + 1
        while low < high and first < last and old[high - 1] == new[last - 1]:
            high, last = high - 1, last - 1
            found.append((high, last))
        if low == high or first == last:
            continue
        anchors = _anchors(old[low:high], new[first:last]) if depth < _DEEPEST else []
        if anchors:
            waiting += _between([(low + i, first + j) for i, j in anchors], (low, high, first, last, depth))
            found += [(low + i, first + j) for i, j in anchors]
        elif high - low <= _SMALL and last - first <= _SMALL:
            blocks = SequenceMatcher(None, old[low:high], new[first:last], autojunk=False).get_matching_blocks()
            found += [(low + i + n, first + j + n) for i, j, size in blocks for n in range(size)]
    return sorted(found)


def _between(anchors: list[tuple[int, int]], span: _Span) -> list[_Span]:
    """Return the spans between anchors."""
    low, high, first, last, depth = span
    starts = [(low, first), *((i + 1, j + 1) for i, j in anchors)]
    ends = [*anchors, (high, last)]
    return [(i, k, j, n, depth + 1) for (i, j), (k, n) in zip(starts, ends, strict=True)]


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return the places of the items that each sequence has once, as many as are in the same order in both."""
    in_old, in_new = Counter(old), Counter(new)
    places = {item: place for place, item in enumerate(new) if in_new[item] == 1}
    pairs = [(place, places[item]) for place, item in enumerate(old) if in_old[item] == 1 and item in places]
    ends: list[int] = []  # the last place of the best sequence of each length
    at: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(place)
            at.append(index)
        else:
            ends[length], at[length] = place, index
    chosen: list[tuple[int, int]] = []
    index = at[-1] if at else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = before[index]
    return chosen[::-1]
