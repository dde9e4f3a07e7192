"""Compares two patches: how the changes that they make to each file differ. No I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.pages.patches.patch_parts import BlockKind, FileDiff, LineKind, Patch, PatchLine
from gateway.pages.patches.sequences import matches

_AROUND = 3
"""The lines that are shown around those that differ."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A line of a patch and where it is: `-` only in the older patch, `+` only in the newer one, a blank in both."""

    where: str
    line: PatchLine


@dataclass(frozen=True, slots=True)
class FileComparison:
    """The change of one file in two patches. `where` is as in `Compared`; without `lines` both are the same."""

    name: str
    where: str
    lines: Sequence[Compared | None]
    """None stands for lines left out, which are the same in both."""

    @property
    def is_same(self) -> bool:
        """Tell whether both patches change the file in the same way."""
        return self.where == " " and not self.lines

    def count(self, where: str) -> int:
        """Number of the lines that are only in one patch."""
        return sum(each is not None and each.where == where for each in self.lines)


def compare(old: Patch, new: Patch) -> list[FileComparison]:
    """Compare the files of two patches by name. Where hunks are does not matter."""
    before, after = _by_name(old), _by_name(new)
    return [_compared(name, before.get(name), after.get(name)) for name in dict.fromkeys([*before, *after])]


def _by_name(patch: Patch) -> dict[str, list[FileDiff]]:
    files: dict[str, list[FileDiff]] = {}
    for file in patch.files:
        files.setdefault(file.name, []).append(file)
    return files


def _lines(files: list[FileDiff] | None) -> list[PatchLine]:
    blocks = [block for file in files or () for block in file.blocks if block.kind is not BlockKind.HEADER]
    return [line for block in blocks for line in block.lines if line.kind is not LineKind.PLACE]


def _compared(name: str, old: list[FileDiff] | None, new: list[FileDiff] | None) -> FileComparison:
    before, after = _lines(old), _lines(new)
    where = "+" if old is None else "-" if new is None else " "
    lines = list(_merged(before, after))
    if all(each.where == " " for each in lines):
        return FileComparison(name, where, [])
    return FileComparison(name, where, list(_shortened(lines)))


def _merged(old: list[PatchLine], new: list[PatchLine]) -> Iterator[Compared]:
    pairs = matches([each.sign + each.text for each in old], [each.sign + each.text for each in new])
    at, to = 0, 0
    for place, other in [*pairs, (len(old), len(new))]:
        yield from (Compared("-", line) for line in old[at:place])
        yield from (Compared("+", line) for line in new[to:other])
        if place < len(old):
            yield Compared(" ", new[other])
        at, to = place + 1, other + 1


def _shortened(lines: list[Compared]) -> Iterator[Compared | None]:
    """Yield the lines that differ with those around them."""
    different = [place for place, each in enumerate(lines) if each.where != " "]
    near = {place + step for place in different for step in range(-_AROUND, _AROUND + 1)}
    left_out = False
    for place, each in enumerate(lines):
        if place in near:
            yield each
        elif not left_out:
            yield None
        left_out = place not in near
