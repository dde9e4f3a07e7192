"""`gateway import https://...`: the site that comes over REST is the same but for what the report names."""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
from click.testing import CliRunner
from ports import free_port
from rest_site import SEE_ALSO, between, rich_site, write_site
from running import Gateway, account, copied, load, mozilla_site, running

from gateway.cli import main
from gateway.front.front_options import FrontOptions
from gateway.importing.sources.rest import rest_bugs, site_reader
from gateway.model import GroupControl, GroupGrant
from gateway.settings import Settings
from gateway.store.interface import Writer
from gateway.store.opening import open_store

EXCHANGES = os.environ.get("GATEWAY_EXCHANGES", "")
ADMIN = account("admin").api_key


@pytest.fixture(autouse=True)
def small_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few bugs with each request, so that a small site takes several; and no waiting."""
    monkeypatch.setattr(rest_bugs, "LISTED", 5)
    monkeypatch.setattr(rest_bugs, "BATCH", 3)
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


def compared(url: str, folder: Path) -> tuple[int, str]:
    """Compare the imported site with that at a URL. Returns the exit code of the doctor and its output."""
    words = ["doctor", "--imported-from", url, "--api-key-file", folder / "key", "--database", folder / "gateway.db"]
    done = CliRunner().invoke(main, [*map(str, [*words, "--requests-per-second", 100_000])])
    return done.exit_code, done.output


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
    "bugs.aliases": "Aliases of a bug beside the first",
    "audit_log": "The log of administration",
    "bug_visits": "last visits",
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
    told(differences(original, got) - {"version"}, done.report)
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


@pytest.mark.long("6 s: thirteen imports")
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


CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("PUT", "bug/1", {"summary": "renamed", "cc": {"add": ["insider@example.com"]}, "comment": {"body": "later"}}),
    ("PUT", "bug/1", {"keywords": {"remove": ["crash"]}, "see_also": {"remove": ["{url}"]}, "cf_many": ["b"]}),
    ("PUT", "bug/2", {"depends_on": {"remove": [1]}}),
    ("POST", "bug/5/attachment", {"data": "AAEC", "file_name": "new", "summary": "new", "content_type": "text/plain"}),
    ("PUT", "bug/attachment/11", {"is_obsolete": 1, "flags": [{"name": "review", "status": "?"}]}),
    ("POST", "bug", {"product": "Widgets", "component": "Core", "summary": "new", "version": "1.0", "op_sys": "All"}),
    ("POST", "user", {"email": "later@example.com", "full_name": "Later"}),
]
"""Requests that change the site, with the parts of the dump in which that shows."""


def send(url: str, verb: str, path: str, body: dict[str, Any]) -> None:
    """Send a request of an administrator that must succeed."""
    data = json.dumps({"Bugzilla_api_key": ADMIN, **body}).replace("{url}", SEE_ALSO).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}rest/{path}", data, headers, method=verb)) as answer:
        assert not json.load(answer).get("error")


def wait_for_another_second(url: str) -> None:
    """Wait until the clock of a site shows another second: two changes in one are told apart by nothing."""
    times: set[str] = set()
    while len(times) < 2:
        with urllib.request.urlopen(f"{url}rest/time") as answer:
            times.add(json.load(answer)["db_time"])


@pytest.fixture(scope="module")
def changing(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with the site, which tests change: each of them imports it anew."""
    with running(copied(loaded, tmp_path_factory.mktemp("changing") / "site.db")) as served:
        yield served


def test_a_later_import_brings_what_has_changed(changing: Gateway, tmp_path: Path) -> None:
    run(changing.url, tmp_path)
    for verb, path, body in CHANGES:
        send(changing.url, verb, path, body)
    again, whole = run(changing.url, tmp_path), run(changing.url, tmp_path, name="whole.db")
    assert again.code == whole.code == 0, again.output
    got = dump(again.database)
    assert differences(got, dump(whole.database)) <= {"params", *(f"changes.{each}" for each in got["changes"][0])}
    assert sorted(map(content, got["changes"])) == sorted(map(content, dump(whole.database)["changes"]))
    told(differences(got, dump(Path(changing.database))) - NEW_NUMBERS, again.report)
    assert "renamed" in {each["summary"] for each in got["bugs"]}


NEW_NUMBERS = {*(f"changes.{each}" for each in ("bug_id", "field", "removed", "added", "when", "user")), "users.groups"}


def content(change: Mapping[str, Any]) -> str:
    """A change without its number, which is made up."""
    return json.dumps({**change, "id": 0}, sort_keys=True)


