"""Reads hunks: unified, combined (of merges), context and normal ones, properties of Subversion, binary ones of git.

The lines that a hunk announces are counted, as `patch` and `git apply` do, so nothing within a file is taken for a
header, and nothing behind a hunk for a part of it.
"""

import re
from collections.abc import Callable, Sequence

from gateway.pages.patches.patch_parts import Block, BlockKind, LineKind, PatchLine

_RANGE = r"(\d{1,18})(?:,(\d{1,18}))?"
_UNIFIED = re.compile(rf"@@ -{_RANGE} \+{_RANGE} ?@")
_PROPERTY = re.compile(rf"## -{_RANGE} \+{_RANGE} ##")
_COMBINED = re.compile(rf"(@{{3,33}})((?: -{_RANGE})+) \+{_RANGE} @@@")
_STARS = re.compile(r"\*{8,}")
_CONTEXT_OLD = re.compile(rf"\*\*\* {_RANGE}(?: \*\*\*\*)?$")
_CONTEXT_NEW = re.compile(rf"--- {_RANGE}(?: ----)?$")
_NORMAL = re.compile(rf"{_RANGE}([acd]){_RANGE}$")
_BINARY_SIZE = re.compile(r"(?:literal|delta) \d+$")
_BASE85 = re.compile(r"[A-Za-z](?:[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{5})+$")

Lines = Sequence[str]


def read_hunk(lines: Lines, at: int, in_properties: bool) -> Block | None:
    """Read the hunk that begins at a line; None where none does. `in_properties` lets it be one of properties."""
    for read in (*_READERS, *([_read_property] if in_properties else [])):
        block = read(lines, at)
        if block is not None:
            return block
    return None


def content(raw: str) -> str:
    """A line without its end."""
    return raw.removesuffix("\n").removesuffix("\r")


def plain(raw: str, kind: LineKind = LineKind.TEXT) -> PatchLine:
    """A line without a sign."""
    return PatchLine(raw, kind, "", raw.removesuffix("\n"))


def _signed(raw: str, width: int, kind: LineKind, old: int | None = None, new: int | None = None) -> PatchLine:
    text = raw.removesuffix("\n")
    return PatchLine(raw, kind, text[:width], text[width:], old, new)


def _remark(lines: Lines, at: int) -> list[PatchLine]:
    """The line about a missing line end that may follow a line; none, or one."""
    if at < len(lines) and lines[at].startswith("\\ "):
        return [_signed(lines[at], 1, LineKind.REMARK)]
    return []


# ---- unified and combined hunks: a column of signs for each file before


def _read_unified(lines: Lines, at: int) -> Block | None:
    match = _UNIFIED.match(lines[at])
    return _Columns(lines, at, [_span(match[1], match[2])], _span(match[3], match[4])).read() if match else None


def _read_property(lines: Lines, at: int) -> Block | None:
    match = _PROPERTY.match(lines[at])
    if match is None:
        return None
    block = _Columns(lines, at, [_span(match[1], match[2])], _span(match[3], match[4])).read()
    block.kind = BlockKind.PROPERTY
    if len(block.lines) == 1:
        block.missing = 0  # the lists of merges are told in words
    return block


def _read_combined(lines: Lines, at: int) -> Block | None:
    match = _COMBINED.match(lines[at])
    if match is None:
        return None
    before = [_span(*each) for each in re.findall(rf"-{_RANGE}", match[2])]
    if len(before) != len(match[1]) - 1:
        return None
    return _Columns(lines, at, before, _span(match[5], match[6])).read()


def _span(start: str, count: str | None) -> tuple[int, int]:
    return int(start), 1 if not count else int(count)


class _Columns:
    """The lines of one hunk, each with as many signs as there are files before."""

    def __init__(self, lines: Lines, at: int, before: list[tuple[int, int]], after: tuple[int, int]) -> None:
        self._lines, self._at = lines, at
        self._old = [start for start, _ in before]
        self._old_left = [count for _, count in before]
        self._new, self._new_left = after

    def read(self) -> Block:
        lines, at = self._lines, self._at + 1
        block = Block(BlockKind.HUNK, [plain(lines[self._at], LineKind.PLACE)])
        while at < len(lines) and (self._new_left or any(self._old_left)):
            line = self._line(lines[at])
            if line is None:
                break
            at += 1
            remark = _remark(lines, at)
            at += len(remark)
            block.lines += [line, *remark]
        block.missing = max([self._new_left, *self._old_left])
        return block

    def _line(self, raw: str) -> PatchLine | None:
        """Read a line; None where it does not belong to the hunk."""
        width = len(self._old)
        signs = raw[:width]
        if not content(raw) or (width == 1 and signs in "\t="):  # `patch` takes these for lines that are the same
            signs = " " * width
        if len(signs) < width or signs.strip(" +-") or ("-" in signs and "+" in signs):
            return None
        is_new = "-" not in signs
        in_old = [sign == (" " if is_new else "-") for sign in signs]
        if (is_new and not self._new_left) or any(
            i and not left for i, left in zip(in_old, self._old_left, strict=True)
        ):
            return None
        kind = LineKind.SAME if not signs.strip() else LineKind.ADDED if is_new else LineKind.REMOVED
        one = width == 1
        old, new = (self._old[0] if one and in_old[0] else None), (self._new if is_new else None)
        line = _signed(raw, 0 if not content(raw) or (one and raw[0] == "\t") else width, kind, old, new)
        for column, counted in enumerate(in_old):
            self._old[column] += counted
            self._old_left[column] -= counted
        self._new += is_new
        self._new_left -= is_new
        return line


