"""A site with something of everything that REST shows, and a server before it that can be busy, or break off."""

import json
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import msgspec
from http_server import http_server
from running import site

from gateway.model import new_bugzilla

SEE_ALSO = "https://bugs.example.org/show_bug.cgi?id=7"
WHEN = "2026-02-03T04:05:06Z"

_CUSTOM = [
    {"id": 101, "name": "cf_text", "description": "Text", "type": 1, "is_custom": True},
    {"id": 102, "name": "cf_choice", "description": "Choice", "type": 2, "is_custom": True},
    {"id": 103, "name": "cf_many", "description": "Many", "type": 3, "is_custom": True},
    {"id": 104, "name": "cf_when", "description": "When", "type": 5, "is_custom": True},
    {"id": 105, "name": "cf_bug", "description": "Bug", "type": 6, "is_custom": True},
    {"id": 106, "name": "cf_day", "description": "Day", "type": 9, "is_custom": True},
]


def rich_site() -> dict[str, Any]:
    """The test site, whose administrator sees everything, with more."""
    made = site()
    admin, first = made["users"][0], made["bugs"][0]
    admin["groups"] += ["insiders", "secret", "editclassifications"]
    made["groups"].append({"id": 20, "name": "editclassifications"})
    made["bug_fields"] = [*_standard_fields(), *_CUSTOM]
    made["field_values"] = [
        {"id": number, "field": field, "name": name, "sort_key": number, "is_active": name != "old"}
        for number, (field, name) in enumerate(
            [("cf_choice", "---"), ("cf_choice", "one"), ("cf_choice", "old"), ("cf_many", "a"), ("cf_many", "b")], 900
        )
    ]
    first |= {
        "keywords": ["crash"],
        "see_also": [SEE_ALSO],
        "estimated_time": "4.00",
        "deadline": "2026-12-24",
        "whiteboard": "[ünï]",
        "custom": {
            "cf_text": ["emoji 😀"],
            "cf_choice": ["one"],
            "cf_many": ["a", "b"],
            "cf_when": ["2026-01-02T03:04:05Z"],
            "cf_bug": ["2"],
            "cf_day": ["2026-02-03"],
        },
    }
    made["bugs"][1] |= {"depends_on": [1], "status": "RESOLVED", "resolution": "DUPLICATE", "duplicate_of": 1}
    login = admin["login"]
    made["comments"] += [
        _comment(901, 2, login, "the same", type="duplicate_of", related_bug=1),
        _comment(902, 1, login, "", type="has_duplicate", related_bug=2),
        _comment(904, 1, login, "worked", work_time="1.50", tags=["spam"]),
        _comment(903, 1, login, "hidden\n\nwith lines ", is_private=True),
        _comment(905, 2, login, "about it", type="attachment_updated", attachment_id=10),
        _comment(906, 2, login, "", type="attachment_created", attachment_id=10),
    ]
    made["changes"] = [
        _change(1, login, 1, "work_time", "", "1.5", when="2026-02-03T04:04:00Z"),
        _change(2, login, 1, "short_desc", "old", "a public bug"),
        _change(3, login, 2, "attachments.isobsolete", "0", "1", attachment_id=10),
        _change(4, login, 2, "bug_status", "CONFIRMED", "RESOLVED"),
        _change(5, login, 2, "cf_text", "", "x"),
    ]
    made["comments"][9]["is_private"] = 0  # about a private attachment
    made["attachments"] += [_attachment(11, 5, bytes(range(256)) * 1200), _attachment(12, 5, b"")]
    return made


def _standard_fields() -> list[dict[str, Any]]:
    return [msgspec.to_builtins(each) for each in new_bugzilla.FIELDS]


def _comment(number: int, bug_id: int, creator: str, text: str, **more: object) -> dict[str, Any]:
    written = f"2026-02-03T04:{number % 60:02}:00Z"
    return {"id": number, "bug_id": bug_id, "creator": creator, "creation_time": written, "text": text, **more}


def _attachment(number: int, bug_id: int, content: bytes) -> dict[str, Any]:
    data = b64encode(content).decode()
    times = {"creation_time": WHEN, "last_change_time": WHEN, "creator": "editor@example.com"}
    name = f"{number}.bin"
    about = {"file_name": name, "summary": name, "content_type": "application/octet-stream", "data_b64": data}
    return {"id": number, "bug_id": bug_id, **about, **times}


def _change(
    number: int, user: str, bug_id: int, field: str, removed: str, added: str, **more: object
) -> dict[str, Any]:
    members = {"user": user, "bug_id": bug_id, "field": field, "removed": removed, "added": added, "when": WHEN}
    return {"id": number, **members, **more}


class Between:
    """A server that passes requests on to a site, unless it is told what else to do."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.paths: list[str] = []
        """The paths of the requests, in their order."""
        self.instead: list[tuple[int, dict[str, str], bytes]] = []
        """Answers for the next requests, with status, headers and body."""
        self.url = ""


@contextmanager
def between(site: str) -> Iterator[Between]:
    """Run a server before the site at a URL until the end of the block."""
    it = Between(site)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Write nothing."""

        def do_GET(self) -> None:
            it.paths.append(self.path)
            status, headers, body = it.instead.pop(0) if it.instead else _passed_on(site, self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    with http_server(Handler) as it.url:
        yield it


def _passed_on(site: str, path: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(f"{site.rstrip('/')}{path}") as answer:
            return answer.status, {"Content-Type": "application/json"}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {"Content-Type": "application/json"}, error.read()


def write_site(made: dict[str, Any], file: Path) -> Path:
    """Write a site file."""
    file.write_text(json.dumps(made), encoding="utf-8")
    return file
