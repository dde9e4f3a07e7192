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
        "format": 2,
        "version": "5.2+",
        "extensions": {"QA": {"version": "1.0"}},
        "params": {"insidergroup": "insiders", "maintainer": "ann@example.com"},
        "groups": [
            {"id": 1, "name": "editbugs", "description": "", "isbuggroup": False, "userregexp": ""},
            {"id": 3, "name": "insiders", "description": "Few.", "isbuggroup": True, "userregexp": "@example\\.com$"},
        ],
        "users": [
            {
                "id": 2,
                "login": "ann@example.com",
                "real_name": "Ann Ünïcödé 世界",
                "password_hash": "salt,QGxtzOVmWneUNPWWEC6Tc3n7Y3fP4va4m6BWZzls37Q{SHA-256}",
                "disabled_text": "",
                "email_enabled": True,
                "groups": ["editbugs", "insiders"],
                "api_keys": [
                    {"id": 4, "key_hash": "ab" * 32, "description": "builds", "revoked": False},
                    {"id": 7, "key_hash": "cd" * 32, "description": "", "revoked": True},
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
                "api_keys": [],
            },
        ],
        "products": [
            {
                "id": 2,
                "name": "Core: Engine",
                "description": "A name with a colon.",
                "isactive": True,
                "versions": ["1.0", "2.0"],
                "milestones": ["---", "M1"],
            },
            {"id": 3, "name": "Old", "description": "", "isactive": False, "versions": [], "milestones": []},
        ],
        "components": [
            {"id": 1, "product": "Core: Engine", "name": "a:b", "description": "x", "default_assignee": ""},
            {"id": 6, "product": "Old", "name": "c", "description": "", "default_assignee": "ann@example.com"},
        ],
        "group_controls": [
            {
                "product": "Old",
                "group_name": "insiders",
                "entry": True,
                "canedit": True,
                "membercontrol": 3,
                "othercontrol": 1,
            }
        ],
        "flag_types": [
            _flag_type(1, "review", sortkey=20, inclusions=["__Any__:__Any__"], exclusions=["Old:c"]),
            _flag_type(4, "blocks", target_type="bug", sortkey=10, inclusions=["Core: Engine:a:b"], is_active=False),
            _flag_type(5, "ship", grant_group="insiders", request_group="editbugs", inclusions=["Old:__Any__"]),
        ],
        "bugs": [
            _bug(3, creation_time=first, last_change_time=second, aliases=["drei", "three"]),
            {
                **_bug(10, creation_time=second, last_change_time=second, groups=["insiders"]),
                "product": "Old",
                "component": "c",
                **_texts(Bug, "of another bug"),
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
            _comment(2, 10, "A \u0001 control, a \t tab and 🜁.", creation_time=second, is_private=True),
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
            },
        ],
    }


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
        **more,
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
