"""A process with the callers of an attack, so that they take no time of the client that is measured."""

import asyncio
import multiprocessing
import os
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from scripts.torture_runs.crowds.attacks import ATTACKS

GREEDY = "127.0.0.2"
"""The address of all of them."""

PACE = 1300
"""Bytes a second that a slow caller takes."""

_RETRY, _RETRY_OF_HOLDERS = 0.1, 2.0  # seconds, at most
_SPAWN = multiprocessing.get_context("spawn")


@contextmanager
def crowd(port: int, attack: int, seed: int, source: str = GREEDY) -> Iterator[None]:
    """Attack in this block; `attack` is the place in `ATTACKS`."""
    process = _SPAWN.Process(target=_run, args=(port, attack, seed, source), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _run(port: int, attack: int, seed: int, source: str) -> None:
    if hasattr(os, "sched_setscheduler"):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    os.nice(5)
    asyncio.run(_attack(port, attack, random.Random(seed), source))


async def _attack(port: int, attack: int, chance: random.Random, source: str) -> None:
    chosen = ATTACKS[attack]
    requests = [chosen.request(chance) for _ in range(min(chosen.connections, 3))]
    await asyncio.gather(
        *(
            _Caller(port, source, requests[n % len(requests)], chosen.manner, random.Random(chance.random())).go()
            for n in range(chosen.connections)
        )
    )


class _Caller:
    """One connection after the other."""

    def __init__(self, port: int, source: str, request: bytes, manner: str, chance: random.Random) -> None:
        self._port = port
        self._source = source
        self._request = request
        self._manner = manner
        self._chance = chance

    async def go(self) -> None:
        """Ask until the process ends."""
        while True:
            with suppress(OSError, TimeoutError):
                await self._ask()
            pause = _RETRY_OF_HOLDERS if self._manner == "hold" else _RETRY
            await asyncio.sleep(pause * self._chance.random())

    async def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        connection = socket.socket()
        connection.setblocking(False)
        if self._manner in ("unread", "slow"):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with connection:
            connection.bind((self._source, 0))
            await loop.sock_connect(connection, ("127.0.0.1", self._port))
            await loop.sock_sendall(connection, self._request)
            await self._take(connection)

    async def _take(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        match self._manner:
            case "abort":
                await asyncio.sleep(self._chance.random())
            case "unread":
                while True:
                    await asyncio.sleep(1)
                    connection.getpeername()  # raises OSError once the connection was reset
            case "slow":
                taken = b"?"
                while taken:
                    taken = await loop.sock_recv(connection, PACE // 2)
                    await asyncio.sleep(0.5)
            case _:
                while await loop.sock_recv(connection, 1 << 18):
                    pass
