"""Where the time of a request goes: what the loop takes without the store, and what the store.

Everything runs in this one thread, without sockets and without a wait for the disk, and what is told is the least of
many repetitions, in microseconds: so the figures are those of the code alone, whatever else the machine does.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count, cycle
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web

from gateway.settings import Settings
from gateway.store.sqlite import open_store
from gateway.web import application
from scripts.benchmark import floor
from scripts.benchmark.load import UNIQUE
from scripts.benchmark.servers import fill
from scripts.benchmark.workloads import workloads

NAMES = ("listing, never the same", "upload of 1 KB", "new summary")
REPETITIONS, REQUESTS = 10, 200

_numbers = count()  # of requests that are never the same, in any round

Work = Callable[[Any], Any]


class _Sink(asyncio.Transport):
    """A connection whose other end takes everything at once."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.answered = asyncio.Event()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.answered.set()

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing is open."""


class _Remembering:
    """A store that does two pieces of work, and returns ever after what they returned.

    Two, because an attachment that has its new summary already has nothing to be changed.
    """

    def __init__(self, store: Any) -> None:
        self._store = store
        self.works: list[Work] = []
        self._known: Any = None

    async def state(self) -> None:
        """None: no answer is to be given again."""

    async def read(self, work: Work, *_: Any, **__: Any) -> Any:
        return await self._once(self._store.read, work)

    async def write(self, work: Work, *_: Any) -> Any:
        return await self._once(self._store.write, work)

    async def _once(self, run: Callable[[Work], Awaitable[Any]], work: Work) -> Any:
        if len(self.works) < 2:
            self.works.append(work)
            self._known = await run(work)
        return self._known

    def forget(self) -> None:
        self.works.clear()


def measure(folder: Path, show: Callable[[str], None]) -> None:
    """Show what each workload takes."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_measure(folder, show))


async def _measure(folder: Path, show: Callable[[str], None]) -> None:
    database = folder / "gateway.db"
    fill(folder, database)
    store = await open_store(database, durable=False)
    remembering = _Remembering(store)
    ours: Any = application(remembering, Settings(database=database))  # type: ignore[arg-type] # as much of one as it asks
    theirs = await floor.application(str(folder / "floor.db"), durable=False)
    measured = [each for each in workloads() if each.name in NAMES and each.has_floor]
    async with served(ours) as gateway, served(theirs) as least:
        await cost(gateway, measured[1].request)  # which notes that the key is used, once in an hour
        for workload in measured:
            remembering.forget()
            loop = await cost(gateway, workload.request)
            in_store = await _store_cost(store, remembering.works, workload.name.startswith("listing"))
            name = f"{workload.name}, {workload.protocol}"
            all_of_floor = await cost(least, workload.request)
            show(f"{name:34} gateway: loop {loop:4.0f}, store {in_store:4.0f}; floor, both: {all_of_floor:4.0f}")
    await store.close()


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[web.Server]:
    """An application that is ready, until the end of the block."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    if runner.server is None:
        raise AssertionError("the runner is set up, and has no server")
    yield runner.server
    await runner.cleanup()


async def cost(server: web.Server, request: bytes) -> float:
    """Microseconds of a request in this process, those of threads included."""
    sink, connection = _Sink(), server()
    connection.connection_made(sink)

    async def ask() -> None:
        sink.answered.clear()
        connection.data_received(request.replace(UNIQUE, b"%08d" % next(_numbers)))
        await sink.answered.wait()

    await ask()
    await ask()
    return await _least(ask)


async def _store_cost(store: Any, works: list[Work], reads: bool) -> float:
    run, in_turns = store.read if reads else store.write, cycle(works)
    return await _least(lambda: run(next(in_turns)))


async def _least(ask: Callable[[], Awaitable[Any]]) -> float:
    least = float("inf")
    for _ in range(REPETITIONS):
        began = time.process_time()
        for _ in range(REQUESTS):
            await ask()
        least = min(least, time.process_time() - began)
    return 1e6 * least / REQUESTS
