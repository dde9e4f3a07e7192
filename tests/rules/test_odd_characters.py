"""Characters that XML 1.0 cannot carry, wherever they get in, never make an answer ill-formed, in any protocol.

A reader of XML sees U+FFFD in their place, a reader of JSON sees them as they are. Halves of surrogate pairs, which
UTF-8 cannot carry either, do not get in.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from calling import Answer, Caller
from lxml import etree
from running import account, load, running, site
from wire import Request

KEY = account("editor").api_key
NEW = {"data": "eA==", "file_name": "a.txt", "content_type": "text/plain", "api_key": KEY}
JSON = {"Content-Type": "application/json"}


def as_xml_shows(text: str) -> str:
    """The text as a reader of XML sees it (section 2.2 of XML 1.0)."""
    return "".join(each if each in "\t\n\r" or _is_char(ord(each)) else "\ufffd" for each in text)


def _is_char(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code > 0xFFFF


def in_jsonrpc(bug: int, text: str) -> Request:
    params = {**NEW, "ids": [bug], "summary": text}
    call = {"jsonrpc": "2.0", "method": "Bug.add_attachment", "params": params, "id": 1}
    return Request("POST", "/jsonrpc.cgi", json.dumps(call).encode(), JSON)


def in_rest(bug: int, text: str) -> Request:
    return Request("POST", f"/rest/bug/{bug}/attachment", json.dumps({**NEW, "summary": text}).encode(), JSON)


def in_a_query_string(bug: int, text: str) -> Request:
    return Request("POST", f"/rest/bug/{bug}/attachment?" + urlencode({**NEW, "summary": text}))


def in_xmlrpc_as_base64(bug: int | str, text: str) -> Request:
    """As some Perl clients send every text that is not ASCII."""
    values = {**NEW, "ids": str(bug), "summary": text}
    members = "".join(
        f"<member><name>{name}</name><value><base64>{base64.b64encode(value.encode()).decode()}</base64></value></member>"
        for name, value in values.items()
    )
    params = f"<params><param><value><struct>{members}</struct></value></param></params>"
    body = f"<methodCall><methodName>Bug.add_attachment</methodName>{params}</methodCall>"
    return Request("POST", "/xmlrpc.cgi", body.encode(), {"Content-Type": "text/xml"})


@pytest.fixture
def bug(caller: Caller) -> int:
    """A new bug."""
    new = {"product": "Widgets", "component": "Core", "summary": "for odd characters", "version": "1"}
    number: int = caller.result("Bug.create", new, "editor")["id"]
    return number


WAYS_IN = (in_jsonrpc, in_rest, in_a_query_string, in_xmlrpc_as_base64)
ODD = [
    "a\x01b",
    "a\x00b",
    "\x0b\x0c\x1b[31m",
    "a\ufffeb\uffff",
    "a\x7f\x85b",
    "]]>\x01<&>\"'",
    "\ud7ff\ue000😀\U0010ffff",
    "\t\r\n|",
]


@pytest.mark.parametrize("way_in", WAYS_IN)
@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_in_a_summary(caller: Caller, bug: int, text: str, way_in: Callable[[int, str], Request]) -> None:
    caller.send(way_in(bug, text))
    for answer in caller.everywhere("Bug.attachments", {"ids": [bug]}):
        (shown,) = answer.result["bugs"][str(bug)]
        assert shown["summary"] == (as_xml_shows(text.strip()) if answer.protocol == "xmlrpc" else text.strip())
        _check_form(answer)
    for answer in caller.everywhere("Bug.comments", {"ids": [bug]}):  # which show the summary, too
        _check_form(answer)


def _check_form(answer: Answer) -> None:
    """What the client's own parser let pass is read by a stricter one."""
    if answer.protocol == "xmlrpc":
        etree.fromstring(answer.body)
    else:
        json.loads(answer.body.decode("utf-8"))


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_in_other_texts(caller: Caller, text: str) -> None:
    new = {"product": "Widgets", "component": "Core", "version": "1", "summary": f"a{text}b", "whiteboard": text}
    bug = caller.result("Bug.create", {**new, "description": text}, "editor")["id"]
    number = caller.attach(bug=bug, file_name=f"a{text}b", comment=text)
    for method in ("Bug.attachments", "Bug.comments", "Bug.get"):
        for answer in caller.everywhere(method, {"ids": [bug]}):
            _check_form(answer)
    status, _, _ = caller.send(Request("GET", f"/attachment.cgi?id={number}"))
    assert status == 200


