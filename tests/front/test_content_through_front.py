"""Content through a front, both ways: the bytes are the same, and none of them is left behind."""

import base64
import hashlib
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from scripted_site import ScriptedSite, fronted

from gateway.front import answer_reader
from gateway.front.answer_reader import LONG_CONTENT
from gateway.protocols.json_codec.long_strings import LONG
from gateway.spools import IN_MEMORY

STAMP = datetime(2026, 1, 2, 3, 4, 5)
FILE = {"ids": [1], "file_name": "f", "summary": "s", "content_type": "text/plain", "Bugzilla_api_key": "k" * 40}
SIZES = [1, 2, 3, IN_MEMORY, IN_MEMORY + 1, LONG_CONTENT * 3 // 4, LONG_CONTENT, LONG, 3 * 1024**2 + 1]


def content_of(size: int) -> bytes:
    return (bytes(range(256)) * (size // 256 + 1))[:size]


@pytest.fixture
def site() -> ScriptedSite:
    """A site that keeps one attachment."""
    kept: dict[str, Any] = {}

    async def attach(request: web.Request) -> web.StreamResponse:
        kept.update(await request.json())
        return web.json_response({"ids": [5]}, status=201)

    async def show(_: web.Request) -> web.StreamResponse:
        shown = {"id": 5, "file_name": "f", "content_type": "text/plain", "data": kept["data"]}
        return web.json_response({"bugs": {}, "attachments": {"5": shown}})

    return ScriptedSite(answers={"POST /bug/0/attachment": attach, "GET /bug/attachment/0": show})


def open_spools() -> list[str]:
    return [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if "gateway-upload" in _target(each)]


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""


@pytest.mark.parametrize("size", SIZES)
async def test_content_is_the_same_on_both_ways(site: ScriptedSite, tmp_path: Path, size: int) -> None:
    content = content_of(size)
    async with fronted(site, tmp_path) as front:
        assert await front.xmlrpc("Bug.add_attachment", {**FILE, "data": content}) == {"ids": [5]}
        (uploaded,) = site.sent("POST /bug/0/attachment")
        assert base64.b64decode(uploaded.body["data"]) == content
        assert "Transfer-Encoding" not in uploaded.headers
        shown = await front.xmlrpc("Bug.attachments", {"attachment_ids": [5]})
        assert shown["attachments"]["5"]["data"] == content
        encoded = base64.b64encode(content).decode()
        assert (await front.jsonrpc("Bug.add_attachment", {**FILE, "data": encoded}))["result"] == {"ids": [5]}
        in_json = await front.jsonrpc("Bug.attachments", {"attachment_ids": [5]})
        assert in_json["result"]["attachments"]["5"]["data"] == encoded
        async with front.client.get("/attachment.cgi?id=5") as response:
            assert await response.read() == content
            assert response.headers["Content-Type"].startswith("text/plain")
            assert response.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if sys.platform == "linux":
        assert open_spools() == []


async def test_content_that_is_no_base64_is_told(site: ScriptedSite, tmp_path: Path) -> None:
    spoilt = {"attachments": {"5": {"id": 5, "data": "!" * (2 * LONG_CONTENT)}}, "bugs": {}}
    site.answers["GET /bug/attachment/0"] = spoilt
    async with fronted(site, tmp_path) as front:
        fault = await front.xmlrpc("Bug.attachments", {"attachment_ids": [5]})
    assert "usable" in fault.faultString


async def test_an_answer_that_is_too_long_is_told(
    site: ScriptedSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_reader, "MAX_DOCUMENT", 1000)
    site.answers["GET /bug/1/comment"] = {"bugs": {"1": {"comments": [{"text": "long " * 1000}]}}}
    async with fronted(site, tmp_path) as front:
        fault = await front.xmlrpc("Bug.comments", {"ids": [1]})
    assert "longer than" in fault.faultString


async def test_a_long_list_is_asked_for_in_parts_and_put_together(site: ScriptedSite, tmp_path: Path) -> None:
    async def get(request: web.Request) -> web.StreamResponse:
        return web.json_response({"bugs": [{"id": int(each)} for each in request.query.getall("ids")], "faults": []})

    site.answers["GET /bug/"] = get
    ids = [*range(2000, 0, -1), 7, 7]
    async with fronted(site, tmp_path) as front:
        answer = await front.xmlrpc("Bug.get", {"ids": ids, "include_fields": ["id"]})
    assert [each["id"] for each in answer["bugs"]] == ids
    assert len(site.asked) > 1


async def test_another_route_is_tried_where_the_site_lacks_one(tmp_path: Path) -> None:
    site = ScriptedSite(answers={"GET /bug/ada": {"bugs": [{"id": 1}], "faults": []}})
    async with fronted(site, tmp_path) as front:
        answer = await front.xmlrpc("Bug.get", {"ids": ["ada"], "include_fields": ["id"]})
        lacking = await front.xmlrpc("Bug.get", {"ids": ["eve"], "include_fields": ["id"]})
    assert answer["bugs"] == [{"id": 1}]
    assert (lacking.faultCode, "Bug.get" in lacking.faultString) == (-32601, True)


async def test_a_bug_with_an_odd_alias_is_found_by_its_number(tmp_path: Path) -> None:
    numbers = {"ü/ö": 7, "?": 8}

    async def get(request: web.Request) -> web.StreamResponse:
        return web.json_response({"bugs": [{"id": numbers[request.query["ids"]]}], "faults": []})

    comments = {"bugs": {"7": {"comments": []}, "8": {"comments": []}}, "comments": {}}
    site = ScriptedSite(answers={"GET /bug/": get, "GET /bug/7/comment": comments})
    async with fronted(site, tmp_path) as front:
        assert await front.xmlrpc("Bug.comments", {"ids": ["ü/ö", "?"]}) == comments
    assert site.asked[-1].query == {"ids": "?"}


@pytest.mark.parametrize(
    ("version", "alias", "sent"),
    [
        ("20260820.1", ["one", "two"], "two"),
        ("20260820.1", "one", "one"),
        ("20260820.1", {"set": ["one"]}, "one"),
        ("20260820.1", {"add": ["one"], "remove": ["two"]}, "one"),
        ("20260820.1", {"remove": ["two"]}, ""),
        ("20260820.1", [], ""),
        ("5.2", ["one", "two"], ["one", "two"]),
        ("5.2", {"set": ["one"]}, {"set": ["one"]}),
    ],
)
async def test_a_bug_of_mozillas_family_has_one_alias(tmp_path: Path, version: str, alias: Any, sent: Any) -> None:
    site = ScriptedSite(version, {"POST /bug": {"id": 1}})
    new = {"product": "p", "component": "c", "summary": "s", "version": "v", "alias": alias}
    async with fronted(site, tmp_path) as front:
        created = await front.xmlrpc("Bug.create", {**new, "Bugzilla_api_key": "k" * 40})
    assert created == {"id": 1}
    assert site.asked[0].body["alias"] == sent


async def test_the_site_gets_the_address_of_the_client(tmp_path: Path) -> None:
    site = ScriptedSite(answers={"GET /time": {}})
    async with fronted(site, tmp_path) as front:
        await front.xmlrpc("Bugzilla.time", {})
    assert site.asked[0].headers["X-Forwarded-For"] == "127.0.0.1"


async def test_custom_fields_get_their_types_from_the_list_of_the_site(tmp_path: Path) -> None:
    bug = {"id": 1, "cf_when": "2026-01-02T03:04:05Z", "cf_note": "2026-01-02T03:04:05Z", "cf_many": ["a"]}
    fields = [
        {"name": "cf_when", "type": 5, "is_custom": True},
        {"name": "cf_note", "type": 1, "is_custom": True},
        {"name": "cf_many", "type": 3, "is_custom": True},
    ]
    site = ScriptedSite(answers={"GET /bug/": {"bugs": [bug]}, "GET /field/bug": {"fields": fields}})
    async with fronted(site, tmp_path) as front:
        for _ in range(2):
            (shown,) = (await front.xmlrpc("Bug.get", {"ids": [1]}))["bugs"]
    assert shown == {"id": 1, "cf_when": STAMP, "cf_note": "2026-01-02T03:04:05Z", "cf_many": ["a"]}
    assert len(site.sent("GET /field/bug")) == 1
