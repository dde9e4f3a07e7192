"""Signs of life of a worker, so that its parent notices when it stops or hangs: its connections would hang for ever."""

import asyncio
import os
from contextlib import suppress
from multiprocessing.connection import Connection

BEAT = 1.0
"""Seconds between two signs of life."""

MOST_SILENCE = 15.0
"""Seconds without a sign of life after which a worker is taken to hang."""


async def beat(pipe: Connection) -> None:
    """Give signs of life until this is cancelled."""
    os.set_blocking(pipe.fileno(), False)  # a parent that hangs itself must not hold up the worker
    while True:
        with suppress(OSError):
            os.write(pipe.fileno(), b".")
        await asyncio.sleep(BEAT)


async def silence(pipe: Connection) -> None:
    """Return when signs of life have come, and no more for `MOST_SILENCE`.

    The time is counted in beats of one's own: while the whole gateway is stopped, none of its processes is silent.
    """
    loop, silent, has_begun = asyncio.get_running_loop(), 0.0, False

    def hear() -> None:
        nonlocal silent, has_begun
        silent, has_begun = 0.0, True
        if not os.read(pipe.fileno(), 4096):
            loop.remove_reader(pipe.fileno())  # the worker has ended

    loop.add_reader(pipe.fileno(), hear)
    try:
        while silent < MOST_SILENCE:
            await asyncio.sleep(BEAT)
            silent += BEAT if has_begun else 0.0
    finally:
        loop.remove_reader(pipe.fileno())
        pipe.close()
