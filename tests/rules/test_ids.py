"""How bugs and attachments are named: numbers in every form that Perl takes for one, and aliases."""

from typing import Any

import pytest
from calling import Caller

NESTED = [[1], {"id": 1}]


@pytest.mark.parametrize(
    ("written", "bug"),
    [
        (1, "1"),
        ("1", "1"),
        (" 1 ", "1"),
        ("\t1\n", "1"),
        ("001", "1"),
        ("public-bug", "1"),
        ("second-alias", "1"),
        (" PUBLIC-bug ", "1"),
        ("locked-bug", "4"),
    ],
)
def test_a_bug_is_named_by_number_or_alias(caller: Caller, written: Any, bug: str) -> None:
    for params in ({"ids": [written]}, {"ids": written}):
        answer = caller.agreed("Bug.attachments", {**params, "include_fields": ["id"]})
        assert list(answer.result["bugs"]) == [bug]
        assert answer.result["attachments"] == {}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (99999, 101),
        ("99999", 101),
        (2**31 - 1, 101),
        ("9" * 30, 101),
        (0, 101),
        (-1, 100),
        ("+1", 100),
        ("1.0", 100),
        ("0x1", 100),
        ("1e0", 100),
        ("1,2", 100),
        ("١", 100),  # a digit, but not of ASCII
        (1.5, 100),
        ("no-such-alias", 100),
        ("", 100),
        ("   ", 100),
        (None, 100),
        *((each, 58) for each in NESTED),
    ],
)
def test_what_names_no_bug(caller: Caller, written: Any, code: int) -> None:
    for method in ("Bug.attachments", "Bug.get", "Bug.comments"):
        assert caller.agreed(method, {"ids": [written]}).code == code
        assert caller.agreed(method, {"ids": [1, written]}).code == code  # one bad among good ones is enough


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (1, ["1"]),
        ("1", ["1"]),
        ("001", ["1"]),
        ([3, 1, 3], ["1", "3"]),
        ([1, 99999], ["1"]),
        (99999, []),
        ("9" * 30, []),
        (0, []),
        ([], []),
    ],
)
def test_an_attachment_is_named_by_number(caller: Caller, written: Any, found: list[str]) -> None:
    answer = caller.agreed("Bug.attachments", {"attachment_ids": written, "include_fields": ["id"]})
    assert sorted(answer.result["attachments"]) == found
    assert answer.result["bugs"] == {}


@pytest.mark.parametrize("written", [" 1 ", "+1", "-1", -1, "1.0", "0x1", "abc", "", None, *NESTED])
def test_what_is_no_number_of_an_attachment(caller: Caller, written: Any) -> None:
    assert caller.agreed("Bug.attachments", {"attachment_ids": [written]}).code == 52


@pytest.mark.parametrize(
    ("protocol", "written", "code"),
    [
        ("xmlrpc", True, 0),  # 1: XML-RPC's booleans are numbers
        ("jsonrpc-1.0", True, 58),
        ("jsonrpc-2.0", True, 58),
        ("jsonrpc-1.0", 1.0, 0),
        ("jsonrpc-2.0", 1.0, 0),
    ],
)
def test_booleans_and_whole_floats_as_a_bug(caller: Caller, protocol: str, written: Any, code: int) -> None:
    answer = caller.through(protocol, "Bug.attachments", {"ids": [written]})
    assert answer
    assert answer.code == code


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, 50),
        ({"ids": []}, 0),
        ({"attachment_ids": []}, 0),
        ({"ids": None}, 100),
        ({"attachment_ids": None}, 52),
        ({"include_fields": ["id"]}, 50),
    ],
)
def test_something_has_to_be_asked_for(caller: Caller, params: dict[str, Any], code: int) -> None:
    answer = caller.agreed("Bug.attachments", params)
    assert answer.code == code
    assert code or answer.result == {"bugs": {}, "attachments": {}}


@pytest.mark.parametrize(
    ("ids", "bugs"),
    [
        ([1, 4], ["1", "4"]),
        ([1, "public-bug", "1"], ["1"]),
        ([5], ["5"]),
    ],
)
def test_several_bugs_at_once(caller: Caller, ids: list[Any], bugs: list[str]) -> None:
    assert sorted(caller.agreed("Bug.attachments", {"ids": ids}).result["bugs"]) == bugs


def test_bugs_and_attachments_do_not_mix(caller: Caller) -> None:
    answer = caller.agreed("Bug.attachments", {"ids": [5], "attachment_ids": [1], "include_fields": ["id"]})
    assert answer.result == {"bugs": {"5": []}, "attachments": {"1": {"id": 1}}}
