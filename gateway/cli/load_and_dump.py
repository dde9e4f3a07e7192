"""`gateway load` and `gateway dump`: a whole site from a file, and into one."""

import mmap
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from gateway.cli import store_access
from gateway.cli.options import database_options
from gateway.cli.output import progress, remark
from gateway.settings import EffectiveSettings
from gateway.sitefile import dump as dump_site
from gateway.store.interface import Store


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@database_options
def load(effective: EffectiveSettings, file: Path) -> None:
    """Fill a new database from a JSON file. All of it is loaded, or nothing.

    `gateway dump` writes such files; `-` is the standard input. Users may have a `password` in the clear, which is
    stored hashed, or a `password_hash`, argon2's or Bugzilla's. A file may be larger than the memory.

    \b
    Examples:
      gateway load site.json --database bugs.db
      ssh old.example.com gateway dump | gateway load - --database bugs.db
    """
    path = effective.settings.database
    store_access.fill(effective.settings, _read(file))
    remark(f"{path} holds the site of {file}. `gateway serve --database {path}` serves it.")


def _read(file: Path) -> bytes | memoryview:
    """The text of a file, mapped rather than read where that can be."""
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        with file.open("rb") as opened:
            return memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as problem:
        raise click.ClickException(f"{file} cannot be read: {problem}.") from problem


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default=Path("-"))
@database_options
def dump(effective: EffectiveSettings, file: Path) -> None:
    """Write the whole site as JSON. It goes to a file or to the standard output, is of one moment, and may be in use.

    Passwords and keys are in it as hashes only; private attachments are in it as they are.

    \b
    Examples:
      gateway dump site.json --database bugs.db
      gateway dump | gzip > site.json.gz
    """
    with _output(file) as out, progress() as bars:

        async def write(store: Store) -> None:
            await dump_site(store, out, lambda done, total: bars("bugs", done, total))

        store_access.at(effective.settings, write)
    if str(file) != "-":
        remark(f"{file} holds the site.")


@contextmanager
def _output(file: Path) -> Iterator[IO[bytes]]:
    """A file that can seek; only what is complete gets to `file`, which its owner alone can read."""
    if str(file) == "-":
        with tempfile.TemporaryFile() as spool:
            yield spool
            spool.seek(0)
            shutil.copyfileobj(spool, sys.stdout.buffer)
        return
    try:
        descriptor, part = tempfile.mkstemp(dir=file.absolute().parent, prefix=f"{file.name}-")
    except OSError as problem:
        raise click.ClickException(f"{file} cannot be written: {problem.strerror}.") from problem
    try:
        with os.fdopen(descriptor, "w+b") as out:
            yield out
        Path(part).replace(file)
    except BaseException:
        Path(part).unlink()
        raise
