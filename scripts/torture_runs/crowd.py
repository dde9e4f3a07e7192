"""Greedy callers from one address, beside a client that asks for little.

Each attack makes the gateway hold, answer, store or compute as much as it can with a few bytes. In the meantime a
client with another address lists attachments, and must be served: none of its calls may fail, and the slowest of 100
may take no more than five times as long as without the attack, not counting for how long it, and the event loop, wait
for a processor. The memory of the process (the peak of RSS) must stay below 512 MiB, and no step of the event loop may
take more than 50 ms of its thread's time.
"""

import argparse
import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.torture_runs.crowds import ATTACKS, CrowdAttack, NormalClient, crowd, p99, site
from scripts.torture_runs.hostile import Watched, watched

if TYPE_CHECKING:
    from scripts.torture_runs.report import Report

MOST_MEMORY = 512.0
"""MiB."""

LONGEST = 50.0
"""Milliseconds of the thread's time that a step of the event loop may take."""

MOST_SLOWER = 5.0
"""How much longer a client may wait beside a crowd."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("--seconds", type=float, default=10.0, help="the time of each attack (10)")
    parser.add_argument("--comments", type=int, default=1500, help="comments of 65,000 characters on one bug (1500)")
    parser.add_argument("--only", default="", help="only attacks whose name contains one of these, with | between them")
    parser.add_argument(
        "--real-time",
        action="store_true",
        help="give the gateway and the client real-time priority, so that other programs do not delay them (Linux)",
    )


def go(folder: Path, chance: random.Random, options: argparse.Namespace, report: "Report") -> None:
    """Run."""
    seeds = {number: chance.randrange(2**32) for number in range(len(ATTACKS))}
    chosen = [number for number in seeds if any(part in ATTACKS[number].name for part in options.only.split("|"))]
    if options.real_time:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))  # the gateway inherits it, the crowd gives it up
    with watched(folder, site(options.comments)) as gateway:
        client = NormalClient(gateway.port, gateway.pid)
        client.work(options.seconds / 5)
        rows = [_strike(gateway, client, number, seeds[number], options.seconds, report) for number in chosen]
    report.table = _table(rows)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of an attack: MiB, milliseconds, and the p99 of the client's calls in milliseconds.

    The client's calls alone are those right before and right after the attack. `own` times leave out the waiting for a
    processor.
    """

    attack: CrowdAttack
    resident: float
    calls: int
    failures: list[str]
    beside: float
    alone: float
    own_beside: float
    own_alone: float
    longest_step: float

    @property
    def ratio(self) -> float:
        """How many times as long the client waits beside the attack."""
        return self.own_beside / self.own_alone

    def problems(self) -> Iterator[str]:
        """Yield what must not be."""
        if self.failures:
            yield f"{len(self.failures)} calls failed: {self.failures[0]}"
        if self.resident > MOST_MEMORY:
            yield f"the process took {self.resident:.0f} MiB"
        if self.longest_step > LONGEST:
            yield f"a step of the loop took {self.longest_step:.0f} ms"
        if self.ratio > MOST_SLOWER:
            yield f"a client waits {self.ratio:.1f} times as long"


def _strike(gateway: Watched, client: NormalClient, number: int, seed: int, seconds: float, report: "Report") -> Seen:
    attack = ATTACKS[number]
    client.take()
    client.work(seconds / 2)
    before = client.take()
    gateway.held_up()
    gateway.memory.begin()
    with crowd(gateway.port, number, seed):
        client.work(seconds)
        held = 1000 * gateway.held_up()["own"]
    beside, failures = client.take(), client.take_failures()
    client.work(seconds / 5)  # what is left of the attack ends
    client.take()
    client.work(seconds / 2)
    alone = before + client.take()
    seen = Seen(
        attack=attack,
        resident=gateway.memory.peak(),
        calls=len(beside),
        failures=failures,
        beside=p99(each.took for each in beside),
        alone=p99(each.took for each in alone),
        own_beside=p99(each.own for each in beside),
        own_alone=p99(each.own for each in alone),
        longest_step=held,
    )
    told = (
        f"RSS {seen.resident:.0f} MiB; p99 {seen.beside:.1f} ms, {seen.alone:.1f} ms "
        f"alone; without waiting for a processor {seen.own_beside:.1f} ms, {seen.own_alone:.1f} ms alone: "
        f"{seen.ratio:.1f} times; {len(failures)} of {seen.calls} calls failed; longest step {held:.0f} ms"
    )
    report.say(f"{attack.name}: {told}")
    report.figures[attack.name] = told
    report.problems += (f"{attack.name}: {each}" for each in seen.problems())
    return seen


_HEADINGS = (
    "attack",
    "connections",
    "peak of RSS",
    "calls of the other client that failed",
    "its p99, and alone",
    "without waiting for a processor",
    "ratio",
    "longest step of the loop",
)


def _table(rows: Iterable[Seen]) -> list[str]:
    """The rows as a table in Markdown."""
    cells = (
        (
            row.attack.name,
            f"{row.attack.connections}",
            f"{row.resident:.0f} MiB",
            f"{len(row.failures)} of {row.calls}",
            f"{row.beside:.1f} ms, {row.alone:.1f} ms",
            f"{row.own_beside:.1f} ms, {row.own_alone:.1f} ms",
            f"{row.ratio:.1f}",
            f"{row.longest_step:.0f} ms",
        )
        for row in rows
    )
    return [f"| {' | '.join(each)} |" for each in (_HEADINGS, ("---",) * len(_HEADINGS), *cells)]
