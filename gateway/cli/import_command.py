"""`gateway import`: take over the site of a Bugzilla."""

import asyncio
import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from gateway.cli.front_command import ca_file_option
from gateway.cli.options import database_options
from gateway.cli.output import progress, remark
from gateway.importing.import_errors import ImportRefused
from gateway.importing.import_state import ImportState, check_target
from gateway.importing.report import Report
from gateway.importing.rows import Rows
from gateway.importing.site_import import SiteSettings, import_site
from gateway.importing.sources.attachment_content import AttachmentContents
from gateway.importing.sources.local_time import LocalTimes, find_zone, machine_zone
from gateway.importing.sources.release import Release, find_release, fingerprint
from gateway.importing.sources.rest.site_access import REQUESTS_PER_SECOND, SiteAccess
from gateway.importing.sources.site_parameters import read_parameter_file, read_parameter_table
from gateway.importing.sources.source_opening import OpenedSource, open_source
from gateway.settings import EffectiveSettings, Settings
from gateway.store.interface import Progress
from gateway.store.opening import locate, open_store

working_copy_option = click.option(
    "--working-copy",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Of a running site: where what was read is kept until the switch. [beside the database]",
)
"""The option with the working copy of a site that is read over REST."""


requests_option = click.option(
    "--requests-per-second",
    type=click.FloatRange(min=0.01),
    default=REQUESTS_PER_SECOND,
    show_default=True,
    metavar="NUMBER",
    help="Of a running site: the most requests a second that it gets.",
)
"""The option with the rate of requests to a site that is read over REST."""


def working_copy_of(settings: Settings, given: Path | None) -> Path | None:
    """Return the file of the working copy: as it was given, or beside the database; None for one on a server."""
    if given is None and isinstance(settings.database, Path):
        return settings.database.with_name(f"{settings.database.name}.working-copy")
    return given


@click.command("import")
@click.argument("source")
@click.option("--params", type=click.Path(path_type=Path), help="The file data/params.json or data/params of the site.")
@click.option("--attachments", type=click.Path(path_type=Path), help="The folder data/attachments of the site.")
@click.option("--timezone", metavar="ZONE", help="The time zone of the Bugzilla server, such as Europe/Berlin.")
@click.option("--site-version", metavar="VERSION", help="The version of Bugzilla to show to clients, such as 5.2+.")
@click.option("--extension", "extensions", multiple=True, metavar="NAME=VERSION", help="An extension of the site.")
@click.option(
    "--api-key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of a running site: a file with an API key of its administrator.",
)
@ca_file_option
@requests_option
@working_copy_option
@click.option("--dry-run", is_flag=True, help="Only report what would be imported.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="A file for the report, as JSON.")
@database_options
def import_command(
    effective: EffectiveSettings,
    source: str,
    params: Path | None,
    attachments: Path | None,
    timezone: str | None,
    site_version: str | None,
    extensions: tuple[str, ...],
    api_key_file: Path | None,
    ca_file: Path | None,
    requests_per_second: float,
    working_copy: Path | None,
    dry_run: bool,
    report: Path | None,
) -> None:
    """Take over the site of a Bugzilla 4.4, 5.0 or 5.2, of BMO or harmony.

    SOURCE is the directory of a Bugzilla, the address of its database (mysql://, postgresql://), the file of a SQLite
    database, or a plain dump of mysqldump, mariadb-dump or pg_dump, which may be compressed. Nothing is written to it.

    Everything keeps its number, and users keep their passwords, API keys and logins. A report tells what was left out.
    Run the command again to continue an import that was interrupted, or to bring what has changed since.

    Of a site that gives no access to its database, SOURCE is the address (https://). It is read over REST, as far as
    the owner of the API key sees it; passwords and keys of users do not come along.

    \b
    Examples:
      gateway import /var/www/bugzilla --database bugs.db
      gateway import mysql://bugs@db.example.com/bugs --params params.json --timezone Europe/Berlin --database bugs.db
      gateway import https://bugs.example.com --api-key-file key.txt --database bugs.db
      gateway import bugs.sql.gz --params params.json --timezone UTC --site-version 5.2 --database bugs.db
    """
    try:
        copy = working_copy_of(effective.settings, working_copy)
        opened = _open(source, effective.settings, SiteAccess(api_key_file, ca_file, requests_per_second, copy))
        with closing(opened.source):
            found = _import(
                opened, effective.settings, params, attachments, timezone, site_version, extensions, dry_run
            )
    except ImportRefused as problem:
        raise click.ClickException(str(problem)) from problem
    for line in found.lines():
        remark(line)
    if report is not None:
        report.write_text(json.dumps(found.to_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if not dry_run:
        path = effective.settings.database
        remark(f"{path} holds the site of {opened.source.name}. Serve it with `gateway serve --database {path}`.")


def _open(source: str, settings: Settings, access: SiteAccess) -> OpenedSource:
    with progress() as bars:
        return open_source(source, settings.spools, bars, access)


def _import(
    opened: OpenedSource,
    settings: Settings,
    params: Path | None,
    attachments: Path | None,
    timezone: str | None,
    site_version: str | None,
    extensions: tuple[str, ...],
    dry_run: bool,
) -> Report:
    parameters = _parameters(opened, params)
    release = opened.site.release if opened.site else find_release(opened.source, parameters.get("utf8", ""))
    zone = _zone(opened, release, timezone)
    site = SiteSettings(
        _version(opened, release, site_version), {**opened.extensions, **_extensions(extensions)}, parameters
    )
    remark(f"{opened.source.name} is a Bugzilla {release.name}, its times are in {zone}.")
    files = attachments or opened.attachments
    if files is not None and not files.is_dir():
        raise ImportRefused(f"There is no folder {files}.")
    contents = AttachmentContents(opened.source, files, release.file_digits)
    rows = Rows(opened.source, LocalTimes(find_zone(zone)))
    mark = opened.site.fingerprint if opened.site else fingerprint(opened.source)
    state = ImportState(opened.source.name, release.name, zone, mark)

    async def run(bars: Progress) -> Report:
        if dry_run:
            opened.prepare(bars)
            return await import_site(rows, contents, release, site, state, None, bars)
        # A power cut may take the last batches: the next import brings them again.
        store = await open_store(replace(settings, durable=False), create=True)
        try:
            name = locate(settings.database).name
            earlier = await store.read(lambda reader: check_target(reader, name, state.fingerprint))
            opened.prepare(bars)
            complete = earlier if earlier and earlier.is_complete else None
            is_new = earlier is None
            return await import_site(rows, contents, release, site, state, store, bars, complete, is_new=is_new)
        finally:
            await store.close()

    with progress() as bars:
        return asyncio.run(run(bars))


def _parameters(opened: OpenedSource, params: Path | None) -> dict[str, str]:
    if (path := params or opened.parameters) is not None:
        return read_parameter_file(path)
    if opened.site is not None:
        return opened.site.parameters
    if found := read_parameter_table(opened.source):
        return found
    raise ImportRefused(
        "The parameters say who may see what is private, and they are not in the database. Name the file "
        "data/params.json (or data/params) of the Bugzilla with --params."
    )


def _zone(opened: OpenedSource, release: Release, timezone: str | None) -> str:
    if opened.site is not None:
        return "UTC"
    if timezone:
        return timezone
    if opened.is_local and (zone := machine_zone()):
        return zone
    if opened.source.database == "mysql" and release.keeps_utc:
        return "UTC"
    raise ImportRefused(
        "The times in the database are local to the Bugzilla server, and nothing there says where that is. Name its "
        "time zone with --timezone, such as Europe/Berlin or UTC."
    )


def _version(opened: OpenedSource, release: Release, site_version: str | None) -> str:
    version = site_version or opened.version or release.version
    if not version:
        raise ImportRefused("The version is not in the database. Give the one that clients know with --site-version.")
    return version


def _extensions(given: tuple[str, ...]) -> dict[str, str]:
    parts = [each.partition("=") for each in given]
    if wrong := [name for name, equals, _ in parts if not equals]:
        raise click.BadParameter(f"{wrong[0]} has no version: give NAME=VERSION.", param_hint="--extension")
    return {name: version for name, _, version in parts}
