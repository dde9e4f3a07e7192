"""Login tokens and lockouts: User.login, User.logout, User.valid_login, and wrong passwords that add up."""

import itertools
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

import pytest
from calling import Caller
from running import account
from wire import PROTOCOLS

EDITOR, DISABLED, LOCKED = (account(name) for name in ("editor", "disabled", "lockme"))
WRITING = ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest")
addresses = (f"10.2.{number >> 8}.{number & 255}" for number in itertools.count())


def logged_in(caller: Caller, protocol: str = "jsonrpc-2.0") -> str:
    answer = caller.through(protocol, "User.login", {"login": EDITOR.login, "password": EDITOR.password})
    assert answer
    assert answer.result["id"] == EDITOR.id
    token: str = answer.result["token"]
    return token


def knows(caller: Caller, protocol: str, token: dict[str, str], headers: dict[str, str] | None = None) -> Any:
    """Whether a token is the editor's, who alone sees their reports, or the code of the error."""
    if protocol == "jsonrpc-get":
        answer = caller.through(protocol, "User.get", {"ids": [EDITOR.id], **token}, headers=headers)
        assert answer
        return answer.code or "saved_reports" in answer.result["users"][0]
    answer = caller.through(protocol, "User.valid_login", {"login": EDITOR.login, **token}, headers=headers)
    assert answer
    return answer.code or answer.result


@pytest.mark.parametrize("protocol", WRITING)
def test_a_token_is_good_everywhere_until_its_logout(caller: Caller, protocol: str) -> None:
    token = logged_in(caller, protocol)
    assert re.fullmatch(rf"{EDITOR.id}-[A-Za-z0-9_-]{{8,}}", token)
    for other in PROTOCOLS:
        assert knows(caller, other, {"Bugzilla_token": token}) is True
        assert knows(caller, other, {"token": f" {token} "}) is True
        assert knows(caller, other, {}, {"X-Bugzilla-Token": token}) is True
        assert knows(caller, other, {"token": token.replace("2-", "3-", 1)}) == 32000
    answer = caller.through(protocol, "User.logout", {"Bugzilla_token": token})
    assert answer
    assert (answer.code, answer.result) == (0, None)
    for other in PROTOCOLS:
        assert knows(caller, other, {"Bugzilla_token": token}) == 32000
    again = caller.through(protocol, "User.logout", {"Bugzilla_token": token})
    assert again
    assert again.code == 32000


def test_a_logout_ends_one_login_only(caller: Caller) -> None:
    first, second = logged_in(caller), logged_in(caller)
    caller.result("User.logout", {"token": first})
    assert knows(caller, "rest", {"token": second}) is True


def test_a_logout_without_a_token(caller: Caller) -> None:
    for answer in (*caller.everywhere("User.logout", {}), *caller.everywhere("User.logout", {}, "editor")):
        assert (answer.code, answer.result) == (0, None)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, 50),
        ({"login": EDITOR.login}, 50),
        ({"password": EDITOR.password}, 50),
        ({"api_key": EDITOR.api_key}, 50),  # a key does not log in
        ({"login": EDITOR.login, "password": EDITOR.password}, 0),
        ({"Bugzilla_login": EDITOR.login, "Bugzilla_password": EDITOR.password}, 0),
        ({"login": EDITOR.login, "password": EDITOR.password, "remember": 1}, 0),
        ({"login": EDITOR.login, "password": "wrong"}, 300),
        ({"login": "nobody@example.com", "password": "wrong"}, 300),
        ({"login": DISABLED.login, "password": DISABLED.password}, 301),
        ({"login": DISABLED.login, "password": "wrong"}, 300),
    ],
)
def test_logging_in(caller: Caller, params: dict[str, Any], code: int) -> None:
    for protocol in WRITING:
        answer = caller.through(protocol, "User.login", params, headers={"X-Forwarded-For": next(addresses)})
        assert answer
        assert answer.code == code, answer


def test_who_is_disabled_is_told_why(caller: Caller) -> None:
    for answer in caller.everywhere("Bug.get", {"ids": [1]}, "disabled"):
        assert answer.code == 301
        assert "Gone fishing." in answer.message


