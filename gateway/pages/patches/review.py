"""Prepares a patch for review: marks changes within lines, ignores white space, sets lines side by side. No I/O."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from gateway.pages.patches.patch_parts import Block, BlockKind, LineKind, Patch, PatchLine
from gateway.pages.patches.sequences import matches

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST = 2000
"""The characters of the longest line that is compared within."""

_ALIKE = 0.4
"""The part of two lines that has to be the same for the rest to be marked."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """Two lines side by side, or a line across both (`wide`)."""

    old: PatchLine | None = None
    new: PatchLine | None = None
    wide: PatchLine | None = None


def _runs(lines: Sequence[PatchLine]) -> Iterator[PatchLine | tuple[list[PatchLine], list[PatchLine]]]:
    """Yield lines, and runs of removed lines with the added ones that follow; remarks stay with their line."""
    removed: list[PatchLine] = []
    added: list[PatchLine] = []
    for line in lines:
        is_remark = line.kind is LineKind.REMARK and bool(removed or added)
        if line.kind is LineKind.REMOVED and added:
            yield removed, added
            removed, added = [], []
        if line.kind is LineKind.REMOVED or (is_remark and not added):
            removed.append(line)
        elif line.kind is LineKind.ADDED or is_remark:
            added.append(line)
        else:
            if removed or added:
                yield removed, added
                removed, added = [], []
            yield line
    if removed or added:
        yield removed, added


def _hunks(patch: Patch) -> Iterator[Block]:
    return (each for each in patch.blocks if each.kind in (BlockKind.HUNK, BlockKind.PROPERTY))


def mark_changes(patch: Patch) -> None:
    """Mark what differs between a removed line and the added one in its place."""
    for block in _hunks(patch):
        for run in _runs(block.lines):
            if isinstance(run, tuple):
                for old, new in zip(*run, strict=False):
                    _mark(old, new)


def _mark(old: PatchLine, new: PatchLine) -> None:
    is_pair = old.kind is LineKind.REMOVED and new.kind is LineKind.ADDED
    if not is_pair or max(len(old.text), len(new.text)) > _LONGEST:
        return
    before, after = _WORD.findall(old.text), _WORD.findall(new.text)
    same = matches(before, after)
    kept = sum(len(before[place]) for place, _ in same if before[place].strip())
    if kept < _ALIKE * max(len(old.text.strip()), len(new.text.strip())):
        return
    old.spans = _spans(before, {place for place, _ in same})
    new.spans = _spans(after, {place for _, place in same})


def _spans(words: Sequence[str], same: set[int]) -> tuple[tuple[int, int], ...]:
    """Return the beginning and end of what is not the same, in characters."""
    spans: list[tuple[int, int]] = []
    at = 0
    for place, word in enumerate(words):
        end = at + len(word)
        if place not in same:
            spans[-1:] = [(spans[-1][0], end)] if spans and spans[-1][1] == at else [*spans[-1:], (at, end)]
        at = end
    return tuple(spans)


def ignore_space(patch: Patch) -> None:
    """Show lines in which only white space changed as they are after the change, and not as changed."""
    for block in _hunks(patch):
        lines: list[PatchLine] = []
        for run in _runs(block.lines):
            lines += _without_space(*run) if isinstance(run, tuple) else [run]
        block.lines = lines


def _without_space(removed: list[PatchLine], added: list[PatchLine]) -> Iterator[PatchLine]:
    old, new = (["".join(line.text.split()) for line in lines] for lines in (removed, added))
    at, to = 0, 0
    for place, other in [*matches(old, new), (len(old), len(new))]:
        yield from removed[at:place]
        yield from added[to:other]
        if place < len(old):
            sign = " " * len(added[other].sign)
            yield replace(added[other], kind=LineKind.SAME, sign=sign, old=removed[place].old, is_lookalike=False)
        at, to = place + 1, other + 1


def side_by_side(lines: Sequence[PatchLine]) -> Iterator[ReviewRow]:
    """Yield the lines of a hunk in rows of before and after."""
    for run in _runs(lines):
        if isinstance(run, tuple):
            for old, new in zip_longest(*run):
                yield ReviewRow(old, new)
        elif run.kind is LineKind.SAME:
            yield ReviewRow(run if run.old or not run.new else None, run if run.new or not run.old else None)
        else:
            yield ReviewRow(wide=run)
