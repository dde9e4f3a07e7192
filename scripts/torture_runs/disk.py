"""A disk that fails when it is told to, and whose power can be cut: `filesystem`, mounted for a while.

It takes FUSE: Debian's package fuse3, the device /dev/fuse, and the right to mount.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts.torture_runs.server import PATIENCE
from scripts.torture_runs.site import ROOT

WRITING = ("write", "create", "unlink", "rename")
"""Operations that a disk without room, or one that is read only, refuses."""


class DiskUnavailable(Exception):  # noqa: N818 (it is this machine that has none)
    """The disk cannot be mounted here; the message says why."""


class Disk:
    """A disk that is mounted at `folder`."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self.folder = folder
        self._process = process

    def fail(self, operations: Sequence[str], error: str, probability: float = 1.0) -> None:
        """Let these operations fail from now on, always or with a probability; `error` is a name of `errno`."""
        self._tell("fail", operations=operations, error=error, probability=probability)

    def heal(self) -> None:
        """Let everything succeed again."""
        self._tell("heal")

    def cut(self, left: Path, seed: int, survives: float) -> None:
        """Cut the power for ever. `left` is the folder to put there what has survived.

        That is all that was synced, and of what was not each sector with the probability `survives`.
        """
        self._tell("cut", folder=str(left), seed=seed, survives=survives)

    def _tell(self, name: str, **arguments: object) -> None:
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("it was started with pipes")
        self._process.stdin.write(json.dumps([name, arguments]) + "\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "done\n":
            raise AssertionError(f"The disk failed to {name}.")


@contextmanager
def mounted(folder: Path) -> Iterator[Disk]:
    """A new disk, mounted at an empty folder until the end of the block. Raises `DiskUnavailable`."""
    line = [sys.executable, "-m", "scripts.torture_runs.filesystem", str(folder)]
    with subprocess.Popen(
        line, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            _wait_until_mounted(folder, process)
            yield Disk(folder, process)
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], capture_output=True)  # noqa: S607 (wherever it is)
            process.terminate()


def _wait_until_mounted(folder: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not folder.is_mount():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise DiskUnavailable(process.communicate()[1].strip())
        time.sleep(0.01)
