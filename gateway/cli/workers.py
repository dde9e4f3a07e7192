"""Several processes that serve, and their parent, which starts them, replaces those that die, and ends them all.

Workers are spawned, not forked: each begins clean, and can be replaced at any time. Signals go to the parent, and
workers end with it, even if it is killed.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from prometheus_client.multiprocess import mark_process_dead

from gateway.cli import heartbeat, logs
from gateway.cli.reloading import on_hangup, reload_quietly, reload_settings, reloads_on_hangup
from gateway.cli.server import SEND_GRACE, run, serve, stop_on, stop_signals
from gateway.front.front_options import FrontOptions
from gateway.settings import EffectiveSettings, Settings

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
"""Seconds before a worker that died is replaced; doubled each time its successor dies early, too."""

STEADY = 30.0
"""Seconds after which a worker no longer counts as having died early."""

GRACE = 2 * SEND_GRACE
"""Seconds beyond `shutdown_timeout` after which a worker that has not ended is killed."""

_SPAWN = multiprocessing.get_context("spawn")


class Workers:
    """The workers of one gateway, one on each of `listeners`; `ready` is called once all of them serve."""

    def __init__(
        self,
        effective: EffectiveSettings,
        settings: Settings,
        listeners: Sequence[socket.socket],
        ready: Callable[[], None],
        front: FrontOptions | None = None,
    ) -> None:
        self._front = front
        self._effective = effective if reloads_on_hangup() else None
        self._settings = replace(
            settings,
            upload_allowance=settings.upload_allowance // len(listeners),
            memory_allowance=settings.memory_allowance // len(listeners),
        )
        self._listeners = listeners
        self._ready = ready
        self._unready = len(listeners)
        self._receiver, self._sender = _SPAWN.Pipe(duplex=False)
        self._alive: set[BaseProcess] = set()
        self._ready_pids = set[int]()
        self._signals = stop_signals()

    async def run(self) -> None:
        """Keep the workers running until one of `stop_signals` comes, and return when all have ended."""
        stop = stop_on(*self._signals)
        if self._effective is not None:
            on_hangup(partial(self._reload, self._effective))
        loop = asyncio.get_running_loop()
        loop.add_reader(self._receiver.fileno(), self._one_is_ready)
        with tempfile.TemporaryDirectory(prefix="gateway-metrics-") as metrics:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics  # workers inherit it
            try:
                await self._keep_all(stop)
            finally:
                del os.environ["PROMETHEUS_MULTIPROC_DIR"]

    async def _keep_all(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as keepers:
            for listener in self._listeners:
                keepers.create_task(self._keep(listener, stop))
            await stop.wait()
            for listener in self._listeners:
                listener.close()  # or connections would still get into its queue
            for process in self._alive:
                process.terminate()
            asyncio.get_running_loop().call_later(self._settings.shutdown_timeout + GRACE, self._kill)

    async def _reload(self, effective: EffectiveSettings) -> None:
        if reload_settings(self._settings, effective):
            for process in self._alive:
                if process.pid in self._ready_pids:  # the others read the settings that are passed to them
                    os.kill(process.pid, signal.SIGHUP)

    def _one_is_ready(self) -> None:
        self._ready_pids.add(self._receiver.recv())
        self._unready -= 1
        if self._unready == 0:
            self._ready()

    async def _keep(self, listener: socket.socket, stop: asyncio.Event) -> None:
        """Keep a worker on this socket."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        while not stop.is_set():
            (process, beats), began = self._start(listener), loop.time()
            killing = asyncio.create_task(_kill_if_silent(process, beats))
            await _ended(process)
            killing.cancel()
            self._alive.remove(process)
            self._ready_pids.discard(process.pid or 0)
            mark_process_dead(process.pid)  # type: ignore[no-untyped-call] # the library does not annotate it
            if stop.is_set():
                return
            pause = FIRST_PAUSE if loop.time() - began > STEADY else min(2 * pause, LONGEST_PAUSE)
            log.error("worker %s ended with code %s and is replaced", process.pid, process.exitcode)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    def _start(self, listener: socket.socket) -> tuple[BaseProcess, Connection]:
        """Start a worker; return it, and the pipe with its signs of life."""
        beats, sender = _SPAWN.Pipe(duplex=False)
        arguments = (self._settings, self._effective, self._front, listener, self._sender, sender)
        process = _SPAWN.Process(target=_work, args=arguments, daemon=True)
        # The signals of a terminal reach all of its processes: workers inherit to ignore them; the parent ends them.
        # One that reloads settings must not end a worker that is only starting.
        of_terminals = [each for each in self._signals if each != signal.SIGTERM]
        of_terminals += [signal.SIGHUP] if self._effective is not None else []
        handlers = {each: signal.signal(each, signal.SIG_IGN) for each in of_terminals}
        try:
            process.start()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        sender.close()
        self._alive.add(process)
        return process, beats

    def _kill(self) -> None:
        for process in self._alive:
            process.kill()


async def _kill_if_silent(process: BaseProcess, beats: Connection) -> None:
    await heartbeat.silence(beats)
    log.error("worker %s has not reacted for %g s and is killed", process.pid, heartbeat.MOST_SILENCE)
    process.kill()


async def _ended(process: BaseProcess) -> None:
    """Wait for the end of a process."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(process.sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)
    process.join()


def _work(
    settings: Settings,
    effective: EffectiveSettings | None,
    front: FrontOptions | None,
    listener: socket.socket,
    ready: Connection,
    beats: Connection,
) -> None:
    """Run a worker; it reads the settings of `effective` again when its parent sends SIGHUP."""
    logs.configure(settings)
    reload = None if effective is None else partial(reload_quietly, settings, effective)
    run(_serve_until_told(settings, reload, front, listener, ready, beats))


async def _serve_until_told(
    settings: Settings,
    reload: Callable[[], None] | None,
    front: FrontOptions | None,
    listener: socket.socket,
    ready: Connection,
    beats: Connection,
) -> None:
    stop = stop_on(signal.SIGTERM)
    _stop_with_parent(stop)
    beating = asyncio.create_task(heartbeat.beat(beats))
    await serve(settings, listener, stop, lambda: ready.send(os.getpid()), front, reload)
    beating.cancel()


def _stop_with_parent(stop: asyncio.Event) -> None:
    """Set `stop` when the parent ends, even by SIGKILL: that closes its end of a pipe."""
    parent = multiprocessing.parent_process()
    if parent is None:
        raise AssertionError("a worker is started by its parent")
    loop, pipe = asyncio.get_running_loop(), parent.sentinel

    def orphaned() -> None:
        loop.remove_reader(pipe)
        stop.set()

    loop.add_reader(pipe, orphaned)
