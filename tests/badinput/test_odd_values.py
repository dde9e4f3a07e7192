"""No method, whatever value it is given in whatever parameter, ever fails as if the server were at fault."""

import itertools
import json
import re
import xmlrpc.client
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from calling import Caller
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from raw import ENDPOINTS, Endpoint
from running import Gateway, account
from wire import PROTOCOLS, Request, jsonrpc

from gateway.methods.catalogue import METHODS
from gateway.methods.declaration import Method

EDITOR = {"Bugzilla_api_key": account("editor").api_key}
LEFT_OUT = {"system.multicall", "User.login"}  # calls within calls, and passwords, which take their time
LONGEST_LINE = 8000
"""Bytes: what is longer is no request to aiohttp."""

GOOD = {
    "Bug.attachments": {"ids": [1], "attachment_ids": [1]},
    "Bug.add_attachment": {"ids": [5], "data": "eA==", "file_name": "a", "summary": "a", "content_type": "text/plain"},
    "Bug.update_attachment": {"ids": [2]},
    "Bug.get": {"ids": [1], "permissive": 1},
    "Bug.comments": {"ids": [1]},
    "Bug.create": {"product": "Widgets", "component": "Core", "summary": "a", "version": "1"},
    "User.get": {"names": ["editor@example.com"]},
}
"""Parameters with which calls succeed, so that an odd one among them is looked at."""

SCALARS = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    1e300,
    2**31,
    2**63,
    -(2**63),
    2**64,
    10**30,
    "",
    " ",
    "0",
    "a",
    "\0",
    "\x01\ufffe\uffff",
    "%s%n{0}{x}",
    "'; DROP TABLE bugs; --",
    "1" * 5000,
    "a" * 70_000,
    "😀" * 100,
    "2026-13-45",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "AAAA",
]
NESTED = [
    [],
    {},
    [[]],
    [{}],
    {"a": {}},
    [None],
    [True],
    [1, "a", None, [1], {"id": 1}],
    {"name": "review", "status": []},
]
FLAGS = [
    [{}],
    [{"name": odd, "status": "+"} for odd in (None, 1, [], {}, "\0")],
    [{"type_id": odd, "status": "+"} for odd in (None, "", -1, 2**70, 1.5, [], {}, "1" * 5000)],
    [{"id": odd, "status": "+"} for odd in (None, "", -1, 2**70, 1.5, [], {}, "1" * 5000, True)],
    [{"name": "review", "status": odd} for odd in (None, 1, [], {}, "??")],
    [{"name": "review", "status": "?", "requestee": odd} for odd in (None, 1, [], {}, "\0", 2**70)],
    [{"name": "review", "status": "+", "new": odd, "setter": odd} for odd in ([], {}, "a", 2**70)],
]
ODD = [*SCALARS, *([each] for each in SCALARS), *NESTED, *FLAGS]

SERVERS_FAULT = range(-32099, -31999)
"""Codes that say that the server is at fault (JSON-RPC 2.0, section 5.1)."""


one_of = pytest.mark.parametrize("one_of", [11, pytest.param(1, marks=pytest.mark.long("minutes"))])
"""Of that many calls, one is made. A prime: each value is tried in many parameters, and most of those with several."""


def odd_calls(values: list[Any], one_of: int) -> Iterator[tuple[Method, dict[str, Any]]]:
    """Every method with every value in every parameter and in some places for credentials, all else being good."""
    return itertools.islice(_all_odd_calls(values), 0, None, one_of)


def _all_odd_calls(values: list[Any]) -> Iterator[tuple[Method, dict[str, Any]]]:
    for method in METHODS:
        if method.name not in LEFT_OUT:
            for name in (*(param.name for param in method.params), "Bugzilla_api_key", "token"):
                for value in values:
                    yield method, {**GOOD.get(method.name, {}), **EDITOR, name: value}


def in_hundreds(calls: Iterator[Any]) -> Iterator[list[Any]]:
    while hundred := list(itertools.islice(calls, 100)):
        yield hundred


