"""Requests a second of the gateway and of the floor, or of `cp` and `sync`, in alternating rounds."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts.benchmark.copying import copies
from scripts.benchmark.servers import Server, floor, gateway
from scripts.benchmark.workloads import Workload, workloads

CONNECTIONS = 8
LISTING_CONNECTIONS = (1, 64)


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one workload: medians over the rounds, and the spread of the ratio."""

    workload: str
    protocol: str
    connections: int
    gateway: float
    floor: float | None
    ratio: float | None
    lowest: float | None
    highest: float | None
    p50: float
    p99: float
    peak: float


def measure(
    folder: Path,
    rounds: int,
    seconds: float,
    only: str,
    flags: Sequence[str],
    of_both: Sequence[str],
    show: Callable[[Row], None],
    database: str = "",
) -> None:
    """Measure every workload whose name or protocol contains `only`, and show each row as soon as it is there.

    `flags` are the gateway's, `of_both` the floor's too. The gateway's site is made in an empty `database`, if one is
    named.
    """
    with ExitStack() as stack:
        ours = stack.enter_context(gateway(folder, *flags, *of_both, fresh=database))
        theirs = stack.enter_context(floor(folder, *of_both))
        for workload in workloads():
            if only.lower() not in f"{workload.name} {workload.protocol}".lower():
                continue
            others = LISTING_CONNECTIONS if workload.name == "listing" else ()
            for connections in (CONNECTIONS, *others):
                show(_row(folder, workload, connections, ours, theirs, rounds, seconds))


def _row(
    folder: Path, workload: Workload, connections: int, ours: Server, theirs: Server, rounds: int, seconds: float
) -> Row:
    path = folder / "request"
    path.write_bytes(workload.request)
    ours.forget_peak()
    seen, others = list[dict[str, Any]](), list[float]()
    for _ in range(rounds):
        seen.append(drive(ours, path, connections, seconds))
        if workload.has_floor:
            others.append(drive(theirs, path, connections, seconds)["rate"])
        elif workload.copied:
            others.append(copies(folder, workload.copied, connections, seconds))
    ratios = sorted(one["rate"] / other for one, other in zip(seen, others, strict=False))
    return Row(
        workload.name,
        workload.protocol,
        connections,
        statistics.median(each["rate"] for each in seen),
        statistics.median(others) if others else None,
        statistics.median(ratios) if ratios else None,
        ratios[0] if ratios else None,
        ratios[-1] if ratios else None,
        statistics.median(each["p50"] for each in seen),
        statistics.median(each["p99"] for each in seen),
        ours.peak(),
    )


def drive(server: Server, request: Path, connections: int, seconds: float, among: int = 1) -> dict[str, Any]:
    """One round. A failed request makes all figures worthless, and ends the run."""
    return finished(server, start(server, request, connections, seconds, among))


def start(
    server: Server,
    request: Path,
    connections: int,
    seconds: float,
    among: int = 1,
    *,
    others: Sequence[Server] = (),
    addresses: Sequence[str] = ("127.0.0.1",),
) -> subprocess.Popen[str]:
    """Begin a round, spread over the server and the others, from these addresses in 127.0.0.0/8."""
    ports = [str(each.port) for each in (server, *others)]
    command = [sys.executable, "-m", "scripts.benchmark.load", "--port", *ports, "--request", str(request)]
    command += [
        "--address",
        *addresses,
        "--connections",
        str(connections),
        "--seconds",
        str(seconds),
        "--among",
        str(among),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finished(server: Server, load: subprocess.Popen[str]) -> dict[str, Any]:
    """What a round came to."""
    printed, _ = load.communicate()
    if load.returncode:
        raise SystemExit(f"The load on the {server.name} broke off.")
    seen: dict[str, Any] = json.loads(printed)
    if seen["failures"]:
        raise SystemExit(f"{seen['failures']} requests to the {server.name} failed, such as:\n{seen['failure']}")
    return seen


def as_json(rows: Sequence[Row]) -> str:
    """The rows as JSON."""
    return json.dumps([asdict(row) for row in rows], indent=1)
