"""Programs of others that tests run: Python's in environments of their own, npm's in folders, Debian's as they are.

Python's are always installed. Where GATEWAY_TESTS_COMPLETE is set the others are too, and a test whose program cannot
be had fails; else it is left out, and pytest names it at the end of its run.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / ".clients"
COMPLETE = bool(os.environ.get("GATEWAY_TESTS_COMPLETE"))
PATIENCE = 600.0


def python_with(*packages: str) -> Path:
    """The Python of an environment that has these packages."""
    folder = FOLDER / "pip" / "_".join(packages)
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
        (folder / "complete").touch()
    return python


def node_with(*packages: str) -> Path:
    """The folder `node_modules` that has these packages; node is there too."""
    program("node", "nodejs")
    folder = FOLDER / "npm" / "_".join(packages).replace("/", "-")
    if not (folder / "complete").exists():
        if not COMPLETE:
            pytest.skip(f"not installed: npm's {', '.join(packages)}")
        program("npm", "npm")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        _run(["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", *packages])
        (folder / "complete").touch()
    return folder / "node_modules"


def program(name: str, package: str) -> str:
    """The path of a program, which this package of Debian's has."""
    found = shutil.which(name)
    if found is None and COMPLETE:
        _run(["apt-get", "-o", "DPkg::Lock::Timeout=600", "update", "-qq"])
        _run(
            ["apt-get", "-o", "DPkg::Lock::Timeout=600", "install", "-qq", "--yes", "--no-install-recommends", package]
        )
        found = shutil.which(name)
    if found is None:
        (pytest.fail if COMPLETE else pytest.skip)(f"not installed: {name}, of Debian's {package}")
    return found


def sdist_of(requirement: str) -> Path:
    """The unpacked source of a package of Python 2, which pip can no longer build."""
    folder = FOLDER / "sdist" / requirement
    unpacked = folder / "unpacked"
    if not unpacked.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-clean",
            "--no-binary",
            ":all:",
        ]
        subprocess.run(
            [*command, requirement], cwd=folder, env={**os.environ, "TMPDIR": str(folder)}, capture_output=True
        )
        next(folder.glob("pip-*/*/PKG-INFO")).parent.rename(unpacked)
    return unpacked


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


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode:
        pytest.fail(f"`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}", pytrace=False)
