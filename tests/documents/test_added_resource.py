"""A method that is declared is there at once: it is called by its resource, and every document tells of it."""

import json
import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from lxml import etree
from running import account, copied

from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.declaration import (
    FILE,
    INT,
    NOTHING,
    STRING,
    Call,
    Field,
    Login,
    Method,
    Param,
    Registry,
    Route,
    Value,
    reads,
    struct,
    writes,
)
from gateway.settings import Settings
from gateway.store.interface import Reader, Writer
from gateway.store.sqlite import open_store
from gateway.web.application import application

WADL = {"Accept": "application/vnd.sun.wadl+xml"}
NAMESPACES = {"w": "http://wadl.dev.java.net/2009/02"}

Client = TestClient[Any, Any]


def extended(methods: Iterable[Method]) -> Registry:
    registry = Registry()
    for method in methods:
        registry.add(method)
    return registry


def echoing() -> Registry:
    registry = extended(METHODS)

    @reads(
        "Bug.echo",
        registry=registry,
        params=(
            Param("ids", INT, "A number.", required=True, example="7"),
            Param("tone", STRING, "How loud.", options=("low", "high"), default="low"),
        ),
        result=struct(Field("echo", STRING, "What was called.")),
        routes=(Route("GET", "/bug/{ids:[0-9]+}/echo"),),
    )
    def echo(call: Call[Reader]) -> Value:
        """Call something back."""
        return {"echo": f"{call.params.items('ids')[0]} {call.params.text('tone')}"}

    return registry


def noting() -> Registry:
    registry = extended(ISSUES)

    @writes(
        "Issue.add_note",
        registry=registry,
        login=Login.REQUIRED,
        params=(Param("id", STRING, "The issue.", required=True, example="7"), Param("Note", FILE, "The note.")),
        result=NOTHING,
        routes=(Route("POST", "/Issues/{id}/Notes", status=204),),
    )
    def add_note(call: Call[Writer]) -> Value:
        """Add a note."""
        assert call.params.file("Note").file_name == "note.txt"

    return registry


@pytest.fixture
async def client(loaded_database: Path, tmp_path: Path) -> AsyncIterator[Client]:
    settings = Settings(database=copied(loaded_database, tmp_path / "gateway.db"))
    store = await open_store(settings.database)
    async with TestClient(TestServer(application(store, settings, echoing(), noting()))) as client:
        yield client
    await store.close()


async def test_the_resource_answers(client: Client) -> None:
    answer = await client.get("/rest/bug/7/echo", params={"tone": "high"})
    assert await answer.json() == {"echo": "7 high"}
    assert (await client.get("/rest/bug/x/echo")).status == 404


async def test_the_other_protocols_know_the_method(client: Client) -> None:
    answer = await client.get("/jsonrpc.cgi", params={"method": "Bug.echo", "params": '[{"ids": 7, "tone": "low"}]'})
    assert (await answer.json())["result"] == {"echo": "7 low"}
    call = "<methodCall><methodName>system.listMethods</methodName></methodCall>"
    listed = await client.post("/xmlrpc.cgi", data=call, headers={"Content-Type": "text/xml"})
    assert "<string>Bug.echo</string>" in await listed.text()


async def test_ketura_has_its_own_resource(client: Client) -> None:
    editor = account("editor")
    headers = {"X-Bugzilla-API-Key": editor.api_key, "Content-Type": "multipart/form-data; boundary=b"}
    note = b'--b\r\nContent-Disposition: form-data; name="Note"; filename="note.txt"\r\n\r\nnote\r\n--b--\r\n'
    assert (await client.post("/Ketura/API/Issues/7/Notes", data=note, headers=headers)).status == 204
    assert (await client.get("/Ketura/API/Issues/7/Notes")).headers["Allow"] == "POST, OPTIONS"


RESOURCES = [
    ("rest/bug/{ids}/echo", "/rest/bug/7/echo", "Bug.echo"),
    ("Ketura/API/Issues/{id}/Notes", "/Ketura/API/Issues/7/Notes", "Issue.add_note"),
]


@pytest.mark.parametrize(("template", "path", "name"), RESOURCES)
async def test_wadl_tells_of_it(client: Client, template: str, path: str, name: str) -> None:
    whole = etree.fromstring(await (await client.get("/application.wadl")).read())
    described = etree.fromstring(await (await client.options(path, headers=WADL)).read())
    for document in (whole, described):
        [found] = document.xpath(f"//w:resource[@path = '{template}']", namespaces=NAMESPACES)
        assert found.xpath("w:method/@id", namespaces=NAMESPACES) == [name]
    assert len(described.xpath("//w:resource", namespaces=NAMESPACES)) == 1


async def test_the_grammars_tell_of_it(client: Client) -> None:
    schema = json.loads(await (await client.get("/application.wadl/Bug.echo.json")).read())
    assert schema["$defs"]["params"]["properties"]["tone"]["enum"] == ["low", "high"]
    assert schema["$defs"]["result"]["required"] == ["echo"]
    messages = json.loads(await (await client.get("/application.wadl/jsonrpc.json")).read())
    assert "Bug.echo" in messages["$defs"]["call"]["properties"]["method"]["enum"]


async def test_openapi_tells_of_it(client: Client) -> None:
    document = await (await client.get("/openapi.json")).json()
    operation = document["paths"]["/rest/bug/{ids}/echo"]["get"]
    assert operation["operationId"] == "Bug.echo"
    [in_path, tone, _] = operation["parameters"]
    assert in_path["schema"]["pattern"] == "^[0-9]+$"
    assert tone["schema"]["default"] == "low"
    note = document["paths"]["/Ketura/API/Issues/{id}/Notes"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert note["schema"]["properties"].keys() == {"Note"}


async def test_openrpc_tells_of_it(client: Client) -> None:
    served = await (await client.get("/openrpc.json")).json()
    answer = await (await client.post("/jsonrpc.cgi", json={"method": "rpc.discover", "params": [{}], "id": 1})).json()
    for document in (served, answer["result"]):
        [found] = [each for each in document["methods"] if each["name"] == "Bug.echo"]
        assert [each.get("name") for each in found["params"][:2]] == ["ids", "tone"]


async def test_the_page_tells_of_it(client: Client) -> None:
    page = await (await client.get("/docs")).text()
    for _, path, name in RESOURCES:
        assert f'id="{name}"' in page
        assert re.search(f"{path}(&#39;)?</code></pre>", page)