def test_a_later_import_reads_only_bugs_that_have_changed(changing: Gateway, tmp_path: Path) -> None:
    wait_for_another_second(changing.url)  # what changed in the second in which an import began is read again
    with between(changing.url) as site:
        assert run(site.url, tmp_path).code == 0
        send(changing.url, "PUT", "bug/3", {"whiteboard": "changed"})
        site.paths.clear()
        assert run(site.url, tmp_path).code == 0
        assert [each.partition("?")[0] for each in site.paths if "/comment" in each] == ["/rest/bug/3/comment"]
        with sqlite3.connect(tmp_path / "gateway.db.working-copy") as copy:  # as if it had been read in that second
            copy.execute("UPDATE import_state SET value = '2026-01-02 03:04:05' WHERE name = 'bugs_begun'")
        site.paths.clear()
        assert run(site.url, tmp_path).code == 0
        assert sum("/comment" in each for each in site.paths) >= 3


@pytest.mark.long("3 s: three imports and two gateways")
def test_what_the_gateway_has_changed_since_stays(changing: Gateway, tmp_path: Path) -> None:
    run(changing.url, tmp_path)
    with running(tmp_path / "gateway.db") as imported:
        words = ["key", "add", "admin@example.com", "--database", str(tmp_path / "gateway.db")]
        key = CliRunner().invoke(main, words).stdout.split()[0]
        send(imported.url, "PUT", "bug/1", {"summary": "of the gateway", "Bugzilla_api_key": key})
    wait_for_another_second(changing.url)
    send(changing.url, "PUT", "bug/1", {"summary": "of the Bugzilla"})
    done = run(changing.url, tmp_path)
    assert dump(done.database)["bugs"][0]["summary"] == "of the gateway"
    assert "stay as in the gateway" in done.output


def test_what_rest_does_not_tell_is_kept(gateway: Gateway, tmp_path: Path) -> None:
    database = run(gateway.url, tmp_path).database
    grant = GroupGrant("secret", "insiders")

    def complete(writer: Writer) -> None:
        writer.add_group_grant(grant)
        writer.set_blessed_groups(2, {"secret"})
        component = writer.products()[0].components[0]
        writer.set_component(msgspec.structs.replace(component, default_cc=("editor@example.com",)))
        writer.set_group_control("Widgets", GroupControl("secret", entry=True))

    async def completed() -> None:
        store = await open_store(replace(Settings(), database=database), create=False)
        await store.write(complete)
        await store.close()

    asyncio.run(completed())
    before = dump(database)
    assert run(gateway.url, tmp_path).code == 0
    assert dump(database) == before
    code, output = compared(gateway.url, tmp_path)
    assert code == 0, output


def test_the_doctor_compares_with_the_site(changing: Gateway, tmp_path: Path) -> None:
    run(changing.url, tmp_path)
    code, output = compared(changing.url, tmp_path)
    assert code == 0, output
    assert "it may be switched" in output
    send(changing.url, "PUT", "bug/1", {"whiteboard": "changed"})
    code, output = compared(changing.url, tmp_path)
    assert code == 1
    assert "bug 1 differs" in output


# ---- sites that are busy, and those that are none


BUSY = [
    (429, {"Retry-After": "0"}, b"slow down"),
    (503, {}, b"<html>"),
    (429, {"Content-Type": "application/json"}, b'{"error": true, "code": 1, "message": "rate limit"}'),
]


def test_an_import_waits_for_a_site_that_is_busy(gateway: Gateway, tmp_path: Path) -> None:
    with between(gateway.url) as site:
        site.instead = [*BUSY]
        done = run(site.url, tmp_path)
    assert done.code == 0, done.output


def test_an_import_ends_if_the_site_stays_busy_and_continues_then(gateway: Gateway, tmp_path: Path) -> None:
    with between(gateway.url) as site:
        site.instead = [(503, {}, b"")] * 5
        ended = run(site.url, tmp_path)
        site.instead = []
        done = run(site.url, tmp_path)
    assert ended.code == 1
    assert ended.output.splitlines()[-1].endswith("Run the same command again: it continues.")
    assert done.code == 0, done.output