@one_of
def test_in_jsonrpc(impatient: Gateway, one_of: int) -> None:
    caller = Caller(impatient.url)
    for calls in in_hundreds(odd_calls(ODD, one_of)):
        batch = [
            {"jsonrpc": "2.0", "method": method.name, "params": params, "id": number}
            for number, (method, params) in enumerate(calls)
        ]
        answers = json.loads(caller.send(jsonrpc(batch))[2])
        failed = [(calls[each["id"]], each) for each in answers if each.get("error", {}).get("code") in SERVERS_FAULT]
        assert len(answers) == len(batch)
        assert not failed


class LooseMarshaller(xmlrpc.client.Marshaller):
    """Writes whole numbers of any size."""

    def dump_int(self, value: int, write: Callable[[str], None]) -> None:
        write(f"<value><int>{value}</int></value>")

    dispatch: ClassVar = {**xmlrpc.client.Marshaller.dispatch, int: dump_int}


def in_xml(value: Any) -> Any:
    """The value without the characters that XML cannot carry."""
    if isinstance(value, list):
        return [in_xml(each) for each in value]
    if isinstance(value, dict):
        return {name: in_xml(each) for name, each in value.items()}
    return FORBIDDEN.sub("?", value) if isinstance(value, str) else value


FORBIDDEN = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XML_ODD = [
    *map(in_xml, ODD),
    datetime(1, 1, 1, tzinfo=UTC),
    b"",
    b"\0\xff",
    [b"\xff"],
    [datetime(9999, 1, 1, tzinfo=UTC)],
]


@one_of
def test_in_xmlrpc(impatient: Gateway, one_of: int) -> None:
    caller = Caller(impatient.url)
    for calls in in_hundreds(odd_calls(XML_ODD, one_of)):
        params = [{"methodName": method.name, "params": [params]} for method, params in calls]
        body = LooseMarshaller("utf-8", allow_none=True).dumps((params,))
        request = f"<methodCall><methodName>system.multicall</methodName>{body}</methodCall>".encode()
        _, _, document = caller.send(Request("POST", "/xmlrpc.cgi", request, {"Content-Type": "text/xml"}))
        (answers,), _ = xmlrpc.client.loads(document)
        failed = [
            (call, answer)
            for call, answer in zip(calls, answers, strict=True)
            if isinstance(answer, dict) and answer["faultCode"] in SERVERS_FAULT
        ]
        assert not failed


@one_of
def test_in_rest(impatient: Gateway, one_of: int) -> None:
    caller = Caller(impatient.url)
    write, read = PROTOCOLS["rest"]
    for method, params in odd_calls([*SCALARS, *NESTED], one_of):
        request = write(method, params)
        if request is not None and len(request.path) < LONGEST_LINE:
            status, _, body = caller.send(request)
            assert status < 500, (method.name, params, body)
            read(body)


@pytest.mark.parametrize("digits", [19, 20, 400, 4300, 4301, 100_000])
@pytest.mark.parametrize("sign", ["", "-"])
def test_numbers_of_many_digits(impatient: Gateway, sign: str, digits: int) -> None:
    number = sign + "9" * digits
    in_json = f'{{"jsonrpc":"2.0","method":"Bug.get","params":{{"ids":[{number}]}},"id":{number}}}'
    in_xml = f"<struct><member><name>ids</name><value><int>{number}</int></value></member></struct>"
    params = f"<params><param><value>{in_xml}</value></param></params>"
    call = f"<methodCall><methodName>Bug.get</methodName>{params}</methodCall>"
    for endpoint, body in ((ENDPOINTS[2], in_json), (ENDPOINTS[0], call)):
        request = Request("POST", endpoint.path, body.encode(), {"Content-Type": endpoint.content_type})
        status, _, answer = Caller(impatient.url).send(request)
        assert status == 200
        assert endpoint.code(answer) not in SERVERS_FAULT
        assert endpoint.code(answer) != 0


LONG = ["A" * 830_000, "!" * 830_000]
"""Strings that are taken for content while they arrive: one that is base64, and one that is not."""


