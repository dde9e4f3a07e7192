"""What the documentation shows works: command lines, settings, metrics, code and links."""

import os
import re
import shlex
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click
import pytest
from programs import program
from running import PATIENCE, ROOT, Gateway, running
from shell import in_shell
from subcommands import subcommands

from gateway.cli import main
from gateway.settings import CONFIG_VARIABLE, ENVIRONMENT_PREFIX, all_settings, load_settings

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]
FILES = [each for each in ROOT.glob("docs/deployment/*") if each.suffix != ".md"]
ADDRESS = "http://127.0.0.1:8080/"
OURS = {
    CONFIG_VARIABLE,
    "GATEWAY_TESTS_COMPLETE",
    "GATEWAY_POSTGRESQL",
    "GATEWAY_BUGZILLA",
    "GATEWAY_EXCHANGES",
    "GATEWAY_WIDE",
}
"""Variables that are no settings."""


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


# ---- links


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        file, _, heading = target.partition("#")
        place = (page.parent / file) if file else page
        assert place.exists(), target
        assert not heading or heading in anchors(place), target


@every_page
def test_every_file_of_the_project_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`((?:gateway|tests|docs|scripts)/[^`\s]+)", page.read_text(encoding="utf-8"))
    assert [name for name in named if not any(ROOT.glob(name))] == []


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target).resolve() for target in re.findall(r"\]\(([^)]+)\)", index.read_text())}
    pages = {*ROOT.glob("docs/*.md"), *ROOT.glob("docs/*/README.md")} - {index}
    assert pages <= linked
    assert "](docs/README.md)" in (ROOT / "README.md").read_text()


# ---- command lines


class Reader:
    """Someone who types what a page shows, in one folder, and leaves `gateway serve` running until it is stopped."""

    def __init__(self, folder: Path, served: ExitStack) -> None:
        self._folder = folder
        self._served = served
        self._gateway: Gateway | None = None

    def type(self, command: str) -> None:
        if command.startswith("# Stop the gateway"):
            self._served.close()
        elif command.startswith("gateway serve "):
            self._serve(*shlex.split(command)[2:])
        else:
            name = shlex.split(command)[0]
            if name != "gateway":  # which is in the environment of the tests
                program(name, name)
            in_shell(self._meant(command), self._folder)

    def _serve(self, flag: str, database: str) -> None:
        assert flag == "--database"
        self._gateway = self._served.enter_context(running(self._folder / database))

    def _meant(self, command: str) -> str:
        """The command with the address of the gateway that runs."""
        if self._gateway is None:
            return command
        if command.startswith("gateway doctor "):
            return f"{command} --url {self._gateway.url} --port {self._gateway.url.rpartition(':')[2].strip('/')}"
        return command.replace(ADDRESS, self._gateway.url)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "sh")], ids=name_of)
def test_the_command_lines_of_a_page_work_one_after_the_other(page: Path, tmp_path: Path) -> None:
    if page.name == "running.md":  # it begins with a site that is there
        in_shell("gateway init --database bugs.db", tmp_path)
    with ExitStack() as served:
        reader = Reader(tmp_path, served)
        for block in blocks(page, "sh"):
            for command in block.splitlines():
                reader.type(command)


def calls(page: Path) -> Iterator[list[str]]:
    """The words after `gateway` of everything on a page that calls it, run or not."""
    text = page.read_text(encoding="utf-8")
    shown = [*blocks(page, "sh"), *blocks(page, "console"), *re.findall(r"^    (gateway .*)$", text, re.MULTILINE)]
    for line in (*(line for block in shown for line in block.splitlines()), *re.findall(r"`(gateway [^`]+)`", text)):
        words = shlex.split(line.partition(" > ")[0].partition(" | ")[0])
        called = [place for place, word in enumerate(words) if Path(word).name == "gateway"]
        # A user, an image and a container are called so, too: the command is the last, and is told what to do.
        rest = words[called[-1] + 1 :] if called else []
        if rest and (words[0] == "gateway" or rest[0][0].isalpha()):
            yield rest


@every_page
def test_every_command_and_option_that_is_named_exists(page: Path) -> None:
    for words in calls(page):
        command: click.Command = main
        rest = list(words)
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            assert rest[0] in subcommands(command), words
            command = subcommands(command)[rest.pop(0)]
        known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {"--help"}
        assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= known, words


def test_commands_are_found() -> None:
    found = [words[0] for words in calls(ROOT / "docs" / "deployment" / "README.md")]
    assert [found.count(word) for word in ("settings", "init", "user", "doctor")] == [1, 2, 2, 2]


# ---- settings and metrics


@pytest.mark.parametrize("page", [*PAGES, *FILES], ids=name_of)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(rf"\b{ENVIRONMENT_PREFIX}[A-Z_]+\b", page.read_text(encoding="utf-8"))) - OURS
    assert named <= {each.variable for each in all_settings()}


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "toml")], ids=name_of)
def test_a_settings_file_that_is_shown_is_taken(page: Path, tmp_path: Path) -> None:
    for number, block in enumerate(blocks(page, "toml")):
        file = tmp_path / f"{number}.toml"
        file.write_text(block)
        assert load_settings({}, {}, file).sources


def test_every_metric_is_described_and_there(standing_gateway: Gateway) -> None:
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `(gateway_\w+)` \|", page, re.MULTILINE))
    with pytest.raises(urllib.error.HTTPError), urllib.request.urlopen(f"{standing_gateway.url}rest/bug/99999"):
        pass
    with urllib.request.urlopen(f"{standing_gateway.url}metrics", timeout=PATIENCE) as answer:
        metrics = answer.read().decode()
    there = {name for name in re.findall(r"^# TYPE (\S+)", metrics, re.MULTILINE) if not name.endswith("_created")}
    assert described == there
    alerts = (ROOT / "docs" / "deployment" / "alerts.yml").read_text(encoding="utf-8")
    used = {re.sub("_(count|bucket)$", "", each) for each in re.findall(r"gateway_\w+", alerts)}
    assert used
    assert used <= there


# ---- code


def test_the_method_that_is_shown_is_served(loaded_database: Path, tmp_path: Path) -> None:
    [block] = blocks(ROOT / "docs" / "architecture.md", "python")
    (tmp_path / "shown.py").write_text(block)
    asked = f"""
import asyncio, shutil, sys
from pathlib import Path
from aiohttp.test_utils import TestClient, TestServer
import shown
from gateway.settings import Settings
from gateway.store.sqlite import open_store
from gateway.web import application

async def ask():
    shutil.copyfile({str(loaded_database)!r}, "gateway.db")
    store = await open_store(Path("gateway.db"))
    async with TestClient(TestServer(application(store, Settings()))) as client:
        print(await (await client.get("/rest/bug/1/attachment_count")).text())
        print("attachment_count" in await (await client.get("/application.wadl")).text())
    await store.close()

asyncio.run(ask())
"""
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r'\{"counts":\{"1":[1-9]\d*\}\}\nTrue\n', done.stdout), done.stdout
