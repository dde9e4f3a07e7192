"""One process that answers: the application on a socket, until it is asked to stop."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from aiohttp import web

from gateway.cli.connections import Door, possible
from gateway.cli.listening import BACKLOG
from gateway.settings import Settings
from gateway.store.opening import open_store
from gateway.web import WATCH, application

try:
    import uvloop
except ImportError:  # there is none for Windows
    uvloop = None  # type: ignore[assignment]

READING = 5.0
"""Seconds that one call may read, which keeps other calls waiting."""

SENDING = 5.0
"""Seconds that answers which are ready may still take to reach a slow client, once everything else has ended."""


def run(task: Coroutine[Any, Any, None]) -> None:
    """Run a task to its end on the fastest event loop there is."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if uvloop else None) as runner:
        runner.run(task)


def stop_on(*signals: signal.Signals) -> asyncio.Event:
    """An event that is set when one of the signals comes."""
    stop = asyncio.Event()
    for number in signals:
        with suppress(NotImplementedError):  # on Windows Ctrl-C interrupts instead
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def answer_alone(settings: Settings, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Answer on `listener` until SIGTERM or SIGINT comes."""
    await answer(settings, listener, stop_on(signal.SIGTERM, signal.SIGINT), ready)


async def answer(settings: Settings, listener: socket.socket, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """Answer on `listener` until `stop` is set; `ready` is called once it does.

    Then no more connections are accepted, and what is under way gets `shutdown_timeout` seconds to be finished.
    """
    store = await open_store(settings, patience=READING)
    try:
        app = application(store, settings)
        runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=settings.keepalive_timeout, shutdown_timeout=SENDING
        )
        await runner.setup()
        try:
            gc.collect()
            gc.freeze()  # what is imported stays: looking through it held up the loop for 20 ms at each full collection
            door = Door(runner.server, possible(settings.max_connections))
            accepting = await asyncio.get_running_loop().create_server(door, sock=listener, backlog=BACKLOG)
            ready()
            await stop.wait()
            await _close(accepting, listener, door)
            await app[WATCH].finish(door.has_idle, settings.shutdown_timeout)
        finally:
            await runner.cleanup()
    finally:
        await store.close()


async def _close(accepting: asyncio.Server, listener: socket.socket, door: Door) -> None:
    """Let nobody else in, after all who have connected: the system turns away who still waits when it is closed."""
    last = listener.dup()
    last.setblocking(False)
    accepting.close()
    waiting = []
    with suppress(OSError):
        while True:
            waiting.append(last.accept()[0])
    last.close()
    for connection in waiting:
        connection.setblocking(False)
        await asyncio.get_running_loop().connect_accepted_socket(door, connection)
