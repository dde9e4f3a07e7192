"""The clients that are tried, as `clients.toml` lists them."""

import hashlib
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installing import INSTALLED, Build, Debian, Need, Npm, PyPI

from gateway.documents.library import Library
from gateway.methods.catalogue import ISSUES, METHODS

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"

STEPS = ("login", "list", "upload", "download", "update", "flags", "clear")
BUG_STEPS = ("info", "search", "file", "resolve")
"""The steps of a client that works with bugs instead."""
WAYS = ("password", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client in one of the ways in which it can be used; `calls` says what is particular about how it calls.

    `run` and `build` are commands, run in the folder of the programs; {python}, {bin}, {modules} and {build} in them
    are the Python, the commands and the modules that were installed for it, and the folder of what is built; {openapi}
    is the gateway's OpenAPI document, of which generators make clients. `apt` has Debian packages, as "program:package"
    where any installation of the program will do.

    `first` has the call with which a client of Bugzilla reads bugs, the first that its own documentation shows;
    `shows_by_number` is true if it shows them by number, in whatever order it was asked for them.

    What it can do: `does` has its steps, `ways` its ways to log in, `uploads` what it can upload ("bytes", "ascii" or
    "text", which is what XML can say), `lists` what kind of bug it can list ("odd" or "plain"); `shows_summary` says
    whether it shows that of what it downloads, `sets_keywords` whether it sets those of a bug that it files, and what
    that blocks. `without` is the reason for what is left out, `long` why it takes long.

    `without_tls` is the reason why it is not used with TLS, `at_root` why not below a path.
    """

    name: str
    title: str
    version: str
    protocol: str
    run: tuple[str, ...]
    calls: str = ""
    build: tuple[tuple[str, ...], ...] = ()
    apt: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    first: str = ""
    shows_by_number: bool = False
    does: tuple[str, ...] = STEPS
    ways: tuple[str, ...] = WAYS
    uploads: str = "bytes"
    lists: str = "odd"
    shows_summary: bool = True
    sets_keywords: bool = True
    without: str = ""
    long: str = ""
    without_tls: str = ""
    at_root: str = ""

    @property
    def needs(self) -> list[Need]:
        """The packages and builds that it needs, in the order in which they are installed."""
        needs: list[Need] = [_debian(package) for package in self.apt]
        needs += [PyPI(self.pip)] if self.pip else []
        needs += [Npm(self.npm)] if self.npm else []
        return [*needs, self._built] if self.build else needs

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that it takes, in order."""
        return ("read", *self.does) if self.first else self.does

    @property
    def works_with_bugs(self) -> bool:
        """True if it takes the steps with bugs, rather than those with attachments."""
        return set(self.does) <= set(BUG_STEPS)

    @property
    def takes_pip_alone(self) -> bool:
        """True if Python and pip are enough to install and run it."""
        return all(need.takes_pip_alone for need in self.needs)

    @property
    def command(self) -> list[str]:
        """The command that runs it, with its places filled in."""
        return self._filled(self.run, build=str(self._built.folder))

    @property
    def _built(self) -> Build:
        return Build(self.name, PROGRAMS, tuple(tuple(self._filled(command)) for command in self.build))

    def _filled(self, command: tuple[str, ...], build: str = "{build}") -> list[str]:
        places = {
            "python": str(PyPI(self.pip).commands / "python") if self.pip else sys.executable,
            "bin": str(PyPI(self.pip).commands),
            "modules": str(Npm(self.npm).modules),
            "build": build,
        }
        if "{openapi}" in command:
            places["openapi"] = str(_openapi())
        return [word.format_map(places) for word in command]


def _openapi() -> Path:
    """The file with the OpenAPI document. Its name changes with the document, so that clients are made anew."""
    document = Library(METHODS, ISSUES).openapi("http://bugs.example.com/")
    file = INSTALLED / f"openapi-{hashlib.sha256(document).hexdigest()[:16]}.json"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(document)
    return file


def _debian(package: str) -> Debian:
    program, _, name = package.rpartition(":")
    return Debian(name, program)


def clients() -> list[Client]:
    """All clients, in the order of the table."""
    with (HERE / "clients.toml").open("rb") as file:
        listed: list[dict[str, Any]] = tomllib.load(file)["client"]
    return [Client(**{name: _frozen(value) for name, value in each.items()}) for each in listed]


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
