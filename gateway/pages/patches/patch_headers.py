"""The lines between hunks that tell which file follows, and what becomes of it. No I/O."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.pages.patches import patch_names
from gateway.pages.patches.patch_names import Names
from gateway.pages.patches.patch_parts import Block, BlockKind, FileDiff, LineKind, PatchLine

_OLD_LINES = {LineKind.SAME, LineKind.REMOVED}
_NEW_LINES = {LineKind.SAME, LineKind.ADDED}


@dataclass(slots=True)
class OpenFile:
    """A file whose lines are being read. `rank` is how far its headers have come, in the order of `STARTS`."""

    diff: FileDiff = field(default_factory=FileDiff)
    names: Names = field(default_factory=Names)
    rank: int = -1
    is_certain: bool = False
    """True if it is a file even without a hunk; otherwise its lines are text that looks like a header."""
    in_properties: bool = False
    is_alone: bool = False
    """True if one line tells all of its change, so that a following hunk belongs to the headers before."""
    is_full: bool = False
    """True if it has hunks, or an equivalent, so that the next header begins another file."""
    has_stars: bool = False
    """True if the last header was that of a context diff, `*** name`, which `--- name` follows."""
    old_mode: str = ""

    def add(self, kind: BlockKind, *lines: PatchLine) -> None:
        """Add lines to the last block, or to a new one."""
        if not self.diff.blocks or self.diff.blocks[-1].kind is not kind:
            self.diff.blocks.append(Block(kind))
        self.diff.blocks[-1].lines += lines

    def mark(self, *marks: str) -> None:
        """Say of the file what a header says, once."""
        self.is_certain = True
        self.diff.marks += [mark for mark in marks if mark not in self.diff.marks]

    def close(self) -> FileDiff:
        """Return the file with its names."""
        old, new, self.diff.alias = self.names.resolve()
        kinds = {line.kind for block in self.diff.blocks for line in block.lines}
        if old == patch_names.NOWHERE or (self.names.old_is_missing and not kinds & _OLD_LINES):
            self.mark("new")
        if new == patch_names.NOWHERE or (self.names.new_is_missing and not kinds & _NEW_LINES):
            self.mark("deleted")
        self.diff.old_name = new if old == patch_names.NOWHERE else old
        self.diff.name = old if new == patch_names.NOWHERE else new
        return self.diff


def _index(file: OpenFile, match: re.Match[str]) -> None:
    file.names.index = match[1]
    if match[2]:
        file.mark({"added": "new", "deleted": "deleted"}[match[2]])


def _bazaar(file: OpenFile, match: re.Match[str]) -> None:
    file.names.index = match[3] or match[2]
    file.mark({"added": "new", "removed": "deleted", "modified": "changed"}.get(match[1], match[1]))
    if match[3]:
        file.names.moved_from, file.names.moved_to = match[2], match[3]


def _perforce(file: OpenFile, match: re.Match[str]) -> None:
    file.names.index = match[1].partition("#")[0].partition(" - ")[0]


def _git(file: OpenFile, match: re.Match[str]) -> None:
    file.names.git = patch_names.pair(match[1])
    file.is_certain = True


def _merge(file: OpenFile, match: re.Match[str]) -> None:
    file.names.index = patch_names.unquoted(match[1])
    file.mark("merge")


def _command(file: OpenFile, match: re.Match[str]) -> None:
    file.names.take_command(match[1])


def _nothing(file: OpenFile, match: re.Match[str]) -> None:
    """Take a line that says nothing new."""


def _old(file: OpenFile, match: re.Match[str]) -> None:
    file.names.old = patch_names.in_header(match[1])
    file.names.old_is_missing = patch_names.is_missing(match[1])


def take_new(file: OpenFile, match: re.Match[str]) -> None:
    """Take the name after the change."""
    file.names.new = patch_names.in_header(match[1])
    file.names.new_is_missing = patch_names.is_missing(match[1])


Header = Callable[[OpenFile, re.Match[str]], None]
Headers = tuple[tuple[re.Pattern[str], Header], ...]

STARTS: tuple[tuple[int, re.Pattern[str], Header], ...] = (
    (0, re.compile(r"Index: (.+?)(?: \((added|deleted)\))?"), _index),
    (0, re.compile(r"=== (\w+) (?:file|directory|symlink) '([^']+)'(?: => '([^']+)')?(?: \(.*\))?"), _bazaar),
    (0, re.compile(r"==== (//.+) ===="), _perforce),
    (1, re.compile(r"diff --git (.+)"), _git),
    (1, re.compile(r"diff --(?:cc|combined) (.+)"), _merge),
    (1, re.compile(r"diff (-.+)"), _command),
    (2, re.compile(r"(?:---|\*\*\*) (?!\d+(?:,\d+)? (?:----|\*\*\*\*)$)(.+)"), _old),
    (3, re.compile(r"\+\+\+ (.+)"), take_new),
)
"""Lines that can begin a file. Those of one file come in the order of their ranks, each at most once."""


def _old_mode(file: OpenFile, match: re.Match[str]) -> None:
    file.old_mode = match[1]


def _new_mode(file: OpenFile, match: re.Match[str]) -> None:
    file.mark(f"mode {file.old_mode or '?'} → {match[1]}")


def _modes(file: OpenFile, match: re.Match[str]) -> None:
    file.mark(f"mode {match[1]} → {match[2]}")


def _appeared(file: OpenFile, match: re.Match[str]) -> None:
    file.mark({"new": "new", "deleted": "deleted"}[match[1]])
    if match[2] not in ("", "100644"):
        file.mark(f"mode {match[2]}")


def _from(file: OpenFile, match: re.Match[str]) -> None:
    file.names.moved_from = patch_names.unquoted(match[2])


def _to(file: OpenFile, match: re.Match[str]) -> None:
    file.names.moved_to = patch_names.unquoted(match[2])
    file.mark({"rename": "renamed", "copy": "copied"}[match[1]])


def _binary(file: OpenFile, match: re.Match[str]) -> None:
    file.mark("binary")


def _separator(file: OpenFile, match: re.Match[str]) -> None:
    file.is_certain = file.is_certain or file.names.index is not None


MORE: Headers = (
    (re.compile(r"index [0-9a-f]{4,}.*"), _nothing),
    (re.compile(r"old mode (\d+)"), _old_mode),
    (re.compile(r"new mode (\d+)"), _new_mode),
    (re.compile(r"mode ([\d,]+)\.\.(\d+)"), _modes),
    (re.compile(r"(new|deleted) file mode ([\d,]*)"), _appeared),
    (re.compile(r"(rename|copy) (?:from|old) (.+)"), _from),
    (re.compile(r"(rename|copy) (?:to|new) (.+)"), _to),
    (re.compile(r"(?:dis)?similarity index \d+%"), _nothing),
    (re.compile(r"={10,}"), _separator),
    (re.compile(r"Cannot display: file marked as a binary type\."), _binary),
    (re.compile(r"svn:mime-type = .+"), _nothing),
    (re.compile(r"RCS file: .+|retrieving revision .+|Prereq: .+"), _nothing),
)
"""Lines that follow those that begin a file, before its hunks."""

PROPERTIES = re.compile(r"Property changes on: (.*)")
IN_PROPERTIES = re.compile(
    r"_{10,}|(?:Added|Modified|Deleted|Name|Reverted): \S.*|   (?:Reverse-)?[Mm]erged .+|   [-+] .*"
)
"""Lines between the hunks of properties."""


def _alone(mark: str) -> Header:
    def add(file: OpenFile, match: re.Match[str]) -> None:
        file.names.index = patch_names.unquoted(match[1])
        file.mark(mark)

    return add


def _two(mark: str) -> Header:
    def add(file: OpenFile, match: re.Match[str]) -> None:
        if file.names.git is None:
            file.names.old, file.names.new = patch_names.pair(match[1], " and ")
        file.mark(mark)

    return add


def _only(file: OpenFile, match: re.Match[str]) -> None:
    file.names.index = f"{match[1]}/{match[2]}"
    file.mark(f"only in {match[1]}")


ALONE: Headers = (
    (re.compile(r"Binary files (.+) differ"), _two("binary")),
    (re.compile(r"Files (.+) differ"), _two("differs")),
    (re.compile(r"Symbolic links (.+) differ"), _two("symbolic link")),
    (re.compile(r"Binary file (.+) has changed"), _alone("binary")),
    (re.compile(r"Only in (.+?): (.+)"), _only),
    (re.compile(r"File (.+) is a .+ while file .+ is a .+"), _alone("another kind of file")),
    (re.compile(r"\* Unmerged path (.+)"), _alone("unmerged")),
    (re.compile(r"Submodule (.+?) (?:[0-9a-f]{7,}\.{2,3}[0-9a-f]{7,}|contains ).*"), _alone("submodule")),
)
"""Lines that describe a whole file by themselves, with or without a header above them."""

HIDDEN = re.compile(
    r"[ \tX]*@@ -\d|[ \tX]+(?:\*{8}|\d+(?:,\d+)?[acd]\d)|\d+(?:,\d+)?[acd]$"
    r"|(?i:Content-Transfer-Encoding):\s*(?i:base64|quoted-printable)"
)
"""Lines within a text by which programs find hunks that are not read here.

`patch` finds those that are indented, and runs scripts of ed; `git am` decodes mails.
"""

SUBMODULE_COMMIT = re.compile(r"  [<>] .+")

MESSAGE = re.compile(
    r"From [0-9a-f]{40} |From \S+ .*\d{4}$|commit [0-9a-f]{7,64}\b|# HG changeset patch|changeset: +\d+:[0-9a-f]+"
    r"|-- $|--\S{8,}$|base-commit: |prerequisite-patch-id: |(?:reverted|unchanged|only in patch\d):$"
)
"""Lines that end a file, for a text follows: the next mail or commit, or what stands below this one."""
