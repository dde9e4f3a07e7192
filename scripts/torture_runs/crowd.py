"""Greedy callers from one address, beside a client that asks for little.

Each attack makes the gateway hold, answer, store or compute as much as it can with a few bytes. In the meantime a
client with another address lists attachments, and must be served: none of its calls may fail, and the slowest of 100
may take no more than five times as long as without the attack, not counting for how long it, and the event loop, wait
for a processor. The memory of the process (RSS and PSS, the peak) must
stay below 512 MiB, and no step of the event loop may take more than 50 ms of its thread's time.
"""

import argparse
import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.torture_runs.crowds import ATTACKS, NormalClient, crowd, site
from scripts.torture_runs.hostile import Watched, watched

if TYPE_CHECKING:
    from scripts.torture_runs.report import Report

MOST_MEMORY = 512.0
"""MiB."""

LONGEST = 50.0
"""Milliseconds of the thread's time that a step of the event loop may take."""

MOST_SLOWER = 5.0
"""How much longer a client may wait beside a crowd."""

_SAMPLES = 0.1  # seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("--seconds", type=float, default=10.0, help="the time of each attack (10)")
    parser.add_argument("--comments", type=int, default=1500, help="comments of 65,000 characters on one bug (1500)")
    parser.add_argument("--only", default="", help="only attacks whose name contains this")


def go(folder: Path, chance: random.Random, options: argparse.Namespace, report: "Report") -> None:
    """Run."""
    chosen = [number for number, each in enumerate(ATTACKS) if options.only in each.name]
    with watched(folder, site(options.comments)) as gateway:
        client = NormalClient(gateway.port, gateway.pid)
        client.work(options.seconds / 5)
        for number in chosen:
            _strike(gateway, client, number, chance.randrange(2**32), options.seconds, report)


def _strike(gateway: Watched, client: NormalClient, number: int, seed: int, seconds: float, report: "Report") -> None:
    attack = ATTACKS[number]
    client.take_p99()
    client.work(seconds / 3)
    alone, own_alone = client.take_p99()
    gateway.held_up()
    with _peaks(gateway.pid) as peaks, crowd(gateway.port, number, seed):
        client.work(seconds)
        calls, (beside, own_beside) = len(client.times), client.take_p99()
        held = 1000 * gateway.held_up()["own"]
    failures, client.failures = client.failures, []
    seen = (
        f"RSS {peaks['Rss']:.0f} MiB, PSS {peaks['Pss']:.0f} MiB; p99 {beside:.1f} ms, {alone:.1f} ms alone; "
        f"without waiting for a processor {own_beside:.1f} ms, {own_alone:.1f} ms alone; "
        f"{len(failures)} of {calls} calls failed; longest step {held:.0f} ms"
    )
    report.say(f"{attack.name}: {seen}")
    report.figures[attack.name] = seen
    if failures:
        report.problems.append(f"{attack.name}: {len(failures)} calls failed: {failures[0]}")
    if peaks["Rss"] > MOST_MEMORY:
        report.problems.append(f"{attack.name}: the process took {peaks['Rss']:.0f} MiB")
    if held > LONGEST:
        report.problems.append(f"{attack.name}: a step of the loop took {held:.0f} ms")
    if own_beside > MOST_SLOWER * own_alone:
        report.problems.append(f"{attack.name}: a client waits {own_beside / own_alone:.1f} times as long")
    client.work(seconds / 10)


@contextmanager
def _peaks(pid: int) -> Iterator[dict[str, float]]:
    """The highest RSS and PSS of a process in this block, in MiB."""
    peaks, ended = {"Rss": 0.0, "Pss": 0.0}, threading.Event()

    def watch() -> None:
        while not ended.wait(_SAMPLES):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            for name in peaks:
                found = re.search(rf"^{name}:\s+(\d+) kB", rollup, re.MULTILINE)
                peaks[name] = max(peaks[name], int(found[1]) / 1024 if found else 0.0)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()
