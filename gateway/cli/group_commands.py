"""`gateway group`: groups of users."""

import click

from gateway.cli import store_access
from gateway.cli.options import database_options, json_option
from gateway.cli.output import remark, show
from gateway.model import Group
from gateway.settings import EffectiveSettings
from gateway.store.interface import Reader


@click.group("group")
def group_commands() -> None:
    """Add groups of users.

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


@group_commands.command("list")
@json_option
@database_options
def group_list(effective: EffectiveSettings, as_json: bool) -> None:
    """List all groups. Columns: id, name, description, whether bugs can be in it.

    \b
    Example:
      gateway group list
    """

    def work(tx: Reader) -> list[dict[str, object]]:
        return [
            {"id": each.id, "name": each.name, "description": each.description, "for bugs": each.is_bug_group}
            for each in tx.groups()
        ]

    show(store_access.read(effective.settings, work), as_json)
