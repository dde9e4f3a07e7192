"""`gateway move`: a site from one database to another, while it is in use."""

import shlex
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import click

from gateway.cli.options import database_options
from gateway.cli.output import progress, remark
from gateway.database_url import DatabaseUrl
from gateway.kinds import read_database
from gateway.move import Moved, move
from gateway.settings import InEffect
from gateway.store.places import Place, place

_MIB = 1024**2


@click.command("move")
@click.option("--to", "to", required=True, metavar="PATH|URL", help="Where the site is to be: a new, empty database.")
@click.option("--then", metavar="COMMAND", help="What points the gateway at the new database and starts it again.")
@database_options
def move_command(effect: InEffect, to: str, then: str | None) -> None:
    """Move the site to another database: from SQLite to PostgreSQL, or back. It may be in use.

    Everything is copied, with its ids, times, hashes of passwords, keys and logins; content is read back and compared
    with its SHA-256. At the end the old database takes no writes for a moment: what was changed meanwhile is copied,
    and everything is compared. Writers wait, and after 10 seconds are told that the server is busy. That lasts until
    you have pointed the gateway at the new database, so that nothing is lost: --then does it by a command, else you
    are asked to do it.

    A move that was ended, however that came, goes on when it is called again. The old database stays as it is.

    \b
    Examples:
      createdb bugs && gateway move --to postgresql:///bugs --database bugs.db
      gateway move --to postgresql:///bugs --database bugs.db --then ./point-to-bugs
      gateway move --to bugs.db --database postgresql:///bugs
    """
    old, new = place(effect.settings.database), place(_database(to))
    if not old.is_filled():
        raise click.ClickException(
            f"There is no database {old.name}. Name the one that the site is in with --database."
        )
    if new.is_filled():
        raise click.ClickException(
            f"{new.name} holds a site already. Name an empty database, or a file that is not there yet, with --to."
        )
    with old.source() as source, new.destination() as destination, ExitStack() as shown:

        def hand_over(moved: Moved) -> None:
            shown.close()
            _hand_over(moved, old, new, then)

        move(source, destination, shown.enter_context(progress()), hand_over)


def _database(text: str) -> Path | DatabaseUrl:
    try:
        return read_database(text)
    except ValueError as problem:
        raise click.BadParameter(
            "It takes a path, or an address such as postgresql://host/name.", param_hint="--to"
        ) from problem


def _hand_over(moved: Moved, old: Place, new: Place, then: str | None) -> None:
    """Have the gateway pointed at the new database while nobody can write to the old one."""
    now = time.monotonic()
    remark(
        f"{new.name} holds the site: {moved.rows} rows and {moved.attachments} attachments are equal, "
        f"{moved.copied / _MIB:.1f} MiB were copied and {moved.read_back / _MIB:.1f} MiB read back, "
        f"in {now - moved.began:.1f} s. {old.name} takes no writes since {now - moved.held:.1f} s."
    )
    if then is not None:
        _run(then)
        return
    remark(f"Stop the gateway, and start it with --database {new.name} (or GATEWAY_DATABASE, or in gateway.toml).")
    if sys.stdin.isatty():
        click.pause(f"Press a key when it is stopped: then {old.name} can be written to again. ", err=True)
    else:
        remark(f"There is nobody to wait for: what is written to {old.name} from now on is not in {new.name}.")


def _run(command: str) -> None:
    try:
        done = subprocess.run(shlex.split(command), check=False)  # noqa: S603 (it is the caller's own)
    except (OSError, ValueError) as problem:
        raise click.ClickException(f"The site was moved, but this cannot be run: {command} ({problem}).") from problem
    if done.returncode:
        raise click.ClickException(f"The site was moved, but this ended with {done.returncode}: {command}")
