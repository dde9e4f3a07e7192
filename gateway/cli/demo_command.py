"""`gateway demo`: create and serve the demonstration site with one command."""

import json
from dataclasses import replace
from pathlib import Path

import click

from gateway.cli import store_access
from gateway.cli.options import settings_options
from gateway.cli.output import remark
from gateway.cli.safety import is_local
from gateway.cli.serve import serve_until_stopped
from gateway.demo_site import API_KEY, LOGIN, PASSWORD, PUBLIC_BUG, site
from gateway.passwords import hash_secret
from gateway.settings import EffectiveSettings, Settings
from gateway.store.opening import locate

_DATABASE = Path("gateway-demo.db")


@click.command()
@settings_options("database", "host", "port")
def demo(effective: EffectiveSettings) -> None:
    """Serve a small site to try things out. It prints calls to copy and paste.

    The site is created in the database (gateway-demo.db) unless that exists; your changes are kept. Its passwords are
    known to everybody.

    \b
    Examples:
      gateway demo
      gateway demo --port 8081
    """
    settings = effective.settings
    if "database" not in effective.sources:
        settings = replace(settings, database=_DATABASE)
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
    serve_until_stopped(settings, served, lambda address: click.echo(_welcome(settings, address)))


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
