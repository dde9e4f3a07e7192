"""The commands of a group of commands, which imports each only when it is asked for."""

import click


def subcommands(group: click.Group) -> dict[str, click.Command]:
    """Import the commands of a group, and return them by their names."""
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}
