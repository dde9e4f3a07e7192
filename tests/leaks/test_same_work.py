"""Who tries logins cannot tell by the work of the gateway which of them exist: each costs one hash of a password.

The hashes are counted, not timed. A gateway runs in this process; nothing of it is replaced, `verify` is only watched.
"""

import base64
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import argon2
import pytest
from aiohttp.test_utils import TestClient, TestServer
from running import account, copied

from gateway.settings import Settings
from gateway.store.sqlite import open_store
from gateway.web.application import application

Client = TestClient[Any, Any]

KNOWN, UNKNOWN = account("editor").login, "nobody@example.com"
DISABLED = account("disabled").login


@pytest.fixture
async def client(loaded_database: Path, tmp_path: Path) -> AsyncIterator[Client]:
    settings = Settings(database=copied(loaded_database, tmp_path / "gateway.db"))
    store = await open_store(settings.database)
    async with TestClient(TestServer(application(store, settings), handler_args={"auto_decompress": False})) as client:
        yield client
    await store.close()


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stored hashes that passwords were compared with, one for each time."""
    compared: list[str] = []
    verify = argon2.PasswordHasher.verify

    def watched(self: argon2.PasswordHasher, stored: str | bytes, password: str | bytes) -> bool:
        compared.append(str(stored))
        return bool(verify(self, stored, password))

    monkeypatch.setattr(argon2.PasswordHasher, "verify", watched)
    return compared


def _xmlrpc(login: str, password: str) -> dict[str, Any]:
    members = {"login": login, "password": password}.items()
    struct = "".join(f"<member><name>{name}</name><value>{value}</value></member>" for name, value in members)
    param = f"<param><value><struct>{struct}</struct></value></param>"
    body = f"<methodCall><methodName>User.login</methodName><params>{param}</params></methodCall>"
    return {"method": "POST", "path": "/xmlrpc.cgi", "data": body, "headers": {"Content-Type": "text/xml"}}


def _jsonrpc(login: str, password: str) -> dict[str, Any]:
    call = {"method": "Bug.get", "params": [{"ids": [1], "Bugzilla_login": login, "Bugzilla_password": password}]}
    return {"method": "POST", "path": "/jsonrpc.cgi", "json": {**call, "id": 1}}


def _rest(login: str, password: str) -> dict[str, Any]:
    return {"method": "GET", "path": "/rest/login", "params": {"login": login, "password": password}}


def _header(login: str, password: str) -> dict[str, Any]:
    heads = {"X-Bugzilla-Login": login, "X-Bugzilla-Password": password}
    return {"method": "GET", "path": "/rest/bug/1", "headers": heads}


def _file(login: str, password: str) -> dict[str, Any]:
    params = {"id": "1", "Bugzilla_login": login, "Bugzilla_password": password}
    return {"method": "GET", "path": "/attachment.cgi", "params": params}


def _ketura(login: str, password: str) -> dict[str, Any]:
    word = base64.b64encode(f"{login}:{password}".encode()).decode()
    return {"method": "POST", "path": "/Ketura/API/Issues/1/Attachments", "headers": {"Authorization": f"Basic {word}"}}


WAYS = [_xmlrpc, _jsonrpc, _rest, _header, _file, _ketura]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("password", ["wrong", "", "ö" * 200])
async def test_a_login_costs_one_hash_whether_it_exists_or_not(
    client: Client, hashes: list[str], way: Callable[[str, str], dict[str, Any]], password: str
) -> None:
    answers = []
    for login in (KNOWN, DISABLED, UNKNOWN, "", " "):
        answer = await client.request(**way(login, password))
        answers.append((answer.status, dict(answer.headers, Date=""), await answer.read()))
        assert len(hashes) == 1, login
        cost = hashes.pop().split("$")[:4]
        assert cost == ["", "argon2id", "v=19", "m=19456,t=2,p=1"]
    assert all(each == answers[0] for each in answers)


@pytest.mark.parametrize("stored", ["salt,aGFzaA{SHA-256}", "abJnggxhB/yWI", "nothing known", None])
async def test_an_account_of_another_kind_costs_one_too(
    client: Client, hashes: list[str], loaded_database: Path, tmp_path: Path, stored: str | None
) -> None:
    store = await open_store(tmp_path / "gateway.db")
    await store.write(lambda tx: tx.set_password_hash(account("editor").id, stored, end_logins=False))
    await store.close()
    answer = await client.request(**_rest(KNOWN, "wrong"))
    assert (answer.status, len(hashes)) == (401, 1)


async def test_keys_and_tokens_cost_none(client: Client, hashes: list[str]) -> None:
    for name, value in (("api_key", "wrong"), ("api_key", account("editor").api_key), ("token", "2-wrong")):
        await client.get("/rest/bug/1", params={name: value})
    assert not hashes
