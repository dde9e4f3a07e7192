"""Every attack on every endpoint, at full size.

Bodies of XML, JSON and forms that are meant to do harm, packed ones, and requests that are not quite HTTP, go to every
verb and path of the application. Each must be answered in the form of its protocol, raise the peak memory of the
process by 32 MiB at the most, and hold up the event loop for no more than 50 ms of the process's own time; nobody must
be called at an address that they name. The longest hold-up and the highest peak are printed.
"""

import argparse
import json
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.benchmark.workloads import API_KEY, site
from scripts.torture_runs.attacks import BODIES
from scripts.torture_runs.attacks.attack import Attack
from scripts.torture_runs.attacks.endpoints import Target, targets
from scripts.torture_runs.attacks.exchange import Memory, attacked, complaint, exchanged
from scripts.torture_runs.attacks.smuggling import REQUESTS, SMUGGLED_ANSWER

if TYPE_CHECKING:
    from scripts.torture_runs.report import Report

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_MEMORY = 32.0
"""MiB."""

LONGEST = 0.050
"""Seconds."""

_SMALL = 100_000
_HEADERS = {"X-Bugzilla-API-Key": API_KEY, "Authorization": f"Bearer {API_KEY}"}


class Watched:
    """A gateway that tells how long its loop was held up."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.port = int(self._line())
        self.pid = process.pid
        self.memory = Memory(process.pid)

    def _line(self) -> str:
        return self._process.stdout.readline() if self._process.stdout else ""

    def held_up(self) -> dict[str, float]:
        """For how many seconds, at the worst, since the last time: `late` in all, and `own` of its own time."""
        if self._process.stdin:
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        held: dict[str, float] = json.loads(self._line())
        return held


@contextmanager
def watched(folder: Path, content: dict[str, Any], *settings: str) -> Iterator[Watched]:
    """Such a gateway on a site with this content."""
    database, file = folder / "gateway.db", folder / "site.json"
    file.write_text(json.dumps(content))
    command = [sys.executable, "-m", "gateway", "load", str(file), "--database", str(database)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    command = [sys.executable, "-m", "scripts.torture_runs.watched", f"database={database}", "log_level=warning"]
    process = subprocess.Popen(
        [*command, *settings], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Watched(process)
    finally:
        process.communicate(timeout=60)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("--size", type=int, default=8_000_000, help="bytes of a body (8,000,000)")
    parser.add_argument("--only", default="", help="only attacks whose name contains this")


def go(folder: Path, chance: random.Random, options: argparse.Namespace, report: "Report") -> None:
    """Run."""
    with watched(folder, site()) as gateway, socket.create_server(("127.0.0.1", 0)) as canary:
        chosen = [each for each in BODIES if options.only in each.name]
        everywhere = targets()
        report.figures |= {"endpoints": len(everywhere), "kinds of bodies": len(chosen)}
        for attack in chance.sample(chosen, len(chosen)):
            report.say(attack.name)
            _strike(gateway, attack, everywhere, _address(canary), options.size, report)
        _smuggle(gateway, report)
        canary.settimeout(0.1)
        try:
            canary.accept()
            report.problems.append("somebody called at an address that an attack named")
        except TimeoutError:
            report.figures["calls at addresses that attacks named"] = 0


def _address(canary: socket.socket) -> str:
    return f"http://127.0.0.1:{canary.getsockname()[1]}/"


def _strike(
    gateway: Watched, attack: Attack, everywhere: list[Target], address: str, size: int, report: "Report"
) -> None:
    """One attack on all endpoints: at full size where it is read, small elsewhere."""
    large, small = attack.body(address, size), attack.body(address, _SMALL)
    for target in everywhere:
        body = large if target.understands(attack) else small
        gateway.memory.begin()
        gateway.held_up()
        answer = attacked(gateway.port, target, attack, body, _HEADERS)
        _judge(gateway, f"{attack.name}, {target}", complaint(target, attack, answer), report)


def _smuggle(gateway: Watched, report: "Report") -> None:
    for name, sent in REQUESTS.items():
        gateway.memory.begin()
        gateway.held_up()
        answer = exchanged(gateway.port, sent)
        wrong = SMUGGLED_ANSWER in answer.body or answer.status not in (0, 400, 408, 413, 431, 200)
        _judge(gateway, f"HTTP: {name}", f"{answer}" if wrong else "", report)


def _judge(gateway: Watched, what: str, wrong: str, report: "Report") -> None:
    held, rise = gateway.held_up(), gateway.memory.rise()
    report.count("requests")
    figures = {
        "loop late, ms": 1000 * held["late"],
        "loop held up by the process itself, ms": 1000 * held["own"],
        "peak of memory above what was held before, MiB": rise,
    }
    for name, value in figures.items():
        if value > float(report.figures.get(name, 0.0)):
            report.figures |= {name: value, f"   {name.partition(',')[0]}, most by": what}
    if held["own"] > LONGEST:
        report.problems.append(f"{what}: the loop was held up for {1000 * held['own']:.0f} ms")
    if rise > MOST_MEMORY:
        report.problems.append(f"{what}: the peak of memory rose by {rise:.1f} MiB")
    if wrong:
        report.problems.append(f"{what}: {wrong}")
