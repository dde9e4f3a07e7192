"""The `gateway` command. Exit codes: 0 for success, 1 for a failure or a finding, 2 for wrong usage."""

from importlib import import_module
from typing import Any

import click

from gateway import __version__
from gateway.errors import GatewayError
from gateway.sitefile import SiteFileError
from gateway.store.interface import StoreRefused, StoreUnavailable

_COMMANDS = {
    "attachment": "attachment_commands.attachment_commands",
    "backup": "maintenance.backup",
    "bug": "bug_commands.bug_commands",
    "check": "maintenance.check",
    "completion": "shell_completion.completion",
    "component": "product_commands.component_commands",
    "demo": "demo_command.demo",
    "doctor": "doctor.doctor",
    "dump": "load_and_dump.dump",
    "flagtype": "flag_type_commands.flag_type_commands",
    "front": "front_command.front",
    "group": "group_commands.group_commands",
    "import": "import_command.import_command",
    "init": "site_commands.init",
    "key": "key_commands.key_commands",
    "load": "load_and_dump.load",
    "log": "log_command.log_command",
    "move": "move_command.move_command",
    "param": "site_commands.param_commands",
    "product": "product_commands.product_commands",
    "restore": "maintenance.restore",
    "serve": "serve.serve",
    "settings": "maintenance.settings",
    "user": "user_commands.user_commands",
}
"""Each command by its module and its name there, imported when the command is asked for: all take half a second."""


class _Commands(click.Group):
    """Commands that report expected failures in a line that says what to do, without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module, _, name = _COMMANDS.get(cmd_name, "").rpartition(".")
        command: click.Command | None = getattr(import_module(f"gateway.cli.{module}"), name) if module else None
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (StoreRefused, SiteFileError, GatewayError) as problem:
            raise click.ClickException(str(problem)) from problem
        except StoreUnavailable as problem:
            raise click.ClickException(f"The database cannot be used right now: {problem}.") from problem


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gateway")
def main() -> None:
    """Serve Bugzilla's API over XML-RPC, JSON-RPC and REST, and Ketura's uploads, from one SQLite file or a PostgreSQL
    database. WADL, OpenAPI, OpenRPC and the page /docs describe the API.

    \b
    To try it out:
      gateway demo

    \b
    To set up a site:
      gateway init --database bugs.db
      gateway user add you@example.com --group admin --group editbugs --database bugs.db
      gateway product add Widgets --component Engine --database bugs.db
      gateway serve --database bugs.db

    \b
    Every setting is a flag of `serve`, an environment variable or a line in gateway.toml: see `gateway settings`.
    `gateway completion` prints the completion scripts for bash, zsh and fish.
    """
