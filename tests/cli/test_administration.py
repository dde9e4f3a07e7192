"""What an operator changes day by day, and the log of it."""

import getpass
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import obstore
import pytest
from bucket_server import Buckets
from click.testing import Result
from commandline import Run, told
from obstore.store import S3Store
from running import SITE, account

from gateway.cli import store_access
from gateway.methods.identity import MAX_FAILURES
from gateway.settings import Settings

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def loaded(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("SUDO_USER", raising=False)
    run("load", str(SITE))
    return run


def log(run: Run, *arguments: str) -> list[dict[str, str]]:
    lines: list[dict[str, str]] = told(run("log", "--json", *arguments))
    return lines


def listed(run: Run, what: str, name: str) -> dict[str, Any]:
    found = [each for each in told(run(what, "list", "--json")) if each["name"] == name]
    assert len(found) == 1
    return dict(found[0])


def fail_logins(times: int) -> None:
    """Record wrong passwords for user 1."""

    def fail(tx: Any) -> None:
        for _ in range(times):
            tx.add_login_failure(1, "192.0.2.1")

    store_access.write(Settings(), fail)


# ---- users


def test_a_user_is_renamed_and_keeps_the_rest(site: Run) -> None:
    site("user", "add", "ann@example.com", "--name", "Ann", "--group", "editbugs", "--no-password")
    site("user", "rename", "ann@example.com", "zoe@example.com", "--name", "Zoe")
    [user] = told(site("user", "list", "--json"))
    assert (user["login"], user["name"], user["groups"]) == ("zoe@example.com", "Zoe", ["editbugs"])
    assert "There is no user ann@example.com" in site("user", "rename", "ann@example.com", "x", code=1).stderr


def test_a_login_that_is_taken_is_refused(loaded: Run) -> None:
    editor, stranger = account("editor").login, account("stranger").login
    assert "already" in loaded("user", "rename", editor, stranger, code=1).stderr


def test_a_locked_account_is_unlocked(site: Run) -> None:
    site("user", "add", "ann@example.com", "--no-password")
    fail_logins(MAX_FAILURES)
    assert "ann@example.com is unlocked." in site("user", "unlock", "ann@example.com").stderr
    assert store_access.read(Settings(), lambda tx: tx.login_failures(1, "192.0.2.1", LONG_AGO)) == []


@pytest.mark.parametrize("failures", [0, MAX_FAILURES - 1])
def test_an_account_that_is_not_locked_is_left_as_it_is(site: Run, failures: int) -> None:
    site("user", "add", "ann@example.com", "--no-password")
    fail_logins(failures)
    before = log(site)
    assert "ann@example.com was not locked." in site("user", "unlock", "ann@example.com").stderr
    assert log(site) == before
    kept = store_access.read(Settings(), lambda tx: tx.login_failures(1, "192.0.2.1", LONG_AGO))
    assert len(kept) == failures


# ---- products, components, groups, flag types


@pytest.mark.parametrize(
    ("what", "words", "name"),
    [
        ("product", ["Public"], "Public"),
        ("component", ["Public", "Main"], "Main"),
        ("group", ["editbugs"], "editbugs"),
    ],
)
def test_it_is_described_anew_and_retired(site: Run, what: str, words: list[str], name: str) -> None:
    site("product", "add", "Public", "--component", "Main")
    site(what, "change", *words, "--description", "New")
    site(what, "change", *words, "--retired")
    found = listed(site, what, name)
    assert (found["description"], found["in use"]) == ("New", False)
    site(what, "change", *words, "--active")
    assert listed(site, what, name)["in use"] is True
    assert "at least one option" in site(what, "change", *words, code=2).stderr
    missing = [*words[:-1], "missing"]
    assert "missing" in site(what, "change", *missing, "--retired", code=1).stderr


def test_no_bug_is_entered_into_what_is_retired(site: Run) -> None:
    site("product", "add", "Public", "--component", "Main", "--component", "Old")
    site("user", "add", "ann@example.com", "--no-password")
    bug = ("bug", "add", "--as", "ann@example.com", "--summary", "x", "--product", "Public", "--component")
    site("component", "change", "Public", "Old", "--retired")
    assert "component Old is no longer in use" in site(*bug, "Old", code=1).stderr
    site(*bug, "Main")
    site("product", "change", "Public", "--retired")
    assert "Public" in site(*bug, "Main", code=1).stderr


def test_a_group_is_renamed_with_the_parameter_that_names_it(site: Run) -> None:
    site("group", "change", "insiders", "--name", "staff")
    assert [each["value"] for each in told(site("param", "list", "--json"))] == ["staff"]
    assert "keeps its name" in site("group", "change", "admin", "--name", "root", code=1).stderr


def test_a_flag_type_is_changed(site: Run) -> None:
    site("flagtype", "add", "review", "--grant-group", "editbugs")
    site("flagtype", "change", "1", "--name", "approval", "--grant-group", "", "--not-multiplicable")
    [changed] = store_access.read(Settings(), lambda tx: tx.flag_types())
    assert (changed.name, changed.grant_group, changed.is_multiplicable) == ("approval", None, False)
    assert "There is no flag type 7;" in site("flagtype", "change", "7", "--name", "x", code=1).stderr
    assert "There is no group x;" in site("flagtype", "change", "1", "--grant-group", "x", code=1).stderr


# ---- the log


CHANGES: list[tuple[list[str], tuple[str, str, str, str]]] = [
    (["user", "disable", "ann@example.com", "--reason", "Left."], ("user 1", "disabled_text", "", "Left.")),
    (["user", "rename", "ann@example.com", "zoe@x"], ("user 1", "login", "ann@example.com", "zoe@x")),
    (["user", "groups", "ann@example.com", "--add", "admin"], ("user 1", "groups", "", "admin")),
    (["user", "password", "ann@example.com", "--generate-password"], ("user 1", "cryptpassword", "(hidden)", "")),
    (["user", "unlock", "ann@example.com"], ("user 1", "lockouts", "all", "")),
    (["key", "add", "ann@example.com", "--description", "CI"], ("user 1", "api_key", "", "1 CI")),
    (["param", "set", "requirelogin", "1"], ("config", "requirelogin", "", "1")),
    (["param", "unset", "insidergroup"], ("config", "insidergroup", "insiders", "")),
    (["group", "add", "staff"], ("group 9", "__create__", "", "staff")),
    (["group", "change", "editbugs", "--retired"], ("group 3", "is_active", "1", "0")),
    (["product", "add", "Other"], ("product 2", "__create__", "", "Other")),
    (["product", "change", "Public", "--name", "New"], ("product 1", "name", "Public", "New")),
    (["product", "access", "Public", "editbugs", "--entry"], ("product 1", "editbugs.entry", "", "1")),
    (["component", "add", "Public", "Extra"], ("component 2", "__create__", "", "Public: Extra")),
    (["component", "change", "Public", "Main", "--retired"], ("component 1", "is_active", "1", "0")),
    (["flagtype", "add", "approval"], ("flagtype 2", "__create__", "", "approval")),
    (["flagtype", "disable", "1"], ("flagtype 1", "is_active", "1", "0")),
    (["flagtype", "change", "1", "--sortkey", "7"], ("flagtype 1", "sortkey", "0", "7")),
]


@pytest.mark.parametrize(("words", "change"), CHANGES, ids=[" ".join(words[:3]) for words, _ in CHANGES])
def test_whatever_the_command_changes_is_in_the_log(
    site: Run, monkeypatch: pytest.MonkeyPatch, words: list[str], change: tuple[str, str, str, str]
) -> None:
    site("user", "add", "ann@example.com", "--no-password")
    site("product", "add", "Public", "--component", "Main")
    site("flagtype", "add", "review")
    fail_logins(MAX_FAILURES)
    before = log(site)
    monkeypatch.setenv("SUDO_USER", "ada")
    site(*words)
    new = log(site)[: len(log(site)) - len(before)]
    found = [(each["what"], each["field"], each["removed"], each["added"]) for each in new]
    what, field, removed, added = change
    assert (what, field) in [each[:2] for each in found]
    assert any(each[2] == removed and each[3].startswith(added) for each in found if each[:2] == (what, field))
    assert {each["who"] for each in new} == {"command (ada)"}


def test_the_log_has_no_password(site: Run) -> None:
    password = site("user", "add", "ann@example.com", "--generate-password").stdout.strip()
    site("user", "password", "ann@example.com", "--password-stdin", typed="a new password\n")
    key = site("key", "add", "ann@example.com").stdout.strip()
    shown = site("log").stdout
    assert not [secret for secret in (password, key, "a new password", "argon2") if secret in shown]


def test_the_log_is_asked_for_a_bug_an_attachment_a_user_a_time(loaded: Run) -> None:
    def write(tx: Any) -> None:
        from gateway.model import Change

        for number, (user, bug, attachment) in enumerate([(1, 1, 1), (2, 1, None), (2, 2, None)]):
            tx.add_change(Change(0, user, bug, attachment, f"field{number}", "a", "b", tx.now))

    store_access.write(Settings(), write)
    admin = account("admin").login

    def fields(*arguments: str) -> set[str]:
        return {each["field"] for each in log(loaded, *arguments) if each["field"].startswith("field")}

    assert fields() == {"field0", "field1", "field2"}
    assert fields("--bug", "1") == {"field0", "field1"}
    assert fields("--attachment", "1") == {"field0"}
    assert fields("--user", admin) == {"field0"}
    assert fields("--since", "2999-01-01") == fields("--administration") == set()
    assert len(log(loaded, "--limit", "2")) == 2


# ---- the content of attachments


def delete(run: Run, number: int, *more: str, code: int = 0) -> Result:
    arguments = ("attachment", "delete-content", str(number), "--as", account("admin").login, *more)
    return run(*arguments, code=code)


def test_attachments_are_listed_and_shown(loaded: Run) -> None:
    dumped = {each["id"] for each in json.loads(loaded("dump").stdout)["attachments"]}
    assert {each["id"] for each in told(loaded("attachment", "list", "--json"))} == dumped
    of_bug = told(loaded("attachment", "list", "1", "--json"))
    assert {each["bug"] for each in of_bug} == {1}
    shown = told(loaded("attachment", "show", str(of_bug[0]["id"]), "--json"))
    assert (shown["id"], len(shown["sha256"])) == (of_bug[0]["id"], 64)
    assert "There is no attachment 999;" in loaded("attachment", "show", "999", code=1).stderr


def test_content_is_deleted_as_by_bugzilla_and_logged(loaded: Run) -> None:
    before = told(loaded("attachment", "show", "1", "--json"))
    said = delete(loaded, 1, "--reason", "It has a key.", "--yes").stderr
    assert before["sha256"] in said
    after = told(loaded("attachment", "show", "1", "--json"))
    assert (after["size"], after["sha256"], after["flags"]) == (None, None, [])
    assert (after["content_type"], after["obsolete"]) == ("text/plain", True)
    comment = store_access.read(Settings(), lambda tx: tx.comments(before["bug"])[-1])
    assert comment.text == "The content of attachment 1 was deleted.\n\nReason: It has a key."
    assert comment.creator.login == account("admin").login
    lines = {each["field"]: each for each in log(loaded, "--attachment", "1")}
    assert before["sha256"] in lines["data"]["removed"]
    assert lines["data"]["who"] == f"command ({getpass.getuser()})"
    assert lines["attachments.isobsolete"]["added"] == "1"
    assert loaded("check").stderr == "No problems were found.\n"
    assert "deleted already" in delete(loaded, 1, "--yes", code=1).stderr


def test_content_is_not_deleted_without_a_confirmation(loaded: Run) -> None:
    assert "--yes" in delete(loaded, 1, code=2).stderr
    assert told(loaded("attachment", "show", "1", "--json"))["sha256"]


def test_content_leaves_the_bucket_with_the_last_attachment_that_has_it(
    run: Run, content: str, buckets: Buckets
) -> None:
    document = json.loads(Path(SITE).read_text())
    first, second, *_ = document["attachments"]
    second["data_b64"] = first["data_b64"]
    second["size"] = first["size"]
    Path("site.json").write_text(json.dumps(document))
    run("load", "site.json", "--content", content)
    bucket = S3Store.from_url(content, config=buckets.config, client_options={"allow_http": True})  # type: ignore[arg-type]

    def keys() -> str:
        return " ".join(each["path"] for page in obstore.list(bucket) for each in page)

    sha256 = told(run("attachment", "show", str(first["id"]), "--json", "--content", content))["sha256"]
    assert len(sha256) == len(hashlib.sha256().hexdigest())
    delete(run, first["id"], "--yes", "--content", content)
    assert sha256 in keys()
    delete(run, second["id"], "--yes", "--content", content)
    assert sha256 not in keys()
    run("check", "--content", content)
