"""A site whose parameter requirelogin is set: nobody sees anything without logging in."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from calling import Caller
from running import account, load, running, site


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    folder = tmp_path_factory.mktemp("closed")
    described = site()
    described["params"]["requirelogin"] = "1"
    file = Path(folder / "site.json")
    file.write_text(json.dumps(described), encoding="utf-8")
    load(folder / "gateway.db", file)
    with running(folder / "gateway.db") as gateway:
        yield Caller(gateway.url)


EDITOR = account("editor")


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("Bug.attachments", {"ids": [1]}, 410),
        ("Bug.get", {"ids": [1]}, 410),
        ("Bug.comments", {"ids": [1]}, 410),
        ("User.get", {"names": [EDITOR.login]}, 410),
        ("User.valid_login", {"login": EDITOR.login}, 410),
        ("Bugzilla.parameters", {}, 0),
        ("Bugzilla.extensions", {}, 410),
        ("Bugzilla.time", {}, 410),
        ("Bugzilla.version", {}, 0),  # what clients ask for before they log in
        ("Bugzilla.timezone", {}, 0),
        ("system.listMethods", {}, 0),
        ("User.login", {"login": EDITOR.login, "password": EDITOR.password}, 0),
    ],
)
def test_without_a_login(closed: Caller, method: str, params: dict[str, Any], code: int) -> None:
    assert {each.code for each in closed.everywhere(method, params)} == {code}
    if method != "User.login":
        assert {each.code for each in closed.everywhere(method, params, "editor")} == {0}


def test_the_parameters_say_so(closed: Caller) -> None:
    for who in ("", "editor", "admin"):
        assert closed.agreed("Bugzilla.parameters", {}, who).result["parameters"]["requirelogin"] == "1"


def test_no_cache_keeps_a_file(closed: Caller) -> None:
    address = f"{closed.url}attachment.cgi?id=1"
    with urllib.request.urlopen(
        urllib.request.Request(address, headers={"X-Bugzilla-API-Key": EDITOR.api_key})
    ) as file:
        assert (file.status, file.headers["Cache-Control"]) == (200, "no-store")
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(address)
