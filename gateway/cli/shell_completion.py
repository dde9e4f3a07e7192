"""Shell completion: `gateway completion`, and completers for the names in a site."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress

import click
from click.shell_completion import CompletionItem, get_completion_class

from gateway.cli import store_access
from gateway.settings import load_settings
from gateway.store.interface import Reader
from gateway.store.opening import locate

VARIABLE = "_GATEWAY_COMPLETE"

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell. It completes commands, options, and the names in the site.

    \b
    Examples:
      gateway completion bash > ~/.local/share/bash-completion/completions/gateway
      gateway completion zsh > "${fpath[1]}/_gateway"
      gateway completion fish > ~/.config/fish/completions/gateway.fish
    """
    known = get_completion_class(shell)
    if known is None:
        raise AssertionError(f"click has no completion for {shell}")
    click.echo(known(click.Group(), {}, "gateway", VARIABLE).source())


def names(of: Callable[[Reader], Iterable[str]]) -> Complete:
    """Make a completer for the names that `of` finds in the site.

    It completes nothing if there is no site, or if its schema is not up to date.
    """

    def complete(context: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
        with suppress(Exception):  # the command itself reports any problem when it is run
            database = context.params.get("database")
            flags = {"database": database} if database else {}
            settings = load_settings(flags, os.environ, context.params.get("config")).settings
            if locate(settings.database).schema_is_current():
                found = store_access.read(settings, lambda tx: list(of(tx)))
                return [CompletionItem(name) for name in found if name.startswith(begun)]
        return []

    return complete


logins = names(lambda tx: (user.login for user in tx.users()))
groups = names(lambda tx: (group.name for group in tx.groups()))
products = names(lambda tx: (product.name for product in tx.products()))
params = names(lambda tx: sorted(tx.site().parameters))
