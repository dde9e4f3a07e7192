"""Bug.update_attachment: what changes, what is refused, and what the answer says."""

from typing import Any

import pytest
from calling import Caller


def changed(caller: Caller, start: dict[str, Any], change: dict[str, Any], who: str) -> Any:
    """For each protocol: the answer to a change of a new attachment, and the attachment after it."""
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest"):
        number = caller.attach("insider", **start)
        before = caller.attachment(number)
        answer = caller.through(protocol, "Bug.update_attachment", {"ids": [number], **change}, who)
        after = caller.attachment(number)
        assert answer
        if answer.code:
            assert after == before
        yield answer, after


PLAIN: dict[str, Any] = {"summary": "old", "file_name": "old.txt", "content_type": "text/plain"}
PATCH = {**PLAIN, "is_patch": 1}


@pytest.mark.parametrize(
    ("start", "change", "changes"),
    [
        (PLAIN, {"summary": "new"}, {"summary": ("old", "new")}),
        (PLAIN, {"summary": " new \n"}, {"summary": ("old", "new")}),
        (PLAIN, {"summary": "old"}, {}),
        (PLAIN, {}, {}),
        (PLAIN, {"file_name": "/a/new.txt"}, {"file_name": ("old.txt", "new.txt")}),
        (PLAIN, {"content_type": "text/html"}, {"content_type": ("text/plain", "text/html")}),
        (PLAIN, {"is_obsolete": 1}, {"is_obsolete": ("0", "1")}),
        (PLAIN, {"is_obsolete": "false"}, {"is_obsolete": ("0", "1")}),
        (PLAIN, {"is_obsolete": 0}, {}),
        (PLAIN, {"is_private": 1}, {"is_private": ("0", "1")}),
        (PLAIN, {"is_patch": 1}, {"is_patch": ("0", "1")}),
        (
            {**PLAIN, "content_type": "image/png"},
            {"is_patch": 1},  # the type of the content stays
            {"is_patch": ("0", "1")},
        ),
        (PLAIN, {"is_patch": 1, "content_type": "text/html"}, {"is_patch": ("0", "1")}),
        (PATCH, {"content_type": "text/html"}, {}),
        (PATCH, {"content_type": "nonsense"}, {}),
        (
            PATCH,
            {"is_patch": 0, "content_type": "text/html"},
            {"is_patch": ("1", "0"), "content_type": ("text/plain", "text/html")},
        ),
        (
            PLAIN,
            {"summary": "new", "file_name": "new", "is_obsolete": 1},
            {"summary": ("old", "new"), "file_name": ("old.txt", "new"), "is_obsolete": ("0", "1")},
        ),
        (PLAIN, {"summary": "new", "minor_update": 1}, {"summary": ("old", "new")}),
        (PLAIN, {"summary": "new", "include_fields": ["id"]}, {"summary": ("old", "new")}),
        (PLAIN, {"summary": "new", "Bugzilla_restrictlogin": 1}, {"summary": ("old", "new")}),
    ],
)
def test_changes(caller: Caller, start: Any, change: Any, changes: dict[str, tuple[str, str]]) -> None:
    for answer, after in changed(caller, start, change, "insider"):
        (said,) = answer.result["attachments"]
        assert said["id"] == after["id"]
        assert said["changes"] == {name: {"removed": old, "added": new} for name, (old, new) in changes.items()}
        assert said["last_change_time"] == after["last_change_time"]
        assert {name: str(after[name]) for name in changes} == {name: new for name, (_, new) in changes.items()}


@pytest.mark.parametrize(
    ("change", "who", "code"),
    [
        ({"summary": ""}, "insider", 604),
        ({"summary": "0"}, "insider", 604),
        ({"summary": None}, "insider", 604),
        ({"summary": ["a"]}, "insider", 53),
        ({"file_name": ""}, "insider", 32000),
        ({"file_name": "dir/"}, "insider", 32000),
        ({"file_name": None}, "insider", 32000),
        ({"content_type": "nonsense"}, "insider", 601),
        ({"content_type": ""}, "insider", 601),
        ({"comment": "c" * 65_536, "summary": "new"}, "insider", 114),
        ({"is_private": 1}, "editor", 113),
        ({"is_private": 0}, "editor", 0),  # no change
        ({"no_such_parameter": 1}, "insider", 53),
        ({"data": b"new"}, "insider", 53),
        ({"bug_id": 1}, "insider", 53),
        ({"creator": "x"}, "insider", 53),
        ({"Summary": "new"}, "insider", 53),
        ({"summary": "new"}, "", 410),
        ({"summary": "new"}, "stranger", 32000),
        ({"summary": "new"}, "admin", 0),
    ],
)
def test_what_cannot_be_changed(caller: Caller, change: Any, who: str, code: int) -> None:
    for answer, _ in changed(caller, PLAIN, change, who):
        assert answer.code == code, answer


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        ([99999], 32000),
        (["9" * 30], 32000),
        ([0], 32000),
        (["abc"], 52),
        ([-1], 52),
        ([" 1 "], 52),
        ([None], 52),
        ([[1]], 58),
        ([], 0),
        ([8], 32000),  # on a bug that the caller does not see
        ([9], 32000),  # of a product that the caller may not edit
    ],
)
def test_what_is_no_attachment_to_change(caller: Caller, ids: list[Any], code: int) -> None:
    for answer in caller.everywhere("Bug.update_attachment", {"ids": ids, "summary": "new"}, "editor"):
        assert answer.code == code, answer


