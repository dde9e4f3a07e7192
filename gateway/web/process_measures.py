"""Measures of this process and its disk, for the metrics."""

import os
import shutil
import tempfile
from pathlib import Path

_PROC = Path("/proc/self")


def memory_bytes() -> int:
    """Return the memory that the process has in use (its resident set); 0 where that cannot be told."""
    try:
        return int((_PROC / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def open_files() -> int:
    """Return how many files and connections the process has open; 0 where that cannot be told."""
    try:
        return sum(1 for _ in (_PROC / "fd").iterdir())
    except OSError:
        return 0


def disk_free_bytes(folder: Path | None) -> int:
    """Return the free space of the disk of a folder, that of temporary files by default; 0 if there is none."""
    try:
        return shutil.disk_usage(folder or tempfile.gettempdir()).free
    except OSError:
        return 0
