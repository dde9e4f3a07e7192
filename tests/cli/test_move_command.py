"""`gateway move`."""

import shlex
import sqlite3
import sys
from pathlib import Path

import psycopg
import pytest
from commandline import Run
from postgresql_server import Server
from running import SITE

WRITE = "import sqlite3; sqlite3.connect('gateway.db', timeout=0).execute('BEGIN IMMEDIATE')"


@pytest.fixture
def full(run: Run) -> Run:
    run("load", str(SITE))
    return run


def test_a_site_moves_to_a_server_and_back(full: Run, postgresql_server: Server) -> None:
    url = postgresql_server.new_database()
    said = full("move", "--to", url).stderr
    assert f"{url} holds the site: 140 rows and 10 attachments are equal" in said
    assert f"start it with --database {url}" in said
    assert "no terminal to wait for" in said
    full("move", "--to", "back.db", "--database", url)
    assert full("dump", "--database", "back.db").stdout == full("dump").stdout
    assert sorted(path.name for path in Path().iterdir()) == ["back.db", "gateway.db"]
    assert Path("back.db").stat().st_mode & 0o777 == 0o600


def test_a_command_is_run_while_the_old_database_takes_no_writes(full: Run) -> None:
    said = full("move", "--to", "new.db", "--then", shlex.join([sys.executable, "-c", WRITE]), code=1).stderr
    assert "The site was moved, but this command ended with 1" in said
    full("check", "--database", "new.db")
    note = "import shutil; shutil.copyfile('new.db', 'noted.db')"
    Path("new.db").unlink()
    full("move", "--to", "new.db", "--then", shlex.join([sys.executable, "-c", note]))
    full("check", "--database", "noted.db")
    sqlite3.connect("gateway.db", timeout=0).execute("BEGIN IMMEDIATE").close()


def test_a_command_that_cannot_be_run_is_told(full: Run) -> None:
    assert "cannot be run" in full("move", "--to", "new.db", "--then", "./nowhere", code=1).stderr
    full("check", "--database", "new.db")


def test_a_place_that_is_not_empty_is_refused_with_what_to_do(full: Run, postgresql_server: Server) -> None:
    url = postgresql_server.new_database()
    full("load", str(SITE), "--database", url)
    for taken in (url, "gateway.db"):
        said = full("move", "--to", taken, code=1).stderr
        assert f"{taken} holds a site already. Name an empty database, or a file that does not exist yet" in said


def test_a_database_of_something_else_is_refused(full: Run, postgresql_server: Server) -> None:
    with psycopg.connect(other := postgresql_server.new_database()) as connection:
        connection.execute("CREATE TABLE something (id integer)")
    assert "does not belong to the gateway" in full("move", "--to", other, code=1).stderr


def _left_of_another_site(run: Run, database: str, *groups: str) -> None:
    """A database that looks as if a move of another site had been ended early."""
    run("init", "--database", database)
    for group in groups:
        run("group", "add", group, "--database", database)
    run("user", "add", "x@example.com", "--no-password", "--group", groups[-1], "--database", database)


def test_what_is_left_of_another_site_gives_way(full: Run) -> None:
    _left_of_another_site(full, "other.db", "alien")
    Path("other.db").rename("new.db.part")
    full("move", "--to", "new.db")
    assert full("dump", "--database", "new.db").stdout == full("dump").stdout


def test_what_is_left_of_another_site_and_is_in_the_way_is_refused_with_what_to_do(
    full: Run, postgresql_server: Server
) -> None:
    url = postgresql_server.new_database()
    groups = [f"alien{number}" for number in range(9)]
    for database in ("other.db", url):
        _left_of_another_site(full, database, *groups)
    Path("other.db").rename("new.db.part")
    assert "Remove it, then run `gateway move` again" in full("move", "--to", "new.db", code=1).stderr
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM site")
    assert "Name an empty database, or recreate this one" in full("move", "--to", url, code=1).stderr


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--to", "mysql://host/bugs"), "It takes a path, or a URL such as postgresql://host/name"),
        ((), "Give either --to with another database, or --content-to"),
    ],
)
def test_a_move_to_nowhere_is_a_wrong_call(full: Run, arguments: tuple[str, ...], what: str) -> None:
    assert what in full("move", *arguments, code=2).stderr


def test_a_site_that_is_not_there_does_not_move(run: Run) -> None:
    assert "There is no database gateway.db. Name the one" in run("move", "--to", "new.db", code=1).stderr
    assert not list(Path().iterdir())


def test_a_server_that_does_not_answer_is_told(full: Run) -> None:
    said = full("move", "--to", "postgresql://x:secret@127.0.0.1:1/bugs", code=1).stderr
    assert "cannot be used" in said
    assert "secret" not in said
