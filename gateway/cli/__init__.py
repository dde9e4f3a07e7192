"""The `gateway` command. Exit codes: 0 for success, 1 for a failure or a finding, 2 for wrong usage."""

from typing import Any

import click

from gateway import __version__
from gateway.cli.attachment_commands import attachment_commands
from gateway.cli.bug_commands import bug_commands
from gateway.cli.demo_command import demo
from gateway.cli.doctor import doctor
from gateway.cli.flag_type_commands import flag_type_commands
from gateway.cli.front_command import front
from gateway.cli.group_commands import group_commands
from gateway.cli.import_command import import_command
from gateway.cli.key_commands import key_commands
from gateway.cli.load_and_dump import dump, load
from gateway.cli.log_command import log_command
from gateway.cli.maintenance import backup, check, restore, settings
from gateway.cli.move_command import move_command
from gateway.cli.product_commands import component_commands, product_commands
from gateway.cli.serve import serve
from gateway.cli.shell_completion import completion
from gateway.cli.site_commands import init, param_commands
from gateway.cli.user_commands import user_commands
from gateway.errors import GatewayError
from gateway.sitefile import SiteFileError
from gateway.store.interface import StoreRefused, StoreUnavailable


class _Commands(click.Group):
    """Commands that report expected failures in a line that says what to do, without a traceback."""

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
    """Serve Bugzilla's attachment API over XML-RPC, JSON-RPC and REST, and Ketura's uploads, from one SQLite file or a
    PostgreSQL database. WADL, OpenAPI, OpenRPC and the page /docs describe the API.

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


for _command in (
    *(demo, serve, front, init, load, dump, import_command, move_command),
    *(user_commands, key_commands, group_commands),
    *(product_commands, component_commands, flag_type_commands, bug_commands, attachment_commands),
    *(param_commands, log_command, check, backup, restore, settings, doctor, completion),
):
    main.add_command(_command)
