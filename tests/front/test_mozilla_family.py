"""A front before a site of Mozilla's family: clients of Bugzilla 5.2 get the form of 5.2."""

import asyncio
import json
import xmlrpc.client
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from mozilla_site import VERSION, MozillaSite
from running import Gateway, account
from scripted_site import Front, fronted_at

from gateway.methods.catalogue import METHODS
from gateway.methods.declaration import Type
from gateway.passwords import hash_password

EDITOR = account("editor")
KEY = {"Bugzilla_api_key": EDITOR.api_key}
PASSWORD = {"Bugzilla_login": EDITOR.login, "Bugzilla_password": "an old password"}
FILE = {"file_name": "a.txt", "summary": "a", "content_type": "text/plain"}


@pytest.fixture
async def front(module_gateway: Gateway, tmp_path: Path) -> AsyncIterator[Front]:
    keys = tmp_path / "keys"
    keys.write_text(f"{EDITOR.login} {EDITOR.api_key} {hash_password(PASSWORD['Bugzilla_password'])}\n")
    async with (
        TestServer(MozillaSite(module_gateway.url).application()) as site,
        fronted_at(str(site.make_url("/")), tmp_path, credentials=keys) as front,
    ):
        yield front


def members(kind: Type, value: Any) -> None:
    """Assert that a result has no members but those that are declared."""
    if isinstance(value, dict) and kind.name == "struct" and kind.fields:
        declared = {each.name: each.type for each in kind.fields}
        assert value.keys() <= declared.keys()
        for name, each in value.items():
            members(declared[name], each)
    elif isinstance(value, dict | list) and kind.items is not None:
        for each in value.values() if isinstance(value, dict) else value:
            members(kind.items, each)


@pytest.mark.parametrize("credentials", [KEY, PASSWORD], ids=["key", "password"])
async def test_a_client_attaches_lists_updates_and_flags(front: Front, credentials: dict[str, str]) -> None:
    content = bytes(range(256)) * 1000
    many = {"ids": [6, 5], "data": content, **FILE, **credentials}
    (first, second) = (await front.xmlrpc("Bug.add_attachment", many))["ids"]
    wanted = {"attachment_ids": [first, second], **credentials}
    shown = (await front.xmlrpc("Bug.attachments", wanted))["attachments"]
    assert [shown[str(each)]["bug_id"] for each in (first, second)] == [6, 5]
    assert [shown[str(each)]["data"] for each in (first, second)] == [content, content]
    update = {"ids": [first], "is_obsolete": True, "flags": [{"name": "review", "status": "?"}], **credentials}
    (changed,) = (await front.xmlrpc("Bug.update_attachment", update))["attachments"]
    assert changed["changes"]["is_obsolete"] == {"removed": "0", "added": "1"}
    in_json = await front.jsonrpc("Bug.add_attachment", {"ids": 5, "data": "aGk=", **FILE, **credentials})
    assert in_json["result"].keys() == {"ids"}


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("Bug.get", {"ids": [1, 2]}),
        ("Bug.search", {"id": [1, 2]}),
        ("Bug.comments", {"ids": [1], "comment_ids": [1]}),
        ("Bug.attachments", {"ids": [1]}),
        ("User.get", {"names": [EDITOR.login]}),
        ("User.valid_login", {"login": EDITOR.login}),
        ("User.logout", {}),
        ("Bugzilla.time", {}),
    ],
)
async def test_a_read_has_the_form_of_5_2(front: Front, method: str, params: dict[str, Any]) -> None:
    declared = METHODS.get(method)
    assert declared is not None
    result = await front.xmlrpc(method, {**params, **PASSWORD})
    assert not isinstance(result, xmlrpc.client.Fault)
    members(declared.result, result)
    answer = await front.jsonrpc(method, {**params, **KEY})
    assert "error" not in answer
    members(declared.result, answer["result"])


async def test_aliases_are_lists(front: Front) -> None:
    bugs = (await front.xmlrpc("Bug.get", {"ids": [1, 5], "include_fields": ["id", "alias"], **KEY}))["bugs"]
    assert bugs == [{"id": 1, "alias": ["public-bug"]}, {"id": 5, "alias": []}]


async def test_the_version_is_the_sites_own(front: Front) -> None:
    assert await front.xmlrpc("Bugzilla.version", {}) == {"version": VERSION}


async def test_a_method_that_the_site_lacks_is_refused_by_its_name(front: Front) -> None:
    fault = await front.xmlrpc("Bugzilla.parameters", {})
    assert (fault.faultCode, "Bugzilla.parameters" in fault.faultString) == (-32601, True)
    answer = await front.jsonrpc("Bugzilla.parameters", {})
    assert answer["error"]["code"] == -32601


async def test_a_login_gives_a_token_that_works(front: Front) -> None:
    made = await front.xmlrpc("User.login", {"login": EDITOR.login, "password": PASSWORD["Bugzilla_password"]})
    assert made["id"] == EDITOR.id
    valid = {"login": EDITOR.login, "token": made["token"]}
    assert await front.xmlrpc("User.valid_login", valid) is True
    assert json.loads(json.dumps(made)) == made
    await asyncio.sleep(0)
