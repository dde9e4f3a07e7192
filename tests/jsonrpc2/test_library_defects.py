"""Defects of the library that dispatches the calls, none of which reaches a client."""

import json
import logging
from typing import Any

import pytest
from example_methods import SECRET, Post


async def answered(post: Post, *methods: str) -> list[dict[str, Any]]:
    """The answers to a batch of calls, in which there is a good one before and after them."""
    calls = [{"jsonrpc": "2.0", "method": name, "id": name} for name in ("get_data", *methods, "get_data")]
    before, *answers, after = json.loads(await post(json.dumps(calls)))
    assert before["result"] == after["result"] == ["hello", 5]
    return answers


@pytest.mark.parametrize("method", ["fail", "cancel"])
async def test_a_method_that_misbehaves_fails_alone(post: Post, method: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "gateway")
    (answer,) = await answered(post, method)
    assert set(answer) == {"jsonrpc", "error", "id"}
    assert set(answer["error"]) == {"code", "message"}
    assert (answer["error"]["code"], answer["id"]) == (-32000, method)
    assert SECRET not in str(answer)


async def test_a_bad_member_does_not_spoil_the_batch(post: Post) -> None:
    sent = '[{"jsonrpc": "2.0", "method": "get_data", "id": 1}, {"jsonrpc": "2.0", "method": 5, "id": 2}]'
    good, bad = json.loads(await post(sent))
    assert good["result"] == ["hello", 5]
    assert (bad["error"]["code"], bad["id"]) == (-32600, 2)


async def test_a_number_that_json_has_no_form_for(post: Post) -> None:
    (answer,) = await answered(post, "not_a_number")
    assert answer["result"] is None
