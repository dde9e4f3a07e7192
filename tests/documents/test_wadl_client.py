"""Every REST call of the three methods, made from /application.wadl alone."""

import base64
import urllib.request

import pytest
from running import Gateway, account
from wadl_reader import WadlClient

KEY = account("editor").api_key
CONTENT = bytes(range(256)) * 10


@pytest.fixture(scope="module")
def client(module_gateway: Gateway) -> WadlClient:
    with urllib.request.urlopen(f"{module_gateway.url}application.wadl") as response:
        return WadlClient(response.read())


def test_the_three_methods_have_their_five_resources(client: WadlClient) -> None:
    names = sorted(each for each in client.ids if "attachment" in each)
    assert names == [
        "Bug.add_attachment",
        "Bug.attachments_by_attachment_ids",
        "Bug.attachments_by_ids",
        "Bug.update_attachment",
        "Issue.add_attachment",
        "attachment",
    ]


def test_attachments_are_added_listed_and_updated(client: WadlClient) -> None:
    added = client.call(
        "Bug.add_attachment",
        ids="5",
        data=base64.b64encode(CONTENT).decode(),
        file_name="a.bin",
        summary="made from WADL",
        content_type="application/x-thing",
        is_private=False,
        flags=[{"name": "review", "status": "?"}],
        X_Bugzilla_API_Key=KEY,
    )
    assert added.status == 201
    [number] = added.body["ids"]

    single = client.call("Bug.attachments_by_attachment_ids", attachment_ids=number, exclude_fields=["flags"])
    attachment = single.body["attachments"][str(number)]
    assert base64.b64decode(attachment["data"]) == CONTENT
    assert "flags" not in attachment

    listed = client.call("Bug.attachments_by_ids", ids=5, include_fields=["id", "summary"])
    assert {"id": number, "summary": "made from WADL"} in listed.body["bugs"]["5"]

    updated = client.call("Bug.update_attachment", attachment_ids=number, summary="changed", X_Bugzilla_API_Key=KEY)
    assert updated.body["attachments"][0]["changes"] == {"summary": {"removed": "made from WADL", "added": "changed"}}


REFUSED = [
    ("Bug.attachments_by_ids", {"ids": 999}, 404, 101),
    ("Bug.attachments_by_ids", {"ids": 3}, 401, 102),
    ("Bug.attachments_by_attachment_ids", {"attachment_ids": "x"}, 400, 52),
    ("Bug.add_attachment", {"ids": 5, "data": "", "file_name": "a", "summary": "s"}, 401, 410),
    ("Bug.update_attachment", {"attachment_ids": 999, "X_Bugzilla_API_Key": KEY}, 400, 32000),
]


@pytest.mark.parametrize(("method", "values", "status", "code"), REFUSED)
def test_what_fails_is_described_too(
    client: WadlClient, method: str, values: dict[str, object], status: int, code: int
) -> None:
    answer = client.call(method, **values)
    assert (answer.status, answer.body["code"]) == (status, code)
