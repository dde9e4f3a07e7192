"""`gateway demo`: create and serve the demonstration site with one command."""

import json
from pathlib import Path

import click

from gateway.cli import store_access
from gateway.cli.options import flags_alone, settings_in_effect
from gateway.cli.output import remark
from gateway.cli.safety import is_local
from gateway.cli.serve import serve_until_stopped
from gateway.database_url import DatabaseUrl
from gateway.demo_site import API_KEY, LOGIN, PASSWORD, PUBLIC_BUG, site
from gateway.passwords import hash_secret
from gateway.settings import EffectiveSettings, Settings
from gateway.store.opening import locate


@click.command()
@flags_alone(database="gateway-demo.db", host="127.0.0.1", port="8080")
def demo(effective: EffectiveSettings) -> None:
    """Serve a small site to try things out. It prints calls to copy and paste.

    The site is created in the database (gateway-demo.db) unless that exists; your changes are kept. Its passwords are
    known to everybody, so it never uses the database that a settings file or GATEWAY_DATABASE names: only these flags
    count.

    \b
    Examples:
      gateway demo
      gateway demo --port 8081
    """
    settings = effective.settings
    _refuse_database_of_settings(settings)
    if not locate(settings.database).has_site():
        store_access.fill(settings, json.dumps(site()).encode())
    elif not store_access.read(settings, lambda tx: tx.api_key(hash_secret(API_KEY))):
        raise click.ClickException(
            f"{settings.database} holds another site. Serve it with `gateway serve --database {settings.database}`, "
            "or name another file for the demonstration."
        )
    if not is_local(settings.host):
        remark(f"Warning: anybody who can reach {settings.host} can log in: the passwords are known to everybody.")
    served = store_access.read(settings, lambda tx: tx.site())
    serve_until_stopped(effective, served, lambda address: click.echo(_welcome(settings, address)))


def _refuse_database_of_settings(settings: Settings) -> None:
    """Refuse to use the database that a settings file or the environment names. It need not exist yet."""
    others = settings_in_effect({})
    source = others.sources.get("database")
    if source and _identity(others.settings.database) == _identity(settings.database):
        raise click.ClickException(
            f"{settings.database} is the database that {source} names, and everybody knows the passwords of the "
            "demonstration. Name another file with --database."
        )


def _identity(database: Path | DatabaseUrl) -> str:
    return str(database.resolve() if isinstance(database, Path) else database)


def _welcome(settings: Settings, address: str) -> str:
    rest = f"{address}rest/bug/{PUBLIC_BUG}/attachment?api_key={API_KEY}&exclude_fields=data"
    arguments = {"ids": [PUBLIC_BUG], "exclude_fields": ["data"], "api_key": API_KEY}
    call = json.dumps({"method": "Bug.attachments", "params": [arguments], "id": 1})
    python = (
        f"import xmlrpc.client; print(xmlrpc.client.ServerProxy('{address}xmlrpc.cgi').Bug.attachments({arguments}))"
    )
    upload = (
        f"echo hello | curl -u {LOGIN}:{PASSWORD} -F Description=Greeting -F 'File=@-;filename=hello.txt' "
        f"{address}Ketura/API/Issues/{PUBLIC_BUG}/Attachments"
    )
    return f"""Listening on {address}

The demonstration site is in {settings.database}. Log in as {LOGIN} with the password {PASSWORD},
or use the API key {API_KEY}. {address}docs describes every call.
List the same attachments in a browser or over each protocol:

Browser
  {address}show_bug.cgi?id={PUBLIC_BUG}

REST
  curl '{rest}'

JSON-RPC
  curl -H 'Content-Type: application/json' -d '{call}' {address}jsonrpc.cgi

XML-RPC
  python3 -c "{python}"

Ketura (an upload)
  {upload}

The bugzilla command (pip install python-bugzilla)
  bugzilla --bugzilla {address}xmlrpc.cgi --username {LOGIN} --password {PASSWORD} attach --getall {PUBLIC_BUG}

Ctrl-C stops it."""
