"""One node on SQLite, one on PostgreSQL, and two on one PostgreSQL database, in alternating rounds.

Besides what they come to a second: what a request takes of a core, in the gateway and in the server of the database,
and how much it adds to the write-ahead log. These do not depend on what else the machine does.
"""

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from scripts.benchmark.servers import Server, cpu_seconds, fill, gateway
from scripts.benchmark.speed import finished, start
from scripts.benchmark.workloads import PROTOCOLS, Workload, on_many_bugs, workloads
from tests.postgresql_server import running_server

CONNECTIONS = 8
BUGS = 1000
LISTINGS = ("listing", "listing, never the same")

SETTINGS = {"fsync": "on", "shared_buffers": "256MB", "max_wal_size": "4GB"}
"""What the server that this starts itself has besides PostgreSQL's own defaults."""

HEADINGS = (
    "workload",
    "protocol",
    "SQLite/s",
    "one/s",
    "two/s",
    "one / SQLite",
    "two / one",
    "gateway us",
    "database us",
    "WAL bytes",
)


@dataclass(slots=True)
class Seen:
    """The rounds of one kind: requests a second, and what one of them took."""

    rates: list[float] = field(default_factory=list)
    gateway: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    log: list[float] = field(default_factory=list)


class Database:
    """A PostgreSQL database, and what its server takes."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def log(self) -> int:
        """The bytes that were written to the write-ahead log until now."""
        return self._number("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")

    def cpu(self) -> float:
        """The seconds of a core that the server's processes have taken; 0 where they are not on this machine."""
        rows = self._connection.execute("SELECT pid FROM pg_stat_activity").fetchall()
        return sum(cpu_seconds(pid) for (pid,) in rows if _is_postgres(pid))

    def _number(self, sql: str) -> int:
        row = self._connection.execute(sql.encode()).fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()


def _is_postgres(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().startswith("postgres")
    except OSError:
        return False


def measure(
    folder: Path, rounds: int, seconds: float, only: str, url: str, show: Callable[[Sequence[str]], None]
) -> None:
    """Measure the workloads whose name or protocol contains `only`, and show the cells of each row.

    The site is made in the empty database at `url`, or on a server of its own where none is named.
    """
    with ExitStack() as stack:
        url = url or stack.enter_context(_database_of_its_own())
        for database in (folder / "gateway.db", url):
            fill(folder, database, BUGS)
        lite = stack.enter_context(gateway(folder, database=folder / "gateway.db"))
        one, other = (stack.enter_context(gateway(folder, database=url)) for _ in range(2))
        database = Database(url)
        stack.callback(database.close)
        kinds = {"SQLite": [lite], "one": [one], "two": [one, other]}
        for workload in _workloads():
            if only.lower() in f"{workload.name} {workload.protocol}".lower():
                (folder / "request").write_bytes(workload.request)
                seen = _rounds(kinds, folder / "request", database, rounds, seconds)
                show([workload.name, workload.protocol, *_cells(seen)])


@contextmanager
def _database_of_its_own() -> Iterator[str]:
    with running_server(**SETTINGS) as server:
        yield server.new_database()


def _workloads() -> Iterator[Workload]:
    """Listings first: after uploads the server is at work for a while."""
    for names in (LISTINGS, ("upload of 1 KB",)):
        yield from (each for each in workloads() if each.name in names and each.protocol in PROTOCOLS)
    for protocol in PROTOCOLS:
        yield on_many_bugs(1 << 10, protocol)
        yield on_many_bugs(1 << 20, protocol)


def _rounds(
    kinds: dict[str, list[Server]], request: Path, database: Database, rounds: int, seconds: float
) -> dict[str, Seen]:
    seen = {name: Seen() for name in kinds}
    for _ in range(rounds):
        for name, servers in kinds.items():
            _round(seen[name], servers, request, database, seconds)
    return seen


def _round(seen: Seen, servers: list[Server], request: Path, database: Database, seconds: float) -> None:
    cpu, in_database, log = sum(each.cpu() for each in servers), database.cpu(), database.log()
    rate = finished(servers[0], start(servers[0], request, CONNECTIONS, seconds, BUGS, others=servers[1:]))["rate"]
    requests = rate * seconds
    seen.rates.append(rate)
    seen.gateway.append((sum(each.cpu() for each in servers) - cpu) / requests)
    seen.database.append((database.cpu() - in_database) / requests)
    seen.log.append((database.log() - log) / requests)


def _cells(seen: dict[str, Seen]) -> Iterator[str]:
    for each in seen.values():
        yield f"{statistics.median(each.rates):.0f}"
    yield _ratio(seen["one"].rates, seen["SQLite"].rates)
    yield _ratio(seen["two"].rates, seen["one"].rates)
    one = seen["one"]
    yield f"{1e6 * statistics.median(one.gateway):.0f}"
    yield f"{1e6 * statistics.median(one.database):.0f}"
    yield f"{statistics.median(one.log):.0f}"


def _ratio(these: Sequence[float], those: Sequence[float]) -> str:
    ratios = sorted(this / that for this, that in zip(these, those, strict=True))
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