SPOILED = {
    "real_name",
    "description",
    "summary",
    "text",
    "file_name",
    "url",
    "whiteboard",
    "disabled_text",
    "maintainer",
}


def spoiled(value: Any) -> Any:
    """A part of a site file with odd characters at the end of every text that nothing else refers to."""
    if isinstance(value, list):
        return [spoiled(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: f"{each}\x01\ufffe" if name in SPOILED and each else spoiled(each) for name, each in value.items()}


def test_in_a_site_that_was_loaded(tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text(json.dumps(spoiled(site())), encoding="utf-8")
    load(tmp_path / "gateway.db", tmp_path / "site.json")
    with running(tmp_path / "gateway.db") as gateway:
        caller = Caller(gateway.url)
        for method, params, spoiled_text in (
            ("Bug.attachments", {"ids": [1, 2]}, "fix.patch"),
            ("Bug.comments", {"ids": [1, 2]}, "description of a public bug"),
            ("Bug.get", {"ids": [1, 2]}, "a public bug"),
            ("User.get", {"match": ["*"], "include_disabled": 1}, "Ed Editor"),
            ("Bugzilla.parameters", {}, "admin@example.com"),
        ):
            for answer in caller.everywhere(method, params, "admin"):
                _check_form(answer)
                mark = "\ufffd\ufffd" if answer.protocol == "xmlrpc" else "\\u0001\ufffe"
                assert f"{spoiled_text}{mark}".encode() in answer.body


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_in_the_message_of_an_error(caller: Caller, text: str) -> None:
    for method, params in (
        ("Bug.attachments", {"attachment_ids": [text]}),
        ("Bug.get", {"ids": ["no-such-" + text]}),
        ("Bug.get", {"ids": ["no-such-" + text], "permissive": 1}),
        ("User.get", {"names": [text]}),
    ):
        for protocol in ("jsonrpc-2.0", "rest"):
            answer = caller.through(protocol, method, params)
            assert answer
            _check_form(answer)
    _, _, fault = caller.send(in_xmlrpc_as_base64(f"no-such-{text}", ""))
    etree.fromstring(fault)


@pytest.mark.parametrize(
    ("request_of", "code"),
    [
        (lambda escaped: (f'{{"ids":[2],"summary":"{escaped}"}}', "/rest/bug/2/attachment"), 32000),
        (lambda escaped: (f'{{"jsonrpc":"2.0","method":"{escaped}","id":1}}', "/jsonrpc.cgi"), -32700),
        (lambda escaped: (f'{{"jsonrpc":"2.0","method":"a","id":"{escaped}"}}', "/jsonrpc.cgi"), -32700),
    ],
)
@pytest.mark.parametrize("escaped", ["\\ud800", "a\\udfffb", "\\ud800\\ud800", "\\udc00\\ud800"])
def test_halves_of_surrogate_pairs(caller: Caller, escaped: str, request_of: Any, code: int) -> None:
    body, path = request_of(escaped)
    _, _, answer = caller.send(Request("POST", path, body.encode(), JSON))
    document = json.loads(answer.decode("utf-8"))
    assert (document["code"] if "code" in document else document["error"]["code"]) == code


@pytest.mark.parametrize("path", ["/rest/bug/%ED%A0%80", "/rest/bug/%FF", "/rest/user?names=%ED%A0%80", "/rest/%00"])
def test_what_is_no_utf_8_in_an_address(caller: Caller, path: str) -> None:
    status, _, document = caller.get_json(path)
    assert (status, document["error"]) in ((400, True), (404, True))
