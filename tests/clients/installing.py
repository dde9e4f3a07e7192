"""Brings what clients need onto this machine: Debian's packages into the system, the rest into `.clients/`."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from catalogue import INSTALLED, PROGRAMS, Client, npm_folder, pip_folder

Say = Callable[[str], None]

APT = ("apt-get", "-o", "DPkg::Lock::Timeout=600")


class NotInstalledError(Exception):
    """Something that clients need cannot be had; the message says what, and what to do."""


def install(clients: Sequence[Client], say: Say) -> dict[str, str]:
    """Install what is missing for these clients; why it did not work out, for those for which it did not."""
    missing = sorted({package for client in clients for package in _missing_packages(client)})
    if missing:
        _try_packages(missing, say)
    problems: dict[str, str] = {}
    for client in clients:
        try:
            install_one(client, say)
        except NotInstalledError as problem:
            problems[client.name] = str(problem)
    return problems


def install_one(client: Client, say: Say) -> None:
    """Install what is missing for one client. Raises `NotInstalledError`."""
    if missing := _missing_packages(client):
        _install_packages(missing, say)
    if client.pip:
        _make_environment(pip_folder(client.pip), client.pip, say)
    if client.npm:
        _make_modules(npm_folder(client.npm), client.npm, say)
    if client.build:
        _build(client, say)


# ---- Debian's packages


def _missing_packages(client: Client) -> list[str]:
    return [package for package in client.apt if not _is_there(package)]


def _is_there(package: str) -> bool:
    program, separator, _ = package.partition(":")
    if separator:
        return shutil.which(program) is not None
    if shutil.which("dpkg-query") is None:
        return False
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True)
    return asked.stdout == "install ok installed"


def _try_packages(packages: Sequence[str], say: Say) -> None:
    """Install packages of several clients at once. What fails is tried again, client by client."""
    if _can_install_packages():
        try:
            _run([*APT, "update", "-qq"])
            _install_packages(packages, say)
        except NotInstalledError as problem:
            say(f"Not all of Debian's packages could be installed at once: {problem}")


def _can_install_packages() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install_packages(packages: Iterable[str], say: Say) -> None:
    names = [package.rpartition(":")[2] for package in packages]
    if not _can_install_packages():
        raise NotInstalledError(
            "Needs packages of Debian, which only root can install. As root, on Debian 12: "
            f"apt-get update && apt-get install {' '.join(names)}"
        )
    say(f"Installing from Debian: {' '.join(names)}")
    _run(
        [*APT, "install", "-qq", "--yes", "--no-install-recommends", *names],
        DEBIAN_FRONTEND="noninteractive",
    )


# ---- PyPI's and npm's


def _make_environment(folder: Path, packages: Sequence[str], say: Say) -> None:
    """A virtual environment that has these packages."""
    with _Stamp(folder, packages) as stamp:
        if stamp.is_fresh:
            return
        say(f"Installing with pip: {' '.join(packages)}")
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages])


def _make_modules(folder: Path, packages: Sequence[str], say: Say) -> None:
    """A folder whose `node_modules` has these packages."""
    with _Stamp(folder, packages) as stamp:
        if stamp.is_fresh:
            return
        say(f"Installing with npm: {' '.join(packages)}")
        folder.mkdir(parents=True)
        (folder / "package.json").write_text("{}")
        _run(["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--loglevel=error", *packages])


def _build(client: Client, say: Say) -> None:
    """What is built of a client, into a folder of its own; again when its sources have changed."""
    commands = [client.filled(command) for command in client.build]
    words = [word for command in commands for word in command]
    sources = [PROGRAMS / word for word in words if "/" not in word and (PROGRAMS / word).is_file()]
    folder = INSTALLED / "build" / client.name
    with _Stamp(folder, [*words, *(source.read_text(encoding="utf-8") for source in sources)]) as stamp:
        if stamp.is_fresh:
            return
        say(f"Building {client.name}")
        folder.mkdir(parents=True)
        for command in commands:
            _run(command)


class _Stamp:
    """Says whether a folder was made of these ingredients; made anew, it is stamped once all went well."""

    def __init__(self, folder: Path, ingredients: Iterable[str]) -> None:
        self._folder = folder
        self._file = folder / "stamp"
        self._text = hashlib.sha256("\0".join(ingredients).encode()).hexdigest()

    def __enter__(self) -> "_Stamp":
        self.is_fresh = self._file.exists() and self._file.read_text() == self._text
        if not self.is_fresh:
            shutil.rmtree(self._folder, ignore_errors=True)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._file.write_text(self._text)


def _run(command: Sequence[str], **variables: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=PROGRAMS, env={**os.environ, **variables}, capture_output=True, text=True, errors="replace"
        )
    except FileNotFoundError as problem:
        raise NotInstalledError(f"There is no program {command[0]}.") from problem
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-12:]
        raise NotInstalledError(f"`{' '.join(command[:8])}` failed:\n" + "\n".join(last))
