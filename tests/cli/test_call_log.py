"""The lines that a gateway logs about calls: who called, and which bugs and attachments the call was about."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from running import PATIENCE, Account, account, copied, running, site

Log = Mapping[str, Any]


class Logged:
    """A gateway whose log is read call by call."""

    def __init__(self, url: str, log: Path) -> None:
        self._url = url
        self._log = log
        self._read = 0

    def call(self, verb: str, path: str, body: object = None, **headers: str) -> Log:
        """Make a call, and return the one line about it."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}rest/{path}", data, method=verb)
        for name, value in {"Content-Type": "application/json", **named}.items():
            request.add_header(name, value)
        try:
            urllib.request.urlopen(request, timeout=PATIENCE).close()
        except urllib.error.HTTPError as refused:
            refused.close()
        lines = self._log.read_text().splitlines()
        [line] = lines[self._read :]
        self._read = len(lines)
        logged: Log = json.loads(line)
        return logged


@pytest.fixture(scope="module")
def logged(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    folder = tmp_path_factory.mktemp("logged")
    log = folder / "log"
    database = copied(loaded_database, folder / "gateway.db")
    database.chmod(0o600)
    with running(database, "--log-format", "json", log=log) as gateway:
        yield Logged(gateway.url, log)


UPLOAD = {"file_name": "a", "summary": "a", "content_type": "text/plain", "data": base64.b64encode(b"a").decode()}


def key(user: Account) -> dict[str, str]:
    return {"X_Bugzilla_API_Key": user.api_key}


def basic(login: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{login}:{password}'.encode()).decode()}"}


def test_what_is_written_is_named(logged: Logged) -> None:
    editor = account("editor")
    added = logged.call("POST", "bug/1/attachment", UPLOAD, **key(editor))
    assert (added["message"], added["user"], added["bugs"]) == ("Bug.add_attachment", editor.id, "1")
    number = added["attachments"]
    assert number.isdecimal()
    changed = logged.call("PUT", f"bug/attachment/{number}", {"summary": "b", "comment": "c"}, **key(editor))
    assert (changed["user"], changed["bugs"], changed["attachments"]) == (editor.id, "1", number)


def test_what_was_asked_in_vain_is_named(logged: Logged) -> None:
    stranger = account("stranger")
    refused = logged.call("PUT", "bug/attachment/8", {"summary": "b"}, **key(stranger))
    assert refused["code"] != 0
    assert (refused["user"], refused["ids"]) == (stranger.id, "8")
    assert "attachments" not in refused


def test_what_is_no_number_is_not_logged(logged: Logged) -> None:
    refused = logged.call("PUT", "bug/attachment/0", {"ids": ["1", "secret", "12345678901"]}, **key(account("editor")))
    assert refused["code"] != 0
    assert "secret" not in str(refused)
    assert "12345678901" not in str(refused)


def test_a_failed_login_names_the_account(logged: Logged) -> None:
    editor = account("editor")
    refused = logged.call("GET", "bug/1", **basic(editor.login.upper(), "wrong password"))
    assert (refused["code"], refused["user"], refused["login"]) == (300, editor.id, editor.login)


def test_a_failed_login_with_what_is_no_account_does_not_repeat_it(logged: Logged) -> None:
    refused = logged.call("GET", "bug/1", **basic("my secret password", "x"))
    assert (refused["code"], refused["login"]) == (300, "unknown")
    assert "user" not in refused
    assert "my secret" not in str(refused)


def test_a_disabled_account_is_named(logged: Logged) -> None:
    [disabled] = [each for each in site()["users"] if each["login"].startswith("disabled@")]
    refused = logged.call("GET", "bug/1", **basic(disabled["login"], disabled["password"]))
    assert (refused["code"], refused["user"], refused["login"]) == (301, disabled["id"], disabled["login"])
