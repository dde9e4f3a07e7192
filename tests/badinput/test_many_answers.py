"""Requests with many calls, whose answers are too large together: the calls that have no room fail, each by itself."""

import json

import pytest
from calling import Caller
from running import Gateway
from wire import jsonrpc

LISTING = {"methodName": "Bug.attachments", "params": [{"ids": [6]}]}
NESTED = {"methodName": "system.multicall", "params": [[LISTING] * 100]}
TOO_MUCH = 32000


@pytest.fixture(scope="module")
def caller(impatient: Gateway) -> Caller:
    """Bug 6 has an attachment of nearly the largest size."""
    caller = Caller(impatient.url)
    caller.attach(bug=6, data=bytes(1024 * 1024))
    return caller


def in_batch(call: dict[str, object]) -> dict[str, object]:
    return {"jsonrpc": "2.0", "method": call["methodName"], "params": call["params"], "id": 1}


def test_a_batch(caller: Caller) -> None:
    answers = json.loads(caller.send(jsonrpc([in_batch(LISTING)] * 100))[2])
    codes = [each.get("error", {}).get("code") for each in answers]
    assert codes == [None] * codes.index(TOO_MUCH) + [TOO_MUCH] * codes.count(TOO_MUCH)
    assert 1 < codes.index(TOO_MUCH) < 20


def test_calls_within_the_calls_of_a_batch(caller: Caller) -> None:
    _, _, body = caller.send(jsonrpc([in_batch(NESTED)] * 10))
    assert len(body) < 20 * 1024 * 1024
    first, *others = json.loads(body)
    assert "result" in first
    assert all(each["faultCode"] == TOO_MUCH for other in others for each in other["result"])


def test_the_next_request_has_room_again(caller: Caller) -> None:
    for _ in range(20):
        for answer in caller.everywhere("Bug.attachments", {"ids": [6]}):
            assert answer.code == 0


SMALL = ["id", "is_open", "is_confirmed", "is_cc_accessible", "is_creator_accessible", "dupe_of", "blocks", "cc"]


def test_small_values_count_too(caller: Caller) -> None:
    """Each of these bugs is a few numbers, without a byte of text; that makes 40,000 bugs no less."""
    call = {"methodName": "Bug.get", "params": [{"ids": [1] * 1000, "include_fields": SMALL}]}
    answers = json.loads(caller.send(jsonrpc([in_batch(call)] * 40))[2])
    codes = [each.get("error", {}).get("code") for each in answers]
    assert codes == [None] * codes.index(TOO_MUCH) + [TOO_MUCH] * codes.count(TOO_MUCH)
    assert codes.index(TOO_MUCH) > 1
