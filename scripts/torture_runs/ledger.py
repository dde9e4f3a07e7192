"""What clients were told, held against what is there.

Every attachment has a file name of its own, by which it is known before it has a number. A call that was sent and not
answered may have been carried out or not, but nothing between: the attachment looks as before, or as it was to look.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(slots=True)
class Entry:
    """An attachment: how it is for certain (None: it is not there), and how else a call may have left it."""

    bug: int
    certain: Shown | None = None
    possible: Shown | None = None
    number: int = 0

    def known(self) -> Shown:
        """How it is, where it is certain that it is there."""
        if self.certain is None:
            raise LookupError("It may not be there.")
        return self.certain


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
        entry.certain, entry.possible = entry.possible, None
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

    def _compare(self, bug: int, there: dict[str, list[tuple[int, Shown]]], loose: list[str]) -> list[str]:
        sent = {name: entry for name, entry in self.entries.items() if entry.bug == bug}
        problems = [f"bug {bug} has a comment about nothing that is there: {text}" for text in loose]
        problems += [f"bug {bug} has an attachment that nobody sent: {name}" for name in there.keys() - sent.keys()]
        for name, entry in sent.items():
            problems += self._settle(name, entry, there.get(name, []))
        return problems

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
        entry.certain, entry.possible, entry.number = shown, None, number
        return []

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


async def _look(session: aiohttp.ClientSession, bug: int) -> tuple[dict[str, list[tuple[int, Shown]]], list[str]]:
    """The attachments of a bug by file name, with their numbers, and the comments that are about none of them."""
    listed = (await call(session, "XML-RPC", "Bug.attachments", {"ids": [bug]}))["bugs"][str(bug)]
    told = (await call(session, "XML-RPC", "Bug.comments", {"ids": [bug]}))["bugs"][str(bug)]["comments"]
    comments: dict[int, list[str]] = defaultdict(list)
    for comment in told:
        comments[comment.get("attachment_id") or 0].append(comment["text"].rpartition("\n")[2])
    there: dict[str, list[tuple[int, Shown]]] = defaultdict(list)
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
