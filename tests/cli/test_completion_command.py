"""`gateway completion`, as a shell uses it."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import Run
from programs import program


def completed(line: str, folder: Path) -> list[str]:
    """What is offered after a line, of which the last word is the one to complete."""
    words = line.split(" ")
    done = subprocess.run(
        [Path(sys.executable).with_name("gateway")],
        cwd=folder,
        env={**os.environ, "_GATEWAY_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    return [offered.partition(",")[2] for offered in done.stdout.split()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_takes_what_is_printed(run: Run, tmp_path: Path, shell: str) -> None:
    script = tmp_path / "completion"
    script.write_text(run("completion", shell).stdout)
    subprocess.run([program(shell, shell), "-n", str(script)], check=True)
    assert "_GATEWAY_COMPLETE" in script.read_text()


def test_commands_and_options_are_completed(tmp_path: Path) -> None:
    assert completed("gateway prod", tmp_path) == ["product"]
    assert completed("gateway user li", tmp_path) == ["list"]
    assert "--generate-password" in completed("gateway user add x --gen", tmp_path)


def test_names_of_the_site_are_completed(site: Run, tmp_path: Path) -> None:
    site("user", "add", "ada@example.com", "--no-password")
    site("product", "add", "Widgets")
    assert completed("gateway user show a", tmp_path) == ["ada@example.com"]
    assert completed("gateway key add ", tmp_path) == ["ada@example.com"]
    assert completed("gateway user groups ada@example.com --add edit", tmp_path) == [
        *("editusers", "editbugs", "editclassifications", "editcomponents")
    ]
    assert completed("gateway component add W", tmp_path) == ["Widgets"]
    assert completed("gateway param set in", tmp_path) == ["insidergroup"]
    Path("gateway.db").rename("elsewhere.db")
    assert completed("gateway component add --database elsewhere.db W", tmp_path) == ["Widgets"]
    assert completed("gateway component add W", tmp_path) == []


def test_a_database_that_is_not_up_to_date_stays_so(site: Run, tmp_path: Path) -> None:
    site("product", "add", "Widgets")
    with sqlite3.connect("gateway.db") as connection:
        connection.execute("PRAGMA user_version = 0")
    connection.close()
    assert completed("gateway component list W", tmp_path) == []
