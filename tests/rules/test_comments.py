"""The comments that go with attachments, and how comments are read."""

from typing import Any

import pytest
from calling import Caller

LONGEST = 65_535
NEW = {"ids": [2], "data": b"x", "file_name": "a.txt", "summary": "a", "content_type": "text/plain"}


def last_comment(caller: Caller, bug: int = 2) -> dict[str, Any]:
    """The newest comment on a bug, as an insider sees it."""
    shown = caller.result("Bug.comments", {"ids": [bug]}, "insider")["bugs"][str(bug)]["comments"]
    found: dict[str, Any] = max(shown, key=lambda each: each["id"])
    return found


TEXTS = [
    ("a comment", "a comment"),
    ("ünï ☃ 😀 <&>", "ünï ☃ 😀 <&>"),
    ("two\r\nlines\rthree", "two\nlines\nthree"),
    ("trailing  \n\n", "trailing"),
    ("c" * LONGEST, "c" * LONGEST),
    ("c" * LONGEST + "\n", "c" * LONGEST),
    ("c" * (LONGEST + 1), 114),
    (5, "5"),
    (["a"], 53),
    ({"text": "a"}, 53),
]


@pytest.mark.parametrize(("given", "stored"), [*TEXTS, ("", ""), (None, ""), (" \n", "")])
def test_a_comment_with_a_new_attachment(caller: Caller, given: Any, stored: Any) -> None:
    for answer in caller.everywhere("Bug.add_attachment", {**NEW, "comment": given}, "editor"):
        if answer.code:
            assert answer.code == stored
            continue
        number, comment = answer.result["ids"][0], last_comment(caller)
        lead = f"Created attachment {number}\na"
        assert comment["text"] == (f"{lead}\n\n{stored}" if stored else lead)
        assert (comment["attachment_id"], comment["creator"]) == (number, "editor@example.com")


@pytest.mark.parametrize(("given", "stored"), TEXTS)
def test_a_comment_on_an_old_attachment(caller: Caller, given: Any, stored: Any) -> None:
    number = caller.attach(summary="the present summary")
    for answer in caller.everywhere("Bug.update_attachment", {"ids": [number], "comment": given}, "editor"):
        if answer.code:
            assert answer.code == stored
            continue
        assert answer.result["attachments"][0]["changes"] == {}
        comment = last_comment(caller)
        assert comment["text"] == f"Comment on attachment {number}\nthe present summary\n\n{stored}"
        assert comment["attachment_id"] == number


@pytest.mark.parametrize("given", ["", "  \n", None])
def test_an_empty_comment_is_none(caller: Caller, given: Any) -> None:
    number, before = caller.attach(), last_comment(caller)["id"]
    for _ in caller.everywhere("Bug.update_attachment", {"ids": [number], "comment": given}, "editor"):
        assert last_comment(caller)["id"] == before


@pytest.mark.parametrize("is_private", [0, 1])
def test_the_comment_of_a_private_attachment_is_private(caller: Caller, is_private: int) -> None:
    for answer in caller.everywhere("Bug.add_attachment", {**NEW, "is_private": is_private}, "insider"):
        assert last_comment(caller)["is_private"] is bool(is_private)
        change = {"ids": answer.result["ids"], "comment": "later"}
        caller.result("Bug.update_attachment", change, "insider")
        assert last_comment(caller)["is_private"] is bool(is_private)


@pytest.mark.parametrize(("who", "is_told"), [("", False), ("stranger", False), ("editor", True), ("insider", True)])
def test_a_comment_does_not_tell_the_summary_of_an_attachment_that_became_private(
    caller: Caller, who: str, is_told: bool
) -> None:
    number = caller.attach("editor", summary="not for everybody")
    comment = last_comment(caller)["id"]
    caller.result("Bug.update_attachment", {"ids": [number], "is_private": 1}, "insider")
    text = caller.agreed("Bug.comments", {"comment_ids": [comment]}, who).result["comments"][str(comment)]["text"]
    assert text == f"Created attachment {number}" + ("\nnot for everybody" if is_told else "")


@pytest.mark.parametrize(
    ("written", "some"),
    [
        ("2026-01-02T03:04:04Z", True),
        ("2026-01-02T03:04:05Z", False),  # not at that second, after it
        ("2026-01-02 03:04:04", True),
        ("2026-01-02", True),
        ("20260102T03:04:05", False),
        ("2026-01-02T04:04:04+01:00", True),
        ("2026-01-02T05:04:05+02:00", False),
    ],
)
def test_comments_since(caller: Caller, written: str, some: bool) -> None:
    answer = caller.agreed("Bug.comments", {"ids": [1], "new_since": written})
    assert bool(answer.result["bugs"]["1"]["comments"]) is some


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, 50),
        ({"ids": [1], "new_since": "yesterday"}, 56),
        ({"comment_ids": [99999]}, 111),
        ({"comment_ids": [1, 99999]}, 111),
        ({"comment_ids": ["abc"]}, 52),
        ({"comment_ids": [[1]]}, 58),
        ({"ids": [], "comment_ids": []}, 0),
    ],
)
def test_comments_that_cannot_be_shown(caller: Caller, params: dict[str, Any], code: int) -> None:
    assert caller.agreed("Bug.comments", params).code == code


def test_a_comment(caller: Caller) -> None:
    comment = caller.agreed("Bug.comments", {"comment_ids": [8]}).result["comments"]["8"]
    time = comment.pop("time")
    assert comment.pop("creation_time") == time
    assert f"{time:%Y-%m-%d %H:%M:%S}" == "2026-01-02 03:04:05"
    assert comment == {
        "id": 8,
        "bug_id": 1,
        "attachment_id": 2,
        "count": 7,  # that of the last comment of the same second, as in Bugzilla
        "text": "Created attachment 2\nsummary of bytes.bin",
        "creator": "editor@example.com",
        "is_private": False,
        "tags": [],
    }
