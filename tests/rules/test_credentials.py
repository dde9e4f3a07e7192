"""Who a caller is: credentials in every place and form, and which of them win."""

import base64
import itertools
from typing import Any

import pytest
from calling import Caller
from running import Account, account
from wire import PROTOCOLS, Request, jsonrpc

EDITOR, INSIDER, DISABLED, UNICODE = (account(name) for name in ("editor", "insider", "disabled", "ünïcode"))
REVOKED_KEY = "R" * 40
EVERYBODY = [EDITOR, INSIDER, DISABLED, UNICODE]

addresses = (f"10.1.{number >> 8}.{number & 255}" for number in itertools.count())
"""One for each call: wrong passwords from one address lock an account for it."""


def caller_is(caller: Caller, protocol: str, params: dict[str, Any], headers: dict[str, str]) -> Any:
    """Who the gateway takes the caller for, or the code of the error. One's own account shows more than others do."""
    asked = {"names": [each.login for each in EVERYBODY], **params}
    answer = caller.through(protocol, "User.get", asked, headers={"X-Forwarded-For": next(addresses), **headers})
    if answer is None or answer.code:
        return answer and answer.code
    oneself = [each["name"] for each in answer.result["users"] if "saved_searches" in each]
    return oneself[0] if oneself else ""


def long_password(who: Account, password: str | None = None, login: str | None = None) -> dict[str, Any]:
    return {"Bugzilla_login": login or who.login, "Bugzilla_password": who.password if password is None else password}


def short_password(who: Account) -> dict[str, Any]:
    return {"login": who.login, "password": who.password}


def basic(who: Account, password: str | None = None) -> dict[str, str]:
    pair = f"{who.login}:{who.password if password is None else password}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


KEY = {"Bugzilla_api_key": EDITOR.api_key}
WRONG_KEY = {"Bugzilla_api_key": "X" * 40}
WELL_FORMED_TOKEN = {"Bugzilla_token": f"{EDITOR.id}-xxxxxxxxxx"}


@pytest.mark.parametrize(
    ("params", "who"),
    [
        ({}, ""),
        # a password
        (long_password(EDITOR), EDITOR.login),
        (short_password(EDITOR), EDITOR.login),
        (long_password(EDITOR, login=f" {EDITOR.login.upper()} "), EDITOR.login),
        (long_password(UNICODE), UNICODE.login),
        (long_password(EDITOR, "wrong"), 300),
        (long_password(EDITOR, f" {EDITOR.password} "), 300),
        (long_password(EDITOR, ""), 300),
        (long_password(EDITOR, login="nobody@example.com"), 300),
        ({"Bugzilla_login": "", "Bugzilla_password": "x"}, 300),
        ({"Bugzilla_login": EDITOR.login, "Bugzilla_password": [EDITOR.password]}, 300),
        ({"Bugzilla_login": {"a": EDITOR.login}, "Bugzilla_password": EDITOR.password}, 300),
        ({"Bugzilla_login": EDITOR.login}, ""),
        ({"Bugzilla_password": EDITOR.password}, ""),
        ({"login": EDITOR.login}, ""),
        (long_password(DISABLED), 301),
        (long_password(DISABLED, "wrong"), 300),
        # an API key
        (KEY, EDITOR.login),
        ({"api_key": EDITOR.api_key}, EDITOR.login),
        ({"api_key": f" {EDITOR.api_key} "}, EDITOR.login),
        (WRONG_KEY, 306),
        ({"api_key": EDITOR.api_key.lower()}, 306),
        ({"api_key": REVOKED_KEY}, 306),
        ({"api_key": [EDITOR.api_key]}, 306),
        ({"api_key": 5}, 306),
        ({"api_key": ""}, ""),
        ({"api_key": None}, ""),
        ({"api_key": DISABLED.api_key}, 301),
        # a token
        (WELL_FORMED_TOKEN, 32000),
        ({"token": f"{EDITOR.id}-xxxxxxxxxx"}, 32000),
        ({"token": "99999-xxxxxxxxxx"}, 32000),
        ({"token": "nonsense"}, ""),
        ({"token": ""}, ""),
        # a password goes before a key, a key before a token
        ({**long_password(EDITOR), **WRONG_KEY}, EDITOR.login),
        ({**long_password(EDITOR, "wrong"), **KEY}, 300),
        ({**long_password(INSIDER), **KEY}, INSIDER.login),
        ({"Bugzilla_login": INSIDER.login, **KEY}, EDITOR.login),
        ({**KEY, **WELL_FORMED_TOKEN}, EDITOR.login),
        ({**WRONG_KEY, **WELL_FORMED_TOKEN}, 306),
    ],
)
def test_credentials_in_parameters(caller: Caller, params: dict[str, Any], who: Any) -> None:
    for protocol in PROTOCOLS:
        assert caller_is(caller, protocol, params, {}) in (who, None), protocol


