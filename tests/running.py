"""Gateways for tests, started as a user starts them, and looked after until they have ended."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "tests" / "site.json"

PATIENCE = 60.0
"""Seconds after which a gateway that does not start or stop is killed, and its test fails."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the test site, as clients log in."""

    id: int
    login: str
    password: str
    api_key: str


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that answers. `url` ends with a slash."""

    url: str
    database: Path | str
    process: subprocess.Popen[str]


def site() -> dict[str, Any]:
    """The test site, as its file describes it."""
    loaded: dict[str, Any] = json.loads(SITE.read_text(encoding="utf-8"))
    return loaded


def account(name: str) -> Account:
    """The user of the test site whose login begins with `name@`."""
    user = next(each for each in site()["users"] if each["login"].startswith(f"{name}@"))
    valid = (key["api_key"] for key in user["api_keys"] if not key["revoked"])
    return Account(user["id"], user["login"], user["password"], next(valid, ""))


def load(database: Path | str, file: Path = SITE, *flags: str) -> None:
    """Fill a new database with a site, the test site if no other is named."""
    command("load", str(file), "--database", str(database), *flags)


def copied(loaded: Path, database: Path) -> Path:
    """A copy of a database that nobody has open, for a gateway that may write."""
    shutil.copyfile(loaded, database)
    return database


def running(database: Path | str, *flags: str, log: Path | None = None) -> AbstractContextManager[Gateway]:
    """Serve a database on a free port until the end of the block; its log goes to a file, if one is named.

    Then it is stopped with SIGTERM, and must have ended well, without a traceback and without a secret in its output.
    """
    return _serving(database, "serve", "--database", str(database), *flags, log_file=log)


def fronting(site: str, *flags: str) -> AbstractContextManager[Gateway]:
    """Serve the API of the site at a URL, as `running` serves a database."""
    return _serving("", "front", site, *flags)


@contextmanager
def mozilla_site(url: str) -> Iterator[str]:
    """Make the site at a URL one of Mozilla's family until the end of the block: the URL of that."""
    program = [sys.executable, str(ROOT / "tests" / "front" / "mozilla_site.py"), url]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield (process.stdout.readline() if process.stdout else "").removeprefix("Listening on ").strip()
        finally:
            process.terminate()


@contextmanager
def _serving(database: Path | str, *arguments: str, log_file: Path | None = None) -> Iterator[Gateway]:
    command = [sys.executable, "-m", "gateway", arguments[0], "--port", "0", *arguments[1:]]
    with log_file.open("w+") if log_file else tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
        )
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            printed, url = _wait_for_address(process, log)
            watchdog.cancel()
            yield Gateway(url, database, process)
        finally:
            watchdog.cancel()
            process.send_signal(signal.SIGTERM)
            rest = _rest_of_output(process)
        log.seek(0)
        check(process.returncode, printed + rest + log.read())


@contextmanager
def demo(directory: Path, *arguments: str) -> Iterator[str]:
    """`gateway demo` in a directory while it runs, on a free port: all that it prints on the way to serving."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "gateway", "demo", "--port", "0", *arguments],
        cwd=directory,
        env={**_environment(), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    printed = ""
    for line in process.stdout or ():
        printed += line
        if line.startswith("Ctrl-C"):
            break
    try:
        yield printed
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def _environment() -> dict[str, str]:
    """This process's environment without what would set up a gateway."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}


def command(*arguments: str) -> None:
    """Run a subcommand of `gateway` that must end well."""
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    if done.returncode:
        raise AssertionError(f"gateway {arguments[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def _wait_for_address(process: subprocess.Popen[str], log: Any) -> tuple[str, str]:
    """What was printed until the gateway listened, and where it does."""
    printed = ""
    for line in process.stdout or ():
        printed += line
        if line.startswith("Listening on "):
            return printed, line.removeprefix("Listening on ").strip()
    log.seek(0)
    raise AssertionError(f"The gateway did not start:\n{printed}{log.read()}")


def _rest_of_output(process: subprocess.Popen[str]) -> str:
    try:
        return process.communicate(timeout=PATIENCE)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0]


def check(code: int, output: str) -> None:
    """Raise AssertionError when a gateway did not end well, or said what it should not."""
    if code:
        raise AssertionError(f"The gateway ended with {code}:\n{output}")
    if "Traceback" in output:
        raise AssertionError(f"The gateway met an error that it does not know:\n{output}")
    leaked = [secret for secret in _secrets() if secret in output or quote(secret) in output]
    if leaked:
        raise AssertionError(f"Passwords or keys are in the gateway's output: {leaked}")


def _secrets() -> Iterator[str]:
    if secret := os.environ.get("AWS_SECRET_ACCESS_KEY"):
        yield secret
    for user in site()["users"]:
        yield user["password"]
        yield from (key["api_key"] for key in user["api_keys"])