# ---- context hunks


def _read_context(lines: Lines, at: int) -> Block | None:
    if at + 1 >= len(lines) or not _STARS.match(lines[at]):
        return None
    old = _CONTEXT_OLD.match(content(lines[at + 1]))
    if old is None:
        return None
    block = Block(BlockKind.HUNK, [plain(each, LineKind.PLACE) for each in lines[at : at + 2]])
    _add_section(block, lines, at + 2, _bounds(old), is_new=False)
    at += len(block.lines)
    new = _CONTEXT_NEW.match(content(lines[at])) if at < len(lines) else None
    if new is None:
        block.missing += 1
        return block
    block.lines.append(plain(lines[at], LineKind.PLACE))
    _add_section(block, lines, at + 1, _bounds(new), is_new=True)
    return block


def _bounds(match: re.Match[str]) -> tuple[int, int]:
    """The number of the first line of a section, and how many it has."""
    first = int(match[1])
    last = first if not match[2] else int(match[2])
    return first, max(last - first + 1, 0) if last else 0


def _add_section(block: Block, lines: Lines, at: int, bounds: tuple[int, int], is_new: bool) -> None:
    """Add the lines before or after the change. A section without a change has none."""
    number, left = bounds
    kinds = {" ": LineKind.SAME, "!": LineKind.ADDED if is_new else LineKind.REMOVED}
    kinds |= {"+": LineKind.ADDED} if is_new else {"-": LineKind.REMOVED}
    read = 0
    while at < len(lines) and read < left:
        raw = lines[at]
        kind = kinds.get(raw[:1]) if content(raw) else LineKind.SAME
        if kind is None or content(raw)[1:2] not in ("", " ", "\t"):
            break
        shown = {"new": number} if is_new else {"old": number}
        block.lines.append(_signed(raw, 2 if content(raw) else 0, kind, **shown))
        number, read, at = number + 1, read + 1, at + 1
        remark = _remark(lines, at)
        block.lines += remark
        at += len(remark)
    if read:
        block.missing += left - read


# ---- normal hunks


def _read_normal(lines: Lines, at: int) -> Block | None:
    match = _NORMAL.match(content(lines[at]))
    if match is None or at + 1 >= len(lines) or not re.match(r"[<>](?: |\r?\n?$)", lines[at + 1]):
        return None
    first, last, verb, new_first, new_last = match.groups()
    block = Block(BlockKind.HUNK, [plain(lines[at], LineKind.PLACE)])
    missing = 0
    if verb in "cd":
        missing += _add_quoted(block, lines, at, "<", int(first), int(last or first))
    following = at + len(block.lines)
    if verb == "c" and following < len(lines) and content(lines[following]) == "---":
        block.lines.append(plain(lines[following], LineKind.PLACE))
    if verb in "ca":
        missing += _add_quoted(block, lines, at, ">", int(new_first), int(new_last or new_first))
    block.missing = missing
    return block


def _add_quoted(block: Block, lines: Lines, start: int, sign: str, first: int, last: int) -> int:
    """Add lines that all begin with `sign`, and return how many are missing."""
    for number in range(first, last + 1):
        at = start + len(block.lines)
        if at >= len(lines) or not re.match(rf"{sign}(?: |\r?\n?$)", lines[at]):
            return last + 1 - number
        is_new = sign == ">"
        kind = LineKind.ADDED if is_new else LineKind.REMOVED
        block.lines.append(_signed(lines[at], 2, kind, None if is_new else number, number if is_new else None))
        block.lines += _remark(lines, at + 1)
    return 0


# ---- binary hunks of git


def _read_binary(lines: Lines, at: int) -> Block | None:
    if content(lines[at]) != "GIT binary patch":
        return None
    taken = [lines[at]]
    while at + len(taken) < len(lines) and _BINARY_SIZE.match(content(lines[at + len(taken)])):
        taken.append(lines[at + len(taken)])
        while at + len(taken) < len(lines) and _BASE85.match(content(lines[at + len(taken)])):
            taken.append(lines[at + len(taken)])
        if at + len(taken) < len(lines) and not content(lines[at + len(taken)]):
            taken.append(lines[at + len(taken)])
    return Block(BlockKind.BINARY, [plain(each) for each in taken])


_READERS: tuple[Callable[[Lines, int], Block | None], ...] = (
    _read_unified,
    _read_combined,
    _read_context,
    _read_normal,
    _read_binary,
)