@pytest.mark.parametrize("text", LONG, ids=["base64", "text"])
@pytest.mark.parametrize("version", [{}, {"version": "1.1"}, {"jsonrpc": "2.0"}], ids=["1.0", "1.1", "2.0"])
def test_long_strings_where_none_belong(impatient: Gateway, version: dict[str, str], text: str) -> None:
    params = {"ids": [1], "include_fields": ["id"]}
    good = {**version, "method": "Bug.none", "params": params if version else [params], "id": 1}
    for member in ("id", "method", "params", "jsonrpc", "version", "more"):
        for value in (text, [text], {"a": text}):
            status, _, body = Caller(impatient.url).send(jsonrpc({**good, member: value}))
            assert status == 200, (member, body)
            answer = json.loads(body) if body else {}
            assert (answer.get("error") or {}).get("code") not in SERVERS_FAULT, (member, answer)
            assert b"object at" not in body


@pytest.mark.parametrize("callback", [*LONG, ["a"], {}, {"a": 1}, 1])
def test_what_is_no_name_of_a_callback(impatient: Gateway, callback: Any) -> None:
    status, answer = Caller(impatient.url).send_json("POST", "/rest/bug/5/attachment", {"callback": callback})
    assert (status, answer["code"]) == ((400, 32611) if callback else (401, 410))
    assert "object at" not in answer["message"]


@one_of
@pytest.mark.parametrize("text", LONG, ids=["base64", "text"])
def test_long_strings_in_any_parameter(impatient: Gateway, text: str, one_of: int) -> None:
    caller = Caller(impatient.url)
    for method, params in odd_calls([text, [text]], one_of):
        for protocol in ("xmlrpc", "jsonrpc-2.0"):
            answer = caller.through(protocol, method.name, params)
            assert answer
            assert answer.code not in SERVERS_FAULT


# ---- documents of any shape

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(["1", "editor@example.com"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(sorted({param.name for method in METHODS for param in method.params} | {"token", "api_key"}))
METHOD_NAMES = st.sampled_from([method.name for method in METHODS if method.name not in LEFT_OUT])
MEMBERS = {"jsonrpc": "2.0", "version": "1.1", "id": 1, "method": "Bug.get", "params": [{}]}
patiently = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@patiently
@given(method=METHOD_NAMES, params=st.dictionaries(NAMES, JSON, max_size=5))
def test_any_parameters(impatient: Gateway, method: str, params: dict[str, Any]) -> None:
    call = {"jsonrpc": "2.0", "method": method, "params": {**EDITOR, **params}, "id": 1}
    _, _, body = Caller(impatient.url).send(jsonrpc(call))
    assert json.loads(body).get("error", {}).get("code") not in SERVERS_FAULT


@patiently
@given(
    document=JSON | st.fixed_dictionaries({}, optional={name: JSON | st.just(value) for name, value in MEMBERS.items()})
)
def test_any_document(impatient: Gateway, document: Any) -> None:
    caller = Caller(impatient.url)
    status, _, body = caller.send(jsonrpc(document))
    assert status == 200
    answers = json.loads(body) if body else None
    for each in answers if isinstance(answers, list) else [answers] if answers else []:
        assert (each.get("error") or {}).get("code") not in SERVERS_FAULT
    status, _ = caller.send_json("POST", "/rest/bug/5/attachment", document)
    assert status < 500


@patiently
@given(
    body=st.binary(max_size=200)
    | st.text(st.sampled_from('<>/&;"[]{}:,\\ methodCallvalue01'), max_size=80).map(str.encode)
)
@example(body=b"[1]")
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.name)
def test_any_bytes(impatient: Gateway, endpoint: Endpoint, body: bytes) -> None:
    request = Request("POST", endpoint.path, body, {"Content-Type": endpoint.content_type})
    status, _, answer = Caller(impatient.url).send(request)
    assert status < 500
    batch = answer.startswith(b"[")
    for each in map(json.dumps, json.loads(answer)) if batch else filter(None, [answer.decode()]):
        assert endpoint.code(each.encode()) not in SERVERS_FAULT
