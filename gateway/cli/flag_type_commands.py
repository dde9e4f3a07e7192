"""`gateway flagtype`: the types of flags."""

import click
from msgspec.structs import replace

from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, given, json_option
from gateway.cli.output import remark, show
from gateway.model import FlagType, Scope
from gateway.settings import EffectiveSettings
from gateway.store.interface import Reader, Writer


@click.group("flagtype")
def flag_type_commands() -> None:
    """Add, change, disable and enable types of flags, such as "review".

    \b
    Example:
      gateway flagtype add review --description "Please look at this."
    """


@flag_type_commands.command("add")
@click.argument("name")
@click.option("--description", default="", help="A description of its purpose.")
@click.option("--for-bugs", is_flag=True, help="A type for bugs; by default for attachments.")
@click.option("--product", help="Only for this product.", shell_complete=shell_completion.products)
@click.option("--component", help="Only for this component of the product.")
@click.option(
    "--grant-group",
    metavar="GROUP",
    help="The group that may grant and deny it.",
    shell_complete=shell_completion.groups,
)
@click.option(
    "--request-group",
    metavar="GROUP",
    help="The group that may request it, besides those who may grant it.",
    shell_complete=shell_completion.groups,
)
@click.option("--requestable/--not-requestable", default=True, help="Allow requests, with the status '?'. [yes]")
@click.option("--requesteeble/--not-requesteeble", default=True, help="Allow requests of a particular user. [yes]")
@click.option("--multiplicable/--not-multiplicable", default=True, help="Allow several flags of this type. [yes]")
@click.option("--sortkey", type=int, default=0, help="Its position among the others. [0]")
@database_options
def flag_type_add(
    effective: EffectiveSettings,
    name: str,
    description: str,
    for_bugs: bool,
    product: str | None,
    component: str | None,
    grant_group: str | None,
    request_group: str | None,
    requestable: bool,
    requesteeble: bool,
    multiplicable: bool,
    sortkey: int,
) -> None:
    """Add a flag type and print its id.

    \b
    Examples:
      gateway flagtype add review --description "Please look at this."
      gateway flagtype add approval --grant-group editbugs --product Widgets --not-multiplicable
    """
    if component and not product:
        raise click.UsageError("--component needs --product.")
    flag_type = FlagType(
        id=0,
        name=name,
        description=description,
        target_type="bug" if for_bugs else "attachment",
        sortkey=sortkey,
        is_requestable=requestable,
        is_requesteeble=requesteeble,
        is_multiplicable=multiplicable,
        grant_group=grant_group,
        request_group=request_group,
        inclusions=(Scope(product, component),),
    )
    type_id = store_access.write(effective.settings, lambda tx: tx.add_flag_type(flag_type))
    remark(f"The flag type {name} was added. Its id is:")
    click.echo(type_id)


@flag_type_commands.command("change")
@click.argument("type_id", metavar="ID", type=int)
@click.option("--name", help="A new name.")
@click.option("--description", help="A new description.")
@click.option("--grant-group", metavar="GROUP", help="The group that may grant and deny it; '' for everybody.")
@click.option("--request-group", metavar="GROUP", help="The group that may request it; '' for everybody.")
@click.option("--requestable/--not-requestable", default=None, help="Allow requests, with the status '?'.")
@click.option("--requesteeble/--not-requesteeble", default=None, help="Allow requests of a particular user.")
@click.option("--multiplicable/--not-multiplicable", default=None, help="Allow several flags of this type.")
@click.option("--sortkey", type=int, help="Its position among the others.")
@database_options
def flag_type_change(
    effective: EffectiveSettings,
    type_id: int,
    name: str | None,
    description: str | None,
    grant_group: str | None,
    request_group: str | None,
    requestable: bool | None,
    requesteeble: bool | None,
    multiplicable: bool | None,
    sortkey: int | None,
) -> None:
    """Change a flag type. Options that are not given stay as they are. `gateway flagtype list` shows the ID.

    \b
    Example:
      gateway flagtype change 1 --grant-group editbugs
    """
    changes = given(
        name=name,
        description=description,
        grant_group=grant_group,
        request_group=request_group,
        is_requestable=requestable,
        is_requesteeble=requesteeble,
        is_multiplicable=multiplicable,
        sortkey=sortkey,
    )
    changes |= {group: changes[group] or None for group in ("grant_group", "request_group") if group in changes}

    def work(tx: Writer) -> None:
        for group in filter(None, (grant_group, request_group)):
            store_access.check_group(tx, group)
        tx.set_flag_type(replace(_flag_type(tx, type_id), **changes))

    store_access.write(effective.settings, work)
    remark(f"Flag type {type_id} was changed.")


@flag_type_commands.command("list")
@json_option
@database_options
def flag_type_list(effective: EffectiveSettings, as_json: bool) -> None:
    """List flag types. Columns: id, name, description, target, inclusions, exclusions, in use.

    \b
    Example:
      gateway flagtype list
    """

    def work(tx: Reader) -> list[dict[str, object]]:
        return [
            {
                "id": each.id,
                "name": each.name,
                "description": each.description,
                "for": each.target_type,
                "applies to": [_described(scope) for scope in each.inclusions],
                "but not to": [_described(scope) for scope in each.exclusions],
                "in use": each.is_active,
            }
            for each in tx.flag_types()
        ]

    show(store_access.read(effective.settings, work), as_json)


def _described(scope: Scope) -> str:
    return " / ".join(filter(None, (scope.product or "every product", scope.component)))


@flag_type_commands.command("disable")
@click.argument("type_id", metavar="ID", type=int)
@database_options
def flag_type_disable(effective: EffectiveSettings, type_id: int) -> None:
    """Disable a flag type. Flags that are set stay. `gateway flagtype list` shows the ID.

    \b
    Example:
      gateway flagtype disable 3
    """
    _set_active(effective, type_id, active=False)
    remark(f"Flag type {type_id} is disabled.")


@flag_type_commands.command("enable")
@click.argument("type_id", metavar="ID", type=int)
@database_options
def flag_type_enable(effective: EffectiveSettings, type_id: int) -> None:
    """Enable a disabled flag type.

    \b
    Example:
      gateway flagtype enable 3
    """
    _set_active(effective, type_id, active=True)
    remark(f"Flag type {type_id} is enabled.")


def _set_active(effective: EffectiveSettings, type_id: int, active: bool) -> None:
    def work(tx: Writer) -> None:
        tx.set_flag_type_active(_flag_type(tx, type_id).id, active)

    store_access.write(effective.settings, work)


def _flag_type(tx: Reader, type_id: int) -> FlagType:
    found = next((each for each in tx.flag_types() if each.id == type_id), None)
    if found is None:
        raise click.ClickException(f"There is no flag type {type_id}; `gateway flagtype list` lists all.")
    return found
