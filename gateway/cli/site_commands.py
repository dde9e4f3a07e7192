"""`gateway init` and `gateway param`: create a site, and set its parameters."""

import difflib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import click
from msgspec.structs import replace

from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, json_option
from gateway.cli.output import remark, show
from gateway.settings import EffectiveSettings
from gateway.sitefile.blank import BLANK
from gateway.store.interface import Reader, Writer
from gateway.store.opening import locate

_Check = Callable[[Reader, str], bool]


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter that has an effect: its meaning, the values that it takes in words, and their check."""

    meaning: str
    takes: str
    check: _Check


def _matches(pattern: str) -> _Check:
    return lambda _, value: re.fullmatch(pattern, value) is not None


def _is_group(tx: Reader, name: str) -> bool:
    return any(group.name == name for group in tx.groups())


_GROUP = "the name of a group; `gateway group list` lists all"
_PARAMETERS: Mapping[str, _Parameter] = {
    "insidergroup": _Parameter("the group that sees private attachments and comments", _GROUP, _is_group),
    "timetrackinggroup": _Parameter("the group that sees the time tracking of bugs", _GROUP, _is_group),
    "requirelogin": _Parameter("1: nothing can be seen without logging in", "0 or 1", _matches("[01]")),
    "maxattachmentsize": _Parameter(
        "the size limit of attachments in KiB, unless max_attachment_size is set",
        "a number of KiB",
        _matches("[1-9][0-9]{0,8}"),
    ),
    "allow_attachment_deletion": _Parameter(
        "1: administrators may delete the content of attachments on its page", "0 or 1", _matches("[01]")
    ),
    "maintainer": _Parameter("the e-mail address that clients are given", "one line of text", _matches(r".+")),
}
"""The parameters that can be set. A site that was loaded or imported may have others, which only clients are told."""

_RELOADED = {"maxattachmentsize"}
"""The parameters that a gateway reads at its start; it looks up the others in each call."""

_NAMES = "\n".join(f"  {name:<26}{each.meaning}" for name, each in _PARAMETERS.items())


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
            {"name": name, "value": value, "meaning": _PARAMETERS[name].meaning if name in _PARAMETERS else ""}
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


def _known(name: str) -> _Parameter:
    if name in _PARAMETERS:
        return _PARAMETERS[name]
    close = difflib.get_close_matches(name, _PARAMETERS, n=1)
    guess = f" Did you mean {close[0]}?" if close else f" These have: {', '.join(_PARAMETERS)}."
    raise click.BadParameter(f"no parameter {name} has an effect.{guess}", param_hint="NAME")


def _when_taken(name: str) -> str:
    if name not in _RELOADED:
        return ""
    return " A gateway that serves the site takes it when it is restarted, or gets SIGHUP (`systemctl reload gateway`)."
