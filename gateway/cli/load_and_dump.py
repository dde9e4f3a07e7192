"""`gateway load` and `gateway dump`: read a site from a JSON file, and write one to a file."""

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
    """Create a site from a JSON file. If anything in the file is wrong, nothing is loaded.

    `gateway dump` writes such files; `-` means standard input. A user may have a `password` in plain text, which is
    stored hashed, or a `password_hash` of argon2 or of Bugzilla. A file may be larger than the memory.

    \b
    Examples:
      gateway load site.json --database bugs.db
      ssh old.example.com gateway dump | gateway load - --database bugs.db
    """
    path = effective.settings.database
    store_access.fill(effective.settings, _read(file))
    remark(f"{path} holds the site from {file}. Serve it with `gateway serve --database {path}`.")


def _read(file: Path) -> bytes | memoryview:
    """Read a file, or map it into memory if possible."""
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
    """Write the site as JSON, to a file or to standard output.

    The result is a consistent snapshot, even if the site is in use. It has passwords and keys as hashes, and private
    attachments in full.

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
    """Yield a seekable file that becomes `file`, readable only by its owner, once it is complete."""
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
