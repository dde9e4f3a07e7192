"""The servers that are measured, each a process of its own on a port of its own."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmark.workloads import site

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    name: str
    port: int
    process: subprocess.Popen[str]

    def peak(self) -> float:
        """The most memory that it held since `forget_peak`, in MiB, all its processes together."""
        return sum(_kibibytes(pid, "VmHWM") for pid in self._pids()) / 1024

    def forget_peak(self) -> None:
        """Begin to measure the peak anew."""
        for pid in self._pids():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def cpu(self) -> float:
        """The seconds of a core that it has taken, all its processes together."""
        return sum(map(cpu_seconds, self._pids()))

    def _pids(self) -> list[int]:
        own = self.process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text()
        return [own, *map(int, children.split())]


def cpu_seconds(pid: int) -> float:
    """The seconds of a core that a process of this machine has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _kibibytes(pid: int, name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def fill(folder: Path, database: Path | str, bugs: int = 0) -> None:
    """Load the site that is measured, with so many bugs, into an empty database."""
    (folder / "site.json").write_text(json.dumps(site(bugs)))
    command = [sys.executable, "-m", "gateway", "load", str(folder / "site.json"), "--database", str(database)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def gateway(folder: Path, *flags: str, database: Path | str | None = None, fresh: str = "") -> Iterator[Server]:
    """The gateway, on a fresh site (in the empty database `fresh` if that is named) unless a database is given."""
    if database is None:
        database = fresh or folder / "gateway.db"
        fill(folder, database)
    command = [sys.executable, "-m", "gateway", "serve", "--database", str(database), "--port", "0"]
    command += ["--log-level", "warning", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield Server("gateway", _announced_port(process), process)
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def front(site: Server, *flags: str) -> Iterator[Server]:
    """A front before a site."""
    command = [sys.executable, "-m", "gateway", "front", f"http://127.0.0.1:{site.port}", "--port", "0"]
    command += ["--log-level", "warning", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield Server("front", _announced_port(process), process)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _announced_port(process: subprocess.Popen[str]) -> int:
    for line in process.stdout or ():
        if found := re.match(r"Listening on http://[^:]+:(\d+)/", line):
            return int(found[1])
    raise SystemExit("The gateway did not start.")


@contextmanager
def floor(folder: Path, *flags: str) -> Iterator[Server]:
    """The floor."""
    port = _free_port()
    command = [sys.executable, "-m", "scripts.benchmark.floor", "--port", str(port)]
    process = subprocess.Popen([*command, "--database", str(folder / "floor.db"), *flags], text=True)
    try:
        _wait_until_answered(process, port)
        yield Server("floor", port, process)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_answered(process: subprocess.Popen[str], port: int) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            continue
        return
    raise SystemExit("The floor did not start.")
