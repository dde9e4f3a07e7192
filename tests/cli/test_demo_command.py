import json
import re
import subprocess
from pathlib import Path

import pytest
from commandline import Run, told
from running import PATIENCE, demo


def test_the_calls_that_it_prints_work(tmp_path: Path) -> None:
    with demo(tmp_path) as printed:
        assert re.match(r"Listening on http://127\.0\.0\.1:\d+/\n", printed)
        *calls, upload = re.findall(r"^  ((?:curl|python3|echo) .*)$", printed, re.MULTILINE)
        assert [call.split()[0] for call in calls] == ["curl", "curl", "python3"]
        subprocess.run(["sh", "-c", upload], timeout=PATIENCE, check=True)
        for call in calls:
            answer = subprocess.run(["sh", "-c", call], capture_output=True, text=True, timeout=PATIENCE, check=True)
            for file_name in ("rattle.txt", "faster.patch", "engine.png", "customers.txt", "hello.txt"):
                assert file_name in answer.stdout, call
    assert (tmp_path / "gateway-demo.db").exists()


def test_what_was_changed_in_it_stays(run: Run, tmp_path: Path) -> None:
    with demo(tmp_path):
        pass
    run("user", "add", "new@example.com", "--no-password", "--database", "gateway-demo.db")
    with demo(tmp_path):
        logins = [user["login"] for user in told(run("user", "list", "--json", "--database", "gateway-demo.db"))]
    assert "new@example.com" in logins


def test_another_site_is_not_taken_for_it(site: Run) -> None:
    refused = site("demo", "--database", "gateway.db", code=1)
    assert "holds another site" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize("named_by", ["gateway.toml", "other.toml", "GATEWAY_DATABASE"])
def test_it_puts_no_known_passwords_into_the_database_of_the_settings(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named_by: str
) -> None:
    database = tmp_path / "bugs.db"
    if named_by.endswith(".toml"):
        (tmp_path / named_by).write_text(f'database = "{database}"\nhost = "0.0.0.0"')
    else:
        monkeypatch.setenv("GATEWAY_DATABASE", str(database))
    if named_by == "other.toml":
        monkeypatch.setenv("GATEWAY_CONFIG", named_by)
    source = "other.toml" if named_by == "other.toml" else named_by
    refused = run("demo", "--database", "bugs.db", code=1)
    assert f"bugs.db is the database that {source} names" in refused.stderr
    assert not database.exists()
    with demo(tmp_path) as printed:  # no setting but its flags counts
        assert printed.startswith("Listening on http://127.0.0.1:")
    assert not database.exists()


def test_what_it_makes_is_a_site_without_damage(run: Run, tmp_path: Path) -> None:
    with demo(tmp_path, "--database", "other.db"):
        pass
    assert "No problems were found" in run("check", "--database", "other.db").stderr
    dumped = json.loads(run("dump", "--database", "other.db").stdout)
    assert [bug["groups"] for bug in dumped["bugs"]] == [[], ["security"]]
    assert [each["is_private"] for each in dumped["attachments"]].count(True) == 1
