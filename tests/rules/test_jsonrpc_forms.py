"""JSON-RPC 1.0 and 1.1 as Bugzilla speaks them: envelopes, ids, content types, GET and JSONP. 2.0 has its own tests."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from calling import Caller
from wire import Request, jsonrpc

VERSION = {"method": "Bugzilla.version"}
RESULT = {"version": "5.2"}


def error(code: int, **more: Any) -> dict[str, Any]:
    return {**more, "code": code, "message": "*"}


def masked(answer: Any) -> Any:
    """An answer without the wording of its error."""
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        assert answer["error"]["message"]
        answer["error"]["message"] = "*"
    return answer


def of_1_0(request_id: Any, result: Any = None, code: int = 0) -> dict[str, Any]:
    return {"result": result, "error": error(code) if code else None, "id": request_id}


def of_1_1(code: int, **request_id: Any) -> dict[str, Any]:
    return {"version": "1.1", "error": error(code, name="JSONRPCError"), **request_id}


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        # 1.0: params are an array, and the id is given back, whatever it is
        ({**VERSION, "params": [], "id": 1}, of_1_0(1, RESULT)),
        ({**VERSION, "params": [{}], "id": "one"}, of_1_0("one", RESULT)),
        ({**VERSION, "params": [{}], "id": 0}, of_1_0(0, RESULT)),
        ({**VERSION, "params": [{}], "id": ""}, of_1_0("", RESULT)),
        ({**VERSION, "params": [{}], "id": 1.5}, of_1_0(1.5, RESULT)),
        ({**VERSION, "params": [{}], "id": {"a": [1]}}, of_1_0({"a": [1]}, RESULT)),
        ({**VERSION, "params": [{}], "id": [1]}, of_1_0([1], RESULT)),
        ({**VERSION, "params": [{}], "id": True}, of_1_0(True, RESULT)),
        ({**VERSION, "params": [{}, {}], "id": 1}, of_1_0(1, RESULT)),
        ({**VERSION, "params": [5], "id": 1}, of_1_0(1, RESULT)),
        ({"method": "Bug.get", "params": [{"ids": [99999]}], "id": 1}, of_1_0(1, code=101)),
        ({"method": "Bug.none", "params": [], "id": 1}, of_1_0(1, code=100302)),
        ({"method": "Bug::get", "params": [], "id": 1}, of_1_0(1, code=100301)),
        ({**VERSION, "params": {}, "id": 1}, of_1_0(1, code=100400)),
        ({**VERSION, "params": "a", "id": 1}, of_1_0(1, code=100400)),
        ({**VERSION, "params": None, "id": 1}, of_1_0(1, code=100400)),
        ({**VERSION, "id": 1}, of_1_0(1, code=100400)),
        ({"params": [], "id": 1}, of_1_0(1, code=100300)),
        ({"method": None, "params": [], "id": 1}, of_1_0(1, code=100300)),
        # a notification, which is not answered, not even when it fails
        ({**VERSION, "params": []}, None),
        ({**VERSION, "params": [], "id": None}, None),
        ({"method": "Bug.none", "params": []}, None),
        # 1.1: params are an object
        ({"version": "1.1", **VERSION, "params": {}, "id": 1}, {"version": "1.1", "result": RESULT}),
        ({"version": "1.1", **VERSION, "params": {}}, {"version": "1.1", "result": RESULT}),
        ({"version": "2.0", **VERSION, "params": {}, "id": 1}, {"version": "1.1", "result": RESULT}),
        ({"version": "1.1", "method": "Bug.get", "params": {"ids": [99999]}, "id": 1}, of_1_1(101, id=1)),
        ({"version": "1.1", "method": "Bug.get", "params": {"ids": [99999]}}, of_1_1(101)),
        ({"version": "1.1", "method": "Bug.none", "params": {}, "id": 1}, of_1_1(100302, id=1)),
        ({"version": "1.1", **VERSION, "params": [], "id": 1}, of_1_1(100400, id=1)),
        ({"version": "1.1", **VERSION, "id": 1}, of_1_1(100400, id=1)),
        # only "2.0" in jsonrpc chooses 2.0
        ({"jsonrpc": "1.0", **VERSION, "params": [], "id": 1}, of_1_0(1, RESULT)),
        ({"jsonrpc": 2.0, **VERSION, "params": [], "id": 1}, of_1_0(1, RESULT)),
        # no request at all
        ("a", of_1_1(100300)),
        (5, of_1_1(100300)),
        (None, of_1_1(100300)),
    ],
)
def test_envelopes(caller: Caller, document: Any, answer: Any) -> None:
    status, content_type, body = caller.send(jsonrpc(document))
    assert (status, content_type) == (200, "application/json")
    if answer is None:
        assert body == b""
    else:
        assert masked(json.loads(body)) == answer


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b'{"method":}', b"\xff\xfe", b"[" * 500])
def test_what_cannot_be_read(caller: Caller, body: bytes) -> None:
    _, _, answer = caller.send(Request("POST", "/jsonrpc.cgi", body, {"Content-Type": "application/json"}))
    assert masked(json.loads(answer)) == of_1_1(100201)


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        ("application/json", 0),
        ("application/json; charset=UTF-8", 0),
        ("APPLICATION/JSON", 0),
        ("application/json-rpc", 0),
        ("", 0),
        ("text/plain", 32613),
        ("text/xml", 32613),
        ("application/x-www-form-urlencoded", 32613),
    ],
)
def test_content_types(caller: Caller, content_type: str, code: int) -> None:
    request = jsonrpc({**VERSION, "params": [], "id": 1})
    headers = {"Content-Type": content_type} if content_type else {}
    _, _, body = caller.send(Request(request.verb, request.path, request.body, headers))
    assert masked(json.loads(body)) == (of_1_0(1, code=code) if code else of_1_0(1, RESULT))


BUG = "Bug.get"
ASKED = json.dumps([{"ids": [1], "include_fields": ["id"]}])
SHOWN = {"bugs": [{"id": 1}], "faults": []}


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ({"method": BUG, "params": ASKED, "id": "7"}, of_1_0("7", SHOWN)),
        ({"method": BUG, "params": ASKED[1:-1], "id": "7", "version": "1.1"}, {"version": "1.1", "result": SHOWN}),
        ({"method": BUG, "params": ASKED[1:-1], "id": "7"}, of_1_0("7", code=100400)),
        ({"method": BUG, "params": "nonsense", "id": "7"}, of_1_0("7", code=32000)),
        ({"method": BUG, "id": "7"}, of_1_0("7", code=50)),
        ({"method": "Bug.none", "id": "7"}, of_1_0("7", code=100302)),
        ({"id": "7"}, of_1_0("7", code=32000)),
        ({"method": "Bug.add_attachment", "params": "[{}]", "id": "7"}, of_1_0("7", code=32610)),
        ({"method": "Bug.update_attachment", "params": "[{}]", "id": "7"}, of_1_0("7", code=32610)),
        ({"method": "Bug.create", "params": "[{}]", "id": "7"}, of_1_0("7", code=32610)),
        ({"method": "User.login", "params": "[{}]", "id": "7"}, of_1_0("7", code=32610)),
        ({"method": "User.valid_login", "params": "[{}]", "id": "7"}, of_1_0("7", code=32610)),  # though it only reads
        ({"method": "User.logout", "params": "[{}]", "id": "7"}, of_1_0("7", code=32610)),
        ({"method": "system.multicall", "params": "[[]]", "id": "7"}, of_1_0("7", code=32610)),
        ({"method": BUG, "params": ASKED, "id": "7", "callback": "a b"}, of_1_0("7", code=32611)),
    ],
)
def test_get(caller: Caller, query: dict[str, str], answer: Any) -> None:
    status, content_type, document = caller.get_json("/jsonrpc.cgi?" + urlencode(query))
    assert (status, content_type) == (200, "application/json")
    assert masked(document) == answer


def test_without_an_id_it_is_the_address_of_the_site(caller: Caller) -> None:
    _, _, document = caller.get_json("/jsonrpc.cgi?method=Bugzilla.version")
    assert document["id"].startswith("http://127.0.0.1:")
    assert document["id"].endswith("/")


@pytest.mark.parametrize("method", ["Bugzilla.version", "Bug.none"])
def test_jsonp(caller: Caller, method: str) -> None:
    path = f"/jsonrpc.cgi?method={method}&id=7&callback=a.b"
    status, content_type, body = caller.send(Request("GET", path))
    assert (status, content_type) == (200, "text/javascript")
    assert body.startswith(b"/**/a.b(")
    assert body.endswith(b")")
    assert json.loads(body[len("/**/a.b(") : -1])["id"] == "7"


@pytest.mark.parametrize("verb", ["PUT", "DELETE", "PATCH"])
def test_other_verbs(caller: Caller, verb: str) -> None:
    assert caller.send(Request(verb, "/jsonrpc.cgi"))[0] == 405