@pytest.mark.parametrize(
    ("params", "headers", "who"),
    [
        ({}, {"X-Bugzilla-API-Key": EDITOR.api_key}, EDITOR.login),
        ({}, {"x-bugzilla-api-key": f" {EDITOR.api_key} "}, EDITOR.login),
        ({}, {"X-Bugzilla-API-Key": "X" * 40}, 306),
        ({}, {"X-Bugzilla-API-Key": ""}, ""),
        ({}, {"X-Bugzilla-Token": "nonsense"}, ""),
        ({}, {"X-Bugzilla-Token": f"{EDITOR.id}-xxxxxxxxxx"}, 32000),
        ({}, {"X-Bugzilla-Login": EDITOR.login, "X-Bugzilla-Password": EDITOR.password}, EDITOR.login),
        ({}, {"X-Bugzilla-Login": EDITOR.login, "X-Bugzilla-Password": "wrong"}, 300),
        ({}, {"X-Bugzilla-Login": EDITOR.login}, ""),
        ({}, basic(EDITOR), EDITOR.login),
        ({}, basic(UNICODE), UNICODE.login),
        ({}, basic(EDITOR, "wrong"), 300),
        ({}, {"Authorization": "Basic nonsense"}, ""),
        ({}, {"Authorization": "Basic bm9jb2xvbg=="}, ""),
        ({}, {"Authorization": f"Bearer {EDITOR.api_key}"}, EDITOR.login),
        ({}, {"Authorization": f"bearer {EDITOR.api_key}"}, EDITOR.login),
        ({}, {"Authorization": "Bearer nonsense"}, ""),
        ({}, {"Authorization": f"Bearer {REVOKED_KEY}"}, ""),
        ({}, {"Authorization": "Negotiate nonsense"}, ""),
        # parameters go before headers, if they say anything
        (KEY, {"X-Bugzilla-API-Key": INSIDER.api_key}, EDITOR.login),
        (KEY, {"X-Bugzilla-API-Key": "X" * 40}, EDITOR.login),
        (KEY, basic(INSIDER), EDITOR.login),
        (WRONG_KEY, {"X-Bugzilla-API-Key": EDITOR.api_key}, 306),
        ({"api_key": ""}, {"X-Bugzilla-API-Key": EDITOR.api_key}, EDITOR.login),
        ({"Bugzilla_login": INSIDER.login}, {"X-Bugzilla-API-Key": EDITOR.api_key}, EDITOR.login),
        ({"token": "nonsense"}, {"X-Bugzilla-API-Key": EDITOR.api_key}, EDITOR.login),
        # and among headers, too, a password goes before a key, and that before a token
        ({}, {**basic(INSIDER), "X-Bugzilla-API-Key": EDITOR.api_key}, INSIDER.login),
        ({}, {"X-Bugzilla-API-Key": EDITOR.api_key, "X-Bugzilla-Token": "2-xxxxxxxxxx"}, EDITOR.login),
        ({}, {"X-Bugzilla-API-Key": EDITOR.api_key, "Authorization": "Bearer nonsense"}, EDITOR.login),
    ],
)
def test_credentials_in_headers(caller: Caller, params: dict[str, Any], headers: dict[str, str], who: Any) -> None:
    for protocol in PROTOCOLS:
        assert caller_is(caller, protocol, params, headers) == who, protocol


@pytest.mark.parametrize(
    ("path", "body", "who"),
    [
        (f"/rest/bug/2/attachment?api_key={EDITOR.api_key}", {}, EDITOR.login),
        ("/rest/bug/2/attachment", {"api_key": EDITOR.api_key}, EDITOR.login),
        (f"/rest/bug/2/attachment?Bugzilla_api_key={INSIDER.api_key}", KEY, INSIDER.login),  # the query string wins
        (f"/rest/bug/2/attachment?api_key={'X' * 40}", {"api_key": EDITOR.api_key}, 306),
    ],
)
def test_credentials_of_a_rest_call_that_writes(caller: Caller, path: str, body: dict[str, Any], who: Any) -> None:
    new = {"data": b"x", "file_name": "a.txt", "summary": "a", "content_type": "text/plain"}
    status, answer = caller.send_json("POST", path, {**new, **body})
    assert status == (201 if isinstance(who, str) else 400)
    assert (caller.attachment(answer["ids"][0])["creator"] if status == 201 else answer["code"]) == who


def test_the_rpc_endpoints_do_not_look_at_the_query_string(caller: Caller) -> None:
    request = jsonrpc({"jsonrpc": "2.0", "method": "Bug.get", "params": {"ids": [3]}, "id": 1})
    for path in (f"/jsonrpc.cgi?api_key={EDITOR.api_key}", f"/jsonrpc.cgi?Bugzilla_api_key={'X' * 40}"):
        _, _, body = caller.send(Request("POST", path, request.body, request.headers))
        assert b'"code":102' in body


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("Bug.add_attachment", {"ids": [1]}),
        ("Bug.update_attachment", {"ids": [1]}),
        ("Bug.create", {"product": "Widgets"}),
    ],
)
def test_methods_that_require_a_login(caller: Caller, method: str, params: dict[str, Any]) -> None:
    assert caller.agreed(method, params).code == 410
    assert caller.agreed(method, params, headers={"Authorization": "Bearer nonsense"}).code == 410
    assert {each.code for each in caller.everywhere(method, params, "editor")} != {410}


@pytest.mark.parametrize("method", ["Bugzilla.version", "Bugzilla.timezone", "system.listMethods"])
def test_methods_that_look_at_no_key(caller: Caller, method: str) -> None:
    """Clients ask for the version to see whether there is anything, and a stale key or token is no hindrance."""
    for params in (WRONG_KEY, WELL_FORMED_TOKEN, {"api_key": DISABLED.api_key}):
        assert caller.agreed(method, params).code == 0
