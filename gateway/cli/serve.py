"""`gateway serve`: run the gateway."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click

from gateway import __version__
from gateway.cli import logs, store_access
from gateway.cli.listening import listen
from gateway.cli.options import settings_options
from gateway.cli.output import remark
from gateway.cli.safety import unsafe
from gateway.front.front_options import FrontOptions
from gateway.model import Site
from gateway.setting_types import format_size
from gateway.settings import EffectiveSettings, Settings

Announce = Callable[[str], None]
"""Called with the address once connections to it are answered."""


@click.command()
@settings_options()
def serve(effective: EffectiveSettings) -> None:
    """Serve a site. SIGTERM or SIGINT (Ctrl-C) ends it, once the calls that are under way are finished.

    So does closing its terminal (SIGHUP). Without a terminal, as a service, SIGHUP has it read its settings again:
    docs/settings.md says which of them need a restart.

    The line `Listening on ...` is printed once connections are answered.

    \b
    Examples:
      gateway serve --database bugs.db
      gateway serve --database bugs.db --host 0.0.0.0 --port 80 --workers 4
      GATEWAY_MAX_ATTACHMENT_SIZE=50MiB gateway serve --config /etc/gateway.toml
    """
    settings = effective.settings
    site = store_access.read(settings, lambda tx: tx.site())
    for line in _what_is_served(effective, site):
        click.echo(line)
    serve_until_stopped(effective, site, lambda address: click.echo(f"Listening on {address}"))


def _what_is_served(effective: EffectiveSettings, site: Site) -> Iterator[str]:
    settings = effective.settings
    limit = format_size(settings.attachment_limit(site))
    where = settings.database.absolute() if isinstance(settings.database, Path) else settings.database
    yield f"gateway {__version__} serves {where}, as Bugzilla {site.version}."
    if effective.sources:
        yield f"Set by {', '.join(dict.fromkeys(effective.sources.values()))}; `gateway settings` shows all."
    yield f"XML-RPC at xmlrpc.cgi, JSON-RPC at jsonrpc.cgi, REST at rest, Ketura at Ketura; files of at most {limit}."
    yield "All of it is described at docs, and for programs at application.wadl, openapi.json and openrpc.json."


def serve_until_stopped(effective: EffectiveSettings, site: Site, announce: Announce) -> None:
    """Warn of what is unsafe, then serve until a signal comes."""
    settings = effective.settings
    for danger in unsafe(settings, settings.attachment_limit(site)):
        remark(f"Warning: {danger.what} {danger.advice}")
    run_until_stopped(effective, replace(settings), announce)


def run_until_stopped(
    effective: EffectiveSettings, settings: Settings, announce: Announce, front: FrontOptions | None = None
) -> None:
    """Serve from a store, or in front of a site, until a signal comes.

    `settings` are those of `effective` or follow from them; they take over what has changed when SIGHUP comes.
    """
    from gateway.cli.server import run, serve_single  # aiohttp takes time to import: other commands do without it
    from gateway.cli.workers import Workers

    logs.configure(settings)
    listeners = listen(settings.host, settings.port, settings.workers)
    address = _address(settings, listeners[0])
    if len(listeners) == 1:
        run(serve_single(effective, settings, listeners[0], lambda: announce(address), front))
    else:
        asyncio.run(Workers(effective, settings, listeners, lambda: announce(address), front).run())


def _address(settings: Settings, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{settings.path_prefix}/"
