"""Quicksearch: `crash product:Widget -summary:"print dialog" P1`, read as the criteria that Bugzilla makes of it.

Words are joined by AND. Each is a chart of its own: conditions of which one is met, or, where they are negated, all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway import errors
from gateway.methods.bug_search_fields import SearchField
from gateway.methods.quick_words import quoted, split_words
from gateway.store.interface import Reader

_NAMES = {
    "status": "bug_status",
    "platform": "rep_platform",
    "os": "op_sys",
    "severity": "bug_severity",
    "assignee": "assigned_to",
    "owner": "assigned_to",
    "milestone": "target_milestone",
    "summary": "short_desc",
    "description": "longdesc",
    "comment": "longdesc",
    "url": "bug_file_loc",
    "whiteboard": "status_whiteboard",
    "sw": "status_whiteboard",
    "kw": "keywords",
    "group": "bug_group",
    "flag": "flagtypes.name",
    "requestee": "requestees.login_name",
    "setter": "setters.login_name",
    "attachment": "attachments.description",
    "attachmentdesc": "attachments.description",
    "attachdesc": "attachments.description",
    "attachmentdata": "attach_data.thedata",
    "attachdata": "attach_data.thedata",
    "attachmentmimetype": "attachments.mimetype",
    "attachmimetype": "attachments.mimetype",
}
_UNNAMED = {
    "rep_platform",
    "bug_status",
    "bug_file_loc",
    "bug_group",
    "bug_severity",
    "status_whiteboard",
    "cclist_accessible",
    "reporter_accessible",
}
_OPERATORS = {
    "!=": "notequals",
    ">=": "greaterthaneq",
    "<=": "lessthaneq",
    ":": "substring",
    "=": "equals",
    ">": "greaterthan",
    "<": "lessthan",
}
_OWN_OPERATORS = {"content": "matches", "owner_idle_time": "greaterthan"}
_NO_PRODUCTS, _NO_COMPONENTS = ("row", "new"), ("hang",)
_NUMBERS = re.compile(r"[0-9,\s]*")
_STATES = re.compile(r"[A-Z_]+(?:,[A-Z_]+)*")
_PRIORITIES = re.compile(r"P(\d{1,6})(?:-(\d{1,6}))?", re.IGNORECASE)
_FLAG = re.compile(r"([^?]+\?)([^?]*)")
_ADDRESS = re.compile(r"[0-9]+(?:\.[0-9]+){3}|^[A-Za-z]+(?:\.[A-Za-z]+)+|:[\\/][\\/]|localhost|mailto:?")

ChartTerm = tuple[str, str, str]
"""A field, an operator and a value."""


@dataclass
class QuickSearch:
    """The criteria of a quicksearch.

    `charts` are criteria that are all met: each has lines that are all met, of conditions of which one is met.
    `numbers` are those of bugs, if there is nothing else.
    """

    numbers: str = ""
    statuses: Sequence[str] = ()
    resolutions: Sequence[str] = ()
    charts: list[list[list[ChartTerm]]] = field(default_factory=list)


LONGEST = 8000
"""The most characters of a quicksearch: what fits into an address, by which alone Bugzilla takes it."""


def quick_search(text: str, tx: Reader, fields: Mapping[str, SearchField]) -> QuickSearch:
    """Read a quicksearch. Raises PARAM_INVALID, CRITERIA_REQUIRED, QUICKSEARCH_INVALID, QUICKSEARCH_FIELD_UNKNOWN."""
    if len(text) > LONGEST:
        why = f"at most {LONGEST} characters are read"
        raise errors.PARAM_INVALID(param="quicksearch", value=f"{len(text)} characters", why=why)
    text = re.sub(r"^[\s,]+|[\s,]+$", "", text)
    if not text or text == "0":
        raise errors.CRITERIA_REQUIRED()
    if _NUMBERS.fullmatch(text):
        return QuickSearch(numbers=",".join(re.split(r"[,\s]+", text)))
    return _Reader(tx, fields).read(text)


class _Reader:
    def __init__(self, tx: Reader, fields: Mapping[str, SearchField]) -> None:
        self._tx = tx
        self._names = _NAMES | {
            name: name for name, each in fields.items() if "." not in name and not each.field.is_obsolete
        }
        self._names = {name: inner for name, inner in self._names.items() if name not in _UNNAMED}
        self._has_status = False
        self._unknown: list[str] = []
        self._found = QuickSearch()

    def read(self, text: str) -> QuickSearch:
        words = [*_joined_by_or(_words(text))]
        if words and self._states(words[0]):
            self._has_status = True
            words = words[1:]
        for word in words:
            self._found.charts.append([[]])
            for term in split_words(r"\|", word):
                self._term(term)
        if self._unknown:
            raise errors.QUICKSEARCH_FIELD_UNKNOWN(fields=", ".join(self._unknown))
        if not self._has_status:
            self._found.statuses = [each.name for each in self._tx.field_values("bug_status") if each.is_open]
        return self._found

    def _states(self, word: str) -> bool:
        """Take the first word for statuses and resolutions, if it is the beginning of any."""
        statuses = self._tx.field_values("bug_status")
        if word in ("OPEN", "ALL"):
            self._found.statuses = [each.name for each in statuses if each.is_open and word == "OPEN"]
            return True
        if not _STATES.fullmatch(word):
            return False
        starts = tuple(word.split(","))
        named = [each.name for each in statuses if each.name.startswith(starts)]
        self._found.resolutions = [
            each.name for each in self._tx.field_values("resolution") if each.name.startswith(starts)
        ]
        closed = [each.name for each in statuses if not each.is_open and self._found.resolutions]
        self._found.statuses = [*dict.fromkeys([*named, *closed])]
        return bool(self._found.statuses or self._found.resolutions)

    def _add(self, name: str, operator: str, value: str, *, negated: bool) -> None:
        lines = self._found.charts[-1]
        if negated:
            operator = "nowords" if operator == "anywords" else f"not{operator}"
        lines[-1].append((name, operator, value))
        if negated:
            lines.append([])

    def _term(self, term: str) -> None:
        negated = term.startswith("-")
        term = term[1:] if negated else term
        if self._by_first_character(term, negated) or self._by_name(term, negated):
            return
        if not quoted(term) and (flag := _FLAG.fullmatch(term)):
            self._flag(flag[1], flag[2], negated)
            return
        for word in split_words(",", term, keep=False):
            if not self._priorities(word, negated):
                self._word(word, negated)
            if _ADDRESS.search(word):
                self._add("bug_file_loc", "substring", word, negated=negated)

    def _by_first_character(self, term: str, negated: bool) -> bool:
        if len(term) < 2 or term[0] not in "#:@[!":
            return False
        rest = term[1:]
        if term[0] == "#":
            self._add("short_desc", "substring", rest, negated=negated)
            self._add("content", "matches", _phrase(rest), negated=negated)
        elif term[0] == "[":
            self._add("short_desc", "substring", rest, negated=negated)
            self._add("status_whiteboard", "substring", rest, negated=negated)
        elif term[0] == "!":
            self._add("keywords", "anywords", rest, negated=negated)
        else:
            names = ("product", "component") if term[0] == ":" else ("assigned_to",)
            for part in rest.split(","):
                for name in names:
                    self._add(name, "substring", part, negated=negated)
        return True

    def _by_name(self, term: str, negated: bool) -> bool:
        """Read `field,field:value,value`; return False if the term is not of this form."""
        for symbol, operator in _OPERATORS.items():
            parts = split_words(re.escape(symbol), term)
            if len(parts) == 2:
                for written in split_words(",", parts[0]):
                    name = self._field(written)
                    for value in split_words(",", parts[1]) if name else ():
                        self._compare(name, _OWN_OPERATORS.get(name, operator), value, negated)
                return True
        return False

    def _compare(self, name: str, operator: str, value: str, negated: bool) -> None:
        if quoted(value) and len(value) > 2:
            value = re.sub(r"\\([\"'])", r"\1", value[1:-1])
        flag = _FLAG.fullmatch(value)
        if name == "flagtypes.name" and flag and flag[2]:
            self._flag(flag[1], flag[2], negated)
        else:
            self._add(name, operator, value, negated=negated)

    def _field(self, written: str) -> str:
        """Return the inner name of a field, which may be shortened if it stays unambiguous; else note it as unknown."""
        start = written.lower()
        if start in self._names:
            name = self._names[start]
        else:
            found = {inner for each, inner in self._names.items() if each.startswith(start)}
            custom = {inner for each, inner in self._names.items() if each.startswith(f"cf_{start}")}
            found = found or custom & {f"cf_{start}"} or custom
            name = found.pop() if len(found) == 1 else ""
        if not name:
            self._unknown.append(written)
        self._has_status |= name in ("bug_status", "resolution")
        return name

    def _flag(self, flag: str, requestee: str, negated: bool) -> None:
        self._add("flagtypes.name", "substring", flag, negated=negated)
        if requestee:
            self._found.charts.append([[]])
            self._add("requestees.login_name", "substring", requestee, negated=negated)

    def _priorities(self, word: str, negated: bool) -> bool:
        """Read P1 or P1-3: priorities of these names, or the first and so on."""
        found = _PRIORITIES.fullmatch(word)
        if found is None:
            return False
        names = [each.name for each in self._tx.field_values("priority")]
        first = self._place(found[1], names)
        last = self._place(found[2], names) if found[2] else first
        chosen = names[min(first, last) : max(first, last) + 1]
        self._add("priority", "anyexact", ",".join(chosen), negated=negated)
        return True

    @staticmethod
    def _place(number: str, names: Sequence[str]) -> int:
        name = f"P{number}"
        return names.index(name) if name in names else min(max(int(number) - 1, 0), max(len(names) - 1, 0))

    def _word(self, word: str, negated: bool) -> None:
        if word.lower() not in _NO_PRODUCTS and len(word) > 2:
            self._add("product", "substring", word, negated=negated)
        if word.lower() not in _NO_COMPONENTS and len(word) > 2:
            self._add("component", "substring", word, negated=negated)
        if word.lower() in {each.name.lower() for each in self._tx.keywords()}:
            self._add("keywords", "substring", word, negated=negated)
        for name in ("alias", "short_desc", "status_whiteboard"):
            self._add(name, "substring", word, negated=negated)
        self._add("content", "matches", _phrase(word), negated=negated)


def _phrase(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def _words(text: str) -> list[str]:
    words = split_words(r"\s+", text)
    if not words:
        raise errors.QUICKSEARCH_INVALID(why="its quotes do not match")
    if words[0] in ("AND", "OR") or words[-1] in ("AND", "OR", "NOT"):
        raise errors.QUICKSEARCH_INVALID(why="AND, OR and NOT stand before or between words")
    return words


def _joined_by_or(words: list[str]) -> Iterator[str]:
    """Yield words, those between which is OR joined by |, and those after NOT with a minus."""
    group: list[str] = []
    place = 0
    while place < len(words):
        word, after = words[place], words[place + 1] if place + 1 < len(words) else ""
        place += 1
        if {word, after} == {"AND", "OR"} or (word == "NOT" and after in ("AND", "OR")):
            raise errors.QUICKSEARCH_INVALID(why=f"{after} cannot follow {word}")
        if word == "NOT":
            if after == "NOT":
                place += 1
            else:
                words[place] = f"-{after}"
        elif word not in ("AND", "OR"):
            group.append(word)
            if after != "OR":
                yield "|".join(group)
                group = []
