"""A method that is declared is there at once: it is called by its resource, and every document tells of it."""

import json
import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from jsonschema import Draft202012Validator
from lxml import etree
from running import account, copied

from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.declaration import (
    BOOLEAN,
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
    Type,
    array,
    mapping,
    reads,
    struct,
    writes,
)
from gateway.settings import Settings
from gateway.store.interface import Reader, Writer
from gateway.store.sqlite import open_store
from gateway.values import Value
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
            Param("id", INT, "A number.", required=True, example="7"),
            Param("tone", STRING, "How loud.", options=("low", "high"), default="low"),
        ),
        result=struct(Field("echo", STRING, "What was called.")),
        routes=(Route("GET", "/bug/{id:[0-9]+}/echo"),),
    )
    def echo(call: Call[Reader]) -> Value:
        """Call something back."""
        return {"echo": f"{call.params.text('id')} {call.params.text('tone')}"}

    @writes(
        "Bug.whisper",
        registry=registry,
        params=(
            Param("id", STRING, "A bug.", required=True, example="7"),
            Param("names", array(STRING), "Who hears it.", required=True, example="ada"),
            Param("words", STRING, "What is said."),
        ),
        result=struct(Field("said", STRING, "What was said to whom.")),
        routes=(Route("POST", "/bug/{id}/whisper/{names}", status=201),),
    )
    def whisper(call: Call[Writer]) -> Value:
        """Say something."""
        assert isinstance(call.params.value("names"), list)
        return {"said": f"{call.params.text('id')} {call.params.texts('names')} {call.params.text('words')}"}

    return registry


RESULTS: list[tuple[str, Type, Any, Any]] = [
    ("array", array(INT), [1, 2], [1, 2]),
    ("empty", array(STRING), [], []),
    ("struct", struct(Field("a", INT, "One.")), {"a": 1}, {"a": 1}),
    ("map", mapping(INT), {"1": 1}, {"1": 1}),
    ("int", INT, 1, {"result": 1}),
    ("string", STRING, "", {"result": ""}),
    ("boolean", BOOLEAN, False, {"result": False}),
    ("nil", NOTHING, None, {"result": None}),
]
"""A method's name, the type of its result, the result, and what REST answers."""


def answering() -> Registry:
    registry = extended(METHODS)
    for name, kind, result, _ in RESULTS:

        def run(_: Call[Reader], result: Value = result) -> Value:
            """Answer something."""
            return result

        reads(f"Results.{name}", registry=registry, result=kind, routes=(Route("GET", f"/results/{name}"),))(run)
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


async def test_results_are_documents(loaded_database: Path, tmp_path: Path) -> None:
    """Objects and arrays are documents by themselves, nothing else is; and the grammars say so."""
    settings = Settings(database=copied(loaded_database, tmp_path / "gateway.db"))
    store = await open_store(settings.database)
    async with TestClient(TestServer(application(store, settings, answering()))) as client:
        for name, _, _, document in RESULTS:
            answer = await (await client.get(f"/rest/results/{name}")).json()
            assert answer == document, name
            grammar = json.loads(await (await client.get(f"/application.wadl/Results.{name}.json")).read())
            Draft202012Validator({**grammar, "$ref": "#/$defs/answer"}).validate(answer)
    await store.close()


SAID = "7 ['ada'] hush"


@pytest.mark.parametrize(
    ("query", "sent", "said"),
    [
        ("", {"json": {"words": "hush"}}, SAID),
        ("", {"data": {"words": "hush"}}, SAID),
        ("?words=hush", {}, SAID),
        ("?words=hush", {"json": {"words": "loud"}}, SAID),
        ("", {"data": {"words": "hush", "names": "bob"}}, "7 ['ada', 'bob'] hush"),
        ("", {"data": {"words": "hush", "id": "8"}}, SAID),
        ("", {"json": {"words": "hush", "id": "8"}}, "8 ['ada'] hush"),
        ("?id=9", {"json": {"words": "hush"}}, "9 ['ada'] hush"),
    ],
)
async def test_a_place_in_the_path_is_of_the_declared_type(
    client: Client, query: str, sent: dict[str, Any], said: str
) -> None:
    answer = await client.post(f"/rest/bug/7/whisper/ada{query}", **sent)
    assert (answer.status, await answer.json()) == (201, {"said": said})


async def test_the_other_protocols_know_the_method(client: Client) -> None:
    answer = await client.get("/jsonrpc.cgi", params={"method": "Bug.echo", "params": '[{"id": 7, "tone": "low"}]'})
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
    ("rest/bug/{id}/echo", "/rest/bug/7/echo", "Bug.echo"),
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
    operation = document["paths"]["/rest/bug/{id}/echo"]["get"]
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
        assert [each.get("name") for each in found["params"][:2]] == ["id", "tone"]


async def test_the_page_tells_of_it(client: Client) -> None:
    page = await (await client.get("/docs")).text()
    for _, path, name in RESOURCES:
        assert f'id="{name}"' in page
        assert re.search(f"{path}(&#39;)?</code></pre>", page)