@pytest.mark.parametrize(
    ("login", "who", "same"),
    [
        (EDITOR.login, "editor", True),
        (EDITOR.login, "stranger", False),
        (EDITOR.login, "", False),
        (EDITOR.login.upper(), "editor", False),
        ("nobody@example.com", "editor", False),
    ],
)
def test_valid_login(caller: Caller, login: str, who: str, same: bool) -> None:
    assert caller.agreed("User.valid_login", {"login": login}, who).result is same


def test_valid_login_compares_with_something(caller: Caller) -> None:
    assert caller.agreed("User.valid_login", {}, "editor").code == 50


# ---- lockouts

RIGHT = {"Bugzilla_login": LOCKED.login, "Bugzilla_password": LOCKED.password}
WRONG = {**RIGHT, "Bugzilla_password": "wrong"}


def tried(caller: Caller, tries: list[dict[str, str]], address: str) -> list[int]:
    """The codes that these passwords meet one after the other, each in the next protocol."""
    protocols: Iterator[str] = itertools.cycle(PROTOCOLS)
    answers = [
        caller.through(next(protocols), "Bug.get", {"ids": [1], **each}, headers={"X-Forwarded-For": address})
        for each in tries
    ]
    return [answer.code for answer in answers if answer]


@pytest.mark.parametrize(
    ("tries", "codes"),
    [
        ([WRONG] * 4 + [RIGHT], [300] * 4 + [0]),
        ([WRONG] * 5 + [RIGHT, WRONG], [300] * 4 + [32000] * 3),
        ([WRONG] * 4 + [RIGHT] + [WRONG] * 4 + [RIGHT], [300] * 4 + [0] + [300] * 4 + [0]),  # a right one clears
        ([{**WRONG, "Bugzilla_login": LOCKED.login.upper()}] * 5 + [RIGHT], [300] * 4 + [32000] * 2),
        ([{**WRONG, "Bugzilla_login": "nobody@example.com"}] * 7, [300] * 7),  # no account, nothing to lock
    ],
)
def test_five_wrong_passwords_lock_an_account(caller: Caller, tries: list[dict[str, str]], codes: list[int]) -> None:
    assert tried(caller, tries, next(addresses)) == codes


def at_once(caller: Caller, tries: list[dict[str, str]], address: str) -> list[int]:
    """The codes that these passwords meet when all of them are sent before the first is answered."""
    with ExitStack() as stack:
        connections = [stack.enter_context(caller.another()) for _ in tries]
        for each, params in zip(connections, tries, strict=True):
            each.request("GET", "/rest/valid_login?login=x&" + urlencode(params), headers={"X-Forwarded-For": address})
        answers = [json.loads(each.getresponse().read()) for each in connections]
    return [answer.get("code", 0) for answer in answers]


def test_a_right_password_among_many_that_are_tried_at_once(caller: Caller) -> None:
    """It is not told to somebody who tries many, by the way of trying them at the same time."""
    assert at_once(caller, [WRONG] * 40 + [RIGHT], next(addresses))[-1] == 32000


def test_a_flood_of_passwords_leaves_room_for_those_of_others(caller: Caller) -> None:
    nobody = {**WRONG, "Bugzilla_login": "nobody@example.com"}
    other = {"Bugzilla_login": EDITOR.login, "Bugzilla_password": EDITOR.password}
    with ThreadPoolExecutor(1) as beside:
        flood = beside.submit(at_once, caller, [nobody] * 300, next(addresses))
        codes = [at_once(caller, [other], next(addresses)) for _ in range(10)]
        assert set(flood.result()) == {300, -32000}
    assert codes == [[0]] * 10


def test_an_account_is_locked_for_one_address_only(caller: Caller) -> None:
    here, elsewhere = next(addresses), next(addresses)
    assert tried(caller, [WRONG] * 5, here)[-1] == 32000
    assert tried(caller, [RIGHT], elsewhere) == [0]
    assert tried(caller, [RIGHT], here) == [32000]


def test_all_addresses_of_an_ipv6_network_lock_an_account_together(caller: Caller) -> None:
    codes = [tried(caller, [WRONG], f"2001:db8:0:5::{number}")[0] for number in range(5)]
    assert codes == [300, 300, 300, 300, 32000]
    assert tried(caller, [RIGHT], "2001:db8:0:5:ffff::9") == [32000]
    assert tried(caller, [RIGHT], "2001:db8:0:6::1") == [0]
