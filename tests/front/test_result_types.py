"""The JSON of a site, in the types that a method declares."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.content import MemoryContent
from gateway.front.result_types import MismatchError, ResultTypes, merged
from gateway.methods.declaration import (
    ANY,
    BASE64,
    BOOLEAN,
    DATETIME,
    DOUBLE,
    INT,
    NOTHING,
    STRING,
    Field,
    Type,
    array,
    mapping,
    struct,
)
from gateway.model import Hours

STAMP = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROW = struct(Field("id", INT, ""), Field("at", DATETIME, "", optional=True), Field("names", array(STRING), ""))


@pytest.mark.parametrize(
    ("kind", "json", "value"),
    [
        (INT, 4, 4),
        (INT, "4", 4),
        (INT, "-4", -4),
        (INT, True, 1),
        (INT, 4.0, 4),
        (INT, None, None),
        (STRING, "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        (STRING, 5, "5"),
        (BOOLEAN, False, False),
        (BOOLEAN, 1, True),
        (BOOLEAN, "0", False),
        (DOUBLE, 10, Hours("10.00")),
        (DOUBLE, 1.5, Hours("1.50")),
        (DOUBLE, "0", Hours("0.00")),
        (DATETIME, "2026-01-02T03:04:05Z", STAMP),
        (DATETIME, "2026-01-02T04:04:05+01:00", STAMP),
        (DATETIME, "2026-01-02T03:04:05", STAMP),
        (DATETIME, None, None),
        (ANY, {"a": [1, "1"]}, {"a": [1, "1"]}),
        (NOTHING, "anything", None),
        (array(STRING), None, []),
        (array(STRING), "", []),
        (array(STRING), "alone", ["alone"]),
        (mapping(INT), {"a": "1"}, {"a": 1}),
        (mapping(INT), [], {}),
        (struct(), {"a": 1}, {"a": 1}),
        (ROW, {"id": "1", "at": None, "more": 1, "names": "x"}, {"id": 1, "at": None, "names": ["x"]}),
    ],
)
def test_values_get_the_declared_type(kind: Type, json: Any, value: Any) -> None:
    found = ResultTypes().convert(kind, json)
    assert (found, type(found)) == (value, type(value))


def test_content_is_decoded() -> None:
    found = ResultTypes().convert(BASE64, "aGk=")
    assert isinstance(found, MemoryContent)
    assert found.data == b"hi"


@pytest.mark.parametrize(
    ("kind", "json", "told"),
    [
        (INT, "four", "the result is a string, not an integer"),
        (INT, 1.5, "the result is a number, not an integer"),
        (STRING, [], "the result is a list, not a string"),
        (BOOLEAN, "true", "the result is a string, not a boolean"),
        (DOUBLE, "x", "the result is a string, not a number"),
        (DATETIME, "soon", "the result is a string, not a date"),
        (DATETIME, "yesterday", "the result is a string, not a date"),
        (BASE64, 5, "the result is a number, not base64"),
        (mapping(INT), 5, "the result is a number, not an object"),
        (ROW, [], "the result is a list, not an object"),
        (struct(Field("rows", array(ROW), "")), {"rows": [{}, {"id": {}}]}, "rows.1.id is an object, not an integer"),
        (mapping(array(ROW)), {"7": [{"at": 5}]}, "7.0.at is a number, not a date"),
    ],
)
def test_what_has_another_type_is_told_with_its_place(kind: Type, json: Any, told: str) -> None:
    with pytest.raises(MismatchError) as raised:
        ResultTypes().convert(kind, json)
    assert str(raised.value) == told


@pytest.mark.parametrize(
    ("number", "json", "value"),
    [
        (1, "2026-01-02", "2026-01-02"),
        (2, "---", "---"),
        (3, ["a", "b"], ["a", "b"]),
        (3, "a", ["a"]),
        (5, "2026-01-02T03:04:05Z", STAMP),
        (5, None, None),
        (5, "", None),
        (9, "2026-01-02T00:00:00Z", STAMP.replace(hour=0, minute=0, second=0)),
        (6, "12", 12),
        (10, "42", "42"),
    ],
)
def test_custom_fields_have_the_types_of_the_sites_list(number: int, json: Any, value: Any) -> None:
    types = ResultTypes()
    types.custom_fields = {"cf_x": number}
    assert types.convert(ROW, {"id": 1, "cf_x": json}) == {"id": 1, "cf_x": value}


def test_parts_of_an_answer_are_put_together() -> None:
    first = {"bugs": {"1": [1]}, "list": [1], "scalar": 1}
    other = {"bugs": {"2": [2]}, "list": [2], "scalar": 1, "more": []}
    assert merged([first, other]) == {"bugs": {"1": [1], "2": [2]}, "list": [1, 2], "scalar": 1, "more": []}
    assert merged([[1], [2], [3]]) == [1, 2, 3]
