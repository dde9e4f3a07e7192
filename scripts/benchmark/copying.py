"""Copies of a file as `cp` and `sync` make them: what uploads of the same bytes are compared with."""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_SHELL = ("/bin/sh", "-c", 'cp "$0" "$1" && sync "$1"')


def copies(folder: Path, size: int, clients: int, seconds: float) -> float:
    """Return how many copies of so many bytes `clients` make in a second, each safe from a power cut."""
    source = folder / "source"
    source.write_bytes(os.urandom(size))
    began = time.perf_counter()

    def copy(number: int) -> int:
        made = 0
        while time.perf_counter() < began + seconds:
            subprocess.run([*_SHELL, str(source), str(folder / f"copy{number}")], check=True)
            made += 1
        return made

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(copy, range(clients))) / (time.perf_counter() - began)
