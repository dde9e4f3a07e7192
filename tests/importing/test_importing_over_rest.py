"""`gateway import https://...`: the site that comes over REST is the same but for what the report names."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from rest_site import rich_site, write_site
from running import Gateway, account, copied, load, mozilla_site, running

from gateway.cli import main
from gateway.importing.sources.rest import bugs, site_reader

ADMIN = account("admin").api_key


@pytest.fixture(autouse=True)
def small_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few bugs with each request, so that a small site takes several; and no waiting."""
    monkeypatch.setattr(bugs, "LISTED", 5)
    monkeypatch.setattr(bugs, "BATCH", 3)
    monkeypatch.setattr(site_reader, "PAUSES", (0.0, 0.0))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the site; to be copied."""
    folder = tmp_path_factory.mktemp("rest")
    load(folder / "site.db", write_site(rich_site(), folder / "site.json"))
    return folder / "site.db"


@pytest.fixture(scope="module")
def gateway(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with the site, for tests that only read it."""
    with running(copied(loaded, tmp_path_factory.mktemp("serving") / "site.db")) as served:
        yield served


@dataclass(frozen=True, slots=True)
class Imported:
    """An import that was run."""

    code: int
    output: str
    database: Path
    report: Mapping[str, Any]

    @property
    def remarks(self) -> str:
        return " ".join(self.report["remarks"])


def dump(database: Path) -> dict[str, Any]:
    """The site in a database."""
    file = database.with_suffix(".json")
    main(["dump", str(file), "--database", str(database)], standalone_mode=False)
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def run(url: str, folder: Path, *words: object, key: str = ADMIN, name: str = "gateway.db") -> Imported:
    """Import the site at a URL."""
    file, database, report = folder / "key", folder / name, folder / f"{name}.report"
    file.write_text(f"{key}\n")
    given = ["import", url, "--api-key-file", file, "--database", database, "--report", report]
    done = CliRunner().invoke(main, [*map(str, [*given, "--requests-per-second", 100_000, *words])])
    assert done.exception is None or isinstance(done.exception, SystemExit | click.ClickException), done.exc_info
    return Imported(done.exit_code, done.output, database, json.loads(report.read_text()) if report.exists() else {})


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    """The parts, and members of their records, in which two sites differ."""
    found = set()
    for part in one.keys() | other.keys():
        mine, yours = one.get(part), other.get(part)
        if not isinstance(mine, list) or not isinstance(yours, list):
            found |= {part} if mine != yours else set()
            continue
        ours, theirs = ({each.get("id", str(each)): each for each in records} for records in (mine, yours))
        found |= {part} if ours.keys() != theirs.keys() else set()
        for key in ours.keys() & theirs.keys():
            members = ours[key].keys() | theirs[key].keys()
            found |= {f"{part}.{each}" for each in members if ours[key].get(each) != theirs[key].get(each)}
    return found


DIFFERENCES = {
    "params": "gateway_import",
    "users.password_hash": "Passwords, API keys and logins",
    "users.api_keys": "Passwords, API keys and logins",
    "group_controls": "The roles of groups in products",
    "flag_types.inclusions": "Inclusions and exclusions of flag types",
    "bug_fields.is_in_lists": "The sort keys and descriptions of fields",
    "bug_fields.sort_key": "The sort keys and descriptions of fields",
    "field_values": "The numbers of changes, keywords and legal values",
    "audit_log": "The log of administration",
}
"""What may differ after an import, and the words of the report that name it."""


def told(found: set[str], report: Mapping[str, Any]) -> None:
    """Check that each difference is one of the list, and that the report names it."""
    assert found <= DIFFERENCES.keys()
    remarks = " ".join(report["remarks"])
    assert not [each for each in found - {"params"} if DIFFERENCES[each] not in remarks]


def test_the_site_is_the_same_but_for_what_the_report_names(gateway: Gateway, loaded: Path, tmp_path: Path) -> None:
    done = run(gateway.url, tmp_path)
    assert done.code == 0, done.output
    assert [each["examples"] for each in done.report["left_out"]] == [["12"]]  # which has no content
    original, got = dump(copied(loaded, tmp_path / "site.db")), dump(done.database)
    told(differences(original, got), done.report)
    assert len(got["attachments"]) == 12
    assert {each["type"] for each in got["comments"]} == {
        *("normal", "duplicate_of", "has_duplicate", "attachment_created", "attachment_updated")
    }
    assert next(each for each in got["bugs"] if each["id"] == 1)["custom"]["cf_many"] == ["a", "b"]


def test_a_site_of_mozillas_family_is_the_same_too(gateway: Gateway, loaded: Path, tmp_path: Path) -> None:
    params = tmp_path / "params.json"
    params.write_text(json.dumps(rich_site()["params"]))
    with mozilla_site(gateway.url) as url:
        done = run(url, tmp_path, "--params", params)
    assert done.code == 0, done.output
    original, got = dump(copied(loaded, tmp_path / "site.db")), dump(done.database)
    told(differences(original, got) - {"version", "bugs.aliases"}, done.report)
    assert got["version"] == "20260820.1"
    assert "fields that Bugzilla 5.2 does not have" in done.remarks


def test_parameters_that_a_site_does_not_show_are_named(gateway: Gateway, tmp_path: Path) -> None:
    with mozilla_site(gateway.url) as url:
        done = run(url, tmp_path, "--dry-run")
    assert done.code == 0, done.output
    assert "The parameters, such as insidergroup" in done.remarks
    assert not done.database.exists()


HIDDEN = [
    "The groups: the account may not list them",
    "The regular expressions of groups",
    "The groups that users are in",
    "numbers of bugs up to the largest",
    "numbers of attachments up to the largest",
    "1 comments or more: they are private",
    "The attachments of",
]


def test_what_the_account_may_not_see_is_named(gateway: Gateway, tmp_path: Path) -> None:
    done = run(gateway.url, tmp_path, key=account("stranger").api_key)
    assert done.code == 0, done.output
    assert [each for each in HIDDEN if each not in done.remarks] == []
    got = dump(done.database)
    assert {each["id"] for each in got["bugs"]} == {1, 2, 4, 5, 6, 7}
    assert {each["login"] for each in got["users"]} == {each["login"] for each in rich_site()["users"]}
    assert "Created attachment 4" in {each["text"].partition("\n")[0] for each in got["comments"]}


class Killed(BaseException):
    """The end of an import, which nothing catches."""


def test_an_import_that_was_killed_continues(gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dump(run(gateway.url, tmp_path, name="whole.db").database)
    send = site_reader.SiteReader._call
    for limit in (0, 6, 12, 20, 27, 30):
        left = [limit]

        def counted(self: Any, *arguments: Any, left: list[int] = left) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return send(self, *arguments)

        with monkeypatch.context() as patch:
            patch.setattr(site_reader.SiteReader, "_call", counted)
            with pytest.raises(Killed):
                run(gateway.url, tmp_path, name=f"killed-{limit}.db")
        done = run(gateway.url, tmp_path, name=f"killed-{limit}.db")
        assert differences(whole, dump(done.database)) == {"params"}, limit  # the name of the working copy


@pytest.fixture
def changing(loaded: Path, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway with the site, which the test may change."""
    with running(copied(loaded, tmp_path / "changing.db")) as served:
        yield served
