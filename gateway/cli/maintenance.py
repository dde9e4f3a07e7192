"""`gateway check`, `gateway backup`, `gateway restore` and `gateway settings`: maintain a site."""

from pathlib import Path

import click

from gateway.cli import store_access
from gateway.cli.options import database_options, json_option, settings_options
from gateway.cli.output import progress, remark, show
from gateway.settings import EffectiveSettings, all_settings, markdown_reference
from gateway.store.interface import Finding, Store
from gateway.store.opening import locate


@click.command()
@click.option("--repair", is_flag=True, help="First repair what can be: remove content that nothing refers to.")
@click.option("--take-over", is_flag=True, help="First make the bucket this site's alone: the others in it are gone.")
@json_option
@database_options
@click.pass_context
def check(context: click.Context, effective: EffectiveSettings, repair: bool, take_over: bool, as_json: bool) -> None:
    """Check a site for damage. The site may be in use.

    Content is compared with its SHA-256, references are followed, and the database itself is checked. The exit code is
    1 if damage was found.

    Each site leaves a mark in its bucket. --repair removes nothing while there is the mark of another site, as that of
    the site whose backup this one is: --take-over removes it. Stop the other site first, or it loses content.

    \b
    Examples:
      gateway check --database bugs.db
      gateway check --repair --config /etc/gateway.toml
    """

    async def look(store: Store) -> list[Finding]:
        if take_over:
            for each in await store.take_over():
                remark(f"{each.where} {each.what}.")
        if repair:
            for each in await store.repair():
                remark(f"{each.where} {each.what}.")
        with progress() as bars:
            return await store.check(lambda done, total: bars("content", done, total))

    findings = store_access.at(effective.settings, look)
    if findings or as_json:
        show([{"where": each.where, "what": each.what} for each in findings], as_json)
    remark(f"Problems found: {len(findings)}." if findings else "No problems were found.")
    context.exit(1 if findings else 0)


@click.command()
@click.argument("destination", type=click.Path(path_type=Path))
@database_options
def backup(effective: EffectiveSettings, destination: Path) -> None:
    """Copy the database. It may be in use.

    The copy is a consistent snapshot, and a database like any other: `gateway serve --database COPY` serves it.
    `gateway restore` puts it in the place of a database; do not use cp, which would leave the log of the old database
    beside it. The copy of a PostgreSQL database is an archive of pg_dump, for pg_restore.

    \b
    Example:
      gateway backup /backup/bugs-$(date +%F).db --database bugs.db
    """
    if destination.exists():
        raise click.ClickException(f"{destination} exists already. Name a new file.")

    async def copy(store: Store) -> None:
        with progress() as bars:
            await store.backup(destination, lambda done, total: bars("pages", done, total))

    try:
        store_access.at(effective.settings, copy)
    except OSError as problem:
        raise click.ClickException(f"{destination} cannot be written: {problem.strerror}.") from problem
    remark(f"{destination} is a copy of {effective.settings.database}.")


@click.command()
@click.argument("copy", metavar="BACKUP", type=click.Path(path_type=Path))
@click.option("--discard", is_flag=True, help="Remove the replaced database, instead of keeping it beside the new one.")
@database_options
def restore(effective: EffectiveSettings, copy: Path, discard: bool) -> None:
    """Replace the database with a backup. Stop the gateway first.

    The backup is copied and checked first, and stays as it is. Then the copy takes the place of the database at once:
    if the command fails or is killed, the database is as it was. It refuses to replace a database that a gateway or
    another process has open. The replaced database is kept beside the new one, with the time in its name, until you
    remove it. BACKUP may also be a database that is in use elsewhere.

    Run `gateway check` afterwards: it compares all content with its hashes, also content in a bucket, which is not in
    a backup. A PostgreSQL database is restored with createdb and pg_restore instead.

    \b
    Examples:
      gateway restore /backup/bugs-2026-11-26.db --database bugs.db
      gateway restore backup.db --discard --config /etc/gateway.toml
    """
    place = locate(effective.settings.database)
    with progress() as bars:
        kept = place.restore(copy, lambda done, total: bars("pages", done, total), keep=not discard)
    remark(f"{place.name} is a copy of {copy}.")
    if effective.settings.content:
        remark("`gateway check --take-over` makes the bucket this database's, if the site it was copied from is gone.")
    if kept:
        remark(f"The database that it replaces is now {kept}. Remove it when you no longer need it.")


@click.command()
@click.option("--markdown", is_flag=True, help="Print the reference of all settings, in Markdown.")
@json_option
@settings_options()
def settings(effective: EffectiveSettings, markdown: bool, as_json: bool) -> None:
    """Show the settings in effect, and the source of each.

    A flag takes precedence over an environment variable (GATEWAY_MAX_BATCH=50), and that over the TOML file
    (max_batch = 50). The file is gateway.toml, or the one that --config or GATEWAY_CONFIG names.

    \b
    Examples:
      gateway settings
      GATEWAY_MAX_ATTACHMENT_SIZE=50MiB gateway settings
      gateway settings --config /etc/gateway.toml --json
    """
    if markdown:
        click.echo(markdown_reference(), nl=False)
        return
    rows = [
        {
            "setting": each.name,
            "value": each.type.format(getattr(effective.settings, each.name)),
            "from": effective.sources.get(each.name, "default"),
            "meaning": each.doc,
        }
        for each in all_settings()
    ]
    show(rows, as_json)
