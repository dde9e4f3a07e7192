"""No password, key or token is in anything that the gateway says: not in its log, not even at debug and when it fails,
not in its metrics, not in the titles of its processes, and not in its answers.

An answer may quote the name of a method, an XML element or an address that does not exist, and a value that is not of
its type: what a client puts there by mistake it gets back, and nobody else does.
"""

import base64
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import click
import pytest
from running import PATIENCE, ROOT, account, copied
from subcommands import subcommands
from tries import Tries, Try

from gateway.cli import main
from gateway.passwords import hash_secret


@dataclass(frozen=True, slots=True)
class Watched:
    """A gateway of whose processes everything is looked at."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def titles(self) -> bytes:
        """What is to be seen of its processes from outside, by whoever may look at those of others."""
        parent = Path("/proc") / str(self.process.pid)
        children = (parent / "task" / str(self.process.pid) / "children").read_text().split()
        folders = [parent, *(Path("/proc") / child for child in children)]
        return b"".join((folder / name).read_bytes() for folder in folders for name in ("cmdline", "comm", "environ"))

    def metrics(self) -> bytes:
        with urlopen(f"{self.url}metrics") as answer:
            return bytes(answer.read())


@contextmanager
def watched(database: Path, *flags: str) -> Iterator[Watched]:
    log = database.with_name("output")
    command = [sys.executable, "-u", "-m", "gateway", "serve", "--database", str(database), "--port", "0"]
    with log.open("wb") as output:
        process = subprocess.Popen([*command, *flags], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Watched(_address(process, log), process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    while process.poll() is None:
        for line in log.read_text(encoding="utf-8").splitlines():
            if line.startswith("Listening on "):
                return line.removeprefix("Listening on ")
    raise AssertionError(log.read_text(encoding="utf-8"))


def send(url: str, tried: Try) -> bytes:
    """Everything that comes back."""
    parts, answer = urlsplit(url), b""
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE) as connection:
        connection.sendall(tried.data)
        if tried.is_cut:
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                answer += piece
    return answer


def forms(secret: str) -> set[bytes]:
    """How a secret may look in a text: as it is, in base64 at any place of another text, and hashed."""
    raw = secret.encode()
    shifted = {base64.b64encode(b"x" * before + raw)[4:-4] for before in (0, 1, 2)}
    return {raw, raw.lower(), hash_secret(secret).encode(), *shifted}


def found(tries: Sequence[Try], text: bytes) -> list[str]:
    return [each.place for each in tries if any(form in text for form in forms(each.secret))]


def bend(database: Path) -> None:
    """Make calls fail with errors that nobody has foreseen: no time is as late as these."""
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE login_failures SET at = 100000000000000000")
        connection.execute("UPDATE bugs SET creation_time = 100000000000000000")


def take_apart(database: Path) -> None:
    """Make the store fail wherever a caller or an attachment is looked up."""
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for table in ("login_failures", "api_keys", "attachments"):
            connection.execute(f"DROP TABLE {table}")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("text", "1"), id="a log of text"),
        pytest.param(("json", "2"), id="a log of JSON, two processes", marks=pytest.mark.long("15 s: the same again")),
    ],
)
def said(request: pytest.FixtureRequest, loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> "Said":
    form, workers = request.param
    database = copied(loaded_database, tmp_path_factory.mktemp("secrets") / "gateway.db")
    flags = ("--log-level", "debug", "--log-format", form, "--workers", workers)
    tries: list[Try] = []
    answers: list[bytes] = []
    outside = working = b""
    with watched(database, *flags) as gateway:
        for phase, spoil in (("a", None), ("b", bend), ("c", take_apart)):
            if spoil:
                spoil(database)
            for each in Tries(phase).all():
                tries.append(each)
                answers.append(send(gateway.url, each))
            outside += gateway.titles() + gateway.metrics()
            working = working or gateway.log.read_bytes()
    return Said(tries, answers, gateway.log.read_bytes(), working, outside)


@dataclass(frozen=True, slots=True)
class Said:
    """All that was said: the log at the end, that before things failed, what is seen from outside, and the answers."""

    tries: Sequence[Try]
    answers: Sequence[bytes]
    log: bytes
    before: bytes
    outside: bytes


def test_the_log_has_no_secret(said: Said) -> None:
    assert not found(said.tries, said.log)


def test_nothing_to_be_seen_from_outside_has_one(said: Said) -> None:
    assert not found(said.tries, said.outside)


def test_no_answer_has_one(said: Said) -> None:
    answered = zip(said.tries, said.answers, strict=True)
    assert not [each.place for each, answer in answered if not each.echoed and found([each], answer)]


def test_the_log_has_none_of_those_that_are_right(said: Said) -> None:
    assert not any(form in said.log for form in forms(account("editor").api_key))


def test_it_was_tried(said: Said) -> None:
    """Everything was answered or broken off, calls were logged, and later failed in both ways, some with tracebacks."""
    assert len(said.tries) > 1000
    assert b"Bug.update_attachment" in said.before
    assert b"Traceback" not in said.before
    assert b"Traceback" in said.log
    assert b"no such table" in said.log
    statuses = {answer.split()[1] for answer in said.answers if answer.startswith(b"HTTP/1.1 ")}
    assert {b"200", b"400", b"401", b"404", b"405", b"500", b"503"} <= statuses
    print(f"{len(said.tries)} secrets")


def test_no_option_of_the_command_takes_one() -> None:
    """What is given on the command line everybody on the machine can read."""
    every = [param for command in _commands(main) for param in command.params]
    params = [param for param in every if not getattr(param, "is_flag", False)]
    assert len(params) > 30
    names = {name for param in params for name in param.opts}
    secret = {name for name in names if any(word in name for word in ("password", "secret", "token", "key"))}
    assert secret == {"--password-concurrency", "--token-lifetime", "--sortkey", "--api-key-file", "key_id"}


def _commands(group: click.Command) -> Iterator[click.Command]:
    yield group
    for command in subcommands(group).values() if isinstance(group, click.Group) else ():
        yield from _commands(command)
