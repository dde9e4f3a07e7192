"""What the README shows works: its calls, its commands and its addresses."""

import os
import re
import shlex
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import program, python_with
from running import PATIENCE, ROOT, demo, running
from shell import in_shell

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^    (\S.*)$", README, re.MULTILINE)
"""The lines that are indented: commands, and a drawing."""
ADDRESS = "http://127.0.0.1:8080/"
PUBLIC_FILES = {"rattle.txt", "faster.patch", "engine.png"}


def commands(first_word: str) -> list[str]:
    return [line for line in SHOWN if line.split()[0] == first_word]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What the demonstration prints, while it runs."""
    with demo(tmp_path_factory.mktemp("demo")) as printed:
        yield printed


@pytest.fixture
def address(printed: str) -> str:
    return printed.partition("Listening on ")[2].splitlines()[0]


@pytest.mark.parametrize("call", [line for line in SHOWN if ADDRESS in line])
def test_a_call_to_copy_lists_the_attachments(address: str, tmp_path: Path, call: str) -> None:
    program(call.split()[0], call.split()[0])
    answer = in_shell(call.replace(ADDRESS, address), tmp_path)
    assert all(file_name in answer for file_name in PUBLIC_FILES)


def test_the_bugzilla_command_that_the_demonstration_prints_downloads(printed: str, tmp_path: Path) -> None:
    [command] = re.findall(r"^  (bugzilla .*)$", printed, re.MULTILINE)
    in_shell(command, tmp_path, python_with("python-bugzilla==3.3.0").parent)
    assert {each.name for each in tmp_path.iterdir()} >= PUBLIC_FILES


def test_there_is_something_at_every_address(address: str) -> None:
    places = re.findall(r"^\| (`.*?) \|", README, re.MULTILINE)
    named = [place.rpartition(" ")[2] for cell in places for place in re.findall("`(.*?)`", cell) if "/" in place]
    assert len(named) >= 10
    for place in named:
        path = place.replace("...", "version" if "rest" in place else "Bugzilla.version").replace("N", "1")
        assert status(address + path.lstrip("/")) != 404, place


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_a_site_of_ones_own_is_set_up_and_served(tmp_path: Path) -> None:
    assert commands("~/gateway/bin/pip") == ["~/gateway/bin/pip install ."]  # tests/test_wheel.py installs it
    *preparing, serving = commands("gateway")
    for command in preparing:
        in_shell(command, tmp_path)
    words = shlex.split(serving)
    assert words == ["gateway", "serve", "--database", "bugs.db"]
    with running(tmp_path / words[-1]) as gateway:
        assert status(f"{gateway.url}docs") == 200


@pytest.mark.parametrize("script", [line for line in SHOWN if line.startswith("scripts/")])
def test_a_script_is_there_and_can_be_run(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


def test_the_demonstration_is_started_as_these_tests_start_it() -> None:
    assert (ROOT / "scripts" / "demo").read_text().splitlines()[-1] == 'exec .venv/bin/gateway demo "$@"'
