"""Brings programs of others onto this machine: Debian's packages into the system, all others into `.clients/`.

A need says whether it is there, and installs itself if it is not. A folder in `.clients/` gets a stamp once it is
complete, which tells what it was made of: a folder that was interrupted, or has other ingredients now, is made anew.
Several test processes may ask for the same one. `.clients/` can be deleted at any time.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

INSTALLED = Path(__file__).resolve().parent.parent / ".clients"
PATIENCE = 900.0
"""Seconds after which a command that installs something is taken to hang."""

_SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Folders of programs, such as nginx, that the PATH of an ordinary user may lack."""

_APT = ("apt-get", "-o", "DPkg::Lock::Timeout=600", "-qq")


class NotInstalledError(Exception):
    """Something cannot be had; the message says what, and what to do."""


def find_program(name: str) -> str | None:
    """Return the path of an installed program, or None."""
    return shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", os.defpath), *_SYSTEM_FOLDERS)))


class Need(ABC):
    """Something that has to be there for a program to run."""

    takes_pip_alone: ClassVar[bool] = False
    """Whether Python and pip are enough to install it."""

    @property
    @abstractmethod
    def title(self) -> str:
        """Its name and its source, in a few words."""

    @abstractmethod
    def is_there(self) -> bool:
        """Tell whether it is installed."""

    @abstractmethod
    def install(self) -> None:
        """Install it if it is not there. Raises `NotInstalledError`."""


@dataclass(frozen=True, slots=True)
class Debian(Need):
    """A package of Debian; where a program of it is named, any installation of the program will do."""

    package: str
    program: str = ""

    @property
    def title(self) -> str:
        return f"{self.program or self.package} (Debian's {self.package})"

    def is_there(self) -> bool:
        if self.program:
            return find_program(self.program) is not None
        if shutil.which("dpkg-query") is None:
            return False
        asked = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", self.package], capture_output=True, text=True)
        return asked.stdout == "install ok installed"

    def install(self) -> None:
        install_debian([self])


def install_debian(needs: Iterable[Debian]) -> None:
    """Install several packages at once, which is faster. Raises `NotInstalledError`."""
    needs = list(needs)
    if not _missing(needs):
        return
    with _alone(INSTALLED / "debian"):
        if names := _missing(needs):  # another process may have installed them in the meantime
            _install_debian(names)


def _missing(needs: Iterable[Debian]) -> list[str]:
    """The packages that are not there, each once."""
    return list(dict.fromkeys(need.package for need in needs if not need.is_there()))


def _install_debian(names: Sequence[str]) -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NotInstalledError(
            "Needs packages of Debian, which only root can install. As root, on Debian 12: "
            f"apt-get update && apt-get install {' '.join(names)}"
        )
    _update_debian()
    _say(f"Installing from Debian: {' '.join(names)}")
    _run([*_APT, "install", "--yes", "--no-install-recommends", *names], {"DEBIAN_FRONTEND": "noninteractive"})


@cache
def _update_debian() -> None:
    _run([*_APT, "update"])


@dataclass(frozen=True, slots=True)
class Mounts(Need):
    """The right to mount file systems, which nothing installs."""

    title: ClassVar[str] = "the right to mount file systems (root's, with /dev/fuse)"

    def is_there(self) -> bool:
        return _may_mount()

    def install(self) -> None:
        if not self.is_there():
            raise NotInstalledError("Needs root, outside of containers that may not mount, and the device /dev/fuse.")


@cache
def _may_mount() -> bool:
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return False
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run(["mount", "-t", "tmpfs", "none", folder], capture_output=True)
        return tried.returncode == 0 and subprocess.run(["umount", folder]).returncode == 0


