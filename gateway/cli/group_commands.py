"""`gateway group`: groups of users."""

import click
from msgspec.structs import replace

from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, given, json_option
from gateway.cli.output import remark, show
from gateway.model import Group
from gateway.settings import EffectiveSettings
from gateway.sitefile.blank import BLANK
from gateway.store.interface import Reader, Writer

BUILT_IN = {group["name"] for group in BLANK["groups"]} - {"insiders"}
"""The groups whose names have a meaning; that of `insiders` comes from a parameter."""

GROUP_PARAMETERS = ("insidergroup", "timetrackinggroup")
"""The parameters of a site whose values are names of groups."""


@click.group("group")
def group_commands() -> None:
    """Add groups of users, and change and retire them.

    \b
    Example:
      gateway group add security --for-bugs
    """


@group_commands.command("add")
@click.argument("name")
@click.option("--description", default="", help="The purpose of the group.")
@click.option("--for-bugs", is_flag=True, help="Allow bugs in the group, which only its members then see.")
@database_options
def group_add(effective: EffectiveSettings, name: str, description: str, for_bugs: bool) -> None:
    """Add a group.

    Use `gateway product access` to restrict access to the bugs of a product to the group.

    \b
    Example:
      gateway group add security --for-bugs --description "Sees unfixed vulnerabilities."
    """
    store_access.write(effective.settings, lambda tx: tx.add_group(Group(0, name, description, for_bugs)))
    remark(f"The group {name} was added.")


@group_commands.command("change")
@click.argument("name", shell_complete=shell_completion.groups)
@click.option("--name", "new_name", help="A new name; parameters that name the group follow.")
@click.option("--description", help="A new description.")
@click.option("--for-bugs/--not-for-bugs", default=None, help="Allow bugs in the group, or no longer.")
@click.option("--active/--retired", default=None, help="Retire it: bugs in it stay so, and no others can be put in.")
@database_options
def group_change(
    effective: EffectiveSettings,
    name: str,
    new_name: str | None,
    description: str | None,
    for_bugs: bool | None,
    active: bool | None,
) -> None:
    """Change a group, or retire it. Options that are not given stay as they are.

    \b
    Examples:
      gateway group change security --description "Sees unfixed vulnerabilities."
      gateway group change security --retired
    """
    changes = given(name=new_name, description=description, is_bug_group=for_bugs, is_active=active)

    def work(tx: Writer) -> None:
        store_access.check_group(tx, name)
        [old] = [each for each in tx.groups() if each.name == name]
        if new_name and name in BUILT_IN:
            raise click.ClickException(f"The group {name} has a meaning of its own, so it keeps its name.")
        tx.set_group(replace(old, **changes))
        site = tx.site()
        renamed = {param: new_name for param in GROUP_PARAMETERS if new_name and site.parameters.get(param) == name}
        if renamed:
            tx.set_site(replace(site, parameters={**site.parameters, **renamed}))

    store_access.write(effective.settings, work)
    remark(f"The group {new_name or name} was changed.")


@group_commands.command("list")
@json_option
@database_options
def group_list(effective: EffectiveSettings, as_json: bool) -> None:
    """List all groups. Columns: id, name, description, whether bugs can be in it, in use.

    \b
    Example:
      gateway group list
    """

    def work(tx: Reader) -> list[dict[str, object]]:
        return [
            {
                "id": each.id,
                "name": each.name,
                "description": each.description,
                "for bugs": each.is_bug_group,
                "in use": each.is_active,
            }
            for each in tx.groups()
        ]

    show(store_access.read(effective.settings, work), as_json)
