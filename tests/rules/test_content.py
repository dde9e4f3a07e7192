"""The bytes of an attachment: in which forms they come, and that they come back through every protocol."""

import base64
import json
import xmlrpc.client
from typing import Any

import pytest
from calling import Caller
from running import account
from wire import PROTOCOLS, Request, jsonrpc

NEW = {"ids": [2], "file_name": "a.bin", "summary": "a", "content_type": "application/octet-stream"}
ALL_BYTES = bytes(range(256))
LIMIT = 1024 * 1024
"""Bytes: the test site's maxattachmentsize."""


@pytest.mark.parametrize(
    "content",
    [b"x", b"\0", b"\r\n\n\r", ALL_BYTES, ALL_BYTES * 300, (ALL_BYTES * 4097)[:LIMIT]],
    ids=["one", "nul", "line ends", "all values", "75 KiB", "as large as can be"],
)
def test_bytes_come_back_equal(caller: Caller, content: bytes) -> None:
    for answer in caller.everywhere("Bug.add_attachment", {**NEW, "data": content}, "editor"):
        number = answer.result["ids"][0]
        shown = caller.agreed("Bug.attachments", {"attachment_ids": [number]}).result["attachments"][str(number)]
        assert shown["data"] == content
        assert shown["size"] == len(content)


@pytest.mark.parametrize(
    ("size", "code"),
    [(LIMIT - 1, 0), (LIMIT, 0), (LIMIT + 1, 600), (0, 606)],
)
def test_size(caller: Caller, size: int, code: int) -> None:
    for answer in caller.everywhere("Bug.add_attachment", {**NEW, "data": b"a" * size}, "editor"):
        assert answer.code == code, answer


def stored(caller: Caller, request: Request) -> Any:
    """The bytes that a request stored, or the code of its error."""
    _, _, body = caller.send(request)
    if request.path == "/xmlrpc.cgi":
        try:
            (result,), _ = xmlrpc.client.loads(body)
        except xmlrpc.client.Fault as fault:
            return fault.faultCode
    else:
        answer = json.loads(body)
        error = answer if "code" in answer else answer.get("error")
        if error:
            return error["code"]
        result = answer.get("result", answer)
    return caller.attachment(result["ids"][0])["data"]


@pytest.mark.parametrize(
    ("written", "content"),
    [
        ("<base64>aGVsbG8=</base64>", b"hello"),
        ("<base64>\n aGVs\r\nbG8=\t</base64>", b"hello"),
        ("<base64>aGVs&#10;bG8=</base64>", b"hello"),
        ("<base64>aGVsbG8</base64>", b"hello"),
        ("<base64></base64>", 606),
        ("<base64/>", 606),
        ("<base64>aGVs!bG8=</base64>", -32600),
        ("<base64>aGVsbG8_</base64>", -32600),
        ("<base64>aG=Vsb</base64>", -32600),
        ("<string>hello</string>", b"hello"),
        ("hello", b"hello"),
        ("<string>aGVsbG8=</string>", b"aGVsbG8="),  # a string is its own bytes
        ("<string>é</string>", b"\xe9"),
        ("<string>€</string>", 53),
        ("<string></string>", 606),
        ("<int>5</int>", b"5"),
        ("<boolean>1</boolean>", b"1"),
        ("<nil/>", 50),
        ("<array><data/></array>", 53),
        ("<struct/>", 53),
    ],
)
def test_content_in_xmlrpc(caller: Caller, written: str, content: Any) -> None:
    params = xmlrpc.client.dumps(({**NEW, "Bugzilla_api_key": account("editor").api_key, "data": "DATA"},), "M")
    body = params.replace("<string>DATA</string>", written).replace("<methodName>M", "<methodName>Bug.add_attachment")
    assert stored(caller, Request("POST", "/xmlrpc.cgi", body.encode(), {"Content-Type": "text/xml"})) == content


@pytest.mark.parametrize(
    ("written", "content"),
    [
        ("aGVsbG8=", b"hello"),
        ("aGVs\nbG8=\r\n", b"hello"),
        ("aGVsbG8", b"hello"),
        ("", 606),
        (" \n", 606),
        ("aGVs!bG8=", 53),
        ("aGVsbG8_", 53),
        ("aG=Vsb", 53),
        ("héllo", 53),
        (1234, base64.b64decode("1234")),
        (False, 606),
        (None, 50),
        (["aGVsbG8="], 53),
        ({"a": "aGVsbG8="}, 53),
    ],
)
@pytest.mark.parametrize("protocol", ["jsonrpc", "rest"])
def test_content_in_json(caller: Caller, protocol: str, written: Any, content: Any) -> None:
    params = {**NEW, "Bugzilla_api_key": account("editor").api_key, "data": written}
    if protocol == "jsonrpc":
        request = jsonrpc({"jsonrpc": "2.0", "method": "Bug.add_attachment", "params": params, "id": 1})
    else:
        document = json.dumps(params).encode()
        request = Request("POST", "/rest/bug/2/attachment", document, {"Content-Type": "application/json"})
    assert stored(caller, request) == content


def test_deleted_content(caller: Caller) -> None:
    """It is absent from XML-RPC and null in JSON; so is its size, which is 0 where the data is not asked for."""
    for protocol in PROTOCOLS:
        answer = caller.through(protocol, "Bug.attachments", {"attachment_ids": [6]})
        assert answer
        assert not {"data", "size"} & answer.result["attachments"]["6"].keys()
    document = caller.get_json("/rest/bug/attachment/6")[2]["attachments"]["6"]
    assert (document["data"], document["size"]) == (None, None)
    answer = caller.agreed("Bug.attachments", {"attachment_ids": [6], "exclude_fields": ["data"]})
    assert answer.result["attachments"]["6"]["size"] == 0
