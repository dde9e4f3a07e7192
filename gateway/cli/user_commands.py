"""`gateway user`: users and their groups."""

from collections.abc import Callable

import click
from msgspec.structs import replace

from gateway import passwords
from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, json_option, new_password, password_options, print_generated
from gateway.cli.output import remark, show, show_one
from gateway.methods.identity import LOCKOUT, MAX_FAILURES
from gateway.model import User
from gateway.settings import EffectiveSettings
from gateway.store.interface import Reader, Writer


@click.group("user")
def user_commands() -> None:
    """Add, rename, disable and unlock users, and change their groups.

    \b
    Example:
      gateway user add dev@example.com --name "A Developer" --group editbugs
    """


@user_commands.command("add")
@click.argument("login")
@click.option("--name", default="", help="The real name.")
@click.option(
    "--group",
    "groups",
    multiple=True,
    help="A group to join; may be given several times.",
    shell_complete=shell_completion.groups,
)
@click.option("--no-password", "source", flag_value="none", help="Set none: for programs that use an API key.")
@password_options
@database_options
def user_add(effective: EffectiveSettings, login: str, name: str, groups: tuple[str, ...], source: str | None) -> None:
    """Add a user.

    LOGIN is usually an e-mail address. You are asked for the password unless an option says otherwise. Members of
    `editbugs` may change the bugs and attachments of others; members of the insider group see private ones.

    \b
    Examples:
      gateway user add dev@example.com --name "A Developer" --group editbugs
      gateway user add bot@example.com --no-password
      echo "$PASSWORD" | gateway user add qa@example.com --password-stdin
    """
    _check_login(login)
    password = "" if source == "none" else new_password(source)
    hashed = passwords.hash_password(password) if password else None

    def work(tx: Writer) -> None:
        for group in groups:
            store_access.check_group(tx, group)
        tx.add_user(User(0, login, name, groups=frozenset(groups)), hashed)

    store_access.write(effective.settings, work)
    print_generated(source, password)
    remark(f"{login} was added.")


@user_commands.command("list")
@json_option
@database_options
def user_list(effective: EffectiveSettings, as_json: bool) -> None:
    """List all users. Columns: id, login, name, groups, reason if the account is disabled.

    \b
    Examples:
      gateway user list
      gateway user list | cut -f2
      gateway user list --json
    """
    show(store_access.read(effective.settings, lambda tx: [_row(user) for user in tx.users()]), as_json)


@user_commands.command("show")
@click.argument("login", shell_complete=shell_completion.logins)
@json_option
@database_options
def user_show(effective: EffectiveSettings, login: str, as_json: bool) -> None:
    """Show a user and the user's API keys.

    \b
    Example:
      gateway user show dev@example.com
    """

    def work(tx: Reader) -> dict[str, object]:
        user = store_access.user(tx, login)
        keys = [key.id for key in tx.api_keys(user.id) if not key.revoked]
        return {**_row(user), "password": tx.password_hash(user.id) is not None, "keys": keys}

    show_one(store_access.read(effective.settings, work), as_json)


@user_commands.command("disable")
@click.argument("login", shell_complete=shell_completion.logins)
@click.option("--reason", required=True, help="The reason, which is shown to the user.")
@database_options
def user_disable(effective: EffectiveSettings, login: str, reason: str) -> None:
    """Disable an account. Its password, API keys and logins stop working at once.

    \b
    Example:
      gateway user disable dev@example.com --reason "Left the project."
    """
    if not reason:
        raise click.UsageError("--reason cannot be empty: the user is shown it.")
    _change(effective, login, lambda user: replace(user, disabled_text=reason))
    remark(f"{login} is disabled. `gateway user enable {login}` undoes this.")


@user_commands.command("enable")
@click.argument("login", shell_complete=shell_completion.logins)
@database_options
def user_enable(effective: EffectiveSettings, login: str) -> None:
    """Enable a disabled account.

    \b
    Example:
      gateway user enable dev@example.com
    """
    _change(effective, login, lambda user: replace(user, disabled_text=""))
    remark(f"{login} is enabled.")


@user_commands.command("rename")
@click.argument("login", shell_complete=shell_completion.logins)
@click.argument("new_login", required=False)
@click.option("--name", help="The new real name.")
@database_options
def user_rename(effective: EffectiveSettings, login: str, new_login: str | None, name: str | None) -> None:
    """Change the login of a user, the real name, or both. Password, API keys and everything else stay.

    \b
    Examples:
      gateway user rename dev@example.com dev@example.org
      gateway user rename dev@example.com --name "A Developer"
    """
    if new_login is None and name is None:
        raise click.UsageError("Give a new login, or --name.")
    if new_login is not None:
        _check_login(new_login)

    def change(user: User) -> User:
        return replace(user, login=new_login or user.login, real_name=user.real_name if name is None else name)

    _change(effective, login, change)
    remark(f"{login} is now {new_login or login}{f', {name}' if name else ''}.")


@user_commands.command("unlock")
@click.argument("login", shell_complete=shell_completion.logins)
@database_options
def user_unlock(effective: EffectiveSettings, login: str) -> None:
    """Unlock an account that is locked after wrong passwords, for every address. The password stays.

    Without this the lock ends half an hour after the last of them.

    \b
    Example:
      gateway user unlock dev@example.com
    """

    def work(tx: Writer) -> bool:
        user = store_access.user(tx, login)
        was_locked = tx.lockouts(tx.now - LOCKOUT, MAX_FAILURES, user.id) > 0
        if was_locked:
            tx.clear_lockouts(user.id)
        return was_locked

    was_locked = store_access.write(effective.settings, work)
    remark(f"{login} is unlocked." if was_locked else f"{login} was not locked.")


@user_commands.command("password")
@click.argument("login", shell_complete=shell_completion.logins)
@password_options
@database_options
def user_password(effective: EffectiveSettings, login: str, source: str | None) -> None:
    """Set a new password, and end all logins of the user.

    \b
    Examples:
      gateway user password dev@example.com
      gateway user password dev@example.com --generate-password
    """
    store_access.read(effective.settings, lambda tx: store_access.user(tx, login))  # before asking for a password
    password = new_password(source)
    hashed = passwords.hash_password(password)
    store_access.write(effective.settings, lambda tx: tx.set_password_hash(store_access.user(tx, login).id, hashed))
    print_generated(source, password)
    remark(f"{login} has a new password.")


@user_commands.command("groups")
@click.argument("login", shell_complete=shell_completion.logins)
@click.option(
    "--add",
    multiple=True,
    metavar="GROUP",
    help="A group to join; may be given several times.",
    shell_complete=shell_completion.groups,
)
@click.option(
    "--remove",
    multiple=True,
    metavar="GROUP",
    help="A group to leave; may be given several times.",
    shell_complete=shell_completion.groups,
)
@json_option
@database_options
def user_groups(
    effective: EffectiveSettings, login: str, add: tuple[str, ...], remove: tuple[str, ...], as_json: bool
) -> None:
    """Show or change the groups of a user.

    \b
    Examples:
      gateway user groups dev@example.com
      gateway user groups dev@example.com --add editbugs --remove canconfirm
    """

    def work(tx: Writer) -> list[str]:
        for group in (*add, *remove):
            store_access.check_group(tx, group)
        user = store_access.user(tx, login)
        direct = tx.direct_groups(user.id)
        if (groups := (direct | set(add)) - set(remove)) != direct:
            tx.set_direct_groups(user.id, groups)
        effective_groups = store_access.user(tx, login).groups
        if kept := effective_groups & set(remove):
            raise click.ClickException(
                f"{user.login} is in {', '.join(sorted(kept))} through another group or the regular expression of a "
                "group: change that."
            )
        return sorted(effective_groups)

    groups = store_access.write(effective.settings, work)
    show([{"group": name} for name in groups], as_json)


def _check_login(login: str) -> None:
    if not login or login != "".join(login.split()):
        raise click.UsageError("A login cannot be empty or contain spaces.")


def _change(effective: EffectiveSettings, login: str, change: Callable[[User], User]) -> None:
    store_access.write(effective.settings, lambda tx: tx.set_user(change(store_access.user(tx, login))))


def _row(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "login": user.login,
        "name": user.real_name,
        "groups": sorted(user.groups),
        "disabled": user.disabled_text,
    }
