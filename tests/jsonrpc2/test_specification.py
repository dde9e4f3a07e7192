"""JSON-RPC 2.0 (jsonrpc.org/specification), to the letter: the examples of its section 7, and what sections 4 to 6 say.

Section 5.1 leaves the wording of errors to the server: it is not compared.
"""

import json
from typing import Any

import pytest
from example_methods import Post


def parsed(text: str) -> Any:
    """An answer without the wording of its errors; None where there is none."""
    answer = json.loads(text) if text else None
    for each in answer if isinstance(answer, list) else [answer]:
        if isinstance(each, dict) and "error" in each:
            assert each["error"].pop("message")
    return answer


def error(code: int, request_id: Any = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "error": {"code": code}, "id": request_id}


def result(value: Any, request_id: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "result": value, "id": request_id}


EXAMPLES = [
    # rpc call with positional parameters
    ('{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}', result(19, 1)),
    ('{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}', result(-19, 2)),
    # rpc call with named parameters
    ('{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}', result(19, 3)),
    ('{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}', result(19, 4)),
    # a notification
    ('{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', None),
    ('{"jsonrpc": "2.0", "method": "foobar"}', None),
    # rpc call of non-existent method
    ('{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', error(-32601, "1")),
    # rpc call with invalid JSON
    ('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', error(-32700)),
    # rpc call with invalid Request object
    ('{"jsonrpc": "2.0", "method": 1, "params": "bar"}', error(-32600)),
    # rpc call Batch, invalid JSON
    (
        '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]',
        error(-32700),
    ),
    # rpc call with an empty Array
    ("[]", error(-32600)),
    # rpc call with an invalid Batch (but not empty)
    ("[1]", [error(-32600)]),
    # rpc call with invalid Batch
    ("[1,2,3]", [error(-32600), error(-32600), error(-32600)]),
    # rpc call Batch
    (
        """[
            {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
            {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
            {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
            {"foo": "boo"},
            {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
            {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
        ]""",
        [result(7, "1"), result(19, "2"), error(-32600), error(-32601, "5"), result(["hello", 5], "9")],
    ),
    # rpc call Batch (all notifications)
    (
        """[
            {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
            {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
        ]""",
        None,
    ),
]


@pytest.mark.parametrize(("sent", "answer"), EXAMPLES)
async def test_examples_of_section_7(post: Post, sent: str, answer: Any) -> None:
    assert parsed(await post(sent)) == answer


@pytest.mark.parametrize(
    "request_id",
    ["1", "", "ünï 😀", "null", 0, 1, -1, 2**31, 2**53 - 1, 1.5, -0.25, 1e3, None],
)
async def test_ids_that_come_back(post: Post, request_id: Any) -> None:
    """A string, a number or null (section 4). Null is discouraged, but no notification."""
    sent = json.dumps({"jsonrpc": "2.0", "method": "get_data", "id": request_id})
    assert parsed(await post(sent)) == result(["hello", 5], request_id)


@pytest.mark.parametrize("request_id", [True, False, [], [1], {}, {"a": 1}])
async def test_ids_that_are_none(post: Post, request_id: Any) -> None:
    sent = json.dumps({"jsonrpc": "2.0", "method": "get_data", "id": request_id})
    assert parsed(await post(sent)) == error(-32600)
    assert parsed(await post(f"[{sent}]")) == [error(-32600)]


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        ({"method": "get_data", "params": [], "id": 1}, result(["hello", 5], 1)),
        ({"method": "get_data", "params": {}, "id": 1}, result(["hello", 5], 1)),
        ({"method": "get_data", "id": 1, "more": "is let be"}, result(["hello", 5], 1)),
        ({"method": "get_data", "params": None, "id": 1}, error(-32600, 1)),
        ({"method": "get_data", "params": "a", "id": 1}, error(-32600, 1)),
        ({"method": "get_data", "params": 5, "id": 1}, error(-32600, 1)),
        ({"method": None, "id": 1}, error(-32600, 1)),
        ({"method": ["get_data"], "id": 1}, error(-32600, 1)),
        ({"id": 1}, error(-32600, 1)),
        ({"method": "", "id": 1}, error(-32601, 1)),
        ({"method": "GET_DATA", "id": 1}, error(-32601, 1)),
        ({"method": "rpc.none", "id": 1}, error(-32601, 1)),
        ({"method": "fail"}, None),  # a notification that fails
    ],
)
async def test_request_objects(post: Post, document: dict[str, Any], answer: Any) -> None:
    assert parsed(await post(json.dumps({"jsonrpc": "2.0", **document}))) == answer


CALL = '{"jsonrpc": "2.0", "method": "get_data", "id": %d}'
NOTE = '{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}'
OLD = '{"method": "get_data", "params": [], "id": 1}'


@pytest.mark.parametrize(
    ("members", "answer"),
    [
        ([CALL % 1], [result(["hello", 5], 1)]),
        ([CALL % 1, CALL % 1], [result(["hello", 5], 1)] * 2),
        ([NOTE], None),
        ([NOTE, CALL % 1, NOTE], [result(["hello", 5], 1)]),
        (["[]"], [error(-32600)]),
        ([f"[{CALL % 1}]"], [error(-32600)]),  # no batch in a batch
        (["null", "true", '"a"', "{}"], [error(-32600)] * 4),
        ([OLD], [error(-32600, 1)]),  # each member says which version it is
        ([CALL % number for number in range(10)], [result(["hello", 5], number) for number in range(10)]),
        ([CALL % number for number in range(11)], error(-32600)),  # over the limit, which is 10 here
        ([NOTE] * 11, error(-32600)),
    ],
)
async def test_batches(post: Post, members: list[str], answer: Any) -> None:
    assert parsed(await post(f"[{','.join(members)}]")) == answer


@pytest.mark.parametrize(
    "sent",
    ["{", '{"jsonrpc": "2.0"', '{"jsonrpc":"2.0","id":1', '[{"jsonrpc" : "2.0"}', '{"a": NaN, "jsonrpc": "2.0"}'],
)
async def test_what_cannot_be_read_is_answered_in_its_version(post: Post, sent: str) -> None:
    """As far as it says which: what does not is answered as Bugzilla does, in 1.1."""
    answer = json.loads(await post(sent))
    if "jsonrpc" in sent:
        assert answer["error"].pop("message")
        assert answer == error(-32700)
    else:
        assert (answer["version"], answer["error"]["code"]) == ("1.1", 100201)
