"""The clients that are tried, as `clients.toml` lists them."""

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAMS = HERE / "programs"
INSTALLED = ROOT / ".clients"

STEPS = ("login", "list", "upload", "download", "update", "flags", "clear")
WAYS = ("password", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client in one of the ways in which it can be used; `calls` says what is particular about how it calls.

    `run` and `build` are commands, run in the folder of the programs; {python}, {bin}, {modules} and {build} in them
    are the Python, the commands and the modules that were installed for it, and the folder of what is built. `apt` has
    Debian packages, as "program:package" where any installation of the program will do.

    What it can do: `does` has its steps, `ways` its ways to log in, `uploads` what it can upload ("bytes", "ascii" or
    "text", which is what XML can say), `lists` what kind of bug it can list ("odd" or "plain"); `shows_summary` says
    whether it shows that of what it downloads. `without` is the reason for what is left out.
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
    does: tuple[str, ...] = STEPS
    ways: tuple[str, ...] = WAYS
    uploads: str = "bytes"
    lists: str = "odd"
    shows_summary: bool = True
    without: str = ""

    @property
    def needs_pip_only(self) -> bool:
        """Whether Python and pip are enough to install and run it."""
        return not (self.apt or self.npm or self.build)

    def filled(self, command: tuple[str, ...]) -> list[str]:
        """A command with its places filled in."""
        places = {
            "python": str(pip_folder(self.pip) / "bin" / "python") if self.pip else sys.executable,
            "bin": str(pip_folder(self.pip) / "bin"),
            "modules": str(npm_folder(self.npm) / "node_modules"),
            "build": str(INSTALLED / "build" / self.name),
        }
        return [word.format_map(places) for word in command]


def pip_folder(packages: tuple[str, ...]) -> Path:
    """The virtual environment that has these packages."""
    return INSTALLED / "pip" / _folder_name(packages)


def npm_folder(packages: tuple[str, ...]) -> Path:
    """The folder whose node_modules has these packages."""
    return INSTALLED / "npm" / _folder_name(packages)


def _folder_name(packages: tuple[str, ...]) -> str:
    return "_".join(packages).replace("/", "-")


def clients() -> list[Client]:
    """All clients, in the order of the table."""
    with (HERE / "clients.toml").open("rb") as file:
        listed: list[dict[str, Any]] = tomllib.load(file)["client"]
    return [Client(**{name: _frozen(value) for name, value in each.items()}) for each in listed]


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
