"""Serves like `gateway serve`, in one process, and tells on request how long its event loop was held up.

A task of the same loop sleeps for `TICK` again and again; as late as it wakes up, everything else did, too. On a busy
machine a loop is late through no fault of its own, so the processor time that its thread took in the meantime is told
besides: that is the most by which it can have held itself up.

Run as `python -m scripts.torture_runs.watched SETTING=VALUE ...`. It prints the port, then a JSON object for each line
of its standard input, and begins to measure anew.
"""

import asyncio
import json
import os
import socket
import sys
import time

from gateway.cli import logs, server
from gateway.cli.listening import listen
from gateway.settings import Settings, load_settings

TICK = 0.002
"""Seconds."""


class Gauge:
    """The longest delay of the loop since it was last asked for, in seconds."""

    def __init__(self) -> None:
        self._late = self._own = 0.0

    async def watch(self) -> None:
        """Measure."""
        while True:
            began, took = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK)
            late = time.perf_counter() - began - TICK
            self._late = max(self._late, late)
            self._own = max(self._own, min(late, time.thread_time() - took))

    def take(self) -> dict[str, float]:
        """Return what was measured."""
        measured = {"late": self._late, "own": self._own}
        self._late = self._own = 0.0
        return measured


async def serve(settings: Settings, listener: socket.socket) -> None:
    """Serve until the standard input ends."""
    gauge, stop = Gauge(), asyncio.Event()

    def asked() -> None:
        lines = os.read(sys.stdin.fileno(), 4096)
        if not lines:
            stop.set()
        for _ in lines.splitlines():
            print(json.dumps(gauge.take()), flush=True)

    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), asked)
    watching = asyncio.create_task(gauge.watch())
    await server.serve(settings, listener, stop, lambda: print(listener.getsockname()[1], flush=True))
    asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
    watching.cancel()


def main() -> None:
    """Serve with the settings that the command line gives."""
    settings = load_settings(dict(each.split("=", 1) for each in sys.argv[1:]), {}).settings
    logs.configure(settings)
    server.run(serve(settings, listen(settings.host, 0, 1)[0]))


if __name__ == "__main__":
    main()
