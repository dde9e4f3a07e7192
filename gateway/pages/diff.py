"""Reads patches in the unified format, with the headers that git, Subversion and Mercurial add. No I/O.

It is for looking at them, so it takes whatever comes: what is no part of a hunk is kept beside it.
"""

import re
from dataclasses import dataclass, field

MAX_LINES = 4000
"""Lines of a patch that are shown."""

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)")
_GIT = re.compile(r"diff --git (?:a/)?(.+) b/(.+)")
_NOTES = (
    "new file",
    "deleted file",
    "rename ",
    "copy ",
    "similarity ",
    "old mode",
    "new mode",
    "Binary ",
    "GIT binary",
)
_NOWHERE = "/dev/null"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a hunk with its numbers before and after. `sign` is a space, +, -, or \\ for a remark."""

    sign: str
    text: str
    old: int | None = None
    new: int | None = None


@dataclass(slots=True)
class Hunk:
    """Lines that follow each other; `heading` is what the patch says about where they are."""

    place: str
    heading: str
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class FileDiff:
    """What becomes of one file. `notes` are such as renames, and that it is binary."""

    name: str = ""
    old_name: str = ""
    notes: list[str] = field(default_factory=list)
    hunks: list[Hunk] = field(default_factory=list)

    def count(self, sign: str) -> int:
        """How many lines have this sign."""
        return sum(line.sign == sign for hunk in self.hunks for line in hunk.lines)


@dataclass(slots=True)
class Diff:
    """A patch: its files, and what it says before them. `whole` is false where it was too long to be read to its end.

    A text that is no patch has no files.
    """

    files: list[FileDiff]
    introduction: str
    whole: bool


def parse(text: str) -> Diff:
    """Read a patch."""
    lines = text.replace("\r\n", "\n").split("\n")
    reader = _Reader()
    for line in lines[:MAX_LINES]:
        reader.take(line)
    files = [each for each in reader.files if each.hunks or each.notes]
    return Diff(files, "\n".join(reader.introduction).strip(), whole=len(lines) <= MAX_LINES)


class _Reader:
    """Takes line after line. Within a hunk it counts, so that nothing that a file holds is taken for a header."""

    def __init__(self) -> None:
        self.files: list[FileDiff] = []
        self.introduction: list[str] = []
        self._hunk: Hunk | None = None
        self._old = self._new = 0
        self._old_left = self._new_left = 0

    def take(self, line: str) -> None:
        if self._hunk is not None and self._in_hunk(self._hunk, line):
            return
        match = _HUNK.match(line)
        if match:
            self._begin_hunk(match)
        else:
            self._take_header(line)

    def _in_hunk(self, hunk: Hunk, line: str) -> bool:
        """Whether this is a line of the hunk; it is added to it then."""
        sign = line[:1] or " "
        if sign == "\\":
            hunk.lines.append(Line(sign, line[1:].strip()))
            return True
        old, new = (sign in " -" and self._old_left > 0), (sign in " +" and self._new_left > 0)
        if not (old or new) or (sign == " " and not (old and new)):
            return False
        hunk.lines.append(Line(sign, line[1:], self._old if old else None, self._new if new else None))
        self._old, self._old_left = self._old + old, self._old_left - old
        self._new, self._new_left = self._new + new, self._new_left - new
        return True

    def _begin_hunk(self, match: re.Match[str]) -> None:
        old, old_count, new, new_count, heading = match.groups()
        self._old, self._new = int(old), int(new)
        self._old_left, self._new_left = int(old_count or 1), int(new_count or 1)
        self._hunk = Hunk(match[0].rpartition("@@")[0] + "@@" if not heading else match[0][: -len(heading)], heading)
        if not self.files:
            self.files.append(FileDiff())
        self.files[-1].hunks.append(self._hunk)

    def _take_header(self, line: str) -> None:
        self._hunk = None
        git = _GIT.match(line)
        if git:
            self.files.append(FileDiff(name=git[2], old_name=git[1]))
        elif line.startswith("--- "):
            self._name_old(_path(line))
        elif line.startswith("+++ ") and self.files:
            self._name_new(_path(line))
        elif self.files and line.startswith(_NOTES):
            self.files[-1].notes.append(line)
        elif not self.files:
            self.introduction.append(line)

    def _name_old(self, path: str) -> None:
        """Take the name before the change: of the file that a header of git's began, or of a new one."""
        if not self.files or self.files[-1].hunks or not self.files[-1].name:
            self.files.append(FileDiff())
        self.files[-1].old_name = path

    def _name_new(self, path: str) -> None:
        """Take the name after the change; a file that is deleted keeps the one it had."""
        file = self.files[-1]
        file.name = file.old_name if path == _NOWHERE else path


def _path(line: str) -> str:
    """The path in a --- or +++ line, without the date behind it and the a/ or b/ before it."""
    path = line[4:].partition("\t")[0].strip()
    return path[2:] if path.startswith(("a/", "b/")) else path
