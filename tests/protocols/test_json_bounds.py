"""The bounds of a JSON document are the same wherever it is cut into steps."""

import json
from typing import Any

import pytest

from gateway import errors
from gateway.errors import GatewayError
from gateway.protocols.json_codec import json_bounds
from gateway.protocols.json_codec.json_bounds import JsonBounds
from gateway.protocols.json_codec.json_reader import loads
from gateway.protocols.wire_values import MAX_DEPTH, MAX_VALUES

LONG = "7" * 150
DEEP = "[" * MAX_DEPTH + "]" * MAX_DEPTH
DOCUMENTS: dict[str, Any] = {
    "brackets in strings": ["[[[{{{,,,", "]" * 1000, {"[": ","}] * 100,
    "escapes": ["\\" * n + '"' * n + "," for n in range(60)] * 5,
    "digits in strings": [LONG, f'"{LONG}"', f"\\{LONG}\\"] * 30,
    "short numbers": [1, -2.5, 1e30, "x"] * 200,
}


@pytest.fixture(params=[1, 7, 64, 1 << 20], autouse=True)
def step(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of so many bytes."""
    monkeypatch.setattr(json_bounds, "STEP", request.param)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_in_strings_does_not_count(name: str) -> None:
    document = json.dumps(DOCUMENTS[name]).encode()
    assert JsonBounds(document).check() == document


@pytest.mark.parametrize("number", [LONG, f"-{LONG}"])
def test_long_numbers_become_texts(number: str) -> None:
    given = f'{{"a": [{number}, "{number}", 12, "\\\\", {number}], "{"x" * 300}": "\\"{number}"}}'
    assert loads(given) == {"a": [number, number, 12, "\\", number], "x" * 300: f'"{number}'}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (DEEP.replace("[]", "[[]]"), "nested"),
        ('["\\"",' + DEEP + "]", "nested"),
        ("[" + "0," * MAX_VALUES + "0]", "values"),
        ("[" + '"",' * MAX_VALUES + '""]', "values"),
    ],
    ids=["deep", "deep behind a string", "numbers", "strings"],
)
def test_what_is_too_large_is_refused(document: str, reason: str) -> None:
    with pytest.raises(GatewayError, match=reason) as refused:
        loads(document)
    assert refused.value.kind is errors.UNREADABLE


@pytest.mark.parametrize("document", [DEEP, DEEP.replace("[]", "[0,0]")], ids=["short", "in steps"])
def test_what_is_within_bounds_is_read(document: str) -> None:
    assert loads(document)
