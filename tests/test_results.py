"""Results are exactly as their methods declare them, and as Bugzilla 5.2 declares them."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from running import load

from gateway.content import MemoryContent, StoredContent
from gateway.methods.catalogue import METHODS
from gateway.methods.declaration import (
    ANY,
    BASE64,
    INT,
    STRING,
    Call,
    Field,
    Method,
    Registry,
    Type,
    array,
    mapping,
    struct,
)
from gateway.model import Hours
from gateway.settings import Settings
from gateway.store.opening import open_store
from gateway.web import application

EXCHANGES = os.environ.get("GATEWAY_EXCHANGES", "")

PYTHON = {
    "int": int,
    "string": str,
    "boolean": bool,
    "double": Hours,
    "dateTime.iso8601": datetime,
    "base64": (MemoryContent, StoredContent),
}


def mismatches(kind: Type, value: Any, *, chosen: bool = False, where: str = "") -> Iterator[str]:
    """Yield where a result differs from its declared type. `chosen`: the caller chose the members that are there."""
    match kind.name:
        case "array" if type(value) is list:
            for number, each in enumerate(value):
                yield from mismatches(kind.items, each, chosen=chosen, where=f"{where}[{number}]")
        case "map" if type(value) is dict:
            for name, each in value.items():
                yield from mismatches(STRING, name, where=f"{where}, a name")
                yield from mismatches(kind.items, each, chosen=chosen, where=f"{where}.{name}")
        case "struct" if type(value) is dict:
            yield from _members(kind, value, chosen, where)
        case "any":
            pass
        case "nil" if value is None:
            pass
        case name if name in PYTHON and _is(PYTHON[name], value):
            pass
        case _:
            yield f"{where}: {value!r} is no {kind.name}"


def _members(kind: Type, value: dict[str, Any], chosen: bool, where: str) -> Iterator[str]:
    declared = {field.name: field for field in kind.fields}
    for name in set() if kind.is_open else value.keys() - declared.keys():
        yield f"{where}.{name} is not declared"
    for name, field in declared.items():
        if value.get(name) is not None:
            yield from mismatches(field.type, value[name], chosen=chosen, where=f"{where}.{name}")
        elif not field.optional and (name in value or not chosen):
            yield f"{where}.{name} is missing"


def _is(kind: Any, value: Any) -> bool:
    """Tell whether a value is of exactly this type, and a time is in whole seconds of UTC."""
    right = type(value) in (kind if isinstance(kind, tuple) else (kind,))
    return right and (kind is not datetime or (value.utcoffset() == timedelta() and not value.microsecond))


# ---- every answer of the recorded exchanges


def checked(method: Method, problems: list[str], seen: Counter[str]) -> Method:
    """Return the method with a rule whose every result is compared with its declared type."""

    def run(call: Call[Any]) -> Any:
        result = method.run(call)
        seen[method.name] += 1
        chosen = bool({"include_fields", "exclude_fields"} & set(call.params))
        problems.extend(mismatches(method.result, result, chosen=chosen, where=method.name))
        return result

    return replace(method, run=run)


@pytest.mark.skipif(not EXCHANGES, reason="GATEWAY_EXCHANGES names no folder with recorded exchanges")
async def test_every_result_of_the_recorded_exchanges_is_as_declared(tmp_path: Path) -> None:
    problems: list[str] = []
    seen: Counter[str] = Counter()
    registry = Registry()
    for method in METHODS:
        registry.add(checked(method, problems, seen))
    database = tmp_path / "gateway.db"
    load(database, Path(EXCHANGES) / "fixture.json")
    settings = Settings(database=database)
    store = await open_store(settings)
    try:
        async with TestServer(
            application(store, settings, registry), handler_args={"auto_decompress": False}
        ) as server:
            program = await asyncio.create_subprocess_exec(
                sys.executable,
                str(Path(EXCHANGES) / "replay.py"),
                "--base",
                str(server.make_url("")).rstrip("/"),
                stdout=-1,
            )
            said, _ = await program.communicate()
    finally:
        await store.close()
    assert not problems, Counter(problems).most_common(20)
    assert seen.keys() >= RECORDED, said.decode()


STAMP = datetime(2026, 1, 2, tzinfo=UTC)
ROW = struct(Field("id", INT, "A number."), Field("note", STRING, "A text.", optional=True))


@pytest.mark.parametrize(
    ("kind", "value", "chosen", "found"),
    [
        (INT, 1, False, 0),
        (INT, True, False, 1),
        (INT, "1", False, 1),
        (INT, None, False, 1),
        (STRING, "a", False, 0),
        (STRING, 1, False, 1),
        (Type("boolean"), 1, False, 1),
        (Type("boolean"), False, False, 0),
        (Type("double"), Hours("0.00"), False, 0),
        (Type("double"), 0.0, False, 1),
        (Type("double"), Decimal(0), False, 1),
        (Type("nil"), None, False, 0),
        (Type("nil"), "", False, 1),
        (Type("dateTime.iso8601"), STAMP, False, 0),
        (Type("dateTime.iso8601"), STAMP.replace(tzinfo=None), False, 1),
        (Type("dateTime.iso8601"), STAMP.replace(microsecond=1), False, 1),
        (Type("dateTime.iso8601"), "2026-01-02T00:00:00Z", False, 1),
        (BASE64, MemoryContent(b"a"), False, 0),
        (BASE64, b"a", False, 1),
        (ANY, b"a", False, 0),
        (array(INT), [1, 2], False, 0),
        (array(INT), [1, None, "3"], False, 2),
        (array(INT), (1, 2), False, 1),
        (mapping(INT), {"1": 1}, False, 0),
        (mapping(INT), {1: "1"}, False, 2),
        (ROW, {"id": 1}, False, 0),
        (ROW, {"id": 1, "note": None}, False, 0),
        (ROW, {"id": 1, "note": 2}, False, 1),
        (ROW, {"note": "a"}, False, 1),
        (ROW, {"note": "a"}, True, 0),
        (ROW, {"id": None}, True, 1),
        (ROW, {"id": 1, "other": 1}, True, 1),
    ],
)
def test_what_is_not_as_declared_is_found(kind: Type, value: Any, chosen: bool, found: int) -> None:
    assert len(list(mismatches(kind, value, chosen=chosen))) == found


# ---- the types of Bugzilla 5.2

PERSON = {"id": "int", "name": "string", "real_name": "string", "email": "string"}
GROUP = {"id": "int", "name": "string", "description": "string"}
FLAG = {
    **dict.fromkeys(("id", "type_id"), "int"),
    **dict.fromkeys(("name", "status", "setter", "requestee"), "string"),
    **dict.fromkeys(("creation_date", "modification_date"), "dateTime.iso8601"),
}
ATTACHMENT = {
    **dict.fromkeys(("id", "bug_id", "size", "is_private", "is_obsolete", "is_patch"), "int"),
    **dict.fromkeys(("file_name", "summary", "content_type", "creator"), "string"),
    **dict.fromkeys(("creation_time", "last_change_time"), "dateTime.iso8601"),
    "data": "base64",
    "flags": [FLAG],
}
COMMENT = {
    **dict.fromkeys(("id", "bug_id", "attachment_id", "count"), "int"),
    **dict.fromkeys(("creator", "text"), "string"),
    **dict.fromkeys(("time", "creation_time"), "dateTime.iso8601"),
    "is_private": "boolean",
    "tags": ["string"],
}
BUG = {
    **dict.fromkeys(("id", "dupe_of"), "int"),
    **dict.fromkeys(("summary", "product", "component", "classification", "version", "target_milestone"), "string"),
    **dict.fromkeys(("status", "resolution", "priority", "severity", "op_sys", "platform", "url"), "string"),
    **dict.fromkeys(("whiteboard", "creator", "assigned_to", "qa_contact", "deadline"), "string"),
    **dict.fromkeys(("is_open", "is_confirmed", "is_cc_accessible", "is_creator_accessible"), "boolean"),
    **dict.fromkeys(("creation_time", "last_change_time"), "dateTime.iso8601"),
    **dict.fromkeys(("estimated_time", "remaining_time", "actual_time"), "double"),
    **dict.fromkeys(("creator_detail", "assigned_to_detail", "qa_contact_detail"), PERSON),
    **{name: ["string"] for name in ("alias", "keywords", "groups", "cc", "see_also", "tags")},
    **{name: ["int"] for name in ("blocks", "depends_on")},
    "cc_detail": [PERSON],
    "flags": [{}],  # always empty, and so are the lists of saved searches and reports
}
USER = {
    **PERSON,
    "groups": [GROUP],
    **dict.fromkeys(("can_login", "email_enabled"), "boolean"),
    "login_denied_text": "string",
    **{name: [{}] for name in ("saved_searches", "saved_reports")},
}
FAULT = {"id": "any", "faultString": "string", "faultCode": "int"}
CHANGED = {
    "id": "int",
    "last_change_time": "dateTime.iso8601",
    "changes": {"*": {"removed": "string", "added": "string"}},
}

VALUE = {
    **dict.fromkeys(("name", "description"), "string"),
    **dict.fromkeys(("sort_key", "sortkey"), "int"),
    **dict.fromkeys(("is_active", "is_open"), "boolean"),
    "visibility_values": ["string"],
    "can_change_to": [{"name": "string", "comment_required": "boolean"}],
}
FIELD = {
    **dict.fromkeys(("id", "type"), "int"),
    **dict.fromkeys(("is_custom", "is_mandatory", "is_on_bug_entry"), "boolean"),
    **dict.fromkeys(("name", "display_name", "visibility_field", "value_field"), "string"),
    "visibility_values": ["string"],
    "values": [VALUE],
}
FLAG_TYPE = {
    "id": "int",
    **dict.fromkeys(("name", "description", "type"), "string"),
    **dict.fromkeys(("is_active", "is_requesteeble", "is_multiplicable"), "boolean"),
    **{key: ["string"] for key in ("values", "inclusions")},
}
GROUP = {
    "id": "int",
    **dict.fromkeys(("name", "description", "user_regexp"), "string"),
    **dict.fromkeys(("is_active", "is_bug_group"), "boolean"),
    "membership": [
        {
            "id": "int",
            **dict.fromkeys(("name", "real_name", "email", "login_denied_text"), "string"),
            **dict.fromkeys(("can_login", "email_enabled"), "boolean"),
        }
    ],
}
PART = {"id": "int", "name": "string", "sort_key": "int", "is_active": "boolean"}
PRODUCT_FLAG_TYPE = {
    **dict.fromkeys(("id", "sort_key", "grant_group", "request_group"), "int"),
    **dict.fromkeys(("name", "description", "cc_list"), "string"),
    **dict.fromkeys(("is_active", "is_requestable", "is_requesteeble", "is_multiplicable"), "boolean"),
}
PRODUCT = {
    "id": "int",
    **dict.fromkeys(("name", "description", "default_milestone", "classification"), "string"),
    **dict.fromkeys(("is_active", "has_unconfirmed"), "boolean"),
    **{key: [PART] for key in ("versions", "milestones")},
    "components": [
        {
            **PART,
            **dict.fromkeys(("description", "default_assigned_to", "default_qa_contact"), "string"),
            "flag_types": {key: [PRODUCT_FLAG_TYPE] for key in ("bug", "attachment")},
        }
    ],
}

CHANGES = {"*": {"removed": "string", "added": "string"}}

OF_BUGZILLA = {
    "Bug.add_attachment": {"ids": ["int"], "attachments": {"*": {}}},  # with the members of Mozilla's REST
    "Bug.attachments": {"bugs": {"*": [ATTACHMENT]}, "attachments": {"*": ATTACHMENT}},
    "Bug.comments": {"bugs": {"*": {"comments": [COMMENT]}}, "comments": {"*": COMMENT}},
    "Bug.create": {"id": "int"},
    "Bug.get": {"bugs": [BUG], "faults": [FAULT]},
    "Bug.update": {"bugs": [{**CHANGED, "alias": ["string"]}]},
    "Bug.update_attachment": {"attachments": [CHANGED]},
    "Bug.update_see_also": {"changes": {"*": {"see_also": {"added": ["string"], "removed": ["string"]}}}},
    "Bug.fields": {"fields": [FIELD]},
    "Bug.add_comment": {"id": "int"},
    **{f"{name}.create": {"id": "int"} for name in ("Component", "FlagType", "Group", "Product", "User")},
    "FlagType.update": {"flagtypes": [{"id": "int", "name": "string", "changes": CHANGES}]},
    "Group.update": {"groups": [{"id": "int", "changes": CHANGES}]},
    "Product.update": {"products": [{"id": "int", "changes": CHANGES}]},
    "User.offer_account_by_email": "nil",
    "User.update": {"users": [{"id": "int", "changes": CHANGES}]},
    "Bug.history": {
        "bugs": [
            {
                "id": "int",
                "alias": ["string"],
                "history": [
                    {
                        "when": "dateTime.iso8601",
                        "who": "string",
                        "changes": [
                            {
                                **dict.fromkeys(("field_name", "removed", "added"), "string"),
                                "attachment_id": "int",
                            }
                        ],
                    }
                ],
            }
        ]
    },
    "Bug.legal_values": {"values": ["string"]},
    "Bug.render_comment": {"html": "string"},
    "Bug.search_comment_tags": ["string"],
    "Bug.update_comment_tags": ["string"],
    "Bug.update_tags": {"changes": {"*": {"tags": {"added": ["string"], "removed": ["string"]}}}},
    "BugUserLastVisit.get": [{"id": "int", "last_visit_ts": "dateTime.iso8601"}],
    "BugUserLastVisit.update": [{"id": "int", "last_visit_ts": "dateTime.iso8601"}],
    "Bugzilla.last_audit_time": {"last_audit_time": "dateTime.iso8601"},
    "Classification.get": {
        "classifications": [
            {
                **dict.fromkeys(("id", "sort_key"), "int"),
                **dict.fromkeys(("name", "description"), "string"),
                "products": [{"id": "int", "name": "string", "description": "string"}],
            }
        ]
    },
    "FlagType.get": {key: [FLAG_TYPE] for key in ("bug", "attachment")},
    "Group.get": {"groups": [GROUP]},
    "Product.get": {"products": [PRODUCT]},
    **{f"Product.get_{kind}_products": {"ids": ["int"]} for kind in ("accessible", "enterable", "selectable")},
    "Bugzilla.extensions": {"extensions": {"*": {"version": "string"}}},
    "Bugzilla.parameters": {"parameters": {"*": "string"}},
    "Bugzilla.time": {
        **dict.fromkeys(("db_time", "web_time", "web_time_utc"), "dateTime.iso8601"),
        **dict.fromkeys(("tz_name", "tz_short_name", "tz_offset"), "string"),
    },
    "Bugzilla.timezone": {"timezone": "string"},
    "Bugzilla.version": {"version": "string"},
    "User.get": {"users": [USER]},
    "User.login": {"id": "int", "token": "string"},
    "User.logout": "nil",
    "User.valid_login": "boolean",
}
"""The types of results in Bugzilla 5.2: a list has items, a dictionary members, which have any name where it is *."""

RECORDED = {
    *("Bug.add_attachment", "Bug.attachments", "Bug.comments", "Bug.get", "Bug.update_attachment"),
    *("Bugzilla.extensions", "Bugzilla.parameters", "Bugzilla.time", "Bugzilla.timezone", "Bugzilla.version"),
    *("User.get", "User.login", "User.logout", "User.valid_login"),
}
"""The methods of which a call in this set of recordings succeeds."""


def differences(of_bugzilla: Any, kind: Type, where: str = "result") -> Iterator[str]:
    """Yield where a declared type is not that of the table. There may be members that the table does not have."""
    match of_bugzilla:
        case [items] if kind.name == "array":
            yield from differences(items, kind.items, f"{where}[]")
        case {"*": items} if kind.name == "map":
            yield from differences(items, kind.items, f"{where}.*")
        case dict() if kind.name == "struct":
            declared = {field.name: field.type for field in kind.fields}
            for name, each in of_bugzilla.items():
                yield from differences(each, declared.get(name, Type("absent")), f"{where}.{name}")
        case _ if of_bugzilla != kind.name:
            yield f"{where} is {kind.name}, not {of_bugzilla}"


@pytest.mark.parametrize("name", OF_BUGZILLA)
def test_results_have_the_types_of_bugzilla(name: str) -> None:
    method = METHODS.get(name)
    assert method
    assert list(differences(OF_BUGZILLA[name], method.result)) == []


@pytest.mark.parametrize(
    ("of_bugzilla", "kind", "found"),
    [
        ("int", INT, 0),
        ("int", STRING, 1),
        (["int"], array(INT), 0),
        (["int"], array(STRING), 1),
        (["int"], INT, 1),
        ({"*": "int"}, mapping(INT), 0),
        ({"*": "int"}, mapping(STRING), 1),
        ({"*": "int"}, ROW, 1),
        ({"id": "int"}, ROW, 0),
        ({"id": "string"}, ROW, 1),
        ({"id": "int", "other": "int"}, ROW, 1),
        ({"id": "int"}, mapping(INT), 1),
    ],
)
def test_another_type_than_that_of_bugzilla_is_found(of_bugzilla: Any, kind: Type, found: int) -> None:
    assert len(list(differences(of_bugzilla, kind))) == found
