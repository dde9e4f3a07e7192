"""Who sees what: roles against private and restricted things.

On bug 1, attachment 4 is private and an insider's, attachment 5 private and the stranger's; comment 10, about the
former, is private, and comment 11, about the latter, was written before that and is public. Bugs 3, 7 and 8 are in
a group; the administrator is assigned to them. Administrators are no insiders.
"""

from datetime import UTC, datetime

import pytest
from calling import Caller

from gateway.methods.access import can_see_bug
from gateway.model import Bug, Person, User

PUBLIC = [1, 2, 3, 6, 7]


@pytest.mark.parametrize(
    ("who", "of_the_bug", "fourth", "fifth"),
    [
        ("", PUBLIC, 304, 304),
        ("stranger", [1, 2, 3, 5, 6, 7], 304, 304),  # one's own is listed, and yet not shown by its number
        ("editor", PUBLIC, 304, 304),
        ("admin", PUBLIC, 304, 304),
        ("secret-member", PUBLIC, 304, 304),
        ("insider", [1, 2, 3, 4, 5, 6, 7], 0, 0),
    ],
)
def test_private_attachments(caller: Caller, who: str, of_the_bug: list[int], fourth: int, fifth: int) -> None:
    answer = caller.agreed("Bug.attachments", {"ids": [1]}, who)
    assert [each["id"] for each in answer.result["bugs"]["1"]] == of_the_bug
    assert caller.agreed("Bug.attachments", {"attachment_ids": [4]}, who).code == fourth
    assert caller.agreed("Bug.attachments", {"attachment_ids": [5]}, who).code == fifth
    assert caller.agreed("Bug.attachments", {"attachment_ids": [1, 5]}, who).code == fifth


@pytest.mark.parametrize(
    ("who", "code"),
    [("", 102), ("stranger", 102), ("editor", 102), ("insider", 102), ("admin", 0), ("secret-member", 0)],
)
@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("Bug.attachments", {"ids": [3]}),
        ("Bug.attachments", {"ids": ["secret-bug"]}),
        ("Bug.attachments", {"ids": [1, 3]}),
        ("Bug.attachments", {"attachment_ids": [8]}),
        ("Bug.attachments", {"attachment_ids": [1, 8]}),
        ("Bug.get", {"ids": [3]}),
        ("Bug.comments", {"ids": [3]}),
        ("Bug.comments", {"comment_ids": [3]}),
    ],
)
def test_a_bug_in_a_group(caller: Caller, who: str, code: int, method: str, params: dict[str, list[int]]) -> None:
    assert caller.agreed(method, params, who).code == code


@pytest.mark.parametrize(
    ("who", "of_the_bug", "private_comment", "tells_summary"),
    [
        ("", [1, 7, 8, 9, 11, 12, 13], 110, False),
        ("stranger", [1, 7, 8, 9, 11, 12, 13], 110, True),
        ("admin", [1, 7, 8, 9, 11, 12, 13], 110, False),
        ("insider", [1, 7, 8, 9, 10, 11, 12, 13], 0, True),
    ],
)
def test_private_comments(
    caller: Caller, who: str, of_the_bug: list[int], private_comment: int, tells_summary: bool
) -> None:
    shown = caller.agreed("Bug.comments", {"ids": [1]}, who).result["bugs"]["1"]["comments"]
    assert [each["id"] for each in shown] == of_the_bug
    assert caller.agreed("Bug.comments", {"comment_ids": [10]}, who).code == private_comment
    about_private = next(each for each in shown if each["id"] == 11)
    lead = "Created attachment 5"
    assert about_private["text"] == (f"{lead}\nsummary of mine.txt" if tells_summary else lead)
    assert about_private["count"] == 5  # the private one before it is counted, seen or not


@pytest.mark.parametrize(
    ("who", "code"),
    [("stranger", 109), ("editor", 109), ("admin", 109), ("insider", 0)],
)
def test_a_product_that_few_may_edit(caller: Caller, who: str, code: int) -> None:
    new = {"ids": [4], "data": b"x", "file_name": "x", "summary": "x", "content_type": "text/plain"}
    assert {each.code for each in caller.everywhere("Bug.add_attachment", new, who)} == {code}
    for each in caller.everywhere("Bug.update_attachment", {"ids": [9], "summary": "new"}, who):
        assert each.code == (32000 if code else 0)
    assert caller.agreed("Bug.attachments", {"ids": [4]}, who).code == 0


@pytest.mark.parametrize(
    ("who", "sees_7", "sees_8"),
    [
        ("", False, False),
        ("stranger", True, False),  # the reporter
        ("editor", True, False),  # on the cc list
        ("admin", True, True),  # the assignee
        ("insider", True, True),  # the QA contact
        ("secret-member", True, True),
        ("ünïcode", False, False),
    ],
)
def test_the_people_of_a_bug(caller: Caller, who: str, sees_7: bool, sees_8: bool) -> None:
    """Bugs 7 and 8 are alike, but 8 makes no exception for its reporter and its cc list."""
    assert caller.agreed("Bug.get", {"ids": [7]}, who).code == (0 if sees_7 else 102)
    assert caller.agreed("Bug.get", {"ids": [8]}, who).code == (0 if sees_8 else 102)


@pytest.mark.parametrize("is_reporter", [True, False])
@pytest.mark.parametrize(("of_reporter", "of_cc"), [(True, True), (True, False), (False, True), (False, False)])
def test_the_exceptions_for_the_reporter_and_the_cc_list_are_apart(
    of_reporter: bool, of_cc: bool, is_reporter: bool
) -> None:
    caller, other, now = Person(1, "a@x.test", "A"), Person(2, "b@x.test", "B"), datetime(2026, 1, 1, tzinfo=UTC)
    bug = Bug(
        *(9, "Widgets", "Core", "private", caller if is_reporter else other, other, now, now),
        cc=() if is_reporter else (caller,),
        groups=("staff",),
        reporter_accessible=of_reporter,
        cclist_accessible=of_cc,
    )
    assert can_see_bug(User(caller.id, caller.login, ""), bug) is (of_reporter if is_reporter else of_cc)
