"""A network between a node and its database, which can be cut, stall, and be slow: a proxy for TCP in a thread."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

STEP = 64 * 1024
"""Bytes that go on at a time."""


class Network:
    """All connections to one address that go through here."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._loop = asyncio.new_event_loop()
        self._ends: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        self._delay = 0.0
        self._moving = asyncio.Event()
        self._moving.set()
        self._stopped = asyncio.Event()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))
        self.port = 0

    def start(self) -> None:
        """Let connections in."""
        self._thread.start()
        self._listening.wait()

    def stop(self) -> None:
        """End all of it."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Break every connection, and every new one."""
        self._loop.call_soon_threadsafe(self._cut)

    def stall(self) -> None:
        """Let nothing more through, not even that a connection ends. All that is sent is acknowledged nevertheless."""
        self._loop.call_soon_threadsafe(self._moving.clear)

    def slow_down(self, seconds: float) -> None:
        """Let everything take so long, each way."""
        self._delay = seconds

    def mend(self) -> None:
        """Let everything through again; what was held up arrives late."""
        self._is_cut, self._delay = False, 0.0
        self._loop.call_soon_threadsafe(self._moving.set)

    def _cut(self) -> None:
        self._is_cut = True
        for end in self._ends:
            end.transport.abort()

    async def _run(self) -> None:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        await self._stopped.wait()
        server.close()
        self._moving.set()
        self._cut()
        own = asyncio.current_task()
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not own))

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(*self._there)
        self._ends |= {writer, back}
        if self._is_cut:  # it was cut while this connection was made
            self._cut()
        await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
        self._ends -= {writer, back}

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(STEP):
                await asyncio.sleep(self._delay)
                await self._moving.wait()
                writer.write(data)
                await writer.drain()
            await self._moving.wait()
        except OSError:
            pass
        finally:
            writer.close()


@contextmanager
def network_to(url: str) -> Iterator[tuple[str, Network]]:
    """The address of a database through a network of its own, and that network."""
    parts = urlsplit(url)
    network = Network(parts.hostname or "", parts.port or 0)
    network.start()
    try:
        yield parts._replace(netloc=f"{parts.username}@127.0.0.1:{network.port}").geturl(), network
    finally:
        network.stop()
