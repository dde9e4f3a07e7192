"""A site in PostgreSQL, through the commands."""

import re
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest
from commandline import Run, told
from postgresql_server import Server
from running import running

SITE = Path(__file__).parents[1] / "site.json"
PASSWORD = "s3cr3t"


@pytest.fixture
def url(postgresql_server: Server) -> str:
    """An empty database. The server asks for no password, and so takes any."""
    return postgresql_server.new_database().replace("postgres@", f"postgres:{PASSWORD}@")


def test_a_site_is_made_once_and_used(run: Run, url: str) -> None:
    assert "There is no database" in run("user", "list", "--database", url, code=1).stderr
    run("init", "--database", url)
    assert "exists already" in run("init", "--database", url, code=1).stderr
    run("user", "add", "ada@example.com", "--generate-password", "--database", url)
    assert [user["login"] for user in told(run("user", "list", "--json", "--database", url))] == ["ada@example.com"]


def test_what_is_loaded_is_dumped_as_by_sqlite(run: Run, url: str) -> None:
    run("load", str(SITE))
    run("dump", "site.json")
    run("load", "site.json", "--database", url)
    assert run("dump", "--database", url).stdout == Path("site.json").read_text()
    assert told(run("check", "--json", "--database", url)) == []
    assert "not empty" in run("load", str(SITE), "--database", url, code=1).stderr


def test_a_site_that_cannot_be_loaded_leaves_room_for_another(run: Run, url: str) -> None:
    Path("bad.json").write_text('{"groups": [{"name": "a"}, {"name": "a"}]}')
    run("load", "bad.json", "--database", url, code=1)
    run("init", "--database", url)


def test_damage_is_found_and_ends_with_1(run: Run, url: str) -> None:
    run("load", str(SITE), "--database", url)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE pieces SET data = decode(repeat('00', length(data)), 'hex') WHERE start = 0")
    findings = told(run("check", "--json", "--database", url, code=1))
    assert findings
    assert all("SHA-256" in finding["what"] for finding in findings)


def test_a_backup_is_restored(run: Run, url: str, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(postgresql_server.programs))
    run("load", str(SITE), "--database", url)
    run("backup", "copy.dump", "--database", url)
    assert stat.S_IMODE(Path("copy.dump").stat().st_mode) == 0o600
    restored = postgresql_server.new_database()
    refused = " ".join(run("restore", "copy.dump", "--database", url, code=1).stderr.split())
    advised = re.findall(r"`pg_restore (.*) --dbname=NAME copy.dump`", refused)[0].split()
    program = postgresql_server.programs / "pg_restore"
    subprocess.run([program, *advised, f"--dbname={restored}", "copy.dump"], check=True)
    assert run("dump", "--database", restored).stdout == run("dump", "--database", url).stdout
    run("user", "add", "new@example.com", "--generate-password", "--database", restored)


def test_a_backup_without_pg_dump_is_refused(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init", "--database", url)
    monkeypatch.setenv("PATH", "")
    assert "pg_dump" in run("backup", "copy.dump", "--database", url, code=1).stderr
    assert not Path("copy.dump").exists()


def test_a_backup_that_fails_leaves_nothing(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init", "--database", url)
    folder = Path("programs")
    folder.mkdir()
    (folder / "pg_dump").write_text("#!/bin/sh\necho it is broken >&2\nexit 1\n")
    (folder / "pg_dump").chmod(0o700)
    monkeypatch.setenv("PATH", str(folder.absolute()))
    assert "it is broken" in run("backup", "copy.dump", "--database", url, code=1).stderr
    assert not Path("copy.dump").exists()


def test_a_password_is_shown_nowhere(run: Run, url: str) -> None:
    said = [run("init", "--database", url), run("init", "--database", url, code=1)]
    said += [run("settings", "--database", url), run("settings", "--json", "--database", url)]
    said += [run("settings", "--database", url.replace("postgresql:", "mysql:"), code=2)]
    said += [run("user", "list", "--database", f"{url}_not_there", code=1)]
    for result in said:
        assert PASSWORD not in result.output
    with running(url) as gateway:
        assert gateway.url
        gateway.process.terminate()
        printed, _ = gateway.process.communicate()
    assert PASSWORD not in printed
