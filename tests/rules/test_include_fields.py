"""Which members of a result the caller wants: include_fields and exclude_fields."""

from typing import Any

import pytest
from calling import Caller

ALL = {
    "id",
    "bug_id",
    "file_name",
    "summary",
    "content_type",
    "creator",
    "size",
    "data",
    "is_patch",
    "is_private",
    "is_obsolete",
    "creation_time",
    "last_change_time",
    "flags",
}


@pytest.mark.parametrize(
    ("included", "excluded", "shown"),
    [
        (["id", "summary"], None, {"id", "summary"}),
        ("id", None, {"id"}),
        (None, ["data"], ALL - {"data"}),
        (["id", "data"], ["data"], {"id"}),  # exclusion wins
        (["id", "id"], None, {"id"}),
        ([], None, ALL),  # as Bugzilla does, though its documentation says none
        (None, [], ALL),
        (["_all"], None, ALL),
        (["_default"], None, ALL),
        (["_default"], ["data"], ALL - {"data"}),
        (["_extra"], None, set()),
        (["_custom"], None, set()),
        (["_extra", "id"], None, {"id"}),
        (None, ["_all"], set()),
        (None, ["_default"], set()),
        (None, ["_extra"], ALL),
        (["no_such_field"], None, set()),
        (["no_such_field", "id"], None, {"id"}),
        (None, ["no_such_field"], ALL),
        (["ID"], None, set()),
        (["flags.name"], None, {"flags"}),
        (["flags.no_such_field"], None, {"flags"}),
        (None, ["flags.name"], ALL),
    ],
)
def test_fields_of_attachments(caller: Caller, included: Any, excluded: Any, shown: set[str]) -> None:
    fields = {"include_fields": included, "exclude_fields": excluded}
    answer = caller.agreed(
        "Bug.attachments", {"attachment_ids": [10], **{k: v for k, v in fields.items() if v is not None}}
    )
    attachment = answer.result["attachments"]["10"]
    assert set(attachment) == shown
    for flag in attachment.get("flags", []):  # flags are whole or not there
        assert {"id", "name", "type_id", "status", "setter", "creation_date", "modification_date"} <= set(flag)


@pytest.mark.parametrize(
    ("method", "params", "path", "included", "shown"),
    [
        ("Bug.get", {"ids": [1]}, ["bugs", 0], ["id", "alias"], {"id", "alias"}),
        ("Bug.get", {"ids": [1]}, ["bugs", 0], ["creator"], {"creator", "creator_detail"}),
        ("Bug.get", {"ids": [1]}, ["bugs", 0], ["assigned_to.name"], {"assigned_to", "assigned_to_detail"}),
        ("Bug.get", {"ids": [1]}, ["bugs", 0, "assigned_to_detail"], ["assigned_to.name"], {"name"}),
        ("Bug.get", {"ids": [1]}, ["bugs", 0], ["_extra"], {"tags"}),
        ("Bug.comments", {"comment_ids": [1]}, ["comments", "1"], ["id", "text"], {"id", "text"}),
        ("User.get", {"names": ["editor@example.com"]}, ["users", 0], ["id"], {"id"}),
        ("Bugzilla.parameters", {}, ["parameters"], ["maintainer"], {"maintainer"}),
    ],
)
def test_fields_of_other_things(
    caller: Caller, method: str, params: dict[str, Any], path: list[Any], included: list[str], shown: set[str]
) -> None:
    found = caller.agreed(method, {**params, "include_fields": included}).result
    for step in path:
        found = found[step]
    assert set(found) == shown


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("include_fields=id,summary", {"id", "summary"}),
        ("include_fields=id&include_fields=summary", {"id", "summary"}),
        ("include_fields=id%20summary", {"id", "summary"}),
        ("include_fields=id+summary", {"id", "summary"}),
        ("include_fields=id,data;exclude_fields=data", {"id"}),
        ("include_fields=", ALL),
    ],
)
def test_fields_in_a_query_string(caller: Caller, query: str, shown: set[str]) -> None:
    _, _, document = caller.get_json(f"/rest/bug/attachment/10?{query}")
    assert set(document["attachments"]["10"]) == shown
