import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from gateway.model import Attachment, Bug
from gateway.store.interface import Store
from gateway.store.sqlite import open_store

ALL_BYTES = bytes(range(256)) * 1500
"""More than one piece of content, and not a multiple of three bytes in any piece."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path / "site.db", create=True)
    yield opened
    await opened.close()


@pytest.fixture
async def another_store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path / "another.db", create=True)
    yield opened
    await opened.close()


@pytest.fixture
def site() -> dict[str, Any]:
    """A site file with something in every place that there is, as a dump writes it."""
    first, second = "2026-11-01T10:20:30Z", "2026-11-02T00:00:00Z"
    return {
        "format": 3,
        "version": "5.2+",
        "extensions": {"QA": {"version": "1.0"}},
        "params": {"insidergroup": "insiders", "maintainer": "ann@example.com"},
        "groups": [
            {"id": 1, "name": "editbugs", "description": "", "isbuggroup": False, "userregexp": "", "is_active": True},
            {
                "id": 3,
                "name": "insiders",
                "description": "Few.",
                "isbuggroup": True,
                "userregexp": "@example\\.com$",
                "is_active": False,
            },
        ],
        "group_grants": [{"group": "editbugs", "member": "insiders", "kind": "bless"}],
        "users": [
            {
                "id": 2,
                "login": "ann@example.com",
                "real_name": "Ann Ünïcödé 世界",
                "password_hash": "salt,QGxtzOVmWneUNPWWEC6Tc3n7Y3fP4va4m6BWZzls37Q{SHA-256}",
                "disabled_text": "",
                "email_enabled": True,
                "groups": ["editbugs"],
                "groups_by_expression": ["insiders"],
                "extern_id": "ann",
                "blesses": ["insiders"],
                "api_keys": [
                    {
                        "id": 4,
                        "key_hash": "ab" * 32,
                        "description": "builds",
                        "revoked": False,
                        "last_used": first,
                        "expires": second,
                    },
                    {
                        "id": 7,
                        "key_hash": "cd" * 32,
                        "description": "",
                        "revoked": True,
                        "last_used": None,
                        "expires": None,
                    },
                ],
            },
            {
                "id": 5,
                "login": "Bob@Example.com",
                "real_name": "",
                "password_hash": None,
                "disabled_text": "Gone.",
                "email_enabled": False,
                "groups": [],
                "groups_by_expression": [],
                "extern_id": "",
                "blesses": [],
                "api_keys": [],
            },
        ],
        "classifications": [
            {"id": 1, "name": "Unclassified", "description": "Not assigned to any classification", "sort_key": 0},
            {"id": 4, "name": "Things", "description": "All of them.", "sort_key": 7},
        ],
        "products": [
            {
                "id": 2,
                "name": "Core: Engine",
                "description": "A name with a colon.",
                "isactive": True,
                "versions": [{"id": 3, "name": "1.0", "is_active": False}, {"id": 5, "name": "2.0", "is_active": True}],
                "milestones": [
                    {"id": 2, "name": "---", "sort_key": 0, "is_active": True},
                    {"id": 9, "name": "M1", "sort_key": 8, "is_active": False},
                ],
                "classification": "Things",
                "default_milestone": "M1",
                "allows_unconfirmed": False,
            },
            {
                "id": 3,
                "name": "Old",
                "description": "",
                "isactive": False,
                "versions": [],
                "milestones": [],
                "classification": "Unclassified",
                "default_milestone": "---",
                "allows_unconfirmed": True,
            },
        ],
        "components": [
            {
                "id": 1,
                "product": "Core: Engine",
                "name": "a:b",
                "description": "x",
                "default_assignee": "",
                "default_qa_contact": "Bob@Example.com",
                "default_cc": ["ann@example.com", "Bob@Example.com"],
                "is_active": False,
            },
            {
                "id": 6,
                "product": "Old",
                "name": "c",
                "description": "",
                "default_assignee": "ann@example.com",
                "default_qa_contact": "",
                "default_cc": [],
                "is_active": True,
            },
        ],
        "group_controls": [
            {
                "product": "Old",
                "group_name": "insiders",
                "entry": True,
                "canedit": True,
                "membercontrol": 3,
                "othercontrol": 1,
                "edit_components": True,
                "edit_bugs": False,
                "can_confirm": True,
            }
        ],
        "flag_types": [
            _flag_type(1, "review", sortkey=20, inclusions=["__Any__:__Any__"], exclusions=["Old:c"]),
            _flag_type(4, "blocks", target_type="bug", sortkey=10, inclusions=["Core: Engine:a:b"], is_active=False),
            _flag_type(5, "ship", grant_group="insiders", request_group="editbugs", inclusions=["Old:__Any__"]),
        ],
        "bug_fields": [_field(1, "bug_id", 0), _field(60, "cf_area", 4), _field(61, "cf_many", 3)],
        "field_values": [
            {
                "id": 8,
                "field": "cf_many",
                "name": "one",
                "sort_key": 5,
                "is_active": False,
                "is_open": True,
                "controlling_value": "PC",
            }
        ],
        "status_transitions": [
            {"old_status": None, "new_status": "NEW", "comment_required": False},
            {"old_status": "NEW", "new_status": "DONE", "comment_required": True},
        ],
        "keywords": [{"id": 4, "name": "crash", "description": "It crashes.", "is_active": False}],
        "bugs": [
            _bug(
                3,
                creation_time=first,
                last_change_time=second,
                aliases=["drei", "three"],
                duplicate_of=10,
                keywords=["crash"],
                depends_on=[10],
                see_also=["https://example.com/2", "https://example.com/1"],
                custom={"cf_area": ["a text"], "cf_many": ["two", "one"]},
                estimated_time="12.50",
                remaining_time="0.25",
                is_confirmed=False,
            ),
            {
                **_bug(10, creation_time=second, last_change_time=second, groups=["insiders"]),
                "product": "Old",
                "component": "c",
                **_texts(Bug, "of another bug"),
                "deadline": "2027-01-31",
                "qa_contact": "Bob@Example.com",
                "cc": ["ann@example.com", "Bob@Example.com"],
                "reporter_accessible": False,
                "cclist_accessible": True,
            },
        ],
        "attachments": [
            _attachment(2, 3, b"a patch", creation_time=first, last_change_time=second, is_patch=True),
            _attachment(9, 3, b"", creation_time=first, last_change_time=second, is_obsolete=True),
            _attachment(5, 10, ALL_BYTES, creation_time=second, last_change_time=second, is_private=True),
            _attachment(6, 10, None, creation_time=second, last_change_time=second),
        ],
        "comments": [
            _comment(4, 3, "The first.", creation_time=first),
            _comment(5, 3, "", creation_time=first, type="attachment_created", attachment_id=2),
            _comment(
                2, 10, "A \u0001 control, a \t tab and 🜁.", creation_time=second, is_private=True, work_time="1.50"
            ),
            _comment(6, 10, "", creation_time=second, type="has_duplicate", related_bug=3, tags=["me-too", "Spam"]),
        ],
        "flags": [
            _flag(3, 4, "blocks", bug_id=3, attach_id=None, status="-", requestee=None),
            _flag(1, 1, "review", bug_id=3, attach_id=2, status="?", requestee="Bob@Example.com"),
            _flag(2, 1, "review", bug_id=3, attach_id=2, status="+", requestee=None),
        ],
        "changes": [
            {
                "id": 8,
                "user": "ann@example.com",
                "bug_id": 3,
                "attachment_id": 2,
                "field": "attachments.isobsolete",
                "removed": "1",
                "added": "0",
                "when": second,
                "comment_id": 5,
            },
            {
                "id": 1,
                "user": "Bob@Example.com",
                "bug_id": 10,
                "attachment_id": None,
                "field": "cc",
                "removed": "",
                "added": "ann@example.com",
                "when": second,
                "comment_id": None,
            },
        ],
        "saved_searches": [{"id": 3, "user": "ann@example.com", "name": "mine", "query": "a=b", "is_report": True}],
        "bug_tags": [
            {"user": "ann@example.com", "bug_id": 3, "name": "later"},
            {"user": "ann@example.com", "bug_id": 3, "name": "todo"},
        ],
        "bug_visits": [{"user": "Bob@Example.com", "bug_id": 10, "when": second}],
        "audit_log": [
            {
                "id": 2,
                "user": None,
                "actor": "root",
                "class_name": "Bugzilla::Product",
                "object_id": 3,
                "field": "__create__",
                "removed": "",
                "added": "Old",
                "when": first,
            }
        ],
    }


def _more_of_group(expression: str, is_active: bool) -> dict[str, Any]:
    return {"userregexp": expression, "is_active": is_active}


def _texts(struct: type[Struct], suffix: str = "") -> dict[str, str]:
    """The texts that may be left out: as they are by default, or each with a value of its own."""
    optional = [each for each in fields(struct) if each.type is str and each.default is not NODEFAULT]
    return {each.name: f"{each.name} {suffix}" if suffix else each.default for each in optional}


def _flag_type(type_id: int, name: str, **more: object) -> dict[str, Any]:
    return {
        "id": type_id,
        "name": name,
        "description": f"It is {name}.",
        "target_type": "attachment",
        "sortkey": 0,
        "is_active": True,
        "is_requestable": type_id != 4,
        "is_requesteeble": type_id != 4,
        "is_multiplicable": type_id != 5,
        "grant_group": None,
        "request_group": None,
        "exclusions": [],
        "cc_list": f"{name}@example.com",
        **more,
    }


def _field(field_id: int, name: str, field_type: int) -> dict[str, Any]:
    return {
        "id": field_id,
        "name": name,
        "description": f"The {name}",
        "type": field_type,
        "sort_key": field_id * 10,
        "is_custom": field_id > 1,
        "is_mandatory": field_id == 1,
        "is_on_bug_entry": True,
        "is_obsolete": False,
        "is_in_lists": True,
        "is_numeric": field_id == 1,
        "long_description": "More.",
        "reverse_description": None,
        "visibility_field": "cf_area" if field_id == 61 else None,
        "visibility_values": ["x", "y"] if field_id == 61 else [],
        "value_field": None,
    }


def _bug(bug_id: int, **more: object) -> dict[str, Any]:
    return {
        "id": bug_id,
        "product": "Core: Engine",
        "component": "a:b",
        "summary": f"Bug {bug_id}",
        "reporter": "Bob@Example.com",
        "assigned_to": "ann@example.com",
        **_texts(Bug),
        "qa_contact": None,
        "cc": [],
        "aliases": [],
        "groups": [],
        "reporter_accessible": True,
        "cclist_accessible": False,
        "is_confirmed": True,
        "duplicate_of": None,
        "estimated_time": "0.00",
        "remaining_time": "0.00",
        "keywords": [],
        "depends_on": [],
        "see_also": [],
        "custom": {},
        **more,
    }


def _attachment(attachment_id: int, bug_id: int, data: bytes | None, **more: object) -> dict[str, Any]:
    return {
        "id": attachment_id,
        "bug_id": bug_id,
        "file_name": f"f{attachment_id}",
        "summary": f"Attachment {attachment_id}",
        "content_type": "text/plain",
        **_texts(Attachment, f"of {attachment_id}"),
        "creator": "ann@example.com",
        "is_patch": False,
        "is_private": False,
        "is_obsolete": False,
        "size": None if data is None else len(data),
        "data_b64": None if data is None else base64.b64encode(data).decode(),
        **more,
    }


def _comment(comment_id: int, bug_id: int, text: str, **more: object) -> dict[str, Any]:
    return {
        "id": comment_id,
        "bug_id": bug_id,
        "creator": "ann@example.com",
        "text": text,
        "type": "normal",
        "attachment_id": None,
        "is_private": False,
        "work_time": "0.00",
        "related_bug": None,
        "tags": [],
        **more,
    }


def _flag(flag_id: int, type_id: int, name: str, **more: object) -> dict[str, Any]:
    return {
        "id": flag_id,
        "type_id": type_id,
        "name": name,
        "setter": "ann@example.com",
        "creation_date": "2026-11-01T10:20:30Z",
        "modification_date": "2026-11-02T00:00:00Z",
        **more,
    }
