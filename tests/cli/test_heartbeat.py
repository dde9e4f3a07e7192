"""Signs of life of workers: one that stops is replaced, and does not keep its connections for ever."""

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli import heartbeat, workers
from gateway.cli.listening import listen
from gateway.cli.server import stop_signals
from gateway.settings import EffectiveSettings, Settings

REQUEST = b"GET /rest/version HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def test_silence_is_noticed_and_only_after_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT", 0.01)
    monkeypatch.setattr(heartbeat, "MOST_SILENCE", 0.2)
    receiver, sender = multiprocessing.Pipe(duplex=False)
    silence = asyncio.create_task(heartbeat.silence(receiver))
    assert await asyncio.wait({silence}, timeout=0.5) == (set(), {silence})  # it is still starting
    beating = asyncio.create_task(heartbeat.beat(sender))
    assert await asyncio.wait({silence}, timeout=0.5) == (set(), {silence})
    beating.cancel()
    await asyncio.wait_for(silence, 30)
    sender.close()


async def test_a_parent_that_does_not_listen_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT", 0.0)
    receiver, sender = multiprocessing.Pipe(duplex=False)
    os.set_blocking(sender.fileno(), False)
    while True:
        try:
            os.write(sender.fileno(), bytes(4096))
        except BlockingIOError:
            break
    beating = asyncio.create_task(heartbeat.beat(sender))
    await asyncio.sleep(0.01)
    beating.cancel()
    assert not beating.done()
    receiver.close()
    sender.close()


@pytest.fixture
def signal_handlers() -> Iterator[None]:
    """Restore the handlers of signals, which a gateway leaves ignored: programs that are started inherit that."""
    handlers = {number: signal.getsignal(number) for number in stop_signals()}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


async def test_a_worker_that_is_stopped_is_replaced(
    loaded_database: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    signal_handlers: None,
) -> None:
    """One of two workers is stopped: its connections end, and there are two again."""
    monkeypatch.setattr(heartbeat, "MOST_SILENCE", 4.0)
    caplog.set_level(logging.ERROR, "gateway")
    ready = asyncio.Event()
    listeners = listen("127.0.0.1", 0, 2)
    port = listeners[0].getsockname()[1]
    settings = Settings(database=loaded_database)
    gateway = workers.Workers(EffectiveSettings(settings, {}, {}, {}, None), settings, listeners, ready.set)
    running = asyncio.create_task(gateway.run())
    await asyncio.wait_for(ready.wait(), 60)
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
    for reader, writer in opened:
        writer.write(REQUEST)
        await reader.readuntil(b"}")
    stopped = next(iter(gateway._alive)).pid
    assert stopped
    os.kill(stopped, signal.SIGSTOP)
    for _, writer in opened:
        writer.write(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    answers = []
    for reader, writer in opened:
        try:
            answers.append(await asyncio.wait_for(reader.read(), 60))
        except ConnectionResetError:
            answers.append(b"")
        writer.close()
    assert 0 < answers.count(b"") < len(answers)
    assert "has not reacted" in caplog.text
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 60)
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ  # its folder is gone
    assert socket.socket().connect_ex(("127.0.0.1", port)) != 0
