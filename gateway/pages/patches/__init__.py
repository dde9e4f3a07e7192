"""Reads patches, for looking at them. No I/O.

Every line of a patch is kept in its place: as part of a hunk, as a header, as text that accompanies the patch, or as a
line that was not understood.
"""

from gateway.pages.patches.interdiff import compare
from gateway.pages.patches.patch_parts import Block, BlockKind, FileDiff, LineKind, Patch, PatchLine
from gateway.pages.patches.patch_reader import read_patch
from gateway.pages.patches.review import ignore_space, mark_changes, side_by_side

__all__ = [
    "Block",
    "BlockKind",
    "FileDiff",
    "LineKind",
    "Patch",
    "PatchLine",
    "compare",
    "ignore_space",
    "mark_changes",
    "read_patch",
    "side_by_side",
]
