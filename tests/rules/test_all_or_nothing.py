"""One bad id, flag or comment among many changes nothing at all."""

from typing import Any

import pytest
from calling import Caller

NEW = {"data": b"x", "file_name": "a.txt", "summary": "a", "content_type": "text/plain"}


def everything(caller: Caller) -> Any:
    """All attachments, comments and people of the bugs that are written on."""
    ids = {"ids": [2, 4, 6]}
    return [caller.result(method, ids, "insider") for method in ("Bug.attachments", "Bug.comments", "Bug.get")]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ids": [2, 99999]}, 101),
        ({"ids": [2, "no-such-alias"]}, 100),
        ({"ids": [2, 3]}, 102),
        ({"ids": [2, 4]}, 109),
        ({"ids": [2, [6]]}, 58),
        ({"ids": [2, 6], "comment": "c" * 65_536}, 114),
        ({"ids": [2, 6], "content_type": "nonsense"}, 601),
        ({"ids": [6, 2], "flags": [{"name": "shell-only", "status": "+"}]}, 51),  # good for the first only
        ({"ids": [2], "flags": [{"name": "review", "status": "+"}, {"name": "approval", "status": "+"}]}, 130),
        ({"ids": [2], "flags": [{"name": "review", "status": "?", "requestee": "nobody"}]}, 51),
    ],
)
def test_adding(caller: Caller, params: dict[str, Any], code: int) -> None:
    before = everything(caller)
    for answer in caller.everywhere("Bug.add_attachment", {**NEW, **params}, "editor"):
        assert answer.code == code, answer
    assert everything(caller) == before


@pytest.mark.parametrize(
    ("others", "change", "code"),
    [
        ([99999], {"summary": "new"}, 32000),
        (["abc"], {"summary": "new"}, 52),
        ([8], {"summary": "new"}, 32000),
        ([9], {"summary": "new"}, 32000),
        ([], {"summary": "new", "comment": "c" * 65_536}, 114),
        ([], {"summary": "new", "is_private": 1}, 113),
        ([], {"summary": "new", "no_such_parameter": 1}, 53),
        ([], {"is_obsolete": 1, "flags": [{"name": "none", "status": "+"}]}, 51),
        ([], {"flags": [{"name": "once", "status": "+"}, {"name": "approval", "status": "+"}]}, 130),
    ],
)
def test_updating(caller: Caller, others: list[Any], change: dict[str, Any], code: int) -> None:
    number = caller.attach(flags=[{"name": "review", "status": "?"}])
    before = everything(caller)
    for answer in caller.everywhere("Bug.update_attachment", {"ids": [number, *others], **change}, "editor"):
        assert answer.code == code, answer
    assert everything(caller) == before


def test_the_same_bug_twice_gets_two(caller: Caller) -> None:
    for answer in caller.everywhere("Bug.add_attachment", {**NEW, "ids": [2, "write-bug", 6]}, "editor"):
        shown = [caller.attachment(number)["bug_id"] for number in answer.result["ids"]]
        assert shown == [2, 2, 6]


def test_no_bug_gets_none(caller: Caller) -> None:
    for answer in caller.everywhere("Bug.add_attachment", {**NEW, "ids": []}, "editor"):
        assert answer.result == {"ids": []}
