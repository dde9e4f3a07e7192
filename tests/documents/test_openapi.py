"""The OpenAPI document: the rules that generators of clients need, and answers that match it."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from calls import calls_by_rest
from jsonschema import Draft202012Validator
from referencing import Registry as Schemas
from referencing import Resource
from running import Gateway

from gateway.documents.library import Library
from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.declaration import BOOLEAN

COMPONENTS = "#/components/schemas/"
VERBS = {"get", "post", "put", "delete", "patch", "head", "options"}
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Library(METHODS, ISSUES).openapi("http://bugs.example/"))
    return found


def operations() -> dict[str, dict[str, Any]]:
    """The operations by their ids."""
    return {each["operationId"]: each for item in document()["paths"].values() for each in item.values()}


def schemas(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema within a part of the document, references included."""
    if isinstance(part, list):
        for each in part:
            yield from schemas(each)
    elif isinstance(part, dict):
        if {"type", "$ref", "enum", "anyOf", "oneOf", "allOf"} & part.keys() and not isinstance(part.get("type"), dict):
            yield part
        for each in part.values():
            yield from schemas(each)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (
        document()["components"]["schemas"][schema["$ref"].removeprefix(COMPONENTS)] if "$ref" in schema else schema
    )
    return found


OPERATIONS = pytest.mark.parametrize("name", operations())


def test_every_path_has_a_form_of_its_own() -> None:
    shapes = [re.sub(r"\{\w+\}", "{}", path) for path in document()["paths"]]
    assert sorted(shapes) == sorted(set(shapes))
    assert all(item.keys() <= VERBS for item in document()["paths"].values())


def test_every_reference_names_a_component() -> None:
    """A reference into another schema is dropped by some generators, and stops others."""
    references = [each["$ref"] for each in schemas(document()) if "$ref" in each]
    assert len(references) > 100
    assert {each.removeprefix(COMPONENTS) for each in references} == document()["components"]["schemas"].keys()


def test_the_names_of_components_are_words() -> None:
    """Some generators take a dot for that of a package."""
    assert all(re.fullmatch(r"\w+", name) for name in document()["components"]["schemas"])


@OPERATIONS
def test_parameters_are_called_by_names_of_their_own(name: str) -> None:
    names = [each["name"] for each in operations()[name]["parameters"]]
    assert sorted(names) == sorted(set(names))


@OPERATIONS
def test_there_is_one_body_and_one_form_of_each_answer(name: str) -> None:
    operation = operations()[name]
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    assert all(len(body.get("content", {})) <= 1 for body in bodies)


@OPERATIONS
def test_a_body_does_not_say_again_what_is_in_the_path(name: str) -> None:
    """The body wins, and generated clients for Java send lists that are not set as empty ones."""
    method = METHODS.get(name)
    for content in operations()[name].get("requestBody", {}).get("content", {}).values():
        in_path = {place for route in method.routes for place in route.places} if method else set()
        assert not in_path & resolved(content["schema"])["properties"].keys()


def test_every_value_has_one_type() -> None:
    """Or null instead, which is no type of its own: it stops a generator."""
    described = [each for each in schemas(document()) if "$ref" not in each and "const" not in each]
    assert len(described) > 300
    for schema in described:
        kind = schema["type"]
        assert isinstance(kind, str) or (len(kind) == 2 and kind[1] == "null"), schema
        assert kind != "null", schema
        assert not {"anyOf", "oneOf", "allOf"} & schema.keys(), schema


def test_what_is_listed_is_of_the_type() -> None:
    listed = [each for each in schemas(document()) if {"enum", "default", "examples"} & each.keys()]
    assert len(listed) > 30
    for schema in listed:
        values = [*schema.get("enum", []), *schema.get("examples", []), schema.get("default", ...)]
        for value in values:
            assert value is ... or Draft202012Validator(schema).is_valid(value), schema


def outside_of_json(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The values in the path, the query string, headers and forms, by name."""
    found = {each["name"]: each["schema"] for each in operation["parameters"]}
    content = operation.get("requestBody", {}).get("content", {})
    for form in FORMS:
        found |= resolved(content.get(form, {}).get("schema", {})).get("properties", {})
    return found


@OPERATIONS
def test_a_boolean_outside_of_json_is_zero_or_one(name: str) -> None:
    """There any other text is true, "false" too; and what has a default is sent by generated clients."""
    method = METHODS.get(name) or ISSUES.get(name)
    declared = {param.name for param in method.params if param.type is BOOLEAN} if method else set()
    for param, schema in outside_of_json(operations()[name]).items():
        assert schema.get("type") != "boolean"
        if param in declared:
            assert (schema["type"], schema["enum"]) == ("integer", [0, 1])
            assert "default" not in schema


def test_a_boolean_in_json_is_true_or_false() -> None:
    content = operations()["Bug.add_attachment"]["requestBody"]["content"]
    assert content.keys() == {"application/json"}
    properties = resolved(content["application/json"]["schema"])["properties"]
    assert {properties[name]["type"] for name in ("is_patch", "is_private")} == {"boolean"}


def test_a_file_is_told_as_generators_know_it() -> None:
    form = operations()["Issue.add_attachment"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["properties"]["File"]["format"] == "binary"
    assert form["required"] == ["File", "Description"]


def test_answers_keep_to_it(module_gateway: Gateway) -> None:
    name = "http://bugs.example/openapi.json"
    registry = Schemas().with_resource(name, Resource.from_contents({"$schema": DIALECT, **document()}))
    for made in calls_by_rest(module_gateway):
        component = f"{made.method.replace('.', '_')}_answer" if made.status < 300 else "error"
        Draft202012Validator({"$ref": f"{name}{COMPONENTS}{component}"}, registry=registry).validate(made.answer)


DIALECT = "https://json-schema.org/draft/2020-12/schema"
