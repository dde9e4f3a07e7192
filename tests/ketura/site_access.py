"""What tests of Ketura's API do with a gateway: upload, and look through the other protocols at what came of it."""

import base64
import http.client
import json
import urllib.request
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from forms import CONTENT_TYPE
from running import Account, Gateway, account


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The type of the body; empty where there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0]


def basic(user: Account, password: str | None = None) -> dict[str, str]:
    """The header that shows a login and a password, by default the right one."""
    pair = f"{user.login}:{user.password if password is None else password}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def call(gateway: Gateway, verb: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Make a request; a body that is an iterator is sent in chunks."""
    parts = urlsplit(gateway.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        connection.request(verb, parts.path + path, body, dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


def post(
    gateway: Gateway, issue: int | str, body: Any, user: Account | None = None, content_type: str = CONTENT_TYPE
) -> Answer:
    """Upload a body to an issue, by default as the editor."""
    headers = {**basic(user or account("editor")), "Content-Type": content_type}
    return call(gateway, "POST", path(issue), body, headers)


def path(issue: int | str) -> str:
    """Where the attachments of an issue are."""
    return f"Ketura/API/Issues/{issue}/Attachments"


def new_bug(gateway: Gateway) -> int:
    """The number of a new bug without attachments."""
    created = xmlrpc.client.ServerProxy(f"{gateway.url}xmlrpc.cgi").Bug.create(
        {
            "Bugzilla_api_key": account("editor").api_key,
            "product": "Widgets",
            "component": "Core",
            "version": "1.0",
            "summary": "for an upload",
        }
    )
    return int(created["id"])  # type: ignore[call-overload, index] # the type of an answer is anything


def attachments(gateway: Gateway, bug: int) -> list[dict[str, Any]]:
    """The attachments of a bug as XML-RPC shows them, with their bytes."""
    answer: Any = xmlrpc.client.ServerProxy(f"{gateway.url}xmlrpc.cgi", use_builtin_types=True).Bug.attachments(
        {"ids": [bug]}
    )
    found: list[dict[str, Any]] = answer["bugs"][str(bug)]
    return found


def only_attachment(gateway: Gateway, bug: int) -> dict[str, Any]:
    """The one attachment of a bug, which must be the same in every protocol."""
    [attachment] = attachments(gateway, bug)
    [by_rest] = get_json(gateway, f"rest/bug/{bug}/attachment")["bugs"][str(bug)]
    query = f'jsonrpc.cgi?method=Bug.attachments&params=[{{"attachment_ids":[{attachment["id"]}]}}]'
    [by_jsonrpc] = get_json(gateway, query)["result"]["attachments"].values()
    assert by_rest == by_jsonrpc
    assert base64.b64decode(by_rest["data"]) == attachment["data"]
    for name in ("id", "file_name", "summary", "content_type", "creator", "size", "is_patch", "is_private"):
        assert by_rest[name] == attachment[name]
    with urllib.request.urlopen(f"{gateway.url}attachment.cgi?id={attachment['id']}") as raw:
        assert raw.read() == attachment["data"]
    return attachment


def get_json(gateway: Gateway, address: str) -> Any:
    """A document below the site."""
    with urllib.request.urlopen(gateway.url + address) as response:
        return json.load(response)
