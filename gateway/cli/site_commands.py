"""`gateway init` and `gateway param`: a new site, and what is set for all of it."""

import json

import click
from msgspec.structs import replace

from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, json_option
from gateway.cli.output import remark, show
from gateway.settings import EffectiveSettings
from gateway.sitefile.blank import BLANK
from gateway.store.interface import Reader, Writer
from gateway.store.places import place


@click.command()
@database_options
def init(effective: EffectiveSettings) -> None:
    """Make a new, empty site. It has the groups whose names mean something.

    To fill a site from a file use `gateway load` instead, which makes its own database.

    \b
    Example:
      gateway init --database bugs.db
    """
    where = place(effective.settings.database)
    if where.is_filled():
        raise click.ClickException(f"{where.name} is there already. Choose another with --database.")
    store_access.fill(effective.settings, json.dumps(BLANK).encode())
    remark(f"{where.name} is an empty site. Next: gateway user add, gateway product add, then gateway serve.")


@click.group("param")
def param_commands() -> None:
    """Set parameters of the site, by Bugzilla's names.

    \b
    Example:
      gateway param set maxattachmentsize 51200
    """


@param_commands.command("list")
@json_option
@database_options
def param_list(effective: EffectiveSettings, as_json: bool) -> None:
    """List the parameters that are set. These do something:

    \b
      insidergroup       the group that sees private attachments and comments
      timetrackinggroup  the group that sees the times of bugs
      requirelogin       1: nobody sees anything without logging in
      maxattachmentsize  the largest attachment in KiB, where the settings do not say it
      maintainer         the address that clients are told

    \b
    Example:
      gateway param list
    """

    def work(tx: Reader) -> list[dict[str, object]]:
        return [{"name": name, "value": value} for name, value in sorted(tx.site().parameters.items())]

    show(store_access.read(effective.settings, work), as_json)


@param_commands.command("set")
@click.argument("name", shell_complete=shell_completion.params)
@click.argument("value")
@database_options
def param_set(effective: EffectiveSettings, name: str, value: str) -> None:
    """Set a parameter. `gateway param list --help` names those that do something.

    \b
    Example:
      gateway param set maintainer admin@example.com
    """

    def work(tx: Writer) -> None:
        site = tx.site()
        tx.set_site(replace(site, parameters={**site.parameters, name: value}))

    store_access.write(effective.settings, work)
    remark(f"{name} is {value}.")