def test_requests_are_no_more_than_allowed(gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    client = site_reader._PoliteClient(FrontOptions(url=gateway.url), 0.001)
    monkeypatch.setattr(site_reader.asyncio, "sleep", sleep)

    async def take_turns() -> None:
        for _ in range(4):
            await client._take_turn()

    asyncio.run(take_turns())
    assert waited[0] == 0
    assert [round(each / 1000, 1) for each in waited] == [0, 1, 2, 3]


REFUSED = [
    ("https://user:secret@bugs.example.com/", (), "leave the credentials out of the address"),
    ("http://127.0.0.1:1/", (), "http://127.0.0.1:1/ cannot be read"),
    ("{gateway}docs", (), "no usable answer"),
    ("{gateway}", ("--key", "X" * 40), "API key"),
    ("{gateway}", ("--key", "two words"), "has to hold one API key"),
    ("{gateway}", ("--working-copy", "/nowhere/copy"), "The working copy /nowhere/copy cannot be used"),
]


@pytest.mark.parametrize(("url", "words", "message"), REFUSED, ids=[message for *_, message in REFUSED])
def test_refusals(url: str, words: tuple[str, ...], message: str, gateway: Gateway, tmp_path: Path) -> None:
    key = words[1] if words[:1] == ("--key",) else ADMIN
    done = run(url.format(gateway=gateway.url), tmp_path, *(() if words[:1] == ("--key",) else words), key=key)
    assert done.code == 1
    (line,) = [each for each in done.output.splitlines() if each.startswith("Error: ")]
    assert message in line
    assert "secret" not in line
    assert not done.database.exists()


def test_a_key_is_asked_for(gateway: Gateway, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["import", gateway.url, "--database", str(tmp_path / "gateway.db")])
    assert done.exit_code == 1
    assert "--api-key-file" in done.output


def test_another_working_copy_is_refused(gateway: Gateway, tmp_path: Path) -> None:
    copy = run(gateway.url, tmp_path).database.with_name("gateway.db.working-copy")
    assert copy.stat().st_mode & 0o077 == 0
    copy.unlink()
    done = run(gateway.url, tmp_path)
    assert done.code == 1
    assert "was imported with another working copy" in done.output
    with between(gateway.url) as site:
        done = run(site.url, tmp_path, "--working-copy", copy, name="other.db")
    assert done.code == 1
    assert f"is the working copy of {gateway.url}" in done.output


# ---- the site of the recordings


HIDDEN_PARTS = {
    "bugs": "numbers of bugs up to the largest",
    "attachments": "numbers of attachments up to the largest",
    "comments": "numbers of bugs up to the largest",
    "comments.type": "The attachments of 1 comments",
    "comments.attachment_id": "The attachments of 1 comments",
    "comments.text": "The attachments of 1 comments",
    "products": "Products that the account may not see",
    "components": "Products that the account may not see",
}
"""The further differences of a site whose administrator does not see everything, and the words that name them."""


@contextmanager
def as_it_is(url: str) -> Iterator[str]:
    """The site at a URL."""
    yield url


@contextmanager
def like_bmo(url: str) -> Iterator[str]:
    """A stand-in for bugzilla.mozilla.org before the site at a URL, which came with the recordings."""
    port = free_port()
    program = [sys.executable, str(Path(EXCHANGES).parent / "bugzilla" / "bmo_like.py"), "--port", str(port)]
    with subprocess.Popen([*program, "--upstream", url.rstrip("/")]) as process:
        try:
            while process.poll() is None and not is_open(port):
                time.sleep(0.01)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


def is_open(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.long("5 s: a gateway and an import each")
@pytest.mark.skipif(not EXCHANGES, reason="GATEWAY_EXCHANGES names no folder with recorded exchanges")
@pytest.mark.parametrize("before", [as_it_is, like_bmo])
def test_the_site_of_the_recordings(before: Callable[[str], AbstractContextManager[str]], tmp_path: Path) -> None:
    file, database = Path(EXCHANGES) / "fixture.json", tmp_path / "site.db"
    fixture = json.loads(file.read_text(encoding="utf-8"))
    load(database, file)
    original = dump(database)
    admin = next(user for user in fixture["users"] if user["login"] == "admin@my.company")
    (tmp_path / "params.json").write_text(json.dumps(fixture["params"]))
    with running(database) as served, before(served.url) as url:
        done = run(url, tmp_path, "--params", tmp_path / "params.json", key=admin["api_keys"][0]["api_key"])
    assert done.code == 0, done.output
    found = differences(original, dump(done.database)) - ({"version"} if before is like_bmo else set())
    assert [each for each in found & HIDDEN_PARTS.keys() if HIDDEN_PARTS[each] not in done.remarks] == []
    told(found - HIDDEN_PARTS.keys(), done.report)
