"""`gateway move`: a site to another database, or its content to a bucket or back, while it is in use."""

import shlex
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import click

from gateway.cli.move_content import move_content
from gateway.cli.options import database_options, json_option
from gateway.cli.output import progress, remark, show_one
from gateway.database_url import DatabaseUrl
from gateway.move import Moved, move
from gateway.setting_types import parse_database
from gateway.settings import EffectiveSettings
from gateway.store.places import Place, place

_MIB = 1024**2
_TOLD = ("rows", "attachments", "copied", "read_back")


@click.command("move")
@click.option("--to", metavar="PATH|URL", help="Where the site is to be: a new, empty database.")
@click.option("--then", metavar="COMMAND", help="What points the gateway at the new database and starts it again.")
@click.option(
    "--content-to",
    type=click.Choice(["bucket", "database"]),
    help="Where the content of all attachments is to be: in the bucket that --content names, or in the database.",
)
@json_option
@database_options
@click.pass_context
def move_command(
    context: click.Context,
    effective: EffectiveSettings,
    to: str | None,
    then: str | None,
    content_to: str | None,
    as_json: bool,
) -> None:
    """Move the site to another database: from SQLite to PostgreSQL, or back; or its content to a bucket, or back. It
    may be in use. A move that was ended, however that came, goes on when it is called again.

    With --to everything is copied, with its ids, times, hashes of passwords, keys and logins; content is read back and
    compared with its SHA-256. At the end the old database takes no writes for a moment: what was changed meanwhile is
    copied, and everything is compared. Writers wait, and after 10 seconds are told that the server is busy. That lasts
    until you have pointed the gateway at the new database, so that nothing is lost: --then does it by a command, else
    you are asked to do it. The old database stays as it is.

    With --content-to the content of each attachment is copied, read back and compared with its SHA-256, and then taken
    from where it was; nobody waits for that. First start the gateway with --content, so that it finds what is in the
    bucket, and with --content-read-only, too, when the content is to leave it.

    \b
    Examples:
      createdb bugs && gateway move --to postgresql:///bugs --database bugs.db
      gateway move --to postgresql:///bugs --database bugs.db --then ./point-to-bugs
      gateway move --to bugs.db --database postgresql:///bugs
      gateway move --content-to bucket --content s3://bugs-content --database bugs.db
      gateway move --content-to database --content s3://bugs-content --database bugs.db
    """
    if (to is None) == (content_to is None):
        raise click.UsageError("Say one of --to, which takes another database, and --content-to, bucket or database.")
    if content_to is not None:
        if then is not None:
            raise click.UsageError("--then goes with --to: there is nothing to hand over when content moves.")
        context.exit(move_content(effective.settings, to_bucket=content_to == "bucket", as_json=as_json))
    elif to is not None:
        _move_site(place(effective.settings.database), place(_database(to)), then, as_json)


def _move_site(old: Place, new: Place, then: str | None, as_json: bool) -> None:
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
            if as_json:
                show_one({name: getattr(moved, name) for name in _TOLD}, as_json)
            _hand_over(moved, old, new, then)

        move(source, destination, shown.enter_context(progress()), hand_over)


def _database(text: str) -> Path | DatabaseUrl:
    try:
        return parse_database(text)
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
