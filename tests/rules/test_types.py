"""The types of results as they go over the wire."""

import json
from typing import Any

import pytest
from calling import Caller
from lxml import etree

SHOWN = ("Bug.attachments", {"attachment_ids": [3]}, "", ("attachments", "3"))
DELETED = ("Bug.attachments", {"attachment_ids": [6]}, "", ("attachments", "6"))
FLAGGED = ("Bug.attachments", {"attachment_ids": [10]}, "", ("attachments", "10", "flags", 0))
ASKED_OF_NOBODY = ("Bug.attachments", {"attachment_ids": [10]}, "", ("attachments", "10", "flags", 1))
BUG = ("Bug.get", {"ids": [1]}, "editor", ("bugs", 0))
COMMENT = ("Bug.comments", {"comment_ids": [1]}, "", ("comments", "1"))
USER = ("User.get", {"names": ["editor@example.com"]}, "editor", ("users", 0))
ABSENT = ("absent", None)
THEN = (("dateTime.iso8601", "20260102T03:04:05"), "2026-01-02T03:04:05Z")


@pytest.mark.parametrize(
    ("where", "member", "in_xml", "in_json"),
    [
        (SHOWN, "id", ("int", "3"), 3),
        (SHOWN, "bug_id", ("int", "1"), 1),
        (SHOWN, "size", ("int", "12"), 12),
        (SHOWN, "is_patch", ("int", "1"), 1),  # flags of attachments are numbers in JSON, too
        (SHOWN, "is_private", ("int", "0"), 0),
        (SHOWN, "is_obsolete", ("int", "0"), 0),
        (SHOWN, "file_name", ("string", "fix.patch"), "fix.patch"),
        (SHOWN, "creator", ("string", "editor@example.com"), "editor@example.com"),
        (SHOWN, "creation_time", *THEN),
        (SHOWN, "last_change_time", *THEN),
        (SHOWN, "data", ("base64", "LS0tIGEKKysrIGIK"), "LS0tIGEKKysrIGIK"),
        (SHOWN, "flags", ("array", None), []),
        (DELETED, "data", ABSENT, None),
        (DELETED, "size", ABSENT, None),
        (FLAGGED, "id", ("int", "1"), 1),
        (FLAGGED, "type_id", ("int", "1"), 1),
        (FLAGGED, "status", ("string", "?"), "?"),
        (FLAGGED, "requestee", ("string", "editor@example.com"), "editor@example.com"),
        (FLAGGED, "creation_date", *THEN),
        (ASKED_OF_NOBODY, "requestee", ABSENT, "absent"),  # the one value that JSON leaves out, too
        (BUG, "id", ("int", "1"), 1),
        (BUG, "is_open", ("boolean", "1"), True),
        (BUG, "dupe_of", ABSENT, None),
        (BUG, "deadline", ABSENT, None),
        (BUG, "estimated_time", ("double", "0.00"), 0),
        (BUG, "creation_time", *THEN),
        (BUG, "keywords", ("array", None), []),
        (COMMENT, "is_private", ("boolean", "0"), False),
        (COMMENT, "attachment_id", ABSENT, None),
        (COMMENT, "time", *THEN),
        (USER, "can_login", ("boolean", "1"), True),
        (USER, "id", ("int", "2"), 2),
    ],
)
def test_types_of_members(caller: Caller, where: Any, member: str, in_xml: tuple[str, Any], in_json: Any) -> None:
    method, params, who, path = where
    for answer in caller.everywhere(method, params, who):
        if answer.protocol == "xmlrpc":
            assert _in_xml(answer.body, [*path, member]) == in_xml
        else:
            found = json.loads(answer.body)
            for step in path if answer.protocol == "rest" else ("result", *path):
                found = found[step]
            found = found.get(member, "absent")
            assert (found, type(found)) == (in_json, type(in_json)), answer.protocol


def _in_xml(body: bytes, path: list[Any]) -> tuple[str, str | None]:
    """The element and the text of a value in an answer; ABSENT where it is not there."""
    value = etree.fromstring(body).find("params/param/value")
    for step in path:
        assert value is not None
        if isinstance(step, int):
            value = value.findall("array/data/value")[step]
        else:
            named = {each.findtext("name"): each.find("value") for each in value.findall("struct/member")}
            value = named.get(step)
    return ABSENT if value is None else (value[0].tag, value[0].text)


def test_no_result(caller: Caller) -> None:
    """XML-RPC has no null that every client reads: the value is empty."""
    in_json = {"rest": {"result": None}, "jsonrpc-1.0": {"result": None, "error": None, "id": "one"}}
    for answer in caller.everywhere("User.logout", {}):
        if answer.protocol == "xmlrpc":
            value = etree.fromstring(answer.body).find("params/param/value")
            assert value is not None
            assert (len(value), value.text) == (0, None)
        else:
            wanted = in_json.get(answer.protocol, {"jsonrpc": "2.0", "result": None, "id": "one"})
            assert json.loads(answer.body) == wanted


def test_numbers_of_new_attachments_are_ints(caller: Caller) -> None:
    new = {"ids": [2], "data": b"x", "file_name": "a.txt", "summary": "a", "content_type": "text/plain"}
    for answer in caller.everywhere("Bug.add_attachment", new, "editor"):
        (number,) = answer.result["ids"]
        if answer.protocol == "xmlrpc":
            assert _in_xml(answer.body, ["ids", 0]) == ("int", str(number))
        else:
            assert f'"ids":[{number}]'.encode() in answer.body


def test_empty_results(caller: Caller) -> None:
    for answer in caller.everywhere("Bug.attachments", {"ids": []}):
        if answer.protocol == "xmlrpc":
            assert _in_xml(answer.body, ["bugs"]) == _in_xml(answer.body, ["attachments"]) == ("struct", None)
        else:
            assert b'"bugs":{},"attachments":{}' in answer.body
