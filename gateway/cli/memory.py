"""Returning memory to the system that was freed, and collecting garbage when that is worth its time.

The C library keeps what threads free for their next use. After an hour of large answers a process would hold much more
than its requests do.

A full collection looks through all objects in one go. With a thousand connections that takes the event loop 20 to
40 ms, and Python makes one whenever there are a quarter more objects: many, while connections come and go. So it is
made only when the process holds much more than its requests do, or now and then.
"""

import asyncio
import ctypes
import gc
import os
import time
from collections.abc import Callable
from pathlib import Path

PAUSE = 2.0
"""Seconds between two looks at the memory of the process."""

MUCH = 64 * 1024**2
"""Bytes that the process must hold more than it held at the least, besides what its requests hold.

A thousand connections take that too.
"""

AGAIN = 10.0
"""Seconds between two attempts to return memory, unless there is `MUCH` more of it: no thread can allocate meanwhile,
for 20 ms."""

COLLECTED_AFTER = 60.0
"""Seconds after which garbage is collected in any case."""

_NEVER = 1_000_000
_STATM = Path("/proc/self/statm")


def freeze_modules() -> None:
    """Leave all objects that there are now out of collections: looking through modules took 20 ms."""
    gc.collect()
    gc.freeze()


async def return_freed_memory(held: Callable[[], int]) -> None:
    """Return freed memory now and then, until this is cancelled; where the system has no way for it, do nothing.

    `held` tells how many bytes the requests hold.
    """
    trim = _trimmer()
    if trim is None:
        return
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, _NEVER)
    try:
        await _return_freed(trim, held)
    finally:
        gc.set_threshold(young, middle, old)


async def _return_freed(trim: Callable[[int], int], held: Callable[[], int]) -> None:
    def unexplained() -> int:
        return resident() - held()

    least = trimmed = collected = unexplained()
    trimmed_at = collected_at = time.monotonic()
    while True:
        await asyncio.sleep(PAUSE)
        now, least = time.monotonic(), min(least, unexplained())
        if unexplained() > collected + 2 * MUCH or now > collected_at + COLLECTED_AFTER:
            gc.collect()
            collected, collected_at = unexplained(), now
        if unexplained() > least + MUCH and (unexplained() > trimmed + MUCH or now > trimmed_at + AGAIN):
            await asyncio.to_thread(trim, 0)  # it cannot be seen how much of it was freed
            trimmed, trimmed_at = unexplained(), now


def _trimmer() -> Callable[[int], int] | None:
    """Return the function of the GNU C library that returns freed memory; None for any other."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if _STATM.exists() else None


def resident() -> int:
    """Return the bytes of memory that the process holds (Linux)."""
    return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
