"""An import from MariaDB compared with `mariadb-dump | mariadb` of the same Bugzilla on the same server.

Besides the seconds: those of a core, in all processes together, and the most memory that the import held. They depend
less on what else the machine does.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmark.bugzilla_dump import SiteSize, write_dump
from scripts.benchmark.servers import cpu_seconds

FEW_BUGS, MANY_BUGS = 1_000, 100_000
ATTACHMENT_SIZE = 50_000
PATIENCE = 60.0

SETTINGS = {
    "innodb-buffer-pool-size": "1G",
    "innodb-log-file-size": "1G",
    "innodb-flush-log-at-trx-commit": "0",
    "max-allowed-packet": "1G",
}
"""What the server has besides MariaDB's own defaults: what makes it load a dump faster."""

HEADINGS = ("copy s", "import s", "import / copy", "spread", "copy, core s", "import, core s", "import, peak MiB")


@dataclass(frozen=True, slots=True)
class Taken:
    """What something took: seconds, seconds of a core in all its processes and the server, and MiB of the largest."""

    seconds: float
    core: float
    peak: float


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"There is no {name}: install Debian's mariadb-server.")
    return found


class Server:
    """A MariaDB server in a folder of its own, which is given to whoever can open its socket."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "socket"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        words = ["--no-defaults", f"--datadir={self._folder / 'data'}"]
        words += ["--user=root"] if os.geteuid() == 0 else []
        if not (self._folder / "data").exists():
            options = ["--skip-test-db", "--auth-root-authentication-method=normal"]
            subprocess.run([_program("mariadb-install-db"), *words, *options], check=True, capture_output=True)
        words += [f"--socket={self.socket}", "--skip-networking"]
        words += [f"--{name}={value}" for name, value in SETTINGS.items()]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen([_program("mariadbd"), *words], stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while subprocess.run(self.client("-e", "SELECT 1"), check=False, capture_output=True).returncode:
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError((self._folder / "log").read_text())
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def client(self, *words: str, program: str = "mariadb") -> list[str]:
        """Return the command of a program that talks to the server."""
        return [_program(program), "--no-defaults", f"--socket={self.socket}", "--user=root", *words]

    def run(self, statements: str) -> None:
        """Run statements."""
        subprocess.run(self.client("-e", statements), check=True)

    def cpu(self) -> float:
        """The seconds of a core that the server has taken."""
        return cpu_seconds(self._process.pid) if self._process else 0.0

    def load(self, name: str, size: SiteSize) -> None:
        """Make a database with a site."""
        self.run(f"CREATE DATABASE {name}")
        with subprocess.Popen(self.client(name), stdin=subprocess.PIPE) as client:
            if client.stdin is None:
                raise AssertionError("it has a pipe")
            write_dump(client.stdin, size)
        if client.returncode:
            raise RuntimeError("The site could not be loaded.")


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server until the end of the block."""
    server = Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def measure(folder: Path, rounds: int, show: Callable[[Sequence[str]], None], *, full: bool) -> None:
    """Make a Bugzilla, copy it and import it in turns, and show what each took."""
    size = SiteSize(bugs=MANY_BUGS if full else FEW_BUGS, attachment_size=ATTACHMENT_SIZE)
    with running(folder) as server:
        server.load("site", size)
        pairs = [(copied(server, "site"), imported(server, "site", folder)) for _ in range(1 if full else rounds)]
    show(row(pairs))


def row(pairs: Sequence[tuple[Taken, Taken]]) -> list[str]:
    """Return the figures of some rounds, each a copy and an import."""
    copies, imports = zip(*pairs, strict=True)
    ratios = sorted(imported.seconds / copied.seconds for copied, imported in pairs)
    median = statistics.median
    return [
        f"{median(each.seconds for each in copies):.1f}",
        f"{median(each.seconds for each in imports):.1f}",
        f"{median(ratios):.2f}",
        f"{ratios[0]:.2f}-{ratios[-1]:.2f}",
        f"{median(each.core for each in copies):.1f}",
        f"{median(each.core for each in imports):.1f}",
        f"{max(each.peak for each in imports):.0f}",
    ]


def copied(server: Server, name: str) -> Taken:
    """Copy a database into another, and remove that."""
    server.run("CREATE DATABASE copy_of_site")
    dump = server.client("--single-transaction", name, program="mariadb-dump")
    taken = _taken(server, dump, server.client("copy_of_site"))
    server.run("DROP DATABASE copy_of_site")
    return taken


def imported(server: Server, name: str, folder: Path) -> Taken:
    """Import a database into SQLite, and remove that."""
    parameters, database = folder / "params.json", folder / "imported.db"
    parameters.write_text("{}")
    source = f"mysql://root@localhost/{name}?unix_socket={server.socket}"
    command = [sys.executable, "-m", "gateway", "import", source, "--database", str(database)]
    command += ["--params", str(parameters), "--timezone", "UTC", "--site-version", "5.2"]
    taken = _taken(server, command)
    for each in folder.glob("imported.db*"):
        each.unlink()
    return taken


def _taken(server: Server, *pipe: Sequence[str]) -> Taken:
    """Run commands, each of which reads what the one before it writes."""
    began, cpu = time.perf_counter(), server.cpu()
    processes: list[subprocess.Popen[bytes]] = []
    for number, command in enumerate(pipe, 1):
        out = subprocess.PIPE if number < len(pipe) else subprocess.DEVNULL
        before = processes[-1].stdout if processes else None
        processes.append(subprocess.Popen(command, stdin=before, stdout=out, stderr=subprocess.PIPE))
        if before is not None:
            before.close()
    core, peak = 0.0, 0.0
    for process in processes:
        error = process.stderr.read().decode() if process.stderr else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(error)
        core += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss / 1024)
    return Taken(time.perf_counter() - began, core + server.cpu() - cpu, peak)
