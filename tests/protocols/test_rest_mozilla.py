"""bugzilla.mozilla.org's answer to a new attachment, for those who speak its dialect."""

import base64
import json
import urllib.request
from typing import Any

import pytest
from running import Gateway, account

EDITOR = account("editor")
CONTENT = bytes(range(256)) * 300


def add(gateway: Gateway, query: str = "", headers: dict[str, str] | None = None) -> dict[str, Any]:
    attachment = {"data": base64.b64encode(CONTENT).decode(), "file_name": "a.bin", "summary": "a summary"}
    request = urllib.request.Request(  # the gateway's own address, here and below
        f"{gateway.url}rest/bug/2/attachment{query}",
        json.dumps({**attachment, "content_type": "application/octet-stream"}).encode(),
        {"Content-Type": "application/json", **(headers or {})},
    )
    with urllib.request.urlopen(request) as response:
        assert response.status == 201
        answer: dict[str, Any] = json.load(response)
    return answer


def token(gateway: Gateway) -> str:
    query = f"login={EDITOR.login}&password={EDITOR.password}"
    with urllib.request.urlopen(f"{gateway.url}rest/login?{query}") as response:
        return str(json.load(response)["token"])


def test_a_key_in_its_header_gets_the_attachment_too(module_gateway: Gateway) -> None:
    answer = add(module_gateway, headers={"X-Bugzilla-API-Key": EDITOR.api_key})
    (number,) = answer["ids"]
    attachment = answer["attachments"][str(number)]
    assert base64.b64decode(attachment["data"]) == CONTENT
    assert attachment["id"] == number
    assert attachment["bug_id"] == 2
    assert attachment["summary"] == attachment["description"] == "a summary"
    assert attachment["creator"] == attachment["attacher"] == EDITOR.login
    detail = {"id": EDITOR.id, "name": EDITOR.login, "email": EDITOR.login, "real_name": "Ed Editor"}
    assert attachment["creator_detail"] == detail


def test_so_does_a_token_in_its_header(module_gateway: Gateway) -> None:
    answer = add(module_gateway, headers={"X-Bugzilla-Token": token(module_gateway)})
    assert list(answer["attachments"]) == [str(answer["ids"][0])]


@pytest.mark.parametrize(
    ("query", "members"),
    [
        ("include_fields=id", {"id"}),
        ("include_fields=id,attacher", {"id", "attacher"}),
        ("include_fields=description", {"description"}),
        ("include_fields=creator_detail,size", {"creator_detail", "size"}),
        ("include_fields=id,data,summary&exclude_fields=data", {"id", "summary"}),
    ],
)
def test_the_members_that_are_asked_for(module_gateway: Gateway, query: str, members: set[str]) -> None:
    answer = add(module_gateway, f"?{query}", {"X-Bugzilla-API-Key": EDITOR.api_key})
    (attachment,) = answer["attachments"].values()
    assert attachment.keys() == members


def test_all_but_the_content(module_gateway: Gateway) -> None:
    key = {"X-Bugzilla-API-Key": EDITOR.api_key}
    (whole,) = add(module_gateway, "", key)["attachments"].values()
    (others,) = add(module_gateway, "?exclude_fields=data", key)["attachments"].values()
    assert whole.keys() - others.keys() == {"data"}


@pytest.mark.parametrize("name", ["api_key", "Bugzilla_api_key"])
def test_everybody_else_gets_the_numbers_only(module_gateway: Gateway, name: str) -> None:
    assert add(module_gateway, query=f"?{name}={EDITOR.api_key}").keys() == {"ids"}
