"""`gateway init` and `gateway param`: create a site, and set its parameters."""

import difflib
import json

import click
from msgspec.structs import replace

from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, json_option
from gateway.cli.output import remark, show
from gateway.cli.parameters import PARAMETERS, RELOADED, Parameter
from gateway.settings import EffectiveSettings
from gateway.sitefile.blank import BLANK
from gateway.store.interface import Reader, Writer
from gateway.store.opening import locate

_NAMES = "\n".join(f"  {name:<26}{each.meaning}" for name, each in PARAMETERS.items())


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
    """List the parameters that are set. Columns: name, value, meaning.

    \b
    Example:
      gateway param list
    """

    def work(tx: Reader) -> list[dict[str, object]]:
        return [
            {"name": name, "value": value, "meaning": PARAMETERS[name].meaning if name in PARAMETERS else ""}
            for name, value in sorted(tx.site().parameters.items())
        ]

    show(store_access.read(effective.settings, work), as_json)


@param_commands.command("set", epilog=f"\b\nParameters:\n{_NAMES}")
@click.argument("name", shell_complete=shell_completion.params)
@click.argument("value")
@database_options
def param_set(effective: EffectiveSettings, name: str, value: str) -> None:
    """Set a parameter.

    \b
    Example:
      gateway param set maintainer admin@example.com
    """
    parameter = _known(name)

    def work(tx: Writer) -> None:
        if not parameter.check(tx, value):
            raise click.BadParameter(f"{name} takes {parameter.takes}; not {value!r}.", param_hint="VALUE")
        site = tx.site()
        tx.set_site(replace(site, parameters={**site.parameters, name: value}))

    store_access.write(effective.settings, work)
    remark(f"{name} is now {value}.{_when_taken(name)}")


@param_commands.command("unset")
@click.argument("name", shell_complete=shell_completion.params)
@database_options
def param_unset(effective: EffectiveSettings, name: str) -> None:
    """Remove a parameter: the site behaves as if it had never been set.

    \b
    Example:
      gateway param unset requirelogin
    """

    def work(tx: Writer) -> None:
        site = tx.site()
        if name not in site.parameters:
            raise click.ClickException(f"{name} is not set; `gateway param list` lists those that are.")
        kept = {other: value for other, value in site.parameters.items() if other != name}
        tx.set_site(replace(site, parameters=kept))

    store_access.write(effective.settings, work)
    remark(f"{name} is no longer set.{_when_taken(name)}")


def _known(name: str) -> Parameter:
    if name in PARAMETERS:
        return PARAMETERS[name]
    close = difflib.get_close_matches(name, PARAMETERS, n=1)
    guess = f" Did you mean {close[0]}?" if close else f" These have: {', '.join(PARAMETERS)}."
    raise click.BadParameter(f"no parameter {name} has an effect.{guess}", param_hint="NAME")


def _when_taken(name: str) -> str:
    if name not in RELOADED:
        return ""
    return " A gateway that serves the site takes it when it is restarted, or gets SIGHUP (`systemctl reload gateway`)."
