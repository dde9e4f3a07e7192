"""The load: connections that send one request again and again, as fast as they are answered.

Runs as a process of its own and prints what it saw as JSON. It parses no more of an answer than its status and length,
so that on one core it can ask many times faster than any of the servers here answers.
"""

import argparse
import asyncio
import itertools
import json
import re
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

UNIQUE = b"########"
"""Stands for a number that is another one in each request."""

ONE_OF_MANY = b"@@@@@@@@"
"""Stands for a number from 1 to `--among`, the next one in each request."""

_numbers = itertools.count()
_MARKS = re.compile(b"(%b|%b)" % (UNIQUE, ONE_OF_MANY))
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, request: bytes, among: int, until: float, ended: asyncio.Future[None]) -> None:
        self._parts = _MARKS.split(request)
        self._among = among
        self._until = until
        self._ended = ended
        self._head = b""
        self._left = -1
        self._began = 0.0
        self.seconds: list[float] = []
        self.failures = 0
        self.failure = ""

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._parts[0] if len(self._parts) == 1 else self._numbered())

    def _numbered(self) -> bytes:
        number = next(_numbers)
        values = {UNIQUE: b"%08d" % number, ONE_OF_MANY: b"%08d" % (number % self._among + 1)}
        return b"".join([values.get(part, part) for part in self._parts])

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        if self._left < 0:
            data = self._head + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._head = data
                return
            self._head = b""
            found = _LENGTH.search(data, 0, end)
            self._left = int(found[1]) if found else 0
            if data[9:10] != b"2" or b"<fault>" in data[end : end + 100] or b'"error":{' in data:
                self.failures += 1
                self.failure = data[:1000].decode("latin-1")
            data = data[end + 4 :]
        self._left -= len(data)
        if self._left <= 0:
            self._next()

    def _next(self) -> None:
        now = time.perf_counter()
        self.seconds.append(now - self._began)
        self._left = -1
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, problem: Exception | None) -> None:
        """End, too early if the time is not over."""
        self.failures += time.perf_counter() < self._until
        if not self._ended.done():
            self._ended.set_result(None)


async def drive(
    ports: Sequence[int], addresses: Sequence[str], request: bytes, connections: int, seconds: float, among: int
) -> dict[str, Any]:
    """Keep connections busy; requests a second, latencies in milliseconds, and failures.

    They are spread over the ports, and over the addresses, from which they come.
    """
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    clients, ends = [], []
    for port, address, _ in zip(itertools.cycle(ports), itertools.cycle(addresses), range(connections), strict=False):
        ended = loop.create_future()
        make_client = partial(Client, request, among, began + seconds, ended)
        _, client = await loop.create_connection(make_client, "127.0.0.1", port, local_addr=(address, 0))
        clients.append(client)
        ends.append(ended)
    await asyncio.gather(*ends)
    took = time.perf_counter() - began
    latencies = sorted(each for client in clients for each in client.seconds)
    return {
        "rate": len(latencies) / took,
        "p50": 1000 * latencies[len(latencies) // 2],
        "p99": 1000 * latencies[len(latencies) * 99 // 100],
        "failures": sum(client.failures for client in clients),
        "failure": next((client.failure for client in clients if client.failure), ""),
    }


def main() -> None:
    """Drive the server that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, nargs="+", required=True, help="several: the load is spread over them")
    parser.add_argument("--address", nargs="+", default=["127.0.0.1"], help="where the load comes from, in 127.0.0.0/8")
    parser.add_argument("--request", type=Path, required=True, help="a file with the bytes of one HTTP request")
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--among", type=int, default=1, help="how many numbers the request is to go through")
    options = parser.parse_args()
    load = drive(
        options.port,
        options.address,
        options.request.read_bytes(),
        options.connections,
        options.seconds,
        options.among,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        seen = runner.run(load)
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
