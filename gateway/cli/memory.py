"""Returning memory to the system that was freed.

The C library keeps what threads free for their next use. After an hour of large answers a process would hold much more
than its requests do.
"""

import asyncio
import ctypes
import os
from collections.abc import Callable
from pathlib import Path

PAUSE = 2.0
"""Seconds between two looks at the memory of the process."""

MUCH = 64 * 1024**2
"""Bytes that the process must hold more than it held at the least."""

_STATM = Path("/proc/self/statm")


async def return_freed_memory() -> None:
    """Return freed memory now and then, until this is cancelled; where the system has no way for it, do nothing."""
    trim = _trimmer()
    least = resident() if trim is not None else 0
    while trim is not None:
        await asyncio.sleep(PAUSE)
        least = min(least, resident())
        if resident() > least + MUCH:
            await asyncio.to_thread(trim, 0)  # it cannot be seen how much of it was freed


def _trimmer() -> Callable[[int], int] | None:
    """Return the function of the GNU C library that returns freed memory; None for any other."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if _STATM.exists() else None


def resident() -> int:
    """Return the bytes of memory that the process holds (Linux)."""
    return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
