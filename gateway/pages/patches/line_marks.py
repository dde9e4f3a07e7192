"""Marks in the lines of a patch what cannot be seen in them: ends that differ, and lines that only look the same."""

import unicodedata
from collections.abc import Sequence

from gateway.pages.patches.patch_parts import Block, BlockKind, LineKind, Patch, PatchLine
from gateway.pages.visible import INVISIBLE

_LOOKS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеіјорсѕухԁһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορ‐‑‒–−‘’“”",
    "ABESIJKMHOPCTYXaeijopcsyxdhlABEZHIKMNOPTYXvop-----''\"\"",
)
"""Letters and signs that look like those of ASCII."""


def mark_lines(patch: Patch) -> None:
    """Mark all lines of a patch."""
    for part in patch.parts:
        blocks = [part] if isinstance(part, Block) else part.blocks
        _mark_ends([line for block in blocks for line in block.lines])
        for block in blocks:
            if block.kind in (BlockKind.HUNK, BlockKind.PROPERTY):
                _mark_lookalikes(block.lines)


def _mark_ends(lines: Sequence[PatchLine]) -> None:
    """Name the ends that are not like that of the first line: a header, whose end is that of the patch itself."""
    usual = "CRLF" if lines[0].raw.endswith("\r\n") else "LF"
    for line in lines:
        if line.raw.endswith("\n"):
            end = "CRLF" if line.raw.endswith("\r\n") else "LF"
            line.text = line.text.removesuffix("\r")
            line.end = end if end != usual else ""


def _mark_lookalikes(lines: Sequence[PatchLine]) -> None:
    removed: dict[str, list[PatchLine]] = {}
    for line in lines:
        if line.kind is LineKind.REMOVED:
            removed.setdefault(_look(line.text), []).append(line)
    for line in lines:
        if line.kind is LineKind.ADDED:
            before = removed.get(_look(line.text), [])
            if before and all(each.text != line.text for each in before):
                for each in (*before, line):
                    each.is_lookalike = True


def _look(text: str) -> str:
    """The text as it looks, without what cannot be seen."""
    seen = INVISIBLE.sub("", unicodedata.normalize("NFKC", text).expandtabs(8))
    return seen.translate(_LOOKS).rstrip()
