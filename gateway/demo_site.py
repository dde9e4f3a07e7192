"""A small site to try the gateway on: three users, a product, a public and a restricted bug, and a few attachments.

Its passwords and its API key are known to everybody, so it is not for real use.
"""

import base64
from typing import Any

from gateway.sitefile.blank import BLANK

LOGIN = "demo@example.com"
PASSWORD = "demo-password"  # noqa: S105 (it is printed)
API_KEY = "DemoKeyDemoKeyDemoKeyDemoKeyDemoKeyDemoK"
PUBLIC_BUG = 1

_ADMIN = "admin@example.com"
_GUEST = "guest@example.com"
_WHEN = "2026-11-01T10:20:30Z"

_PATCH = b"""--- a/engine.c
+++ b/engine.c
@@ -1,3 +1,3 @@
 int speed(void) {
-    return 0;
+    return 88;
 }
"""
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def site() -> dict[str, Any]:
    """Return the site in the form of a site file."""
    return {
        "params": {**BLANK["params"], "maintainer": _ADMIN},
        "groups": [*BLANK["groups"], {"name": "security", "description": "Sees vulnerabilities.", "isbuggroup": True}],
        "users": [
            _user(_ADMIN, "Ada Admin", ["admin", "editusers", "editbugs", "canconfirm", "insiders", "security"]),
            {
                **_user(LOGIN, "Dana Developer", ["editbugs", "canconfirm", "insiders", "security"]),
                "api_keys": [{"api_key": API_KEY, "description": "for trying things out"}],
            },
            _user(_GUEST, "Gil Guest", []),
        ],
        "products": [{"name": "Widgets", "description": "All of our widgets."}],
        "components": [
            {"product": "Widgets", "name": "Engine", "default_assignee": LOGIN},
            {"product": "Widgets", "name": "Manual", "default_assignee": LOGIN},
        ],
        "group_controls": [{"product": "Widgets", "group_name": "security", "membercontrol": 1, "othercontrol": 1}],
        "flag_types": [
            {"id": 1, "name": "review", "description": "Please look at this.", "sortkey": 1},
            {"id": 2, "name": "approval", "description": "May go in.", "grant_group": "editbugs", "sortkey": 2},
        ],
        "bugs": [
            _bug(PUBLIC_BUG, "Engine", "The engine rattles", aliases=["rattle"], cc=[_GUEST]),
            _bug(2, "Manual", "The manual names the master password", groups=["security"]),
        ],
        "attachments": [
            _attachment(1, 1, "rattle.txt", "What it sounds like", "text/plain", b"rattle rattle rattle\n", _GUEST),
            _attachment(2, 1, "faster.patch", "Makes it faster", "text/plain", _PATCH, is_patch=True),
            _attachment(3, 1, "engine.png", "A very small picture", "image/png", _PIXEL),
            _attachment(4, 1, "customers.txt", "Who complained", "text/plain", b"Everybody.\n", is_private=True),
            _attachment(5, 2, "page-7.txt", "The page", "text/plain", b"The password is swordfish.\n"),
        ],
        "comments": [
            _comment(1, _GUEST, "It rattles. See what is attached."),
            *(_comment(1, creator, "", attachment) for attachment, creator in ((1, _GUEST), (2, LOGIN), (3, LOGIN))),
            {**_comment(1, LOGIN, "", 4), "is_private": True},
            _comment(2, LOGIN, "Page 7 has to go."),
            _comment(2, LOGIN, "", 5),
        ],
        "flags": [
            {
                "type_id": 1,
                "name": "review",
                "status": "?",
                "bug_id": 1,
                "attach_id": 2,
                "setter": LOGIN,
                "requestee": _ADMIN,
                "creation_date": _WHEN,
                "modification_date": _WHEN,
            }
        ],
    }


def _user(login: str, name: str, groups: list[str]) -> dict[str, Any]:
    return {"login": login, "real_name": name, "password": PASSWORD, "groups": groups}


def _bug(bug_id: int, component: str, summary: str, **more: object) -> dict[str, Any]:
    return {
        "id": bug_id,
        "product": "Widgets",
        "component": component,
        "summary": summary,
        "reporter": LOGIN if bug_id != PUBLIC_BUG else _GUEST,
        "assigned_to": LOGIN,
        "creation_time": _WHEN,
        "last_change_time": _WHEN,
        **more,
    }


def _attachment(
    attachment_id: int,
    bug_id: int,
    file_name: str,
    summary: str,
    content_type: str,
    data: bytes,
    creator: str = LOGIN,
    **more: bool,
) -> dict[str, Any]:
    return {
        "id": attachment_id,
        "bug_id": bug_id,
        "file_name": file_name,
        "summary": summary,
        "content_type": content_type,
        "creator": creator,
        "creation_time": _WHEN,
        "last_change_time": _WHEN,
        "data_b64": base64.b64encode(data).decode(),
        **more,
    }


def _comment(bug_id: int, creator: str, text: str, attachment_id: int | None = None) -> dict[str, Any]:
    return {
        "bug_id": bug_id,
        "creator": creator,
        "creation_time": _WHEN,
        "text": text,
        "type": "normal" if attachment_id is None else "attachment_created",
        "attachment_id": attachment_id,
    }
