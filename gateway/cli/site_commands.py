"""`gateway init` and `gateway param`: create a site, and set its parameters."""

import json
import re
from collections.abc import Mapping

import click
from msgspec.structs import replace

from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, json_option
from gateway.cli.output import remark, show
from gateway.settings import EffectiveSettings
from gateway.sitefile.blank import BLANK
from gateway.store.interface import Reader, Writer
from gateway.store.opening import locate

_FORMS: Mapping[str, tuple[str, str]] = {
    "requirelogin": ("[01]", "0 or 1"),
    "maxattachmentsize": ("[0-9]+", "a number of KiB"),
}
"""The form of the value of a parameter, as a pattern and in words. Others take any text."""


@click.command()
@database_options
def init(effective: EffectiveSettings) -> None:
    """Create an empty site. It has Bugzilla's built-in groups.

    To create a site from a file, use `gateway load` instead.

    \b
    Example:
      gateway init --database bugs.db
    """
    where = locate(effective.settings.database)
    if where.has_site():
        raise click.ClickException(f"{where.name} exists already. Name another database with --database.")
    store_access.fill(effective.settings, json.dumps(BLANK).encode())
    remark(f"{where.name} is an empty site. Next: `gateway user add`, `gateway product add`, then `gateway serve`.")


@click.group("param")
def param_commands() -> None:
    """List and set Bugzilla's parameters of the site.

    \b
    Example:
      gateway param set maxattachmentsize 51200
    """


@param_commands.command("list")
@json_option
@database_options
def param_list(effective: EffectiveSettings, as_json: bool) -> None:
    """List the parameters that are set. These have an effect:

    \b
      insidergroup       the group that sees private attachments and comments
      timetrackinggroup  the group that sees the time tracking of bugs
      requirelogin       1: nothing can be seen without logging in
      maxattachmentsize  the size limit of attachments in KiB, unless max_attachment_size is set
      maintainer         the e-mail address that clients are given

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
    """Set a parameter. `gateway param list --help` lists those that have an effect.

    \b
    Example:
      gateway param set maintainer admin@example.com
    """

    pattern, form = _FORMS.get(name, ("(?s).*", ""))
    if not re.fullmatch(pattern, value):
        raise click.BadParameter(f"{name} is {form}, not {value!r}.", param_hint="VALUE")

    def work(tx: Writer) -> None:
        site = tx.site()
        tx.set_site(replace(site, parameters={**site.parameters, name: value}))

    store_access.write(effective.settings, work)
    remark(f"{name} is now {value}.")
