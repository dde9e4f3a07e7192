"""User.get: who sees what of whom."""

from typing import Any

import pytest
from calling import Caller

PUBLIC = {"id", "name", "real_name"}
KNOWN = PUBLIC | {"email", "can_login", "groups"}
ONESELF = KNOWN | {"saved_searches", "saved_reports"}
MANAGED = KNOWN | {"email_enabled", "login_denied_text"}


GROUPS_OF_ADMIN = ["admin", "canconfirm", "creategroups", "editbugs", "editcomponents", "editusers", "tweakparams"]


@pytest.mark.parametrize(
    ("who", "of", "members", "groups"),
    [
        ("", "editor", PUBLIC, None),
        ("stranger", "editor", KNOWN, []),
        ("editor", "editor", ONESELF, ["canconfirm", "editbugs"]),
        ("admin", "editor", MANAGED, ["canconfirm", "editbugs"]),
        ("admin", "disabled", MANAGED, []),
        ("admin", "admin", MANAGED | ONESELF, GROUPS_OF_ADMIN),
    ],
)
def test_what_is_shown(caller: Caller, who: str, of: str, members: set[str], groups: Any) -> None:
    (user,) = caller.agreed("User.get", {"names": [f"{of}@example.com"]}, who).result["users"]
    assert set(user) == members
    assert "groups" not in user if groups is None else [each["name"] for each in user["groups"]] == groups
    if of == "disabled":
        assert (user["can_login"], user["login_denied_text"]) == (False, "Gone fishing.")


@pytest.mark.parametrize(
    ("params", "who", "found"),
    [
        ({"names": ["EDITOR@example.com", " admin@example.com "]}, "", [2, 1]),
        ({"names": "editor@example.com"}, "", [2]),
        ({"names": ["editor@example.com", "editor@example.com"]}, "", [2]),
        ({"names": ["nobody@example.com"]}, "", 51),
        ({"names": ["editor@example.com", "nobody@example.com"]}, "", 51),
        ({"names": [""]}, "", 50),
        ({"names": [["a"]]}, "", 53),
        ({"ids": [2]}, "", 505),
        ({"match": ["edit"]}, "", 505),
        ({"names": ["editor@example.com"], "ids": [1]}, "", 505),
        ({"ids": [2, "1", 2]}, "stranger", [2, 1]),
        ({"ids": [99999, 2]}, "stranger", [2]),
        ({"ids": ["abc"]}, "stranger", 52),
        ({"match": ["Edi"]}, "stranger", [2]),
        ({"match": ["no such"]}, "stranger", []),
        ({"match": ["fish"], "include_disabled": 1}, "stranger", []),
        ({"match": ["dis abled"]}, "stranger", []),
        ({"match": ["dis abled"], "include_disabled": 1}, "stranger", [6]),
        ({"match": ["@example.com"], "limit": 2}, "stranger", [1, 2]),
        ({"match": ["@example.com"], "limit": 0}, "stranger", [1, 2, 4, 8, 5, 3, 7]),
        ({"match": ["@example.com"], "limit": ""}, "stranger", [1, 2, 4, 8, 5, 3, 7]),
        ({"ids": [2], "limit": "many"}, "stranger", 52),
        ({"match": ["", " ", "ed", "@"]}, "stranger", []),  # too short
        ({"match": [" Editor@example.com "]}, "stranger", [2]),
        ({"match": ["disabled@example.com"]}, "stranger", [6]),  # all of a login finds it, disabled or not
        ({"match": ["e*r@*"]}, "stranger", [2]),
        ({"match": ["*example.com"], "limit": 2}, "stranger", [1, 2]),
        ({"match": ["dis*"]}, "stranger", []),
        ({"match": ["dis*"], "include_disabled": 1}, "stranger", [6]),
        ({"match": ["*d*t*@*.*"]}, "stranger", [2]),
        ({"match": ["**ed**i**@**"]}, "stranger", [2]),
        ({"match": ["editor@*@example.com"]}, "stranger", []),  # nothing of a name is used twice
        ({"match": ["*" * 2_000 + "itor@example.com"]}, "stranger", [2]),
        ({"match": ["*a" * 2_000]}, "stranger", []),
        ({"match": ["editor*r@example.com", "ditor*"]}, "stranger", []),
        ({"match": ["@example.com"], "groups": ["secret"]}, "secret-member", [5]),
        ({"match": ["@example.com"], "groups": ["secret"]}, "stranger", 804),  # who is in it is not for others
        ({"names": ["secret-member@example.com"], "groups": ["secret"]}, "", 804),
        ({"match": ["@example.com"], "group_ids": [7]}, "stranger", [5]),
        ({"match": ["@example.com"], "groups": ["no such group"]}, "stranger", 804),
        ({"match": ["@example.com"], "group_ids": [99]}, "stranger", 51),
        ({"match": ["Ünï"]}, "stranger", [7]),
        ({}, "stranger", 50),
        ({}, "", 50),
    ],
)
def test_who_is_found(caller: Caller, params: dict[str, Any], who: str, found: Any) -> None:
    answer = caller.agreed("User.get", params, who)
    assert answer.code == found if answer.code else [each["id"] for each in answer.result["users"]] == found
