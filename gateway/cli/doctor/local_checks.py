"""What can be seen of a site on its own machine: settings, store, disk, limits."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from gateway.cli import store_access
from gateway.cli.doctor.observation import Observation, ok, warning, wrong
from gateway.cli.safety import spools, unsafe
from gateway.model import Site
from gateway.setting_types import format_size
from gateway.settings import EffectiveSettings, Settings
from gateway.store.interface import StoreRefused, StoreUnavailable
from gateway.store.opening import bucket
from gateway.store.places import Condition, place

FEW_FILES = 1024
"""Open files below which a busy site may run out of them: each connection takes one, each upload under way another."""

_RESTORE = "Stop the gateway and put the latest backup in the place of the database; keep the damaged one."


def settings(effective: EffectiveSettings, limit: int) -> Iterator[Observation]:
    """Where the settings come from, and what is unsafe about them."""
    sources = ", ".join(dict.fromkeys(effective.sources.values()))
    yield ok("settings", f"set by {sources}" if sources else "all at their defaults")
    for each in unsafe(effective.settings, limit):
        yield warning("settings", each.what, each.advice)


def store(settings: Settings) -> tuple[Site | None, list[Observation]]:
    """Whether the store is whole, has this program's schema and can be written, and whether the clock agrees with it;
    and the site in it, if it can be read.

    A store with an older schema is not opened: that would bring it up to date.
    """
    where = place(settings.database)
    try:
        seen = where.condition()
    except StoreRefused as problem:
        advice = "Name the database with --database, or make one with `gateway init` or `gateway load`."
        return None, [wrong("store", str(problem), advice)]
    site, found = _looked_at(settings, f"{where.name}, {seen.size / 1024**2:.1f} MiB, schema {seen.schema}", seen)
    return site, [clock(seen), found]


def _looked_at(settings: Settings, size: str, seen: Condition) -> tuple[Site | None, Observation]:
    if seen.is_beyond:
        newer = f"{size}: this program knows schemas up to {seen.newest} only"
        return None, wrong("store", newer, "Use the newer program, or a backup from before its first start.")
    if seen.damage:
        return None, wrong("store", f"{size}: {seen.damage}", _RESTORE)
    if seen.schema < seen.newest:
        older = f"{size}: this program has schema {seen.newest}"
        return None, warning("store", older, "Back it up; the next start brings it up to date.")
    if seen.schema > seen.newest:
        size += f", which a newer program has added to (this one has {seen.newest})"
    return _opened(settings, size)


def _opened(settings: Settings, size: str) -> tuple[Site | None, Observation]:
    try:
        site = store_access.write(settings, lambda tx: tx.site())
    except (StoreRefused, StoreUnavailable, click.ClickException) as problem:
        advice = "See who owns it, and run this as the user that the site runs as."
        return None, wrong("store", f"cannot be written: {problem}", advice)
    return site, ok("store", f"{size}, whole, can be written")


def content(settings: Settings) -> Iterator[Observation]:
    """Whether the bucket for content, where there is one, answers."""
    if not settings.content:
        return
    try:
        asyncio.run(bucket(settings).ask())
    except StoreRefused as problem:
        yield wrong("content", str(problem), "Mend the setting content, or install what is missing.")
    except StoreUnavailable as problem:
        advice = "See AWS_ENDPOINT_URL, AWS_REGION, the key in the environment, and what it may do with that bucket."
        yield wrong("content", str(problem), advice)
    else:
        yield ok("content", f"{settings.content} answers")


def disk(settings: Settings, limit: int) -> Iterator[Observation]:
    """Whether there is room for the database, and for the requests that are not finished yet."""
    waiting = spools(settings)
    for about, folder in {
        "disk of the database": place(settings.database).folder,
        "disk of the spools": waiting,
    }.items():
        if folder is None:
            continue
        try:
            free = shutil.disk_usage(folder).free
        except OSError as problem:
            yield wrong(about, f"{folder}: {problem.strerror}", "Make that folder, or set spool_directory.")
            continue
        found = f"{folder} has {free // 1024**2} MiB free"
        if free < 2 * limit:
            twice = f"{found}; an upload of {format_size(limit)} is there twice for a moment"
            yield wrong(about, twice, "Make room, or lower max_attachment_size.")
        elif free < settings.upload_allowance:
            allowed = f"{found}; unfinished requests may take {format_size(settings.upload_allowance)}"
            yield warning(about, allowed, "Make room, or lower upload_allowance.")
        else:
            yield ok(about, found)
    if waiting.is_dir():
        yield from _writable(waiting)


def _writable(folder: Path) -> Iterator[Observation]:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as problem:
        yield wrong(
            "disk of the spools",
            f"{folder}: {problem.strerror}",
            "Let the user that the site runs as write there, or set spool_directory.",
        )


def open_files() -> Iterator[Observation]:
    """How many files a process that is started from here may have open."""
    if sys.platform == "win32":
        return
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FEW_FILES:
        yield warning(
            "open files",
            f"{soft} at most, one for each connection and one for each upload under way",
            "Raise it where the site is started: `ulimit -n 65536`, or LimitNOFILE= in its systemd unit.",
        )
    else:
        yield ok("open files", "no limit" if soft == resource.RLIM_INFINITY else f"{soft} at most")


def clock(seen: Condition) -> Observation:
    """Whether the clock of this machine goes forward: it is not before the last change of the store."""
    now = datetime.now(UTC)
    if seen.changed is not None and seen.changed > now:
        return wrong(
            "clock",
            f"it is {now:%F %T} UTC, and the database was changed at {seen.changed:%F %T}",
            "Set the clock, and let NTP keep it: new attachments would be older than those before them.",
        )
    return ok("clock", f"{now:%F %T} UTC")
