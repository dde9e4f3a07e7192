"""The command line teaches."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from commandline import Run
from running import ROOT
from subcommands import subcommands

from gateway import __version__
from gateway.cli import main
from gateway.settings import all_settings


def _leaves(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in subcommands(group).items():
        if isinstance(command, click.Group):
            yield from _leaves(command, (*words, name))
        else:
            yield (*words, name), command


LEAVES = list(_leaves(main))


def test_there_are_the_commands_that_an_administrator_needs() -> None:
    assert {words[0] for words, _ in LEAVES} == {
        *("demo", "serve", "front", "init", "load", "dump", "import", "move"),
        *("user", "key", "group", "product", "component", "flagtype", "bug", "attachment"),
        *("param", "log", "check", "backup", "restore", "doctor", "settings", "completion"),
    }


@pytest.mark.parametrize(("words", "command"), LEAVES, ids=[" ".join(words) for words, _ in LEAVES])
def test_every_command_explains_itself_with_an_example_and_takes_a_database(
    run: Run, words: tuple[str, ...], command: click.Command
) -> None:
    shown = run(*words, "--help").stdout
    _, _, examples = shown.partition("Example")
    assert f"  gateway {' '.join(words)}" in examples or f"gateway {' '.join(words)}" in examples
    assert "--database" in shown or words in (("completion",), ("front",))
    for option in command.params:
        if isinstance(option, click.Option) and option.name not in ("product", "component"):
            assert option.help, f"{option.name} says nothing"


@pytest.mark.parametrize("group", [name for name, each in subcommands(main).items() if isinstance(each, click.Group)])
def test_every_group_of_commands_says_what_it_is_for_with_an_example(run: Run, group: str) -> None:
    shown = run(group, "--help").stdout
    assert f"Example:\n    gateway {group} " in shown
    assert "Commands:" in shown


def test_serve_takes_every_setting_as_a_flag(run: Run) -> None:
    shown = run("serve", "--help").stdout
    for setting in all_settings():
        assert setting.flag in shown


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").stdout == f"gateway, version {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("user",),
        ("user", "add"),
        ("user", "disable", "x"),
        ("serve", "--port", "many"),
        ("serve", "--config", "nowhere.toml"),
        ("flagtype", "add", "x", "--component", "c"),
        ("user", "add", "a b", "--no-password"),
        ("user", "add", "x@example.com"),
    ],
)
def test_a_command_called_in_a_wrong_way_ends_with_2_and_says_why(site: Run, arguments: tuple[str, ...]) -> None:
    result = site(*arguments, code=2)
    assert result.stderr
    assert not result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "list"),
        ("serve",),
        ("dump",),
        ("check",),
        ("backup", "copy.db"),
        ("bug", "show", "1"),
        ("param", "set", "requirelogin", "1"),
    ],
)
def test_a_database_that_is_not_there_is_told_with_what_to_do(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments, code=1)
    assert "There is no database gateway.db." in result.stderr
    assert "gateway init" in result.stderr
    assert not result.stdout


@pytest.mark.parametrize("command", ["user list", "serve --port 0"])
def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "gateway.db").write_text("This is a text and no database at all. " * 100)
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *command.split()],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: gateway.db cannot be opened: file is not a database.\n"
