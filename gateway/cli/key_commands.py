"""`gateway key`: API keys for programs."""

import click

from gateway import passwords
from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, json_option
from gateway.cli.output import remark, show, show_one
from gateway.model import ApiKey
from gateway.settings import EffectiveSettings
from gateway.store.interface import Reader, Writer


@click.group("key")
def key_commands() -> None:
    """Create and revoke API keys for programs.

    \b
    Example:
      gateway key add bot@example.com --description "nightly build"
    """


@key_commands.command("add")
@click.argument("login", shell_complete=shell_completion.logins)
@click.option("--description", default="", help="The purpose of the key, to recognise it later.")
@json_option
@database_options
def key_add(effective: EffectiveSettings, login: str, description: str, as_json: bool) -> None:
    """Create an API key for a user. It is printed only once: the database keeps just its hash.

    \b
    Examples:
      gateway key add bot@example.com --description "nightly build"
      KEY=$(gateway key add bot@example.com)
    """
    secret = passwords.new_api_key()

    def work(tx: Writer) -> int:
        user = store_access.user(tx, login)
        return tx.add_api_key(ApiKey(0, user.id, passwords.hash_secret(secret), description))

    key_id = store_access.write(effective.settings, work)
    if as_json:
        show_one({"id": key_id, "login": login, "api_key": secret}, as_json)
        return
    remark(f"Key {key_id} of {login}. Copy it now: it cannot be shown again.")
    click.echo(secret)


@key_commands.command("list")
@click.argument("login", required=False, shell_complete=shell_completion.logins)
@json_option
@database_options
def key_list(effective: EffectiveSettings, login: str | None, as_json: bool) -> None:
    """List the API keys of one user or of all. Columns: id, login, description, revoked.

    \b
    Examples:
      gateway key list
      gateway key list bot@example.com
    """

    def work(tx: Reader) -> list[dict[str, object]]:
        users = [store_access.user(tx, login)] if login else tx.users()
        return [
            {"id": key.id, "login": user.login, "description": key.description, "revoked": key.revoked}
            for user in users
            for key in tx.api_keys(user.id)
        ]

    show(store_access.read(effective.settings, work), as_json)


@key_commands.command("revoke")
@click.argument("key_id", metavar="ID", type=int)
@database_options
def key_revoke(effective: EffectiveSettings, key_id: int) -> None:
    """Revoke an API key for good. `gateway key list` shows the ID.

    \b
    Example:
      gateway key revoke 5
    """

    def work(tx: Writer) -> None:
        if not any(key.id == key_id for user in tx.users() for key in tx.api_keys(user.id)):
            raise click.ClickException(f"There is no key {key_id}; `gateway key list` lists all.")
        tx.revoke_api_key(key_id)

    store_access.write(effective.settings, work)
    remark(f"Key {key_id} is revoked.")
