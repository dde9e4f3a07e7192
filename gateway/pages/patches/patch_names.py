"""The names of files in the headers of patches. No I/O.

git and GNU diff quote a name with unusual characters as C does; both put `a/` and `b/` before names, or not.
"""

import re
from dataclasses import dataclass

NOWHERE = "/dev/null"
"""The name of a file that does not exist before or after."""

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_AFTER_NAME = re.compile(
    r"\t.*|(?<!\s)\s+\((?:revision \d+|working copy|nonexistent|rev \d+)\)$"
    r"|(?<!\s)\s+(?:\d{4}-\d\d-\d\d|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ ,]+\w{3} )[ \d].*",
    re.DOTALL,
)
_REVISION = re.compile(r"@\d+$")
_MISSING = re.compile(r"\s(?:\(nonexistent\)|(?:1970-01-01|1969-12-31) |Thu Jan  ?0?1 \S+ 1970)")
_OPTIONS = re.compile(r"(?:-r [0-9a-f]{12,40} |(?:-[LxXIF]|--label) (?:'[^']*'|\S+) |'-[^']*' |-\S+ )*")
_PREFIXES = {frozenset(pair) for pair in ("ab", "iw", "ci", "cw", "ow", "oi", "oc", "12")}
"""The prefixes of names in `git diff`: for the files before and after, or for commit, index and working tree."""


_LONGEST_PAIR = 1024
"""Characters of the longest line that is searched for two names: each way to part it is tried."""


def unquoted(text: str) -> str:
    """A name as it is, where it is quoted; its bytes are read as UTF-8, and those that are not as lone surrogates."""
    match = _QUOTED.fullmatch(text)
    if not match:
        return text

    def unescape(escape: re.Match[str]) -> str:
        code = escape[1]
        return chr(0xDC00 + (int(code, 8) & 0xFF)) if code[0] in "01234567" else _ESCAPES.get(code, code)

    decoded = re.sub(_ESCAPE, unescape, match[1])
    return re.sub("[\udc00-\udcff]+", lambda run: _bytes(run[0]).decode("utf-8", "surrogateescape"), decoded)


def _bytes(surrogates: str) -> bytes:
    return bytes(ord(each) - 0xDC00 for each in surrogates)


def in_header(text: str) -> str:
    """The name in a `---` or `+++` line, without the date or revision behind it."""
    quoted = _QUOTED.match(text)
    if quoted:
        return unquoted(quoted[0])
    name, tab, _ = text.partition("\t")
    if tab and name.strip():
        return _AFTER_NAME.sub("", name, count=1)  # git ends a name with blanks in it by a tab
    return _AFTER_NAME.sub("", text, count=1).rstrip()


def is_missing(text: str) -> bool:
    """Tell whether a `---` or `+++` line says that there is no file: by its name, or by its date if it has no lines."""
    return in_header(text) == NOWHERE or _MISSING.search(text) is not None


def pair(text: str, between: str = " ") -> tuple[str, str]:
    """The two names in a line that does not say where one ends, as `diff --git` has them.

    They are equal but for a prefix; where no way to part them makes them so, the first way is taken.
    """
    quoted = _QUOTED.match(text)
    ways = []
    at = -1 if len(text) > _LONGEST_PAIR else text.find(between, quoted.end() if quoted else 0)
    while at > 0:
        ways.append((unquoted(text[:at]), unquoted(text[at + len(between) :])))
        at = -1 if quoted else text.find(between, at + 1)
    for is_same in (lambda a, b: a == b, lambda a, b: _rest(a) == _rest(b), lambda a, b: _parted(a, b) is not None):
        for old, new in ways:
            if is_same(old, new):
                return old, new
    return ways[0] if ways else (unquoted(text), unquoted(text))


def _rest(name: str) -> str:
    return name.partition("/")[2] or name


def _parted(old: str, new: str) -> tuple[str, str] | None:
    """Both names without their prefixes; None where they have none."""
    old_first, _, old_rest = old.partition("/")
    new_first, _, new_rest = new.partition("/")
    if NOWHERE in (old, new):
        first, rest = (new_first, new_rest) if old == NOWHERE else (old_first, old_rest)
        known = first in ("a", "b") and rest
        return ((NOWHERE, rest) if old == NOWHERE else (rest, NOWHERE)) if known else None
    if frozenset((old_first, new_first)) in _PREFIXES and "/" in old and "/" in new:
        return old_rest or ".", new_rest or "."
    if old_rest == new_rest != "" and old_first == f"{new_first}.orig":
        return old_rest, new_rest
    return None


@dataclass(slots=True)
class Names:
    """The names that the headers of one file give, as they stand there; None where no header gives one."""

    index: str | None = None
    git: tuple[str, str] | None = None
    moved_from: str | None = None
    moved_to: str | None = None
    old: str | None = None
    new: str | None = None
    command: tuple[str, str] | None = None
    old_is_missing: bool = False
    new_is_missing: bool = False

    def inherit(self, before: "Names") -> None:
        """Take the names that are missing from headers before these which no hunk followed, as `patch` does."""
        if self.git is None:
            self.old, self.new = self.old or before.old, self.new or before.new
            if {self.old, self.new} <= {None, NOWHERE} and self.index is None:
                self.git, self.index = before.git, before.index

    def take_command(self, arguments: str) -> None:
        """Take the names that `diff` was called with: of two files, or of one in a working tree."""
        rest = _OPTIONS.sub("", arguments, count=1)
        old, new = pair(rest)
        if _rest(old) == _rest(new) and old + new != rest * 2:
            self.command = (old, new)
        elif rest and self.index is None:
            self.index = unquoted(rest)

    def resolve(self) -> tuple[str, str, str]:
        """Return the names before and after, and one more that contradicts them, or "".

        `---` and `+++` go first, as for `patch`; a name that is missing is that of the other side.
        """
        old, new = self.old, self.new
        moved = (self.moved_from, self.moved_to) if self.moved_from and self.moved_to else None
        if old is None or new is None:
            others = moved or self.git or self.command or (self.index, self.index)
            old, new = old or others[0] or new or "", new or others[1] or old or ""
        before, after = self._without_prefixes(old, new, moved)
        known = {name for each in (old, new, before, after) for name in (each, _rest(each))}
        git = None if moved and self.git and " ".join(self.git) == " ".join(moved) else self.git
        for names in (moved or (), git or (), (self.index,) if self.index else ()):
            if names and not known & {name for each in names for name in (_REVISION.sub("", each), _rest(each))}:
                return before, after, names[-1]
        return before, after, ""

    def _without_prefixes(self, old: str, new: str, moved: tuple[str, str] | None) -> tuple[str, str]:
        if moved and old in (moved[0], f"{old.partition('/')[0]}/{moved[0]}") and new.endswith(moved[1]):
            return moved
        if self.git and moved is None:
            if self.git[0] == self.git[1]:
                return old, new
            if _rest(self.git[0]) == _rest(self.git[1]) and {old, new} <= {*self.git, NOWHERE}:
                return _stripped(old), _stripped(new)
        return _parted(old, new) or (old, new)


def _stripped(name: str) -> str:
    return name if name == NOWHERE else _rest(name)
