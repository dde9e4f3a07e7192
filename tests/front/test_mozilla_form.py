"""What Mozilla's family asks for and answers otherwise than Bugzilla 5.2, and what clients of 5.2 see of it."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from scripted_site import ScriptedSite, fronted

VERSION = "20260820.1"
KEY = {"Bugzilla_api_key": "k" * 40}
PASSWORD = {"Bugzilla_login": "ada@example.com", "Bugzilla_password": "päss w%rd"}
IN_HEADERS = {"X-BUGZILLA-LOGIN": "ada@example.com", "X-BUGZILLA-PASSWORD": "p%C3%A4ss%20w%25rd"}
NO_PARAMS = {"error": True, "code": 50, "message": "login is required."}
COMMENTS = {"bugs": {"1": {"comments": []}}, "comments": {}}


def a_change(name: str, removed: Any, added: Any) -> dict[str, Any]:
    return {"field_name": name, "removed": removed, "added": added}


def a_history(*changes: dict[str, Any]) -> dict[str, Any]:
    entry = {"when": "2026-11-01T10:20:30Z", "who": "ada@example.com", "changes": [*changes]}
    return {"bugs": [{"id": 1, "alias": None, "history": [entry]}]}


FIELDS = {"fields": [{"name": "cf_due", "type": 9}, {"name": "cf_at", "type": 5}, {"name": "cf_text", "type": 1}]}
ANSWERS: list[tuple[str, dict[str, Any], dict[str, Any], Any]] = [
    (
        "Bug.history",
        {"ids": [1]},
        {
            "GET /field/bug": FIELDS,
            "GET /bug/1/history": a_history(
                a_change("deadline", "", "2026-12-24T00:00:00Z"),
                a_change("cf_due", "2026-12-24T00:00:00Z", "2026-12-31T00:00:00Z"),
                a_change("cf_at", None, "2026-12-24T18:30:00Z"),
                a_change("cf_text", "", "2026-12-24T18:30:00Z"),
                a_change("estimated_time", 0, 12.5),
            ),
        },
        [
            ("deadline", "", "2026-12-24"),
            ("cf_due", "2026-12-24", "2026-12-31"),
            ("cf_at", None, "2026-12-24 18:30:00"),
            ("cf_text", "", "2026-12-24T18:30:00Z"),
            ("estimated_time", "0", "12.5"),
        ],
    ),
    (
        "User.get",
        {"names": ["ada@example.com"]},
        {"GET /user": {"users": [{"id": 7, "saved_searches": [{"id": 1, "name": "mine", "url": "a=b"}]}]}},
        [{"id": 7, "saved_searches": [{"id": 1, "name": "mine", "query": "a=b"}]}],
    ),
    (
        "Bug.possible_duplicates",
        {"summary": "it crashes", "products": ["Core"], "exclude_fields": ["summary"], "nonsense": 1},
        {
            "GET /bug/possible_duplicates": {"bugs": [{"id": 1, "summary": "a crash"}]},
        },
        [{"id": 1}],
    ),
    (
        "Bug.comments",
        {"ids": [1]},
        {"GET /bug/1/comment": {"bugs": {"1": {"comments": [{"id": 1, "time": "", "text": ""}]}}, "comments": {}}},
        [{"id": 1, "time": None, "text": ""}],
    ),
]


def _part(method: str, result: Any) -> Any:
    """What a row tells of a result."""
    if method == "Bug.history":
        changes = result["bugs"][0]["history"][0]["changes"]
        return [(each["field_name"], each.get("removed"), each.get("added")) for each in changes]
    parts = {"User.get": "users", "Bug.possible_duplicates": "bugs"}
    return result[parts[method]] if method in parts else result["bugs"]["1"]["comments"]


@pytest.mark.parametrize(("method", "params", "answers", "expected"), ANSWERS, ids=[each[0] for each in ANSWERS])
async def test_an_answer_has_the_form_of_5_2(
    tmp_path: Path, method: str, params: dict[str, Any], answers: dict[str, Any], expected: Any
) -> None:
    site = ScriptedSite(version=VERSION, answers=answers)
    async with fronted(site, tmp_path) as front:
        for _ in range(2):
            assert _part(method, (await front.jsonrpc(method, {**params, **KEY}))["result"]) == expected


async def test_parameters_that_the_site_would_refuse_are_not_sent(tmp_path: Path) -> None:
    site = ScriptedSite(version=VERSION, answers={"GET /bug/possible_duplicates": {"bugs": []}})
    params = {"summary": "it crashes", "products": ["A"], "limit": 3, "exclude_fields": ["url"], "nonsense": 1}
    async with fronted(site, tmp_path) as front:
        assert await front.xmlrpc("Bug.possible_duplicates", {**params, **KEY}) == {"bugs": []}
    assert [each.query for each in site.asked] == [{"summary": "it crashes", "product": "A", "limit": "3"}]


async def test_a_read_that_takes_one_name_is_sent_for_each(tmp_path: Path) -> None:
    answers = {
        f"GET /classification/{each}": {"classifications": [{"id": at, "name": str(each), "products": []}]}
        for at, each in enumerate((3, "Server & Söhne"))
    }
    site = ScriptedSite(version=VERSION, answers=answers)
    wanted = {"ids": [3], "names": ["Server & Söhne"], "include_fields": ["name"], **KEY}
    async with fronted(site, tmp_path) as front:
        found = await front.xmlrpc("Classification.get", wanted)
        assert await front.xmlrpc("Classification.get", {"ids": []}) == {"classifications": []}
    assert [each["name"] for each in found["classifications"]] == ["3", "Server & Söhne"]
    assert [each.query for each in site.asked] == [{"include_fields": "name"}] * 2


async def test_a_parameter_is_in_the_query_where_the_body_is_not_read(tmp_path: Path) -> None:
    site = ScriptedSite(version=VERSION, answers={"POST /component": {"id": 5, "name": "Core", "team_name": "x"}})
    params = {"product": "A & B", "name": "Core", "description": "d", "default_assignee": "ada@example.com"}
    async with fronted(site, tmp_path) as front:
        assert await front.xmlrpc("Component.create", {**params, **KEY}) == {"id": 5}
    (asked,) = site.asked
    assert (asked.query, asked.body) == ({"product": "A & B"}, params)


async def test_a_password_reaches_the_site_in_headers(tmp_path: Path) -> None:
    site = ScriptedSite(
        version=VERSION,
        answers={"GET /login": {"id": 7, "token": "7-x"}, "GET /whoami": {"id": 7}, "GET /bug/1/comment": COMMENTS},
    )
    async with fronted(site, tmp_path) as front:
        assert await front.xmlrpc("Bug.comments", {"ids": [1], **PASSWORD}) == COMMENTS
    (login,) = site.sent("GET /login")
    assert login.query == {}
    assert IN_HEADERS.items() <= {name.upper(): value for name, value in login.headers.items()}.items()


async def test_a_password_goes_into_the_query_where_headers_are_not_read(tmp_path: Path) -> None:
    async def log_in(request: web.Request) -> web.StreamResponse:
        if not request.query:
            return web.json_response(NO_PARAMS, status=400)
        return web.json_response({"id": 7, "token": "7-x"})

    site = ScriptedSite(version=VERSION, answers={"GET /login": log_in})
    async with fronted(site, tmp_path) as front:
        answer = await front.xmlrpc("User.login", {"login": "ada@example.com", "password": "päss w%rd"})
        assert answer == {"id": 7, "token": "7-x"}
    assert [each.query.get("password") for each in site.sent("GET /login")] == [None, "päss w%rd"]


async def test_a_token_that_the_site_refuses_in_its_own_code_is_made_anew(tmp_path: Path) -> None:
    valid: set[str] = set()

    async def log_in(_: web.Request) -> web.StreamResponse:
        valid.add(f"7-{len(valid)}")
        return web.json_response({"id": 7, "token": max(valid)})

    async def comments(request: web.Request) -> web.StreamResponse:
        if request.headers.get("X-BUGZILLA-TOKEN") != "7-1":
            return web.json_response({"error": True, "code": 307, "message": "Stale."}, status=400)
        return web.json_response(COMMENTS)

    answers = {"GET /login": log_in, "GET /bug/1/comment": comments, "GET /valid_login": comments}
    site = ScriptedSite(version=VERSION, answers=answers)
    async with fronted(site, tmp_path) as front:
        assert await front.xmlrpc("Bug.comments", {"ids": [1], **PASSWORD}) == COMMENTS
        fault = await front.xmlrpc("Bug.comments", {"ids": [1], "Bugzilla_token": "7-9"})
    assert (fault.faultCode, fault.faultString) == (32000, "Stale.")
    assert len(site.sent("GET /login")) == 2
