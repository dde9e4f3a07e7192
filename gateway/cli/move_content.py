"""`gateway move --content-to`: move the content of a site to its bucket, or back, while it is in use."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.output import progress, remark, show, show_one
from gateway.settings import Settings
from gateway.spools import SpoolFailed
from gateway.store.interface import StoreUnavailable
from gateway.store.opening import locate, opened_apart

if TYPE_CHECKING:
    from gateway.store.objects import MovedContents

_MIB = 1024**2


def move_content(settings: Settings, *, to_bucket: bool, as_json: bool) -> int:
    """Move all content, and report what was moved and what to do next. Return the exit code."""
    _check_settings(settings, to_bucket=to_bucket)
    if to_bucket:
        remark(f"Only gateways that were started with --content {settings.content} find content that is moved there.")
    try:
        moved = asyncio.run(_move(settings, to_bucket=to_bucket))
    except (StoreUnavailable, SpoolFailed) as problem:
        raise click.ClickException(
            f"{str(problem).rstrip('.')}. Nothing is lost: run `gateway move` again to continue."
        ) from problem
    left = [{"where": f"attachment {number}", "what": what} for number, what in moved.left.items()]
    if as_json:
        done = {"attachments": moved.attachments, "bytes": moved.bytes, "complete": moved.is_complete}
        show_one({**done, "left": left}, as_json)
    elif left:
        show(left, as_json)
    for sentence in _told(settings, moved, to_bucket=to_bucket):
        remark(sentence)
    return 0 if moved.is_complete and not left else 1


def _check_settings(settings: Settings, *, to_bucket: bool) -> None:
    where = locate(settings.database)
    if not settings.content:
        raise click.UsageError("Name the bucket with --content s3://BUCKET/PREFIX, or with content in gateway.toml.")
    if to_bucket and settings.content_read_only:
        raise click.UsageError(
            "content_read_only keeps new content out of the bucket. Restart the gateway without it, then move."
        )
    if not where.has_site():
        raise click.ClickException(
            f"There is no database {where.name}. Name the one that holds the site with --database."
        )


async def _move(settings: Settings, *, to_bucket: bool) -> "MovedContents":
    async with opened_apart(settings) as (store, bucket):
        from gateway.store.objects import move_contents

        with progress() as bars:
            return await move_contents(store, bucket, to_bucket=to_bucket, spools=settings.spools, progress=bars)


def _told(settings: Settings, moved: "MovedContents", *, to_bucket: bool) -> list[str]:
    """Describe what was done, and what is left to do."""
    database, bucket = locate(settings.database).name, settings.content
    old, new = (database, bucket) if to_bucket else (bucket, database)
    told = [f"{moved.attachments} attachments ({moved.bytes / _MIB:.1f} MiB) were moved from {old} to {new}."]
    if moved.left:
        told.append(f"{len(moved.left)} were damaged before, and stay in {old}. `gateway check` reports them too.")
    if not moved.is_complete:
        flag = f"--content {bucket}" if to_bucket else f"--content {bucket} --content-read-only"
        told.append(f"New content still goes to {old}: restart every gateway with {flag}, then run this again.")
    elif not moved.left:
        told.append(_after_all(settings, to_bucket=to_bucket))
    return told


def _after_all(settings: Settings, *, to_bucket: bool) -> str:
    if not to_bucket:
        return (
            "Now restart the gateway without content and content_read_only. The objects in the bucket are no longer "
            "used: remove them when you have a backup of the database."
        )
    if isinstance(settings.database, Path):
        return f"The file keeps its size. To free the space that is now unused: sqlite3 {settings.database} VACUUM"
    return "PostgreSQL's autovacuum makes the space in the tables available for new rows."
