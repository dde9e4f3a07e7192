"""The parts of a patch, which together hold every line of it, in order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class LineKind(StrEnum):
    """The meaning of a line within its block."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    REMARK = "remark"
    """A line about the one before it, such as `\\ No newline at end of file`."""
    PLACE = "place"
    """A line that tells where a hunk belongs, such as `@@ -1 +1 @@`."""
    TEXT = "text"


class BlockKind(StrEnum):
    """The meaning of consecutive lines."""

    MESSAGE = "message"
    """Text that accompanies a patch: a mail, or the description of a commit."""
    HEADER = "header"
    HUNK = "hunk"
    PROPERTY = "property"
    """Lines of a property, not of the file."""
    BINARY = "binary"
    """The content of a binary file, encoded."""
    UNKNOWN = "unknown"
    """Lines that no format of patches has in this place."""


@dataclass(slots=True)
class PatchLine:
    """A line as it is in the patch (`raw`, with its end), and its parts: `sign`, `text` and `end`.

    `old` and `new` are its numbers before and after the change. `end` names the end of the line, CR LF or LF, where it
    is not the one that the headers around it have.
    """

    raw: str
    kind: LineKind
    sign: str
    text: str
    old: int | None = None
    new: int | None = None
    end: str = ""
    is_lookalike: bool = False
    """True if only characters that are hard to see tell the line from its counterpart before or after."""
    spans: tuple[tuple[int, int], ...] = ()
    """The beginnings and ends of what changed within `text`, in characters."""


@dataclass(slots=True)
class Block:
    """Consecutive lines of one meaning. `missing` counts the lines that a hunk announces and does not have."""

    kind: BlockKind
    lines: list[PatchLine] = field(default_factory=list)
    missing: int = 0


@dataclass(slots=True)
class FileDiff:
    """The change of one file, with its names before and after.

    `alias` is a third name that its headers give, if they do. `marks` sum up the headers, such as "new" or
    "mode 100644 → 100755".
    """

    old_name: str = ""
    name: str = ""
    alias: str = ""
    marks: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    @property
    def has_lines(self) -> bool:
        """True if the patch has lines of the file."""
        return any(block.kind is BlockKind.HUNK for block in self.blocks)

    @property
    def added(self) -> int:
        """Number of added lines."""
        return self._count(LineKind.ADDED)

    @property
    def removed(self) -> int:
        """Number of removed lines."""
        return self._count(LineKind.REMOVED)

    def _count(self, kind: LineKind) -> int:
        hunks = (block for block in self.blocks if block.kind is BlockKind.HUNK)
        return sum(line.kind is kind for block in hunks for line in block.lines)


@dataclass(slots=True)
class Patch:
    """A patch: its files, and the text around them. `left_out` counts the lines at its end that were not read."""

    parts: list[FileDiff | Block]
    left_out: int = 0

    @property
    def files(self) -> list[FileDiff]:
        """The files in order; a text that is no patch has none."""
        return [part for part in self.parts if isinstance(part, FileDiff)]

    @property
    def blocks(self) -> Iterator[Block]:
        """All blocks, in order."""
        for part in self.parts:
            if isinstance(part, FileDiff):
                yield from part.blocks
            else:
                yield part

    @property
    def read(self) -> int:
        """Number of lines that were read."""
        return sum(len(block.lines) for block in self.blocks)

    @property
    def not_understood(self) -> int:
        """Number of lines that were not understood, empty ones aside."""
        unknown = (block for block in self.blocks if block.kind is BlockKind.UNKNOWN)
        return sum(bool(line.raw.strip()) for block in unknown for line in block.lines)
