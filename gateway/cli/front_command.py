"""`gateway front`: serve the API of another site, from its REST."""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import click

from gateway import __version__, passwords
from gateway.cli.options import settings_options
from gateway.cli.output import remark
from gateway.cli.safety import for_the_net, is_local
from gateway.cli.serve import run_until_stopped
from gateway.front.front_options import FrontOptions, site_address
from gateway.setting_types import format_size
from gateway.settings import EffectiveSettings, all_settings

_OF_A_STORE = {
    *("database", "replica", "content", "content_read_only", "content_redirects", "content_timeout", "durable"),
    "attachment_base",
}
"""The settings that mean nothing where there is no store."""

_SETTINGS = [each.name for each in all_settings() if each.name not in _OF_A_STORE]
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


ca_file_option = click.option("--ca-file", type=_FILE, help="Certificates (PEM) to trust instead of the system's.")
"""The option with the certificates that a site is verified with."""

api_key_file_option = click.option(
    "--api-key-file", type=_FILE, help="A file with the API key for calls that bring no credentials."
)
"""The option with a key for the site."""


def site_url(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Return the URL of a site with a slash at the end. Raises `click.BadParameter` if it is not a URL."""
    if value is None:
        return None
    try:
        return site_address(value)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from problem


def _print_hash(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        is_typed = sys.stdin.isatty()
        password = click.prompt("Password", hide_input=True) if is_typed else sys.stdin.readline().rstrip("\r\n")
        click.echo(passwords.hash_password(password))
        context.exit()


@click.command()
@click.argument("url", callback=site_url)
@ca_file_option
@click.option(
    "--credentials",
    type=_FILE,
    help="For a site that takes only API keys: a file with a login, an API key and a password's hash on each line.",
)
@api_key_file_option
@click.option(
    "--site-timeout",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="The time that the site may take to begin an answer.",
)
@click.option(
    "--site-connections",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="NUMBER",
    help="The most requests that a process makes to the site at once.",
)
@click.option(
    "--hash-password",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_hash,
    help="Print the hash of a password, for --credentials, and exit.",
)
@settings_options(*_SETTINGS)
def front(
    effective: EffectiveSettings,
    url: str,
    ca_file: Path | None,
    credentials: Path | None,
    api_key_file: Path | None,
    site_timeout: float,
    site_connections: int,
) -> None:
    """Serve XML-RPC and JSON-RPC in front of the site at URL, which needs to have REST alone. Its data stay there.

    Clients keep their logins, passwords, tokens and API keys: each call is made with the credentials that it brings.

    \b
    Examples:
      gateway front https://bugzilla.example.org
      gateway front https://bugzilla.example.org --credentials keys.txt --workers 2
    """
    options = FrontOptions(
        url=url,
        ca_file=ca_file,
        credentials=credentials,
        api_key_file=api_key_file,
        timeout=site_timeout,
        connections=site_connections,
    )
    _check(options)
    settings = effective.settings
    settings = replace(settings, spool_directory=settings.spool_directory or Path(tempfile.gettempdir()))
    click.echo(f"gateway {__version__} serves {url}, whose REST answers.")
    click.echo(f"XML-RPC at xmlrpc.cgi, JSON-RPC at jsonrpc.cgi, REST at rest; see docs.{_limit(effective)}")
    for warning in (*_warnings(options), *(f"{each.what} {each.advice}" for each in for_the_net(settings))):
        remark(f"Warning: {warning}")
    if api_key_file and not is_local(settings.host):
        remark(f"Warning: {settings.host} can be reached from other machines, so that they have that key too.")
    run_until_stopped(effective, settings, lambda address: click.echo(f"Listening on {address}"), options)


def _limit(effective: EffectiveSettings) -> str:
    limit = effective.settings.max_attachment_size
    return f" Files of at most {format_size(limit)}." if limit else ""


def _check(options: FrontOptions) -> None:
    """Raise `click.ClickException` for a file that cannot be used."""
    from gateway.front.credentials_file import read_entries  # these take time to import: --help does without
    from gateway.front.site_logins import read_api_key

    try:
        if options.credentials:
            read_entries(options.credentials)
        if options.api_key_file:
            read_api_key(options.api_key_file)
    except (OSError, ValueError) as problem:
        raise click.ClickException(str(problem)) from problem


def _can_end_tokens(credentials: Path) -> bool:
    from gateway.front.credentials_file import ended_tokens_file  # as above

    path = ended_tokens_file(credentials)
    return os.access(path if path.exists() else credentials.parent, os.W_OK)


def _warnings(options: FrontOptions) -> Iterator[str]:
    if options.url.startswith("http:") and not is_local(urlsplit(options.url).hostname or ""):
        yield "The way to the site is plain HTTP: anybody there can read passwords and keys. Give its https address."
    if options.api_key_file:
        yield "Everybody who can reach this front acts as the owner of the key in --api-key-file."
    if options.credentials and not _can_end_tokens(options.credentials):
        yield f"User.logout cannot end tokens: {options.credentials.parent} cannot be written. Have the file elsewhere."
    for path in (options.credentials, options.api_key_file):
        if path and path.stat().st_mode & 0o077:
            yield f"Others on this machine can read {path}: `chmod 600` it."
