"""What clients were told, held against what is there.

Every attachment has a file name of its own, by which it is known before it has a number. A call that was sent and not
answered may have been carried out or not, but nothing between: the attachment looks as before, or as it was to look.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from scripts.torture_runs.calls import call
from scripts.torture_runs.report import Report


@dataclass(frozen=True, slots=True)
class Shown:
    """All that can be seen of an attachment. A flag is its name and status; of a comment it is the last line."""

    summary: str
    size: int
    sha256: str
    is_patch: bool = False
    flags: frozenset[str] = frozenset()
    comments: tuple[str, ...] = ()


Seen = dict[str, list[tuple[int, Shown]]]
"""What is there under a file name, with its numbers."""


@dataclass(slots=True)
class Entry:
    """An attachment: how it was to look after each call that was acknowledged, and after one that was not (yet)."""

    bug: int
    states: list[Shown] = field(default_factory=list)
    possible: Shown | None = None
    number: int = 0

    @property
    def certain(self) -> Shown | None:
        """How it looks, if nothing else was carried out; None: it is not there."""
        return self.states[-1] if self.states else None

    def known(self) -> Shown:
        """How it looks, where it is certain that it is there."""
        if self.certain is None:
            raise LookupError("It may not be there.")
        return self.certain

    def since(self, moment: int) -> list[Shown | None]:
        """Everything that it may have looked like since it was in so many states."""
        began: list[Shown | None] = [*self.states[moment - 1 :]] if moment else [None, *self.states]
        return [*began, self.possible] if self.possible else began


Moment = Mapping[str, int]
"""A moment of a ledger: in how many states each attachment had been."""


class Ledger:
    """Keeps what was sent and what was acknowledged, and compares."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.acknowledged: Counter[str] = Counter()
        """How often which change through which protocol was acknowledged."""
        self.settled: Counter[str] = Counter()
        """What became of calls that were not answered."""

    def sending(self, name: str, bug: int, becomes: Shown) -> None:
        """A call is sent that is to make the attachment look so."""
        self.entries.setdefault(name, Entry(bug)).possible = becomes

    def acknowledge(self, name: str, what: str) -> None:
        """The call was answered: it has been carried out."""
        entry = self.entries[name]
        if entry.possible is not None:
            entry.states.append(entry.possible)
        entry.possible = None
        self.acknowledged[what] += 1

    def refuse(self, name: str) -> None:
        """The call was answered with an error: nothing of it has been carried out."""
        self.entries[name].possible = None

    async def compare(self, session: aiohttp.ClientSession, bugs: Iterable[int]) -> list[str]:
        """What is wrong with these bugs. Afterwards what is there is certain."""
        problems = []
        for bug in bugs:
            problems += self._compare(bug, *await _look(session, bug))
        return problems

    def _compare(self, bug: int, there: Seen, loose: list[str]) -> list[str]:
        problems = self._of_nobody(bug, there, loose)
        for name, entry in self._sent(bug).items():
            problems += self._settle(name, entry, there.get(name, []))
        return problems

    def _sent(self, bug: int) -> dict[str, Entry]:
        return {name: entry for name, entry in self.entries.items() if entry.bug == bug}

    def _of_nobody(self, bug: int, there: Seen, loose: list[str]) -> list[str]:
        strange = there.keys() - self._sent(bug).keys()
        return [
            *(f"bug {bug} has a comment about nothing that is there: {text}" for text in loose),
            *(f"bug {bug} has an attachment that nobody sent: {name}" for name in strange),
        ]

    def _settle(self, name: str, entry: Entry, found: list[tuple[int, Shown]]) -> list[str]:
        if len(found) > 1:
            return [f"{name} is there {len(found)} times"]
        number, shown = found[0] if found else (0, None)
        if entry.possible is not None and shown == entry.possible:
            self.settled["carried out"] += 1
        elif shown != entry.certain:
            return [f"{name} is {shown}; acknowledged was {entry.certain}, under way {entry.possible}"]
        elif entry.possible is not None:
            self.settled["not carried out"] += 1
        if shown is not None and shown != entry.certain:
            entry.states.append(shown)
        entry.possible, entry.number = None, number
        return []

    def moment(self) -> Moment:
        """Now."""
        return {name: len(entry.states) for name, entry in self.entries.items()}

    async def compare_copy(self, session: aiohttp.ClientSession, bug: int, begun: Moment) -> list[str]:
        """What is wrong with this bug in a copy of the site that was made at some time after a moment."""
        there, loose = await _look(session, bug)
        problems = self._of_nobody(bug, there, loose)
        for name, entry in self._sent(bug).items():
            found = [shown for _, shown in there.get(name, [])]
            allowed = entry.since(begun.get(name, 0))
            if len(found) > 1 or (found[0] if found else None) not in allowed:
                problems.append(f"in the copy {name} is {found}; it should be one of {allowed}")
        return problems

    def sum_up(self, report: Report) -> None:
        """Add the figures to those of a run."""
        for what in sorted(self.acknowledged):
            report.count(f"acknowledged {what}", self.acknowledged[what])
        report.count("acknowledged changes, all together", self.acknowledged.total())
        for what in sorted(self.settled):
            report.count(f"calls not answered, and {what}", self.settled[what])
        there = [entry.certain for entry in self.entries.values() if entry.certain]
        report.count("attachments compared in the end", len(there))
        report.count("their content in MiB", sum(each.size for each in there) / 2**20)


async def _look(session: aiohttp.ClientSession, bug: int) -> tuple[Seen, list[str]]:
    """The attachments of a bug by file name, with their numbers, and the comments that are about none of them."""
    listed = (await call(session, "XML-RPC", "Bug.attachments", {"ids": [bug]}))["bugs"][str(bug)]
    told = (await call(session, "XML-RPC", "Bug.comments", {"ids": [bug]}))["bugs"][str(bug)]["comments"]
    comments: dict[int, list[str]] = defaultdict(list)
    for comment in told:
        comments[comment.get("attachment_id") or 0].append(comment["text"].rpartition("\n")[2])
    there: Seen = defaultdict(list)
    for each in listed:
        there[each["file_name"]].append((each["id"], _shown(each, comments.pop(each["id"], []))))
    return there, [text for texts in comments.values() for text in texts if text]


def _shown(listed: dict[str, Any], comments: list[str]) -> Shown:
    return Shown(
        listed["summary"],
        listed["size"],
        hashlib.sha256(listed["data"]).hexdigest(),
        bool(listed["is_patch"]),
        frozenset(flag["name"] + flag["status"] for flag in listed["flags"]),
        tuple(comments),
    )
