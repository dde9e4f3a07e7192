"""Checks of a site on its own machine: settings, store, bucket, disk, limits and clock."""

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
from gateway.cli.parameters import ineffective
from gateway.cli.safety import spools, unsafe
from gateway.model import Site
from gateway.setting_types import format_size
from gateway.settings import EffectiveSettings, Settings
from gateway.store.interface import StoreRefused, StoreUnavailable
from gateway.store.opening import bucket, locate
from gateway.store.store_location import StoreStatus

FEW_FILES = 1024
"""The limit of open files below which a busy site may run out: each connection takes one, each upload another."""

_RESTORE = "Stop the gateway and run `gateway restore` with the latest backup, which keeps the damaged database too."


def settings(effective: EffectiveSettings, limit: int) -> Iterator[Observation]:
    """Report the sources of the settings, and warn of unsafe ones."""
    sources = ", ".join(dict.fromkeys(effective.sources.values()))
    yield ok("settings", f"set by {sources}" if sources else "all at their defaults")
    for each in unsafe(effective.settings, limit):
        yield warning("settings", each.what, each.advice)


def store(settings: Settings) -> tuple[Site | None, list[Observation]]:
    """Check that the store is intact and writable, has this program's schema, and agrees with the clock.

    Return the site in it, if it can be read, and the observations. A store with an older schema is not opened, because
    that would migrate it.
    """
    where = locate(settings.database)
    try:
        seen = where.status()
    except StoreRefused as problem:
        advice = "Name the database with --database, or create one with `gateway init` or `gateway load`."
        return None, [wrong("store", str(problem), advice)]
    site, found = _looked_at(settings, f"{where.name}, {seen.size / 1024**2:.1f} MiB, schema {seen.schema}", seen)
    return site, [clock(seen), found, *(parameters(settings) if site else ())]


def parameters(settings: Settings) -> Iterator[Observation]:
    """Warn of parameters of the site that have no effect, because their values mean nothing."""
    for name, what in store_access.read(settings, lambda tx: list(ineffective(tx))):
        yield warning("parameters", what, f"Set it with `gateway param set {name}`, or unset it.")


def _looked_at(settings: Settings, size: str, seen: StoreStatus) -> tuple[Site | None, Observation]:
    if seen.is_incompatible:
        newer = f"{size}: this version supports only schemas up to {seen.supported_schema}"
        return None, wrong("store", newer, "Use the newer version, or a backup from before its first start.")
    if seen.damage:
        return None, wrong("store", f"{size}: {seen.damage}", _RESTORE)
    if seen.schema < seen.supported_schema:
        older = f"{size}: this version has schema {seen.supported_schema}"
        return None, warning("store", older, "Back it up; the next start migrates it.")
    if seen.schema > seen.supported_schema:
        size += f", which a newer version has extended (this one has {seen.supported_schema})"
    return _opened(settings, size)


def _opened(settings: Settings, size: str) -> tuple[Site | None, Observation]:
    try:
        site = store_access.write(settings, lambda tx: tx.site())
    except (StoreRefused, StoreUnavailable, click.ClickException) as problem:
        advice = "Run this as the user that the site runs as, and check that this user owns the database."
        return None, wrong("store", f"cannot be written: {problem}", advice)
    return site, ok("store", f"{size}, intact and writable")


def content(settings: Settings) -> Iterator[Observation]:
    """Check that the bucket for content answers, if there is one."""
    if not settings.content:
        return
    try:
        asyncio.run(bucket(settings).ask())
    except StoreRefused as problem:
        yield wrong("content", str(problem), "Correct the setting content, or install the missing package.")
    except StoreUnavailable as problem:
        advice = "Check AWS_ENDPOINT_URL, AWS_REGION, the key in the environment, and its rights to the bucket."
        yield wrong("content", str(problem), advice)
    else:
        yield ok("content", f"{settings.content} answers")


def disk(settings: Settings, limit: int) -> Iterator[Observation]:
    """Check the free space for the database and for unfinished requests."""
    waiting = spools(settings)
    for about, folder in {
        "disk of the database": locate(settings.database).folder,
        "disk of the spools": waiting,
    }.items():
        if folder is None:
            continue
        try:
            free = shutil.disk_usage(folder).free
        except OSError as problem:
            yield wrong(about, f"{folder}: {problem.strerror}", "Create that directory, or set spool_directory.")
            continue
        found = f"{folder} has {free // 1024**2} MiB free"
        if free < 2 * limit:
            twice = f"{found}; an upload of {format_size(limit)} is briefly stored twice"
            yield wrong(about, twice, "Free some space, or lower max_attachment_size.")
        elif free < settings.upload_allowance:
            allowed = f"{found}; unfinished requests may take {format_size(settings.upload_allowance)}"
            yield warning(about, allowed, "Free some space, or lower upload_allowance.")
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
            "Allow the user that the site runs as to write there, or set spool_directory.",
        )


def open_files() -> Iterator[Observation]:
    """Check how many files a process that is started from here may open."""
    if sys.platform == "win32":
        return
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FEW_FILES:
        yield warning(
            "open files",
            f"{soft} at most, and each connection and each upload takes one",
            "Raise it where the site is started: `ulimit -n 65536`, or LimitNOFILE= in its systemd unit.",
        )
    else:
        yield ok("open files", "no limit" if soft == resource.RLIM_INFINITY else f"{soft} at most")


def clock(seen: StoreStatus) -> Observation:
    """Check that the clock of this machine is not behind the last change of the store."""
    now = datetime.now(UTC)
    if seen.changed is not None and seen.changed > now:
        return wrong(
            "clock",
            f"it is {now:%F %T} UTC, and the database was changed at {seen.changed:%F %T}",
            "Set the clock, and keep it right with NTP: new attachments would seem older than existing ones.",
        )
    return ok("clock", f"{now:%F %T} UTC")
