"""Every code that a call of the three methods and their neighbours can meet, and the HTTP status it has in REST."""

from typing import Any

import pytest
from calling import Caller
from wire import PROTOCOLS

from gateway.methods.declaration import Method

NEW = {"data": b"x", "file_name": "a.txt", "summary": "a", "content_type": "text/plain"}


def add(**changed: Any) -> tuple[str, dict[str, Any]]:
    return "Bug.add_attachment", {"ids": [2], **NEW, **changed}


def update(**changed: Any) -> tuple[str, dict[str, Any]]:
    return "Bug.update_attachment", {"ids": [1], **changed}


def show(*ids: Any, **changed: Any) -> tuple[str, dict[str, Any]]:
    return "Bug.attachments", {**({"ids": list(ids)} if ids else {}), **changed}


def flags(name: str, status: str, requestee: str = "") -> tuple[str, dict[str, Any]]:
    return add(flags=[{"name": name, "status": status, "requestee": requestee}])


@pytest.mark.parametrize(
    ("code", "status", "who", "call"),
    [
        (50, 400, "", ("User.get", {})),
        (51, 404, "editor", flags("no such flag", "+")),
        (52, 400, "", show(attachment_ids=["abc"])),
        (53, 400, "editor", update(no_such_parameter=1)),
        (56, 400, "", ("Bug.comments", {"ids": [1], "new_since": "yesterday"})),
        (58, 400, "editor", add(ids=[2, [1]])),
        (100, 400, "", show("no-such-alias")),
        (101, 404, "", show(99999)),
        (102, 401, "", show(3)),
        (109, 401, "editor", add(ids=[4])),
        (110, 401, "", ("Bug.comments", {"comment_ids": [10]})),
        (111, 400, "", ("Bug.comments", {"comment_ids": [99999]})),
        (113, 401, "editor", add(is_private=1)),
        (114, 400, "editor", add(comment="c" * 65_536)),
        (129, 400, "editor", flags("review", "!")),
        (130, 400, "stranger", flags("approval", "+")),
        (131, 400, "editor", flags("once", "?", "editor@example.com")),
        (133, 400, "editor", flags("twin", "+")),
        (134, 400, "editor", flags("retired", "+")),
        (300, 401, "", show(1, Bugzilla_login="nobody@example.com", Bugzilla_password="x")),
        (301, 401, "disabled", show(1)),
        (304, 401, "", show(attachment_ids=[4])),
        (306, 400, "", show(1, api_key="X" * 40)),
        (410, 401, "", add()),
        (505, 401, "", ("User.get", {"ids": [1]})),
        (600, 400, "editor", add(data=b"x" * (1024 * 1024 + 1))),
        (601, 400, "editor", add(content_type="nonsense")),
        (603, 400, "editor", add(file_name="")),
        (604, 400, "editor", add(summary="")),
        (606, 400, "editor", add(data=b"")),
        (32000, 400, "stranger", update(summary="mine", ids=[2])),
    ],
)
def test_codes(caller: Caller, code: int, status: int, who: str, call: tuple[str, dict[str, Any]]) -> None:
    method, params = call
    answers = list(caller.everywhere(method, params, who))
    assert {each.protocol for each in answers} >= {"xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest"}
    assert {each.code for each in answers} == {code}
    assert {each.status for each in answers if each.protocol == "rest"} == {status}
    assert {each.status for each in answers if each.protocol != "rest"} == {200}
    assert all(each.message for each in answers)


@pytest.mark.parametrize(
    ("name", "legacy"),
    [
        ("Bug.no_such_method", 100302),
        ("Nobody.at_home", 100302),
        ("attachments", 100302),
        ("bug.attachments", 100302),
        ("Bug.Attachments", 100302),
        ("Bug.attachments.more", 100302),
        ("Bug::attachments", 100301),
        ("Bug/attachments", 100301),
    ],
)
def test_methods_that_do_not_exist(caller: Caller, name: str, legacy: int) -> None:
    """-32601, but for JSON-RPC 1.0 and 1.1, where the code is that of Bugzilla's library."""
    unknown = Method(name, run=lambda _: None, writes=False, read_only=True, doc="There is none.")
    codes = {}
    for protocol, (write, read) in PROTOCOLS.items():
        if request := write(unknown, {}):
            codes[protocol], _, _ = read(caller.send(request)[2])
    assert codes == {"xmlrpc": -32601, "jsonrpc-1.0": legacy, "jsonrpc-get": legacy, "jsonrpc-2.0": -32601}


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/rest/nowhere"),
        ("GET", "/rest/"),
        ("GET", "/rest"),
        ("GET", "/rest/bug/1/attachment/2"),
        ("GET", "/rest.cgi/nowhere"),
        ("DELETE", "/rest/bug/attachment/1"),
        ("PATCH", "/rest/bug/attachment/1"),
        ("POST", "/rest/bug/attachment/1"),
        ("PUT", "/rest/bug/1/attachment"),
        ("POST", "/rest/login"),
        ("POST", "/rest/version"),
    ],
)
def test_resources_that_do_not_exist(caller: Caller, verb: str, path: str) -> None:
    status, answer = caller.send_json(verb, path, {})
    assert (status, answer["error"], answer["code"]) == (404, True, 32614)
