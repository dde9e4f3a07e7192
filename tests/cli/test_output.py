"""What a person at a terminal sees, on a real one."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from running import ROOT, SITE


class Terminal:
    """Runs `gateway` at a pseudo-terminal in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __call__(self, *arguments: str, answers: tuple[tuple[str, str], ...] = (), code: int = 0) -> str:
        """Everything that appears while the command runs; `answers` are what to type after which words."""
        ours, theirs = pty.openpty()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *arguments],
            cwd=self._directory,
            env={**environment, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        seen = ""
        for words, answer in answers:
            start = len(seen)
            while words not in seen[start:]:
                seen += _read(ours)
            os.write(ours, f"{answer}\n".encode())
        while more := _read(ours):
            seen += more
        os.close(ours)
        assert process.wait() == code, seen
        return seen


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:  # that is how Linux says that nobody has the other end any more
        return ""


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_results_are_tables_with_headings(terminal: Terminal) -> None:
    terminal("load", str(SITE))
    lines = terminal("bug", "list").splitlines()
    assert all(heading in lines[0] for heading in ("id", "product", "component", "status", "summary"))
    assert len(lines) > 1
    assert "\t" not in "".join(lines)


def test_a_long_work_shows_its_progress(terminal: Terminal) -> None:
    shown = terminal("load", str(SITE))
    assert "passwords" in shown
    assert "attachments" in shown
    assert "100%" in shown or "━" in shown


def test_nothing_is_said_in_words_too(terminal: Terminal) -> None:
    terminal("init")
    assert "There are none." in terminal("user", "list")


def test_a_password_is_asked_for_twice_and_never_shown(terminal: Terminal) -> None:
    terminal("init")
    answers = (("New password", "a secret word"), ("Repeat for confirmation", "a secret word"))
    assert "a secret word" not in terminal("user", "add", "ann@example.com", answers=answers)
    assert "yes" in next(
        line for line in terminal("user", "show", "ann@example.com").splitlines() if "password" in line
    )


def test_what_users_wrote_does_not_command_the_terminal(terminal: Terminal) -> None:
    terminal("init")
    terminal("user", "add", "ann@example.com", "--no-password", "--name", "\x1b]0;owned\x07 [bold]Ann[/bold]")
    shown = terminal("user", "list")
    assert "\x1b]0;" not in shown
    assert "[bold]Ann[/bold]" in shown
