"""Bug.search: what exists and may be seen is found, and nothing tells of anything else."""

from typing import Any

import pytest
from calling import Caller
from running import account
from wire import Request

SECRET = 3

NESTED = {
    **{f"f{number}": "OP" for number in range(1, 1000)},
    "f1000": "longdesc",
    "o1000": "substring",
    "v1000": "x",
    **{f"f{number}": "CP" for number in range(1001, 2000)},
}
"""A search with 1,000 open parentheses."""


@pytest.mark.parametrize(
    ("params", "who", "found"),
    [
        ({"id": 1}, "", [1]),
        ({"id": "1"}, "", [1]),
        ({"id": [1, 4]}, "", [1, 4]),
        ({"id": [4, 1, "1", " 4 "]}, "", [1, 4]),
        ({"id": "4,1"}, "", [1, 4]),
        ({"id": "4, 1,,"}, "", [1, 4]),
        ({"id": ["4,1", 5]}, "", [1, 4, 5]),
        ({"id": [1, 999_999, "2147483648", "1" + "0" * 30]}, "", [1]),
        ({"id": [0, -1, "x", "1.5", "public-bug", ""]}, "", []),
        ({"id": [1, SECRET]}, "", [1]),
        ({"id": [1, SECRET]}, "admin", [1, SECRET]),
        ({"alias": "public-bug"}, "", [1]),
        ({"alias": "PUBLIC-BUG"}, "", [1]),
        ({"alias": ["second-alias", "public-bug"]}, "", [1]),
        ({"alias": ["write-bug", "public-bug", "none"]}, "", [1, 2]),
        ({"alias": "public"}, "", []),
        ({"alias": "write-bug,public-bug"}, "", [1, 2]),
        ({"alias": "1"}, "", []),
        ({"alias": "secret-bug"}, "", []),
        ({"alias": "secret-bug"}, "admin", [SECRET]),
        ({"id": [1, 2], "alias": ["write-bug", "locked-bug"]}, "", [2]),
        ({"id": [1], "alias": ""}, "", [1]),
        ({"id": "", "alias": "public-bug"}, "", [1]),
        ({"id": [1, 2, 4, 5], "limit": 2}, "", [1, 2]),
        ({"id": [1, 2, 4, 5], "limit": "2", "offset": "1"}, "", [2, 4]),
        ({"id": [1, 2, 4, 5], "limit": 100, "offset": 3}, "", [5]),
        ({"id": [1, 2, 4, 5], "limit": 100, "offset": 100}, "", []),
        ({"id": [1, 2], "limit": 0, "offset": 0}, "", [1, 2]),
        ({"id": [1, SECRET, 999_999], "permissive": 1}, "", [1]),
        ({"id": [1, SECRET, 999_999], "permissive": False}, "", [1]),
        ({"id": [1, SECRET, 4, 5], "limit": 1, "offset": 1}, "", [4]),  # what is not seen is not counted
        ({"quicksearch": " ".join(f"x{number}" for number in range(1000))}, "", []),
    ],
)
def test_bugs_are_found(caller: Caller, params: dict[str, Any], who: str, found: list[int]) -> None:
    answer = caller.agreed("Bug.search", {**params, "include_fields": ["id"]}, who)
    assert answer.result == {"bugs": [{"id": each} for each in found]}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"id": [1], "offset": 1}, 50),
        ({"id": [1], "limit": -1}, 52),
        ({"id": [1], "limit": "1x"}, 52),
        ({"id": [1], "limit": 1, "offset": "1.5"}, 52),
        ({"f1": "bug_id", "o1": "lessthan", "v1": "many"}, 52),
        ({"f1": "priority", "o1": "anyexact", "v1": ",".join(map(str, range(300)))}, 0),
        ({"f1": "short_desc", "o1": "anywordssubstr", "v1": " ".join(map(str, range(300)))}, 53),
        ({"creation_time": "tomorrow"}, 56),
        ({"f1": "bug_status", "o1": "changedafter", "v1": "tomorrow"}, 56),
        ({"f1": "summary", "o1": "equals", "v1": "x"}, 108),
        ({"f1": "estimated_time", "o1": "greaterthan", "v1": "1"}, 108),  # its caller is in no group that sees hours
        ({"f1": "longdescs.isprivate", "o1": "equals", "v1": "1"}, 304),
        ({"f1": "bug_status", "o1": "changedby", "v1": "nobody@example.com"}, 504),
        ({"f1": "cc", "o1": "equals", "v1": "%group.admin%"}, 804),
        ({"quicksearch": " , "}, 1000),
        ({"quicksearch": "nosuch:1"}, 32000),
        ({"quicksearch": 'a "b'}, 32000),
        ({"quicksearch": "a OR AND b"}, 32000),
        ({"f1": "short_desc", "o1": "regexp", "v1": "("}, 32000),
        ({"f1": "short_desc", "o1": "regexp", "v1": r"(a)\1"}, 32000),  # what RE2 knows takes linear time
        ({"f1": "short_desc", "o1": "like", "v1": "x"}, 32000),
        ({"f1": "content", "o1": "equals", "v1": "x"}, 32000),
        ({"f1": "short_desc", "o1": "matches", "v1": "x"}, 32000),
        ({"f1": "CP"}, 32000),
        ({"j_top": "XOR", "f1": "bug_id", "o1": "equals", "v1": "1"}, 32000),
        ({"f1": "assigned_to", "o1": "equals", "v1": "%user%"}, 32000),
        ({"f1": "assigned_to", "o1": "equals", "v1": "%nobody%"}, 32000),
    ],
)
def test_what_is_refused(caller: Caller, params: dict[str, Any], code: int) -> None:
    assert caller.agreed("Bug.search", params).code == code


