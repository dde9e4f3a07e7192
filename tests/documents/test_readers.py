"""Programs of others that read the documents, unmodified."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fetching import fetch
from openapi_spec_validator import OpenAPIV31SpecValidator
from programs import node_with, program, python_with, run
from running import Gateway, account, copied, running

from gateway.methods.catalogue import METHODS

PROGRAMS = Path(__file__).parent / "programs"
ISSUE = "Ketura/API/Issues/5/Attachments"
OLD, NEW = b"http://research.sun.com/wadl/2006/10", b"http://wadl.dev.java.net/2009/02"


def test_wadllib_uploads_with_what_options_answered(module_gateway: Gateway, tmp_path: Path) -> None:
    content, editor = bytes(range(256)) * 500, account("editor")
    described, file = tmp_path / "options.wadl", tmp_path / "content.bin"
    described.write_bytes(fetch(module_gateway, "OPTIONS", ISSUE).body.replace(NEW + b'"', OLD + b'"'))
    file.write_bytes(content)
    python = python_with("wadllib==2.1.0")
    arguments = [module_gateway.url + ISSUE, "5", editor.login, editor.password, file, "größe 世界"]
    assert run([python, PROGRAMS / "wadllib_upload.py", described, *arguments]).strip() == "204"
    listed = get_json(module_gateway, "rest/bug/5/attachment?exclude_fields=data")["bugs"]["5"]
    assert (listed[-1]["summary"], listed[-1]["size"]) == ("größe 世界", len(content))
    with urllib.request.urlopen(f"{module_gateway.url}attachment.cgi?id={listed[-1]['id']}") as raw:
        assert raw.read() == content


@pytest.mark.parametrize("verb_and_path", [("OPTIONS", ISSUE), ("GET", "application.wadl?detail=true")])
def test_api_spec_converter_makes_openapi_of_it(
    module_gateway: Gateway, tmp_path: Path, verb_and_path: tuple[str, str]
) -> None:
    modules = node_with("api-spec-converter@2.12.0")
    described = tmp_path / "described.wadl"
    described.write_bytes(fetch(module_gateway, *verb_and_path).body)
    command = [program("node", "nodejs"), modules / ".bin" / "api-spec-converter"]
    converted = json.loads(run([*command, "--from=wadl", "--to=openapi_3", described]))
    upload = converted["paths"]["/Ketura/API/Issues/{id}/Attachments"]
    assert upload["post"]["operationId"] == "Issue.add_attachment"
    assert [(each["name"], each["in"]) for each in upload["parameters"]] == [("id", "path")]
    if verb_and_path[0] == "GET":
        assert {shape(f"/rest{route.template}") for route in METHODS.routes()} <= {*map(shape, converted["paths"])}


def test_openapi_is_valid_by_its_official_schema(module_gateway: Gateway) -> None:
    document = get_json(module_gateway, "openapi.json")
    OpenAPIV31SpecValidator(document).validate()
    assert document["servers"] == [{"url": module_gateway.url.rstrip("/")}]


def test_openapi_has_every_route(module_gateway: Gateway) -> None:
    """Paths that differ only in the names of their places are one to OpenAPI."""
    document = get_json(module_gateway, "openapi.json")
    described = {(shape(path), verb.upper()) for path, item in document["paths"].items() for verb in item}
    expected = {(shape(f"/rest{route.template}"), route.verb) for route in METHODS.routes()}
    assert expected | {("/Ketura/API/Issues/{}/Attachments", "POST"), ("/attachment.cgi", "GET")} == described


def shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def test_openrpc_is_valid_by_its_official_schema(module_gateway: Gateway, tmp_path: Path) -> None:
    modules = node_with("@open-rpc/schema-utils-js@2.2.1")
    document = tmp_path / "openrpc.json"
    document.write_bytes(fetch(module_gateway, "GET", "openrpc.json").body)
    printed = run([program("node", "nodejs"), PROGRAMS / "official_openrpc.js", document], NODE_PATH=str(modules))
    assert int(printed) == len(list(METHODS))


def test_openrpc_is_discovered_over_json_rpc(module_gateway: Gateway) -> None:
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "rpc.discover"}).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{module_gateway.url}jsonrpc.cgi", message, headers)) as answer:
        discovered = json.load(answer)["result"]
    served = get_json(module_gateway, "openrpc.json")
    assert served.pop("servers") == [{"name": "gateway", "url": f"{module_gateway.url}jsonrpc.cgi"}]
    assert discovered == served
    assert [each["name"] for each in discovered["methods"]] == [method.name for method in METHODS]


UNLIKE_OTHERS = {
    "unsupported_method": "what is not there is 404 to Bugzilla, whatever the verb",
    "ignored_auth": "an API key that is not valid is 400 to Bugzilla",
    "positive_data_acceptance": "a bug that is neither a number nor an alias is 400, whatever it looks like",
    "negative_data_rejection": "parameters are Perl's: null is a text, and any text is true or false",
}
"""Checks that are about how others answer, and where Bugzilla, whose clients are served here, answers differently."""


@pytest.fixture
def quick_gateway(loaded_database: Path, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that need not survive a power cut."""
    with running(copied(loaded_database, tmp_path / "gateway.db"), "--no-durable") as gateway:
        yield gateway


@pytest.mark.long("a minute: sends thousands of requests")
def test_schemathesis_finds_nothing(quick_gateway: Gateway, tmp_path: Path) -> None:
    program = python_with("schemathesis==4.32.5").with_name("schemathesis")
    # One worker: with two, CPython 3.11 may fail to compile ("AST constructor recursion depth mismatch").
    limits = ["--max-examples", "4", "--seed", "2", "--phases", "examples,coverage,fuzzing", "--workers", "1"]
    checks = ["--exclude-checks", ",".join(UNLIKE_OTHERS), "--continue-on-failure"]
    key = ["-H", f"X-Bugzilla-API-Key: {account('editor').api_key}"]
    command = [program, "run", f"{quick_gateway.url}openapi.json", "--no-color", *limits, *checks, *key]
    paths = get_json(quick_gateway, "openapi.json")["paths"]
    operations = sum(len({"get", "put", "post"} & path.keys()) for path in paths.values())
    assert operations > 20
    assert f"Tested: {operations}" in run(command, tmp_path)


def get_json(gateway: Gateway, path: str) -> Any:
    return json.loads(fetch(gateway, "GET", path).body)
