"""`gateway init`, `check`, `backup`, `restore` and `settings`."""

import sqlite3
import stat
from pathlib import Path

import pytest
from commandline import Run, told
from running import running

from gateway.settings import all_settings, markdown_reference

SITE = Path(__file__).parents[1] / "site.json"


def test_a_new_site_has_the_groups_that_mean_something_and_is_its_owners(run: Run) -> None:
    assert "gateway user add" in run("init").stderr
    assert stat.S_IMODE(Path("gateway.db").stat().st_mode) == 0o600
    groups = {group["name"] for group in told(run("group", "list", "--json"))}
    names = "admin editusers editbugs canconfirm insiders creategroups editclassifications editcomponents"
    assert groups == set(names.split())
    [parameter] = told(run("param", "list", "--json"))
    assert (parameter["name"], parameter["value"]) == ("insidergroup", "insiders")


def test_a_new_site_is_never_put_over_an_old_one(run: Run) -> None:
    Path("gateway.db").write_bytes(b"")
    assert "exists already" in run("init", code=1).stderr
    assert Path("gateway.db").read_bytes() == b""


def test_damage_is_found_and_ends_with_1(run: Run) -> None:
    run("load", str(SITE))
    assert told(run("check", "--json")) == []
    with sqlite3.connect("gateway.db") as connection:
        connection.execute("UPDATE pieces SET data = zeroblob(length(data)) WHERE start = 0")
    connection.close()
    findings = told(run("check", "--json", code=1))
    assert findings
    assert all(finding["where"] and finding["what"] for finding in findings)
    assert len(run("check", code=1).stdout.splitlines()) == len(findings)


def test_a_backup_is_a_site_of_its_own(run: Run) -> None:
    run("load", str(SITE))
    run("backup", "copy.db")
    assert run("dump", "--database", "copy.db").stdout == run("dump").stdout
    assert "No problems were found" in run("check", "--database", "copy.db").stderr


def test_a_backup_replaces_nothing(site: Run) -> None:
    Path("copy.db").write_text("precious")
    assert "exists already" in site("backup", "copy.db", code=1).stderr
    assert Path("copy.db").read_text() == "precious"
    assert "cannot be written" in site("backup", "nowhere/copy.db", code=1).stderr


def add_a_product_and_kill_the_gateway(run: Run) -> None:
    with running(Path("gateway.db").absolute()) as gateway:
        run("product", "add", "Late")
        assert "open in another process" in run("restore", "copy.db", code=1).stderr
        gateway.process.kill()
        gateway.process.wait()


def test_a_backup_is_restored_over_a_database_whose_gateway_was_killed(run: Run) -> None:
    run("load", str(SITE))
    run("backup", "copy.db")
    before = run("dump").stdout
    with pytest.raises(AssertionError, match="-9"):
        add_a_product_and_kill_the_gateway(run)
    assert Path("gateway.db-wal").stat().st_size
    told_at_the_end = run("restore", "copy.db").stderr
    (kept,) = Path().glob("gateway.db.replaced-*")
    assert f"now {kept.absolute()}." in told_at_the_end
    assert run("dump").stdout == before
    assert "Late" in run("product", "list", "--database", str(kept)).stdout
    assert "No problems were found" in run("check").stderr


def test_a_postgresql_database_is_restored_by_pg_restore(run: Run) -> None:
    Path("copy.dump").write_bytes(b"PGDMP")
    refused = run("restore", "copy.dump", "--database", "postgresql://one/bugs", code=1).stderr
    assert "pg_restore --exit-on-error --no-owner --dbname=NAME copy.dump" in " ".join(refused.split())


def test_settings_are_shown_with_their_sources(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gateway.toml").write_text('max_attachment_size = "50MiB"\nport = 1\n')
    monkeypatch.setenv("GATEWAY_PORT", "2")
    shown = {row["setting"]: row for row in told(run("settings", "--json", "--no-durable"))}
    assert list(shown) == [each.name for each in all_settings()]
    assert (shown["max_attachment_size"]["value"], shown["max_attachment_size"]["from"]) == ("50 MiB", "gateway.toml")
    assert (shown["port"]["value"], shown["port"]["from"]) == ("2", "GATEWAY_PORT")
    assert (shown["durable"]["value"], shown["durable"]["from"]) == ("false", "--durable")
    assert (shown["workers"]["value"], shown["workers"]["from"]) == ("1", "default")


def test_the_reference_is_printed(run: Run) -> None:
    assert run("settings", "--markdown").stdout == markdown_reference()


def test_every_command_takes_the_settings_into_account(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_DATABASE", "elsewhere.db")
    run("init")
    assert Path("elsewhere.db").exists()
    monkeypatch.setenv("GATEWAY_PORT", "many")
    assert "GATEWAY_PORT: port cannot be 'many'." in run("user", "list", code=2).stderr