def test_a_bug_is_shown_as_bug_get_shows_it(caller: Caller) -> None:
    for who in ("", "editor"):
        (shown,) = caller.agreed("Bug.get", {"ids": [1]}, who).result["bugs"]
        shown.pop("update_token", None)
        assert caller.agreed("Bug.search", {"id": 1}, who).result == {"bugs": [shown]}


KEY = "&api_key=" + account("admin").api_key


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/rest/bug?id=4,1", [1, 4]),
        ("/rest/bug?id=4%2C1", [1, 4]),
        ("/rest/bug?id=4&id=1", [1, 4]),
        ("/rest/bug?id=4;id=1", [1, 4]),
        ("/rest/bug?id=1,3", [1]),
        ("/rest/bug?id=1,3" + KEY, [1, 3]),
        ("/rest/bug?alias=public-bug", [1]),
        ("/rest/bug?alias=public-bug&alias=write-bug", [1, 2]),
        ("/rest/bug?id=1&limit=100&offset=0", [1]),
        ("/rest.cgi/bug?id=1", [1]),
        ("/rest/bug?id=999999", []),
        # with a slash at the end it is Bug.get
        ("/rest/bug/?ids=1", [1]),
        ("/rest/bug/?ids=4&ids=1", [4, 1]),
        ("/rest/bug/?ids=public-bug", [1]),
        ("/rest/bug/?ids=4,1", 100),
        ("/rest/bug/?ids=1&ids=3", 102),
        ("/rest/bug/?ids=999999", 101),
        ("/rest/bug/", 50),
        ("/rest/bug/?id=1", 50),
        ("/rest/bug/1?ids=4", [1, 4]),
        ("/rest/bug/1?id=4", [1]),
    ],
)
def test_addresses(caller: Caller, path: str, outcome: list[int] | int) -> None:
    _, _, answer = caller.get_json(path + ("&" if "?" in path else "?") + "include_fields=id")
    assert outcome == (answer["code"] if answer.get("error") else [each["id"] for each in answer["bugs"]])


def test_parentheses_are_counted_at_any_depth(caller: Caller) -> None:
    _, answer = caller.send_json("POST", "/jsonrpc.cgi", {"method": "Bug.search", "params": [NESTED], "id": 1})
    assert answer["error"]["code"] == 53


def test_as_a_script(caller: Caller) -> None:
    _, _, body = caller.send(Request("GET", "/rest/bug?id=1&include_fields=id&callback=show"))
    assert body == b'/**/show({"bugs":[{"id":1}]})'
