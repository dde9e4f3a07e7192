"""One process that serves: the application on a socket, until it is asked to stop."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from aiohttp import web

from gateway.cli.accepting import Acceptor
from gateway.cli.connections import ConnectionLimiter, raise_file_limit
from gateway.cli.memory import freeze_modules, return_freed_memory
from gateway.cli.reloading import ends_on_hangup, on_hangup, reload_settings, reloads_on_hangup
from gateway.front.front_options import FrontOptions
from gateway.methods.service import Service
from gateway.settings import EffectiveSettings, Settings
from gateway.store.opening import open_store
from gateway.web import SERVICE, WATCH, application, front_application
from gateway.web.http_connection import HttpConnection

try:
    import uvloop
except ImportError:  # there is none for Windows
    uvloop = None  # type: ignore[assignment]

SWITCH_INTERVAL = 0.00005
"""Seconds after which a thread that computes lets the event loop go on. Python's own 5 ms add up in each answer."""

log = logging.getLogger(__name__)

SEND_GRACE = 5.0
"""Seconds that finished answers may still take to reach a slow client, once everything else has ended."""


def run(task: Coroutine[Any, Any, None]) -> None:
    """Run a task to its end on the fastest event loop there is."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if uvloop else None) as runner:
        runner.run(task)


def stop_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that end the gateway: SIGTERM, SIGINT and, in a terminal, the SIGHUP of its closing."""
    always = signal.SIGTERM, signal.SIGINT
    return (*always, signal.SIGHUP) if ends_on_hangup() else always


def stop_on(*signals: signal.Signals) -> asyncio.Event:
    """Return an event that the first of these signals sets. Later ones are ignored until the process has ended.

    The loop's own handlers would not do: it removes them when it closes, and a second signal would then kill a process
    that is about to end well. A handler that ignores a signal survives the loop, and the end of the interpreter.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def set_and_ignore() -> None:
        stop.set()
        for number in signals:
            signal.signal(number, signal.SIG_IGN)

    def wake(*_: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process ends anyhow
            loop.call_soon_threadsafe(set_and_ignore)

    for number in signals:
        signal.signal(number, wake)
    return stop


@asynccontextmanager
async def _application(settings: Settings, front: FrontOptions | None) -> AsyncIterator[web.Application]:
    if front is not None:
        yield front_application(front, settings)
        return
    store = await open_store(settings, may_wait=False)
    try:
        yield application(store, settings)
    finally:
        await store.close()


async def serve_single(
    effective: EffectiveSettings,
    settings: Settings,
    listener: socket.socket,
    ready: Callable[[], None],
    front: FrontOptions | None = None,
) -> None:
    """Serve on `listener` until one of `stop_signals` comes; where SIGHUP is none of them it reloads `settings`."""
    reload = partial(reload_settings, settings, effective) if reloads_on_hangup() else None
    await serve(settings, listener, stop_on(*stop_signals()), ready, front, reload)


async def serve(
    settings: Settings,
    listener: socket.socket,
    stop: asyncio.Event,
    ready: Callable[[], None],
    front: FrontOptions | None = None,
    reload: Callable[[], object] | None = None,
) -> None:
    """Serve on `listener` until `stop` is set, from a store or in front of a site; `ready` is called once it does.

    `reload` reads `settings` again when SIGHUP comes; without it SIGHUP means nothing here.

    Then no more connections are accepted, and requests under way have `shutdown_timeout` seconds to finish.
    """
    async with _application(settings, front) as app:
        runner = web.AppRunner(
            app,
            access_log=None,
            keepalive_timeout=settings.keepalive_timeout,
            shutdown_timeout=SEND_GRACE,
            handler_cancellation=True,  # nothing is held for a client that is gone
        )
        await runner.setup()
        try:
            freeze_modules()
            connect, limiter = _connections(runner.server, settings)
            acceptor = Acceptor(listener, connect, app[SERVICE].turns)
            if reload is not None:
                on_hangup(partial(_reload, app[SERVICE], reload))
            trimming = asyncio.create_task(return_freed_memory(lambda: app[SERVICE].held_memory))
            ready()
            await stop.wait()
            trimming.cancel()
            await acceptor.close()
            await app[WATCH].finish(limiter.has_idle, settings.shutdown_timeout)
        finally:
            await runner.cleanup()


async def _reload(service: Service, reload: Callable[[], object]) -> None:
    reload()
    try:
        await service.reload()
    except Exception as problem:
        log.warning("what the site says of itself was not reloaded: %s", problem)


def _connections(
    server: web.Server | None, settings: Settings
) -> tuple[Callable[[], HttpConnection], ConnectionLimiter]:
    """Return a function that makes connections of a server, with the options of aiohttp's own, and their limiter."""
    if server is None:
        raise AssertionError("the runner of the server is not set up")
    limiter = ConnectionLimiter(server, raise_file_limit(settings.max_connections))
    options = {"loop": asyncio.get_running_loop(), **server._kwargs}
    return partial(HttpConnection, server, settings, limiter, **options), limiter