@pytest.mark.parametrize(
    ("submitter", "is_private", "who", "code"),
    [
        ("stranger", 0, "stranger", 0),  # one's own
        ("stranger", 0, "secret-member", 32000),
        ("stranger", 0, "editor", 0),
        ("stranger", 0, "insider", 0),
        ("insider", 1, "editor", 32000),  # has editbugs, and is no insider
        ("insider", 1, "admin", 32000),
        ("insider", 1, "insider", 0),
        ("stranger", 1, "stranger", 0),  # one's own, which an insider made private
    ],
)
def test_who_may_change(caller: Caller, submitter: str, is_private: int, who: str, code: int) -> None:
    number = caller.attach(submitter)
    caller.result("Bug.update_attachment", {"ids": [number], "is_private": is_private}, "insider")
    for answer in caller.everywhere("Bug.update_attachment", {"ids": [number], "summary": "changed"}, who):
        assert answer.code == code, answer


FLAGS = [
    {"name": "review", "status": "?"},
    {"name": "once", "status": "+"},
    {"name": "statement", "status": "-"},
]


@pytest.mark.parametrize(
    ("start", "change", "after"),
    [
        (0, {"is_obsolete": 1}, ["once+", "statement-"]),
        (0, {"is_obsolete": 1, "flags": [{"name": "review", "status": "+"}]}, ["once+", "statement-"]),
        (0, {"is_obsolete": 1, "flags": [{"name": "review", "status": "?", "new": 1}]}, None),
        (0, {"is_obsolete": 0}, ["review?", "once+", "statement-"]),
    ],
)
def test_an_obsolete_attachment_asks_for_nothing(caller: Caller, start: int, change: Any, after: Any) -> None:
    for answer, shown in changed(caller, {**PLAIN, "flags": FLAGS}, change, "insider"):
        assert answer.code == 0, answer
        flags = [each["name"] + each["status"] for each in shown["flags"]]
        assert flags == (["review?", "once+", "statement-"] if after is None else after)


def test_an_obsolete_attachment_keeps_what_it_is_asked_for_later(caller: Caller) -> None:
    number = caller.attach()
    for change in ({"is_obsolete": 1}, {"flags": [{"name": "review", "status": "?"}]}, {"summary": "changed"}):
        caller.result("Bug.update_attachment", {"ids": [number], **change}, "insider")
    (flag,) = caller.attachment(number)["flags"]
    assert (flag["name"], flag["status"]) == ("review", "?")


def test_only_insiders_make_an_attachment_public(caller: Caller) -> None:
    number = caller.attach("stranger")
    caller.result("Bug.update_attachment", {"ids": [number], "is_private": 1}, "insider")
    assert caller.agreed("Bug.update_attachment", {"ids": [number], "is_private": 0}, "stranger").code == 113
    caller.result("Bug.update_attachment", {"ids": [number], "is_private": 0}, "insider")


def test_flags_of_a_hidden_attachment_are_not_found(caller: Caller) -> None:
    number = caller.attach("insider", flags=[{"name": "once", "status": "+"}], is_private=1)
    (flag,) = caller.attachment(number)["flags"]
    for given in ({"id": flag["id"]}, {"id": 99_999}):
        answer = caller.agreed(
            "Bug.update_attachment", {"ids": [number], "flags": [{**given, "status": "X"}]}, "editor"
        )
        assert answer.code == 51


def test_several_at_once(caller: Caller) -> None:
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest"):
        first, second = caller.attach(), caller.attach()
        params = {"ids": [second, first, second], "summary": protocol}
        answer = caller.through(protocol, "Bug.update_attachment", params, "editor")
        assert answer
        assert [each["id"] for each in answer.result["attachments"]] == [second, first, second]
        assert [bool(each["changes"]) for each in answer.result["attachments"]] == [True, True, False]


def test_one_that_is_named_several_times_is_commented_on_once(caller: Caller) -> None:
    number = caller.attach()
    answer = caller.through("xmlrpc", "Bug.update_attachment", {"ids": [number] * 3, "comment": "once"}, "editor")
    assert answer
    assert [each["id"] for each in answer.result["attachments"]] == [number] * 3
    comments = caller.result("Bug.comments", {"ids": [2]}, "editor")["bugs"]["2"]["comments"]
    assert len([each for each in comments if each.get("attachment_id") == number and "once" in each["text"]]) == 1


def test_a_name_of_its_own_in_a_call_of_rest(caller: Caller) -> None:
    """The number in the path is one of those that are changed only if the body names none."""
    first, second = caller.attach(), caller.attach()
    status, answer = caller.send_json(
        "PUT", f"/rest/bug/attachment/{first}", {"ids": [second], "summary": "s"}, "editor"
    )
    assert status == 200
    assert [each["id"] for each in answer["attachments"]] == [second]
