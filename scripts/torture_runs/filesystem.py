"""A file system in memory that fails when it is told to, and remembers what a power cut would leave.

Runs as a process of its own, made by `disk`, and is told what to do by lines of JSON on its standard input. It knows
one folder with files. What was written is there at once for whoever reads it, and survives a cut once fsync was called:
for the bytes of a file on the file, for names that came and went on the folder. Of anything else a cut leaves what
chance leaves: of writes any of their sectors.
"""

import argparse
import errno
import json
import os
import random
import stat
import sys
import threading
import time
from pathlib import Path
from typing import Any

import mfusepy

from scripts.torture_runs.file import File

_FREE = 1 << 18  # blocks: as much as anybody asks for
_ALWAYS_READ = (".db", "-wal")  # what is mapped into memory, as SQLite's -shm, cannot be


class Failing(mfusepy.Operations):  # type: ignore[misc] # mfusepy's own types are not for subclasses
    """The operations; whatever names a path gets it with a slash in front."""

    use_ns = True

    def __init__(self) -> None:
        self._names: dict[str, File] = {}
        self._synced_names: dict[str, File] = {}
        self._open: dict[int, File] = {}
        self._handles = 0
        self._faults: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._is_cut = False

    # ---- what the process is told
    def fail(self, operations: list[str], error: str, probability: float) -> None:
        """Let these operations fail with an error of `errno` from now on."""
        self._faults = dict.fromkeys(operations, (getattr(errno, error), probability))

    def heal(self) -> None:
        """Let everything succeed again."""
        self._faults = {}

    def cut(self, folder: str, seed: int, survives: float) -> None:
        """Cut the power: write what it leaves to a folder of another file system. From now on everything fails."""
        chance = random.Random(seed)
        with self._lock:
            self._is_cut = True
            names = dict(self._synced_names)
            for name in names.keys() | self._names.keys():
                if names.get(name) is not self._names.get(name) and chance.random() < survives:
                    names |= {name: self._names[name]} if name in self._names else {}
            for name, file in names.items():
                (Path(folder) / name.lstrip("/")).write_bytes(file.after_cut(chance, survives))

    def _begin(self, operation: str) -> None:
        """Raise OSError if that is what is wanted of this operation."""
        error, probability = self._faults.get(operation, (0, 0.0))
        if self._is_cut or random.random() < probability:
            raise mfusepy.FuseOSError(errno.EIO if self._is_cut else error)

    # ---- names
    def getattr(self, path: str, _: Any = None) -> dict[str, int]:
        """Size and mode."""
        now = time.time_ns()
        known = {"st_uid": os.getuid(), "st_gid": os.getgid(), "st_mtime": now, "st_atime": now, "st_ctime": now}
        if path == "/":
            return {"st_mode": stat.S_IFDIR | 0o700, "st_nlink": 2, **known}
        file = self._file(path)
        return {"st_mode": stat.S_IFREG | file.mode, "st_nlink": 1, "st_size": len(file.data), **known}

    def _file(self, path: str) -> File:
        if path not in self._names:
            raise mfusepy.FuseOSError(errno.ENOENT)
        return self._names[path]

    def readdir(self, _: str, __: Any) -> list[str]:
        """The names."""
        return [".", "..", *(name.lstrip("/") for name in self._names)]

    def unlink(self, path: str) -> int:
        """Remove a name."""
        self._begin("unlink")
        self._file(path)
        del self._names[path]
        return 0

    def rename(self, old: str, new: str, _: int = 0) -> int:
        """Change a name."""
        self._begin("rename")
        self._names[new] = self._file(old)
        del self._names[old]
        return 0

    def chmod(self, path: str, mode: int, _: Any = None) -> int:
        """Change a mode."""
        self._file(path).mode = stat.S_IMODE(mode)
        return 0

    def utimens(self, *_: Any) -> int:
        """Take note of nothing: a file always has the time of now."""
        return 0

    def fsyncdir(self, _: str, __: int, ___: Any) -> int:
        """Make names survive."""
        self._begin("fsyncdir")
        with self._lock:
            self._synced_names = dict(self._names)
        return 0

    # ---- bytes
    def create(self, path: str, mode: int, fi: Any = None) -> int:
        """Make a file and open it."""
        self._begin("create")
        self._names[path] = File(stat.S_IMODE(mode))
        return self.open(path, fi)

    def open(self, path: str, fi: Any) -> int:
        """Open a file. Nobody is to keep pages of a database: what is read from it is read here."""
        self._begin("open")
        self._handles += 1
        self._open[self._handles] = self._file(path)
        fi.fh = self._handles
        fi.direct_io = path.endswith(_ALWAYS_READ)
        return 0

    def release(self, _: str, fi: Any) -> int:
        """Close a file."""
        del self._open[fi.fh]
        return 0

    def read(self, _: str, size: int, offset: int, fi: Any) -> bytes:
        """Read."""
        self._begin("read")
        return bytes(self._open[fi.fh].data[offset : offset + size])

    def write(self, _: str, data: bytes, offset: int, fi: Any) -> int:
        """Write."""
        self._begin("write")
        with self._lock:
            self._open[fi.fh].change((offset, bytes(data)))
        return len(data)

    def truncate(self, path: str, length: int, fi: Any = None) -> int:
        """Cut a file short, or make it longer."""
        self._begin("write")
        file = self._open[fi.fh] if fi else self._file(path)
        with self._lock:
            if length > len(file.data):
                file.change((len(file.data), bytes(length - len(file.data))))
            file.change((length, None))
        return 0

    def fsync(self, _: str, __: int, fi: Any) -> int:
        """Make bytes survive."""
        self._begin("fsync")
        with self._lock:
            self._open[fi.fh].sync()
        return 0

    def statfs(self, _: str) -> dict[str, int]:
        """As much room as anybody asks for."""
        return {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": _FREE, "f_bfree": _FREE, "f_bavail": _FREE}


def _obey(files: Failing) -> None:
    """Do what the lines on the standard input say; each is answered with a line once it is done."""
    for line in sys.stdin:
        name, arguments = json.loads(line)
        getattr(files, name)(**arguments)
        print("done", flush=True)


def main() -> None:
    """Mount it until the process is asked to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="where it is mounted")
    folder = parser.parse_args().folder
    files = Failing()
    threading.Thread(target=_obey, args=(files,), daemon=True).start()
    mfusepy.FUSE(files, folder, raw_fi=True, foreground=True, nothreads=True, fsname="gateway-torture")


if __name__ == "__main__":
    main()
