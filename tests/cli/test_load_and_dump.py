"""`gateway load` and `gateway dump`."""

import json
import stat
from pathlib import Path

import pytest
from commandline import Run, told

SITE = Path(__file__).parents[1] / "site.json"


def test_a_site_is_loaded_into_a_new_database_that_only_its_owner_reads(run: Run) -> None:
    run("load", str(SITE))
    assert stat.S_IMODE(Path("gateway.db").stat().st_mode) == 0o600
    said = json.loads(SITE.read_text())
    assert [user["login"] for user in told(run("user", "list", "--json"))] == [user["login"] for user in said["users"]]
    assert [bug["id"] for bug in told(run("bug", "list", "--json"))] == [bug["id"] for bug in said["bugs"]]
    assert "No problems were found" in run("check").stderr


def test_a_dump_goes_to_a_file_or_to_the_output_and_is_the_same(run: Run) -> None:
    run("load", str(SITE))
    run("dump", "site.json")
    assert stat.S_IMODE(Path("site.json").stat().st_mode) == 0o600
    output = run("dump").stdout
    assert output == Path("site.json").read_text()
    assert len(json.loads(output)["attachments"]) == len(json.loads(SITE.read_text())["attachments"])


def test_a_dump_is_loaded_from_the_input(run: Run) -> None:
    run("load", str(SITE))
    output = run("dump").stdout
    run("load", "-", "--database", "copy.db", typed=output)
    assert run("dump", "--database", "copy.db").stdout == output


def test_a_dump_replaces_the_file_only_once_it_is_complete(run: Run) -> None:
    run("load", str(SITE))
    Path("site.json").write_text("older")
    run("dump", "site.json", "--database", "missing.db", code=1)
    assert Path("site.json").read_text() == "older"
    run("dump", "site.json")
    assert Path("site.json").read_text().startswith("{")
    assert sorted(path.name for path in Path().iterdir()) == ["gateway.db", "site.json"]
    assert "cannot be written" in run("dump", "nowhere/site.json", code=1).stderr


def test_what_is_wrong_with_a_file_is_told_and_no_database_is_left(run: Run) -> None:
    site = json.loads(SITE.read_text())
    site["attachments"][3]["bug_id"] = 99
    Path("wrong.json").write_text(json.dumps(site))
    assert run("load", "wrong.json", code=1).stderr == "Error: attachments[3].bug_id: there is no bug 99\n"
    assert [path.name for path in Path().iterdir()] == ["wrong.json"]


@pytest.mark.parametrize("content", ["", "not JSON", None])
def test_what_is_no_site_file_is_told(run: Run, content: str | None) -> None:
    if content is not None:
        Path("wrong.json").write_text(content)
    assert run("load", "wrong.json", code=1).stderr.startswith("Error: ")
    assert not Path("gateway.db").exists()


def test_a_site_that_is_there_is_not_loaded_over(site: Run) -> None:
    before = site("dump").stdout
    assert "not empty" in site("load", str(SITE), code=1).stderr
    assert site("dump").stdout == before
