"""Reloading the settings of a gateway that runs, when SIGHUP comes to it.

The workers of a gateway have the signal from their parent, and read the settings themselves.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

from gateway.cli import logs
from gateway.settings import EffectiveSettings, Settings, SettingsError, all_settings, take_over

log = logging.getLogger(__name__)


def ends_on_hangup() -> bool:
    """Tell whether SIGHUP is to end this process: in a terminal, whose closing sends it, but not under nohup."""
    return not _is_ignored() and _has_terminal()


def reloads_on_hangup() -> bool:
    """Tell whether SIGHUP is to reload the settings of this process: without a terminal, such as of a service."""
    return sys.platform != "win32" and not _is_ignored() and not _has_terminal()


def _is_ignored() -> bool:
    return sys.platform == "win32" or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def on_hangup(action: Callable[[], Awaitable[None]]) -> None:
    """Run `action` in the running loop whenever SIGHUP comes; it logs its own failures."""
    loop, running = asyncio.get_running_loop(), set[asyncio.Future[None]]()

    def begin() -> None:
        task = asyncio.ensure_future(action())
        running.add(task)
        task.add_done_callback(running.discard)

    def wake(*_: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process ends
            loop.call_soon_threadsafe(begin)

    signal.signal(signal.SIGHUP, wake)


def reload_settings(running: Settings, effective: EffectiveSettings) -> bool:
    """Read the settings again into `running`, as far as that needs no restart, and log what changed.

    Return False, and change nothing, if they are invalid.
    """
    try:
        new = effective.read_again()
    except SettingsError as problem:
        log.warning("the settings are invalid and were not reloaded: %s", "; ".join(str(problem).splitlines()))
        return False
    taken = take_over(running, new)
    logs.configure(running)
    log.info("the settings were reloaded; changed: %s", ", ".join(taken) or "nothing")
    waiting = [
        each.name
        for each in all_settings()
        if not each.is_reloaded and getattr(effective.settings, each.name) != getattr(new, each.name)
    ]
    if waiting:
        log.warning("a restart is needed for the new values of: %s", ", ".join(waiting))
    return True


def reload_quietly(running: Settings, effective: EffectiveSettings) -> None:
    """Do the same in a worker, whose parent has logged it."""
    with suppress(SettingsError):
        take_over(running, effective.read_again())
        logs.configure(running)
