"""Reads a patch line by line: its files, their headers and hunks, and the text around them. No I/O."""

import re
from collections.abc import Callable
from dataclasses import replace

from gateway.pages.patches import patch_headers as headers
from gateway.pages.patches.hunks import content, plain, read_hunk
from gateway.pages.patches.line_marks import mark_lines
from gateway.pages.patches.patch_headers import OpenFile
from gateway.pages.patches.patch_names import Names
from gateway.pages.patches.patch_parts import Block, BlockKind, FileDiff, Patch, PatchLine

MAX_LINES = 20_000
"""Lines of a patch that are read."""

_LONGEST_ALONE = 2000
"""Characters of the longest header that stands alone: telling one takes time by the square of its length."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def read_patch(text: str, max_lines: int = MAX_LINES) -> Patch:
    """Read a patch, at most its first `max_lines` lines; anything can be read."""
    lines = _LINE.findall(text)
    reader = _Reader(lines[:max_lines])
    reader.read()
    patch = Patch(reader.parts, left_out=max(len(lines) - max_lines, 0))
    mark_lines(patch)
    return patch


class _Reader:
    """Takes block after block.

    `_file` is the file whose lines are being read, or None within a text; `_unused` are names that no hunk followed.
    """

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._file: OpenFile | None = None
        self._unused = Names()
        self.parts: list[FileDiff | Block] = []

    def read(self) -> None:
        at = 0
        while at < len(self._lines):
            in_properties = self._file is not None and self._file.in_properties
            block = None if self._is_stray(at) else read_hunk(self._lines, at, in_properties)
            if block is None:
                self._take(self._lines[at])
                at += 1
            else:
                self._take_hunk(block)
                at += len(block.lines)
        self._close()

    def _is_stray(self, at: int) -> bool:
        """Tell whether a hunk without a file begins here that headers follow, which `patch` reads instead."""
        if not self._lines[at].startswith("@@ ") or self._unused != Names():
            return False
        file = self._file
        is_named = file is not None and not file.is_alone and file.names != Names()
        following = zip(self._lines[at + 1 : at + 3], ("--- ", "+++ "), strict=False)
        return not is_named and all(line.startswith(sign) for line, sign in following) and at + 2 < len(self._lines)

    def _take_hunk(self, block: Block) -> None:
        file = self._file or self._open()
        if file.is_alone:
            file = self._open()
        if not file.is_full:
            file.names.inherit(self._unused)
        file.is_full = file.is_certain = True
        if block.kind is BlockKind.BINARY:
            file.mark("binary")
        file.diff.blocks.append(block)

    def _take(self, raw: str) -> None:
        """Take a line that belongs to no hunk."""
        takers: tuple[Callable[[str, str], bool], ...] = (
            self._take_message,
            self._take_start,
            self._take_more,
            self._take_properties,
            self._take_alone,
        )
        line = content(raw)
        if any(taker(raw, line) for taker in takers):
            return
        if self._file is None:
            self._take_text(raw, line)
        elif line.strip():
            self._file.add(BlockKind.UNKNOWN, plain(raw))
        else:
            before = self._file.diff.blocks[-1].kind
            self._file.add(before if before is BlockKind.UNKNOWN else BlockKind.HEADER, plain(raw))

    def _take_text(self, raw: str, line: str) -> None:
        last = self.parts[-1] if self.parts else None
        is_hidden = isinstance(last, Block) and last.kind is BlockKind.UNKNOWN and line[:1] in (" ", "\t", "X")
        is_hidden = is_hidden or headers.HIDDEN.match(line) is not None
        self._add_text(BlockKind.UNKNOWN if is_hidden else BlockKind.MESSAGE, [plain(raw)])

    def _take_message(self, raw: str, line: str) -> bool:
        if self._file is None or not headers.MESSAGE.match(line):
            return False
        self._close()
        self._add_text(BlockKind.MESSAGE, [plain(raw)])
        return True

    def _take_start(self, raw: str, line: str) -> bool:
        for rank, pattern, take in headers.STARTS:
            match = pattern.fullmatch(line)
            if match is None:
                continue
            file = self._file
            if file and rank == 1 and file.rank > 1 and not file.is_full and not line.startswith("diff --"):
                return False  # for `patch` the names before it stand
            is_after = line.startswith("--- ") and file is not None and file.has_stars
            if is_after:
                rank, take = 3, headers.take_new
            if file is None or file.is_full or file.in_properties or rank <= file.rank:
                file = self._open()
            file.rank, file.has_stars = rank, line.startswith("*** ")
            take(file, match)
            file.add(BlockKind.HEADER, plain(raw))
            return True
        return False

    def _take_more(self, raw: str, line: str) -> bool:
        file = self._file
        if file is None or file.is_full:
            return False
        for pattern, take in headers.MORE:
            match = pattern.fullmatch(line)
            if match:
                take(file, match)
                file.add(BlockKind.HEADER, plain(raw))
                return True
        return False

    def _take_properties(self, raw: str, line: str) -> bool:
        match = headers.PROPERTIES.fullmatch(line)
        file = self._file
        if match:
            if file is None or (match[1] and match[1] not in file.names.resolve()):
                file = self._open()
                file.names.index = match[1]
            file.in_properties = True
            file.mark("properties")
        elif file is None or not file.in_properties or not headers.IN_PROPERTIES.fullmatch(line):
            return False
        file.add(BlockKind.HEADER, plain(raw))
        return True

    def _take_alone(self, raw: str, line: str) -> bool:
        file = self._file
        if file and "submodule" in file.diff.marks and headers.SUBMODULE_COMMIT.fullmatch(line):
            file.add(BlockKind.HEADER, plain(raw))
            return True
        if len(line) > _LONGEST_ALONE or not self._is_at_file():
            return False
        for pattern, take in headers.ALONE:
            match = pattern.fullmatch(line)
            if match:
                if file is None or file.rank != 1 or file.is_full or not line.startswith("Binary "):
                    file = self._open()
                    file.is_alone = True
                file.is_full = True
                take(file, match)
                file.add(BlockKind.HEADER, plain(raw))
                return True
        return False

    def _is_at_file(self) -> bool:
        """Tell whether a line that looks like a header is one, and not a sentence of the text around it."""
        if self._file is not None:
            return self._file.is_certain or self._file.rank == 1
        return not self.parts

    def _open(self) -> OpenFile:
        self._close()
        self._file = OpenFile()
        return self._file

    def _close(self) -> None:
        """End the file; one that turns out to be none becomes text."""
        file, self._file = self._file, None
        if file is None:
            return
        if not file.is_alone:
            names = replace(file.names)
            names.inherit(self._unused)
            self._unused = Names() if file.is_full else names
        if file.is_certain:
            self.parts.append(file.close())
            return
        lines = [line for block in file.diff.blocks for line in block.lines]
        in_text = not self.parts or isinstance(self.parts[-1], Block)
        self._add_text(BlockKind.MESSAGE if in_text else BlockKind.UNKNOWN, lines)

    def _add_text(self, kind: BlockKind, lines: list[PatchLine]) -> None:
        last = self.parts[-1] if self.parts else None
        if isinstance(last, FileDiff) and kind is BlockKind.UNKNOWN:
            last.blocks.append(Block(kind, lines))
        elif isinstance(last, Block) and last.kind is kind:
            last.lines += lines
        else:
            self.parts.append(Block(kind, lines))