class _Made(Need):
    """A need that is a folder in `.clients/`."""

    @property
    @abstractmethod
    def folder(self) -> Path: ...

    @property
    @abstractmethod
    def ingredients(self) -> Iterable[str]:
        """What it is made of: it is made anew when they change."""

    @abstractmethod
    def make(self) -> None:
        """Fill the folder, which is empty."""

    def is_there(self) -> bool:
        return self._stamp.is_file() and self._stamp.read_text() == self._digest

    def install(self) -> None:
        if self.is_there():
            return
        with _alone(self.folder):
            if self.is_there():  # another process has made it in the meantime
                return
            _say(f"Installing {self.title}")
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self.make()
            self._stamp.write_text(self._digest)

    @property
    def _stamp(self) -> Path:
        return self.folder / "stamp"

    @property
    def _digest(self) -> str:
        return hashlib.sha256("\0".join(self.ingredients).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Packages(_Made):
    packages: tuple[str, ...]
    kind: ClassVar[str]

    @property
    def title(self) -> str:
        return f"{' with '.join(self.packages)} ({self.kind})"

    @property
    def ingredients(self) -> Iterable[str]:
        return self.packages

    @property
    def folder(self) -> Path:
        return INSTALLED / self.kind / "_".join(self.packages).replace("/", "-")


class PyPI(_Packages):
    """A virtual environment with these packages."""

    kind = "pip"
    takes_pip_alone = True

    @property
    def commands(self) -> Path:
        """The folder with its Python and the commands of its packages."""
        return self.folder / "bin"

    def make(self) -> None:
        _run([sys.executable, "-m", "venv", "--without-pip", str(self.folder)])  # installing pip takes the longest
        pip = (sys.executable, "-m", "pip", "--python", str(self.commands / "python"), "--disable-pip-version-check")
        _run([*pip, "install", "--quiet", *self.packages])


class Npm(_Packages):
    """A folder with these packages of npm's."""

    kind = "npm"

    @property
    def modules(self) -> Path:
        """The folder in which Node looks for them."""
        return self.folder / "node_modules"

    def make(self) -> None:
        Debian("npm", "npm").install()
        (self.folder / "package.json").write_text("{}")
        npm = ("npm", "install", "--prefix", str(self.folder), "--no-audit", "--no-fund", "--loglevel=error")
        _run([*npm, *self.packages])


class Source(_Packages):
    """The unpacked source of one package of Python 2, which pip can download but no longer build."""

    kind = "sdist"
    takes_pip_alone = True

    @property
    def unpacked(self) -> Path:
        """The folder with its modules."""
        return self.folder / "unpacked"

    def make(self) -> None:
        download = ("download", "--no-deps", "--no-clean", "--no-binary", ":all:", "--dest", str(self.folder))
        temporary = {**os.environ, "TMPDIR": str(self.folder)}  # where pip unpacks, before it tries to build
        command = [sys.executable, "-m", "pip", *download, *self.packages]
        done = subprocess.run(command, env=temporary, capture_output=True, text=True, timeout=PATIENCE)
        unpacked = next(self.folder.glob("pip-*/*/PKG-INFO"), None)
        if unpacked is None:
            raise NotInstalledError(f"{self.title} cannot be downloaded:\n{done.stderr}")
        unpacked.parent.rename(self.unpacked)


@dataclass(frozen=True, slots=True)
class Build(_Made):
    """What commands make of sources in a folder; {build} in them is the folder that they fill."""

    name: str
    sources: Path
    commands: tuple[tuple[str, ...], ...]

    @property
    def title(self) -> str:
        return f"the build of {self.name}"

    @property
    def folder(self) -> Path:
        return INSTALLED / "build" / self.name

    @property
    def ingredients(self) -> Iterable[str]:
        words = [word for command in self.commands for word in command]
        sources = [self.sources / word for word in words if "/" not in word and (self.sources / word).is_file()]
        return [*words, *(source.read_text(encoding="utf-8") for source in sources)]

    def make(self) -> None:
        for command in self.commands:
            _run([word.replace("{build}", str(self.folder)) for word in command], folder=self.sources)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process makes this folder, and keep others waiting until the end of the block."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say(text: str) -> None:
    """Tell the person at the terminal what takes so long."""
    print(text, file=sys.stderr, flush=True)


def _run(command: Sequence[str], variables: Mapping[str, str] | None = None, folder: Path | None = None) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **(variables or {})},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
        )
    except FileNotFoundError as problem:
        raise NotInstalledError(f"There is no program {command[0]}.") from problem
    except subprocess.TimeoutExpired as problem:
        raise NotInstalledError(f"`{' '.join(command[:8])}` did not end within {PATIENCE:.0f} seconds.") from problem
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-12:]
        raise NotInstalledError(f"`{' '.join(command[:8])}` failed:\n" + "\n".join(last))
