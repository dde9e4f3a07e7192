"""Programs of others in a pytest run: one rule for what is installed, and for what is left out.

Programs that pip can bring are installed. Others are used where they are there; elsewhere their tests are left out, and
the end of the run names them. With GATEWAY_TESTS_COMPLETE=1 all are installed, and a test whose program cannot be had
fails.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from installing import Debian, Need, NotInstalledError, Npm, PyPI, Source, find_program

COMPLETE = os.environ.get("GATEWAY_TESTS_COMPLETE") == "1"
PATIENCE = 600.0
"""Seconds after which a program is taken to hang."""

LEFT_OUT: dict[str, None] = {}
"""The titles of the needs that were missing, in order."""


def bring(*needs: Need) -> None:
    """Have all of this there, or leave the test out."""
    missing = [need for need in needs if not need.is_there()]
    beyond_pip = [need for need in missing if not need.takes_pip_alone]
    if beyond_pip and not COMPLETE:
        _leave_out(beyond_pip, "the end of the run tells how to get it")
    for need in missing:
        try:
            need.install()
        except NotInstalledError as problem:
            if COMPLETE:
                pytest.fail(f"{need.title}: {problem}", pytrace=False)
            _leave_out([need], str(problem))


def _leave_out(needs: Sequence[Need], reason: str) -> None:
    titles = [need.title for need in needs]
    LEFT_OUT.update(dict.fromkeys(titles))
    pytest.skip(f"not installed: {', '.join(titles)}; {reason}")


def program(name: str, package: str) -> str:
    """The path of a program, which this package of Debian's has."""
    bring(Debian(package, name))
    return find_program(name) or name


def python_with(*packages: str) -> Path:
    """The Python of an environment that has these packages."""
    need = PyPI(packages)
    bring(need)
    return need.commands / "python"


def node_with(*packages: str) -> Path:
    """The folder `node_modules` that has these packages; node is there too."""
    need = Npm(packages)
    bring(Debian("nodejs", "node"), need)
    return need.modules


def source_of(requirement: str) -> Path:
    """The unpacked source of a package of Python 2."""
    need = Source((requirement,))
    bring(need)
    return need.unpacked


def run(command: Sequence[str | Path], folder: Path | None = None, **variables: str) -> str:
    """What a command prints that is run in a folder. It must end well."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout
