"""The command `gateway doctor`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from gateway.cli.doctor import local_checks, remote_checks
from gateway.cli.doctor.observation import Observation, Verdict
from gateway.cli.front_command import api_key_file_option, ca_file_option, site_url
from gateway.cli.import_command import requests_option, working_copy_of, working_copy_option
from gateway.cli.options import json_option, settings_options
from gateway.cli.output import remark, show, waiting
from gateway.front.front_options import FrontOptions
from gateway.importing.sources.rest.site_access import SiteAccess
from gateway.model import Site
from gateway.settings import EffectiveSettings, Settings

_COLOURS: Mapping[str, str] = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.WRONG: "bold red"}
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (the address to check if the gateway listens on all)


@click.command()
@click.option("--url", metavar="URL", help="The URL to check from outside. [url_base, and where serve listens]")
@click.option(
    "--front", metavar="URL", callback=site_url, help="Check instead a site that `gateway front` stands before."
)
@ca_file_option
@api_key_file_option
@click.option("--imported-from", metavar="SOURCE", help="Compare instead with the Bugzilla that was imported.")
@click.option("--attachments", type=click.Path(path_type=Path), help="The folder data/attachments of that Bugzilla.")
@requests_option
@working_copy_option
@json_option
@settings_options()
@click.pass_context
def doctor(
    context: click.Context,
    effective: EffectiveSettings,
    url: str | None,
    front: str | None,
    ca_file: Path | None,
    api_key_file: Path | None,
    imported_from: str | None,
    attachments: Path | None,
    requests_per_second: float,
    working_copy: Path | None,
    as_json: bool,
) -> None:
    """Check a running site, and give advice. Run it with the settings of `gateway serve`.

    From inside it checks settings, database, bucket, disk, open files and clock; from outside it makes one call over
    each protocol. It changes nothing. The exit code is 1 if something is wrong; warnings do not count.

    With --imported-from it compares a site with the Bugzilla that it was imported from, content of attachments too, and
    says whether clients may be switched over.

    \b
    Examples:
      gateway doctor --config /etc/gateway.toml
      gateway doctor --database bugs.db --url https://bugs.example.com/bugzilla/
      gateway doctor --front https://bugzilla.example.org
      gateway doctor --database bugs.db --imported-from /var/www/bugzilla
    """
    if url is not None and not url.startswith(("http://", "https://")):
        raise click.UsageError(f"--url must be a URL such as https://bugs.example.com/, not {url}.")
    with waiting("Checking the site"):
        if front:
            seen = _look_at_front(front, ca_file, api_key_file)
        elif imported_from:
            copy = working_copy_of(effective.settings, working_copy)
            access = SiteAccess(api_key_file, ca_file, requests_per_second, copy)
            seen = _look_at_import(effective.settings, imported_from, attachments, access)
        else:
            seen = list(_look(effective, url))
    rows = [
        {"about": each.about, "verdict": str(each.verdict), "found": each.found, "advice": each.advice} for each in seen
    ]
    show(rows, as_json, _COLOURS)
    count = sum(each.verdict is Verdict.WRONG for each in seen)
    remark(f"{count} of {len(seen)} checks failed." if count else "Nothing is wrong.")
    context.exit(1 if count else 0)


def _look_at_front(url: str, ca_file: Path | None, api_key_file: Path | None) -> list[Observation]:
    from gateway.cli.doctor import front_checks  # aiohttp takes time to import: other checks do without it

    try:
        return front_checks.look(FrontOptions(url=url, ca_file=ca_file, api_key_file=api_key_file))
    except (OSError, ValueError) as problem:
        raise click.ClickException(str(problem)) from problem


def _look_at_import(settings: Settings, source: str, attachments: Path | None, access: SiteAccess) -> list[Observation]:
    from gateway.cli.doctor import import_checks  # other checks do without it

    return list(import_checks.look(settings, source, attachments, access))


def _look(effective: EffectiveSettings, url: str | None) -> Iterator[Observation]:
    settings = effective.settings
    site, seen = local_checks.store(settings)
    limit = settings.attachment_limit(site or Site())
    yield from local_checks.settings(effective, limit)
    yield from seen
    yield from local_checks.content(settings)
    yield from local_checks.disk(settings, limit)
    yield from local_checks.open_files()
    for address in [url] if url else _addresses(settings):
        yield from remote_checks.look(address, site, limit)


def _addresses(settings: Settings) -> list[str]:
    """Return the URLs of the site: the one that it listens on, and the one that clients use."""
    host = _ANY.get(settings.host, settings.host)
    here = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}{settings.path_prefix}/"
    return [here, settings.url_base] if settings.url_base else [here]
