"""A MariaDB server for tests, Debian's, started and ended by them."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pymysql
from ports import free_port
from programs import program

PATIENCE = 60.0
"""Seconds after which a server that does not answer fails its test."""

USER, PASSWORD = "bugs", 'it\'s "secret" $x @y'
ENCODED_PASSWORD = "it%27s%20%22secret%22%20%24x%20%40y"

_NUMBERS = count(1)


class MariaDB:
    """A server in a folder of its own, with a user that can only read."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.socket = folder / "s"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._client = program("mariadb", "mariadb-client")

    def start(self) -> None:
        data = f"--datadir={self._folder / 'data'}"
        install = [program("mariadb-install-db", "mariadb-server"), "--no-defaults", data, "--skip-test-db"]
        subprocess.run([*install, *_as_root()], check=True, capture_output=True, timeout=PATIENCE)
        words = [f"--socket={self.socket}", f"--port={self.port}", "--bind-address=127.0.0.1", "--skip-log-bin"]
        words += ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", *_as_root()]
        command = [program("mariadbd", "mariadb-server"), "--no-defaults", data, *words]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait_until_it_answers()
        for host in ("localhost", "127.0.0.1"):
            password = PASSWORD.replace("'", "''")
            self.run(f"CREATE USER {USER}@{host} IDENTIFIED BY '{password}'; GRANT SELECT ON *.* TO {USER}@{host}")

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                pymysql.connect(unix_socket=str(self.socket), user="root").close()
            except pymysql.OperationalError:
                assert self._process
                assert self._process.poll() is None, (self._folder / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def run(self, statements: str, database: str = "") -> None:
        self._run(["--execute", statements, *([database] if database else [])])

    def _run(self, words: list[str], dump: bytes | None = None) -> None:
        command = [self._client, "--no-defaults", f"--socket={self.socket}", "--user=root", *words]
        done = subprocess.run(command, input=dump, capture_output=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr.decode()

    def load(self, dump: bytes) -> str:
        """Load a dump into a new database, and return its name."""
        name = f"test_{next(_NUMBERS)}"
        self.run(f"CREATE DATABASE {name}")
        self._run([name], dump)
        return name

    def url(self, database: str) -> str:
        return f"mysql://{USER}:{ENCODED_PASSWORD}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)


@contextmanager
def running_mariadb() -> Iterator[MariaDB]:
    """A server until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="gateway-mariadb-") as folder:
        server = MariaDB(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _as_root() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []
