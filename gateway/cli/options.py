"""Options that many commands share: the settings as flags, JSON output, and the source of a password."""

import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from gateway import passwords
from gateway.settings import EffectiveSettings, SettingInfo, SettingsError, all_settings, load_settings

F = TypeVar("F", bound=Callable[..., Any])

MIN_PASSWORD = 8
"""The minimum length of a password, in characters: the least that NIST SP 800-63B allows."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


_CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE", help="A TOML file with settings. [gateway.toml]"
)


def settings_options(*names: str) -> Callable[[F], F]:
    """Add `--config` and the flags of these settings, or of all if none are named, to a command.

    The command gets the settings as `effective`. Invalid ones end it with exit code 2.
    """

    def decorate(command: F) -> F:
        return _CONFIG(_with_flags(command, names, lambda flags, config: settings_in_effect(flags, os.environ, config)))

    return decorate


def flags_alone(**defaults: str) -> Callable[[F], F]:
    """Add the flags of these settings, with these defaults, to a command that reads no file and no variables.

    The command gets the settings as `effective`.
    """

    def decorate(command: F) -> F:
        def effective(flags: Mapping[str, Any], _: Path | None) -> EffectiveSettings:
            given = {name: text for name, text in flags.items() if text is not None}
            return settings_in_effect(defaults | given, {}, Path(os.devnull))

        return _with_flags(command, tuple(defaults), effective, defaults)

    return decorate


def _with_flags(
    command: F,
    names: Sequence[str],
    effective: Callable[[Mapping[str, Any], Path | None], EffectiveSettings],
    defaults: Mapping[str, str] | None = None,
) -> F:
    chosen = [each for each in all_settings() if not names or each.name in names]

    @functools.wraps(command)
    def with_settings(*args: Any, config: Path | None = None, **values: Any) -> Any:
        flags = {each.name: values.pop(each.name) for each in chosen}
        return command(*args, effective=effective(flags, config), **values)

    for each in reversed(chosen):
        with_settings = _flag(each, (defaults or {}).get(each.name, each.default_text))(with_settings)
    return with_settings  # type: ignore[return-value] # click wraps what it is given


database_options = settings_options("database", "content")
"""The options of every command that works on a store."""


def _flag(setting: SettingInfo, default_text: str) -> Callable[[F], F]:
    default = f" [{default_text}]" if default_text else ""
    if isinstance(setting.default, bool):
        return click.option(f"{setting.flag}/--no-{setting.flag[2:]}", default=None, help=setting.doc + default)
    return click.option(setting.flag, metavar=setting.type.metavar, help=setting.doc + default)


def settings_in_effect(
    flags: Mapping[str, str | bool | None], environment: Mapping[str, str] = os.environ, config: Path | None = None
) -> EffectiveSettings:
    """Return the settings from all their sources. Invalid ones end the command with exit code 2."""
    given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in flags.items()}
    try:
        return load_settings({name: text for name, text in given.items() if text is not None}, environment, config)
    except SettingsError as problem:
        raise click.UsageError(str(problem)) from problem


def given(**values: Any) -> dict[str, Any]:
    """Return the options that were given, by the fields that they change. Without any the command ends."""
    changes = {name: value for name, value in values.items() if value is not None}
    if not changes:
        raise click.UsageError("Give at least one option that says what is to change.")
    return changes


def password_options(command: F) -> F:
    """Add the options for a new password to a command, which passes their `source` on to `new_password`."""
    for option in (
        click.option("--generate-password", "source", flag_value="generate", help="Generate a password and print it."),
        click.option(
            "--password-stdin", "source", flag_value="stdin", help="Read it from the first line of standard input."
        ),
    ):
        command = option(command)
    return command


def new_password(source: str | None) -> str:
    """Return a new password: generated, read from standard input, or prompted for without echo.

    It is never an argument, which `ps` would show. Once it is stored, `print_generated` prints a generated one.
    """
    if source == "generate":
        return passwords.new_password()
    if source == "stdin":
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    else:
        raise click.UsageError("A password cannot be asked for here; use --password-stdin or --generate-password.")
    if len(password) < MIN_PASSWORD:
        raise click.ClickException(f"The password is too short; it needs at least {MIN_PASSWORD} characters.")
    return password


def print_generated(source: str | None, password: str) -> None:
    """Print a password to standard output, alone, if it was generated."""
    if source == "generate":
        click.echo(password)
