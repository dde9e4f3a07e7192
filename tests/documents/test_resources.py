"""The resources that documents describe: paths that differ in the names of their places alone are one."""

import pytest

from gateway.documents import resources
from gateway.documents.description import Style
from gateway.methods.declaration import INT, STRING, Call, Param, Registry, Route, array, reads, writes
from gateway.store.interface import Reader, Writer
from gateway.values import Value

IDS = Param("ids", array(INT), "Numbers.")
NAMES = Param("names", array(STRING), "Names.")


def declared(reading: list[tuple[str, str]], writing: list[tuple[str, str]]) -> Registry:
    """Methods that take ids and names, each with its name and its route."""
    registry = Registry()
    for name, path in reading:

        @reads(name, registry=registry, params=(IDS, NAMES), routes=(Route("GET", path),))
        def read(_: Call[Reader]) -> Value:
            """Read."""
            return None

    for name, path in writing:

        @writes(name, registry=registry, params=(IDS, NAMES), routes=(Route("PUT", path),))
        def write(_: Call[Writer]) -> Value:
            """Write."""
            return None

    return registry


@pytest.mark.parametrize(
    ("reading", "writing", "paths"),
    [
        ([("a.get", "/a/{ids}")], [], ["rest/a/{ids}"]),
        ([("a.get", "/a/{ids}")], [("a.set", "/a/{ids}")], ["rest/a/{ids}"]),
        ([("a.get", "/a/{ids}")], [("b.set", "/a/{names}")], ["rest/a/{ids}"]),
        ([("b.get", "/a/{ids}")], [("a.set", "/a/{names}")], ["rest/a/{ids}"]),
        ([("a.get", "/a/{ids:[0-9]+}"), ("b.get", "/a/{names}")], [], ["rest/a/{names}"]),
        ([("a.get", "/a/{names}"), ("b.get", "/a/{ids:[0-9]+}")], [], ["rest/a/{names}"]),
        ([("a.get", "/a/{ids}/b"), ("b.get", "/a/{ids}")], [], ["rest/a/{ids}", "rest/a/{ids}/b"]),
    ],
)
def test_a_place_has_no_name_that_is_in_the_query_string(
    reading: list[tuple[str, str]], writing: list[tuple[str, str]], paths: list[str]
) -> None:
    found = resources.of_rest(declared(reading, writing))
    assert [each.path for each in found] == paths
    for operation in (operation for each in found for operation in each.operations):
        names = [each.param.name for each in operation.parameters]
        assert sorted(names) == sorted(set(names))


def test_a_place_stands_for_all_that_it_takes() -> None:
    registry = declared([("a.get", "/a/{ids:[0-9]+}"), ("b.get", "/a/{names}")], [])
    [resource] = resources.of_rest(registry)
    [operation] = resource.operations
    [place] = [each for each in operation.parameters if each.style is Style.TEMPLATE]
    assert (operation.id, place.pattern, place.param.doc) == ("b.get", "", "Numbers. Or: Names.")
