"""What can be seen of a site on its own machine: settings, store, disk, limits."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from gateway.cli import sites
from gateway.cli.doctor.observation import Observation, ok, warning, wrong
from gateway.cli.safety import folder, unsafe
from gateway.kinds import write_size
from gateway.model import Site
from gateway.settings import InEffect, Settings
from gateway.store.interface import StoreRefused, StoreUnavailable
from gateway.store.sqlite.condition import condition

FEW_FILES = 1024
"""Open files below which a busy site may run out of them: each connection takes one, each upload under way another."""

_RESTORE = "Stop the gateway and put the latest backup in the place of the database; keep the damaged one."


def settings(effect: InEffect, limit: int) -> Iterator[Observation]:
    """Where the settings come from, and what is unsafe about them."""
    sources = ", ".join(dict.fromkeys(effect.sources.values()))
    yield ok("settings", f"set by {sources}" if sources else "all at their defaults")
    for each in unsafe(effect.settings, limit):
        yield warning("settings", each.what, each.advice)


def store(settings: Settings) -> tuple[Site | None, list[Observation]]:
    """Whether the store is whole, has this program's schema and can be written; and the site in it, if it can be read.

    A store with an older schema is not opened: that would bring it up to date.
    """
    path = settings.database
    try:
        seen = condition(path)
    except StoreRefused as problem:
        advice = "Name the database with --database, or make one with `gateway init` or `gateway load`."
        return None, [wrong("store", str(problem), advice)]
    size = f"{path.absolute()}, {seen.size / 1024**2:.1f} MiB, schema {seen.schema}"
    if seen.schema > seen.newest:
        newer = f"{size}: this program knows schemas up to {seen.newest} only"
        return None, [wrong("store", newer, "Use the newer program, or a backup from before its first start.")]
    if seen.damage:
        return None, [wrong("store", f"{size}: {seen.damage}", _RESTORE)]
    if seen.schema < seen.newest:
        older = f"{size}: this program has schema {seen.newest}"
        return None, [warning("store", older, "Back it up; the next start brings it up to date.")]
    return _opened(settings, size)


def _opened(settings: Settings, size: str) -> tuple[Site | None, list[Observation]]:
    try:
        site = sites.write(settings, lambda tx: tx.site())
    except (StoreRefused, StoreUnavailable, click.ClickException) as problem:
        advice = f"See who owns it (`ls -l {settings.database}`), and run this as the user that the site runs as."
        return None, [wrong("store", f"cannot be written: {problem}", advice)]
    return site, [ok("store", f"{size}, whole, can be written")]


def disk(settings: Settings, limit: int) -> Iterator[Observation]:
    """Whether there is room for the database, and for the requests that are not finished yet."""
    spools = settings.spool_directory or folder(settings)
    for about, place in {"disk of the database": folder(settings), "disk of the spools": spools}.items():
        try:
            free = shutil.disk_usage(place).free
        except OSError as problem:
            yield wrong(about, f"{place}: {problem.strerror}", "Make that folder, or set spool_directory.")
            continue
        found = f"{place} has {free // 1024**2} MiB free"
        if free < 2 * limit:
            twice = f"{found}; an upload of {write_size(limit)} is there twice for a moment"
            yield wrong(about, twice, "Make room, or lower max_attachment_size.")
        elif free < settings.upload_allowance:
            allowed = f"{found}; unfinished requests may take {write_size(settings.upload_allowance)}"
            yield warning(about, allowed, "Make room, or lower upload_allowance.")
        else:
            yield ok(about, found)
    if spools.is_dir():
        yield from _writable(spools)


def _writable(spools: Path) -> Iterator[Observation]:
    try:
        with tempfile.TemporaryFile(dir=spools):
            pass
    except OSError as problem:
        yield wrong(
            "disk of the spools",
            f"{spools}: {problem.strerror}",
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


def clock(settings: Settings) -> Iterator[Observation]:
    """Whether the clock of this machine goes forward: it is not before the last change of the database."""
    now = datetime.now(UTC)
    changed = datetime.fromtimestamp(settings.database.stat().st_mtime, UTC)
    if changed > now:
        yield wrong(
            "clock",
            f"it is {now:%F %T} UTC, and the database was changed at {changed:%F %T}",
            "Set the clock, and let NTP keep it: new attachments would be older than those before them.",
        )
    else:
        yield ok("clock", f"{now:%F %T} UTC")
