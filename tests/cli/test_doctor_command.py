"""`gateway doctor` at sites that are well, and at others."""

import http.client
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from commandline import Run, told
from http_server import http_server
from running import Gateway, copied

from gateway.store.sqlite.connection import PAGE_BYTES

LOOKED_AT = {
    *("settings", "clock", "store", "disk of the database", "disk of the spools", "open files"),
    *("site", "clock of the site", "store of the site"),
    *("XML-RPC", "JSON-RPC", "REST", "WADL", "Ketura", "largest upload"),
}


def looked(run: Run, gateway: Gateway, *arguments: str, code: int = 0) -> dict[str, dict[str, str]]:
    """What it says that is not "ok", by what that is about."""
    port = str(urlsplit(gateway.url).port)
    result = run("doctor", "--json", "--database", str(gateway.database), "--port", port, *arguments, code=code)
    return {each["about"]: each for each in told(result) if each["verdict"] != "ok"}


@contextmanager
def in_front_of(gateway: Gateway, host: str = "", **changed: tuple[int, dict[str, str]]) -> Iterator[str]:
    """The address of a proxy that answers some requests itself, by the last part of their path.

    It names `host` to the gateway, else what the client named.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(0 if "Expect" in self.headers else int(self.headers.get("Content-Length", 0)))
            connection = http.client.HTTPConnection(urlsplit(gateway.url).netloc)
            connection.request(
                self.command, self.path, body, {**dict(self.headers), **({"Host": host} if host else {})}
            )
            answer = connection.getresponse()
            status, headers = changed.get(self.path.rpartition("/")[2].partition(".")[0], (answer.status, {}))
            self.send_response_only(status)
            for name, value in {"Date": answer.headers["Date"], **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.read())
            connection.close()

        do_POST = do_GET  # noqa: N815 (http.server's names)

        def handle_expect_100(self) -> bool:
            return True

        def log_message(self, *_: object) -> None:
            pass

    with http_server(Handler) as url:
        yield url


@pytest.fixture
def guarded(gateway: Gateway) -> Gateway:
    gateway.database.chmod(0o600)
    return gateway


def test_nothing_is_wrong_with_a_site_that_is_well(run: Run, guarded: Gateway) -> None:
    port = str(urlsplit(guarded.url).port)
    result = run("doctor", "--json", "--database", str(guarded.database), "--port", port)
    seen = told(result)
    assert {each["about"] for each in seen} == LOOKED_AT
    assert {each["verdict"] for each in seen} == {"ok"}, seen
    assert result.stderr == "Nothing is wrong.\n"


def test_what_is_unsafe_is_a_warning(run: Run, guarded: Gateway) -> None:
    guarded.database.chmod(0o644)
    found = looked(run, guarded)
    assert set(found) == {"settings"}
    assert found["settings"]["verdict"] == "warning"
    assert "chmod 600" in found["settings"]["advice"]


def test_a_site_that_does_not_answer_is_wrong(run: Run, guarded: Gateway) -> None:
    found = looked(run, guarded, "--url", "http://127.0.0.1:1/", code=1)
    assert "does not answer" in found["site"]["found"]
    assert "gateway serve" in found["site"]["advice"]


def test_something_else_that_answers_is_wrong(run: Run, guarded: Gateway) -> None:
    found = looked(run, guarded, "--url", f"{guarded.url}elsewhere", code=1)
    assert "answers 404" in found["site"]["found"]


def test_another_site_that_answers_is_wrong(run: Run, guarded: Gateway, tmp_path: Path) -> None:
    other = copied(guarded.database, tmp_path / "other.db")
    with sqlite3.connect(other) as connection:
        connection.execute("UPDATE site SET version = '4.4'")
    connection.close()
    found = looked(run, guarded, "--database", str(other), code=1)
    assert {"XML-RPC", "JSON-RPC", "REST"} <= set(found)


def test_an_empty_site_beside_the_server_of_another_is_wrong(run: Run, guarded: Gateway, tmp_path: Path) -> None:
    run("init", "--database", "empty.db")
    found = looked(run, guarded, "--database", "empty.db", code=1)
    assert set(found) == {"store of the site"}
    assert "another site is served there" in found["store of the site"]["found"]
    assert "--database" in found["store of the site"]["advice"]


def test_a_parameter_that_means_nothing_is_a_warning(run: Run, guarded: Gateway) -> None:
    with sqlite3.connect(guarded.database) as connection:
        wrong = json.dumps({"insidergroup": "nosuch", "maxattachmentsize": "abc", "other": "x", "requirelogin": "0"})
        connection.execute("UPDATE site SET parameters = ?", [wrong])
    connection.close()
    port = str(urlsplit(guarded.url).port)
    seen = told(run("doctor", "--json", "--database", str(guarded.database), "--port", port))
    found = [each["found"] for each in seen if each["about"] == "parameters"]
    assert [each.partition(" is ")[0] for each in found] == ["insidergroup", "maxattachmentsize"]


def test_a_backup_is_the_same_site(run: Run, guarded: Gateway) -> None:
    run("backup", "copy.db", "--database", str(guarded.database))
    assert looked(run, guarded, "--database", "copy.db") == {}


def test_an_address_that_is_none_is_told(run: Run) -> None:
    assert "--url must be a URL" in run("doctor", "--url", "bugs.example.com", code=2).stderr


@pytest.mark.parametrize(
    ("changed", "about", "verdict", "words"),
    [
        ({"healthz": (200, {"Date": "Sat, 01 Jan 2000 00:00:00 GMT"})}, "clock of the site", "wrong", "NTP"),
        ({"readyz": (503, {})}, "store of the site", "wrong", "log"),
        ({"Attachments": (413, {})}, "largest upload", "wrong", "client_max_body_size"),
        ({"Attachments": (204, {})}, "Ketura", "wrong", "reach the gateway"),
    ],
)
def test_what_a_proxy_does_is_seen(
    run: Run, guarded: Gateway, changed: dict[str, tuple[int, dict[str, str]]], about: str, verdict: str, words: str
) -> None:
    with in_front_of(guarded, **changed) as url:
        found = looked(run, guarded, "--url", url, code=1)
    assert found[about]["verdict"] == verdict
    assert words in found[about]["advice"]


def test_a_description_that_leads_elsewhere_is_a_warning(run: Run, guarded: Gateway) -> None:
    with in_front_of(guarded) as url:
        assert not looked(run, guarded, "--url", url)  # the header Host was passed on
    with in_front_of(guarded, "internal:8080") as url:
        found = looked(run, guarded, "--url", url)
    assert set(found) == {"WADL"}
    assert "to http://internal:8080/" in found["WADL"]["found"]
    assert "X-Forwarded-Proto" in found["WADL"]["advice"]


def test_damage_is_wrong(run: Run, guarded: Gateway, tmp_path: Path) -> None:
    damaged = copied(guarded.database, tmp_path / "damaged.db")
    with damaged.open("r+b") as file:
        file.seek(3 * PAGE_BYTES)
        file.write(b"\xff" * PAGE_BYTES)
    found = looked(run, guarded, "--database", str(damaged), code=1)
    assert found["store"]["verdict"] == "wrong"
    assert "backup" in found["store"]["advice"]


@pytest.mark.parametrize(
    ("version", "verdict", "words"), [(0, "warning", "Back it up"), (9999, "wrong", "newer version")]
)
def test_another_schema_is_told_and_stays(
    run: Run, guarded: Gateway, tmp_path: Path, version: int, verdict: str, words: str
) -> None:
    other = copied(guarded.database, tmp_path / "other.db")
    with sqlite3.connect(other) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    found = looked(run, guarded, "--database", str(other), code=int(verdict == "wrong"))
    assert found["store"]["verdict"] == verdict
    assert words in found["store"]["advice"]
    with sqlite3.connect(other) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    connection.close()


def test_no_database_is_wrong(run: Run, guarded: Gateway) -> None:
    Path("text.db").write_text("This is a text and no database at all. " * 100)
    assert "not a database" in looked(run, guarded, "--database", "text.db", code=1)["store"]["found"]
    assert "gateway init" in looked(run, guarded, "--database", "missing.db", code=1)["store"]["advice"]


def test_a_disk_without_room_is_wrong(run: Run, guarded: Gateway) -> None:
    found = looked(run, guarded, "--max-attachment-size", "1000TiB", code=1)
    assert "twice" in found["disk of the database"]["found"]
    found = looked(run, guarded, "--upload-allowance", "1000TiB")
    assert "unfinished" in found["disk of the spools"]["found"]
    found = looked(run, guarded, "--spool-directory", "nowhere", code=1)
    assert "spool_directory" in found["disk of the spools"]["advice"]


def test_a_clock_that_went_back_is_wrong(run: Run, guarded: Gateway, tmp_path: Path) -> None:
    later = copied(guarded.database, tmp_path / "later.db")
    os.utime(later, (4102444800, 4102444800))  # the year 2100
    found = looked(run, guarded, "--database", str(later), code=1)
    assert "NTP" in found["clock"]["advice"]
