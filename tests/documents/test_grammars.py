"""The grammars: that the files of the project are those of the declarations, and that the gateway keeps to them."""

import json
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from calls import CALLS, calls_by_rest, jsonrpc_calls, xmlrpc_calls
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from lxml import etree
from referencing import Registry as Schemas
from referencing import Resource
from running import ROOT, Gateway

from gateway.budget import Budget, Quota
from gateway.documents.grammars import files
from gateway.errors import GatewayError
from gateway.methods.catalogue import METHODS
from gateway.protocols.xmlrpc.call_reader import CallReader
from gateway.protocols.xmlrpc.scalars import SCALARS
from gateway.spools import RequestSpools

FOLDER = ROOT / "schemas"


def test_the_folder_holds_what_the_declarations_say() -> None:
    there = {file.name: file.read_bytes() for file in FOLDER.iterdir()}
    assert there == files(METHODS), "run `python -m gateway.documents.grammars schemas`"


def test_writing_the_folder_removes_grammars_of_methods_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "Bug.gone.json").write_text("{}")
    (tmp_path / "Bug.get.json").write_text("{}")
    for _ in range(2):  # into a new folder and one that is there
        subprocess.run([sys.executable, "-m", "gateway.documents.grammars", str(tmp_path)], check=True)
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == files(METHODS)


@pytest.mark.parametrize("name", [file.name for file in sorted(FOLDER.glob("*.json"))])
def test_every_json_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(json.loads((FOLDER / name).read_bytes()))


def test_every_reference_in_a_json_schema_leads_somewhere() -> None:
    for name, schema in schemas().items():
        resolver = registry().resolver(name)
        for reference in references(schema):
            resolver.lookup(reference)


def references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [found for each in schema for found in references(each)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if "$ref" in schema else []
    return own + [found for each in schema.values() for found in references(each)]


# ---- what the gateway sends, and takes


@cache
def schemas() -> Mapping[str, Any]:
    return {file.name: json.loads(file.read_bytes()) for file in FOLDER.glob("*.json")}


@cache
def registry() -> Schemas:
    return Schemas().with_resources((name, Resource.from_contents(schema)) for name, schema in schemas().items())


def check(document: Any, reference: str) -> None:
    validator = Draft202012Validator({"$ref": reference}, registry=registry())
    problems = [f"{each.json_path}: {each.message}" for each in validator.iter_errors(document)]
    assert not problems, (reference, problems[:5], document)


@cache
def xml_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(FOLDER / "xmlrpc.xsd"))


def test_rest_keeps_to_the_grammars(module_gateway: Gateway) -> None:
    for made in calls_by_rest(module_gateway):
        if made.sent is not None:
            check(made.sent, f"{made.method}.json#/$defs/body")
        check(made.answer, f"{made.method}.json#/$defs/answer" if made.status < 300 else "error.json")


def test_jsonrpc_keeps_to_the_grammars(module_gateway: Gateway) -> None:
    for made in jsonrpc_calls(module_gateway):
        check(made.sent, "jsonrpc.json#/$defs/request")
        check(made.answer, "jsonrpc.json#/$defs/answer")
        if "error" not in made.answer or made.answer["error"] is None:
            check(made.answer["result"], f"{made.method}.json#/$defs/result")


def test_xmlrpc_keeps_to_the_grammar(module_gateway: Gateway) -> None:
    for made in xmlrpc_calls(module_gateway):
        xml_schema().assertValid(etree.fromstring(made.sent))
        xml_schema().assertValid(etree.fromstring(made.answer))


def test_every_method_is_called_in_these_tests() -> None:
    called = {each.method for each in CALLS}
    assert called == {method.name for method in METHODS}


# ---- that the grammar of XML-RPC is that of the reader

READ_ALWAYS = {"base64", "nil"}
"""Types of which the reader takes what clients send, as Bugzilla does, and the grammar only what they should send."""

ODD = st.text("0123456789+-. \t\nTZtruefalsA=", max_size=20)


@settings(deadline=None, max_examples=300)
@given(kind=st.sampled_from(sorted(SCALARS)), text=ODD)
def test_the_grammar_takes_the_scalars_that_the_reader_takes(kind: str, text: str) -> None:
    value = f"<value><{kind}>{text}</{kind}></value>"
    call = f"<methodCall><methodName>m</methodName><params><param>{value}</param></params></methodCall>"
    valid, read = bool(xml_schema().validate(etree.fromstring(call))), _is_read(call.encode())
    assert valid == read or (kind in READ_ALWAYS and read), call


STRUCTURES = [
    ("<params/>", True, True),
    ("", True, True),
    ("<params><param><value>text</value></param><param><value/></param></params>", True, True),
    ("<params><param><value><struct/></value></param></params>", True, True),
    ("<params><param><value><array><data/></array></value></param></params>", True, True),
    ("<params><param/></params>", False, False),
    ("<params><param><value><struct><member><value/></member></struct></value></param></params>", False, False),
    ("<params><param><value><unknown/></value></param></params>", False, False),
    ("<param><value/></param>", False, False),
    # what Bugzilla reads besides; mixed content, which XML Schema cannot tell from text alone
    ("<params><param><value><array/></value></param></params>", False, True),
    ("<params><param><struct/></param></params>", False, True),
    ("<params><param><value>text<int>1</int></value></param></params>", True, True),
]


@pytest.mark.parametrize(("params", "valid", "is_read"), STRUCTURES, ids=[params for params, *_ in STRUCTURES])
def test_the_reader_takes_the_structures_of_the_grammar(params: str, valid: bool, is_read: bool) -> None:
    call = f"<methodCall><methodName>m</methodName>{params}</methodCall>"
    assert bool(xml_schema().validate(etree.fromstring(call))) == valid
    assert _is_read(call.encode()) == is_read


def _is_read(document: bytes) -> bool:
    with RequestSpools(10_000, Budget(disk=Quota(10_000)), Path("/nonexistent")) as spools:
        reader = CallReader(spools, 10_000, None)
        try:
            reader.feed(document)
            reader.close()
        except GatewayError:
            return False
        return True
