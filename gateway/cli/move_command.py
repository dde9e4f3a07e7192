"""`gateway move`: move a site to another database, or its content to a bucket or back, while it is in use."""

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
from gateway.store.opening import locate
from gateway.store.store_location import StoreLocation

_MIB = 1024**2
_TOLD = ("rows", "attachments", "copied", "read_back")


@click.command("move")
@click.option("--to", metavar="PATH|URL", help="The new, empty database to move the site to.")
@click.option("--then", metavar="COMMAND", help="A command that restarts the gateway with the new database.")
@click.option(
    "--content-to",
    type=click.Choice(["bucket", "database"]),
    help="Where to move the content of all attachments: to the bucket that --content names, or to the database.",
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
    """Move a site to another database, or its content.

    A site moves between SQLite and PostgreSQL with --to, and its content between database and bucket with --content-to.
    The site may be in use. Run the command again to continue a move that was interrupted.

    --to copies everything, including ids, times, keys, logins and hashes of passwords, then reads content back and
    compares it with its SHA-256. At the end the old database takes no writes for a moment, while the last changes are
    copied and everything is compared. Writers wait, and after 10 seconds are told that the server is busy. To lose no
    writes, this lasts until the gateway uses the new database: --then runs a command that restarts it, otherwise you
    are asked to do so. The old database stays as it is.

    --content-to copies the content of each attachment, reads it back, compares it with its SHA-256, and then removes
    it from its old place; nobody has to wait. Start the gateway with --content first, so that it finds content in the
    bucket, and also with --content-read-only if the content is to leave the bucket.

    \b
    Examples:
      createdb bugs && gateway move --to postgresql:///bugs --database bugs.db
      gateway move --to postgresql:///bugs --database bugs.db --then ./point-to-bugs
      gateway move --to bugs.db --database postgresql:///bugs
      gateway move --content-to bucket --content s3://bugs-content --database bugs.db
      gateway move --content-to database --content s3://bugs-content --database bugs.db
    """
    if (to is None) == (content_to is None):
        raise click.UsageError("Give either --to with another database, or --content-to with bucket or database.")
    if content_to is not None:
        if then is not None:
            raise click.UsageError("--then works only with --to: the gateway need not restart when content moves.")
        context.exit(move_content(effective.settings, to_bucket=content_to == "bucket", as_json=as_json))
    elif to is not None:
        _move_site(locate(effective.settings.database), locate(_database(to)), then, as_json)


def _move_site(old: StoreLocation, new: StoreLocation, then: str | None, as_json: bool) -> None:
    if not old.has_site():
        raise click.ClickException(
            f"There is no database {old.name}. Name the one that holds the site with --database."
        )
    if new.has_site():
        raise click.ClickException(
            f"{new.name} holds a site already. Name an empty database, or a file that does not exist yet, with --to."
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
            "It takes a path, or a URL such as postgresql://host/name.", param_hint="--to"
        ) from problem


def _hand_over(moved: Moved, old: StoreLocation, new: StoreLocation, then: str | None) -> None:
    """Have the gateway restarted with the new database while nobody can write to the old one."""
    now = time.monotonic()
    remark(
        f"{new.name} holds the site: {moved.rows} rows and {moved.attachments} attachments are equal, "
        f"{moved.copied / _MIB:.1f} MiB were copied and {moved.read_back / _MIB:.1f} MiB read back, "
        f"in {now - moved.began:.1f} s. {old.name} has taken no writes for {now - moved.locked:.1f} s."
    )
    if then is not None:
        _run(then)
        return
    remark(f"Stop the gateway, and start it with --database {new.name} (or GATEWAY_DATABASE, or in gateway.toml).")
    if sys.stdin.isatty():
        click.pause(f"Press a key when it has stopped: then {old.name} can be written to again. ", err=True)
    else:
        remark(f"There is no terminal to wait for: changes to {old.name} from now on are not in {new.name}.")


def _run(command: str) -> None:
    try:
        done = subprocess.run(shlex.split(command), check=False)  # noqa: S603 (the command is the caller's)
    except (OSError, ValueError) as problem:
        raise click.ClickException(f"The site was moved, but {command} cannot be run: {problem}.") from problem
    if done.returncode:
        raise click.ClickException(f"The site was moved, but this command ended with {done.returncode}: {command}")
