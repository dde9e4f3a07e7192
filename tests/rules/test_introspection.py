"""system.*: which methods there are, and several calls at once."""

from typing import Any

import pytest
from calling import Caller

from gateway.methods.catalogue import METHODS

SCALARS = {"int", "string", "boolean", "double", "dateTime.iso8601", "base64", "nil"}
NAMES = SCALARS | {"array", "struct", "undefined"}


def test_all_methods_are_listed(caller: Caller) -> None:
    assert caller.agreed("system.listMethods", {}).result == sorted(method.name for method in METHODS)


@pytest.mark.parametrize("method", [method.name for method in METHODS])
def test_each_method_is_described(caller: Caller, method: str) -> None:
    declared = METHODS.get(method)
    assert declared
    text = caller.agreed("system.methodHelp", {"methodName": method}).result
    assert text.startswith(declared.summary)
    for param in declared.params:
        assert f"\n{param.name} (" in text
    (signature,) = caller.agreed("system.methodSignature", {"methodName": method}).result
    assert {*signature} <= NAMES


@pytest.mark.parametrize("method", ["system.methodHelp", "system.methodSignature"])
@pytest.mark.parametrize("name", ["Bug.nothing", "", None])
def test_what_does_not_exist_is_not_described(caller: Caller, method: str, name: Any) -> None:
    codes = {each.protocol: each.code for each in caller.everywhere(method, {"methodName": name})}
    assert codes == {"xmlrpc": -32601, "jsonrpc-1.0": 100302, "jsonrpc-get": 100302, "jsonrpc-2.0": -32601}


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("Bug.attachments", [["struct", "struct"]]),
        ("Bugzilla.version", [["struct"]]),
        ("User.valid_login", [["boolean", "struct"]]),
        ("system.methodHelp", [["string", "string"]]),
        ("system.multicall", [["array", "array"]]),
    ],
)
def test_signatures(caller: Caller, name: str, signature: list[list[str]]) -> None:
    assert caller.agreed("system.methodSignature", {"methodName": name}).result == signature


def test_capabilities(caller: Caller) -> None:
    shown = caller.agreed("system.getCapabilities", {}).result
    assert {"xmlrpc", "introspection", "system.multicall", "faults_interop"} <= shown.keys()
    assert all(set(each) == {"specUrl", "specVersion"} for each in shown.values())


ONE = {"methodName": "Bugzilla.version", "params": []}


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        (ONE, [{"version": "5.2"}]),
        ({"methodName": "Bugzilla.version"}, [{"version": "5.2"}]),
        ({"methodName": "system.methodSignature", "params": ["Bugzilla.version"]}, [[["struct"]]]),
        ({"methodName": "Bug.get", "params": [{"ids": [99999]}]}, 101),
        ({"methodName": "Bug.get", "params": [{"ids": [3]}]}, 102),
        ({"methodName": "Bug.create", "params": [{}]}, 410),
        ({"methodName": "Bug.nothing", "params": []}, -32601),
        ({"methodName": "system.multicall", "params": [[ONE]]}, -32600),
        ({"params": []}, -32600),
        ({"methodName": 5}, -32600),
        ("Bugzilla.version", -32600),
        (["Bugzilla.version"], -32600),
    ],
)
def test_several_calls_at_once(caller: Caller, call: Any, outcome: Any) -> None:
    """Whatever one of them is, those before and after it are answered."""
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0"):
        answer = caller.through(protocol, "system.multicall", {"calls": [ONE, call, ONE]})
        assert answer
        before, middle, after = answer.result
        assert before == after == [{"version": "5.2"}]
        if isinstance(outcome, int):
            assert set(middle) == {"faultCode", "faultString"}
            assert middle["faultCode"] == outcome
        else:
            assert middle == outcome


@pytest.mark.parametrize(
    ("calls", "code"),
    [([], 0), ([ONE] * 100, 0), ([ONE] * 101, 55), ("Bugzilla.version", 53), (None, 53), ({}, 53)],
)
def test_how_many_calls_at_once(caller: Caller, calls: Any, code: int) -> None:
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0"):
        answer = caller.through(protocol, "system.multicall", {"calls": calls})
        assert answer
        assert answer.code == code
        assert code or len(answer.result) == len(calls)


def test_each_call_has_credentials_of_its_own(caller: Caller) -> None:
    """Those beside the calls are nobody's, those in a header everybody's."""
    call = {"methodName": "Bug.get", "params": [{"ids": [3], "include_fields": ["id"]}]}
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0"):
        beside = caller.through(protocol, "system.multicall", {"calls": [call]}, "secret-member")
        assert beside
        assert beside.result[0]["faultCode"] == 102
        header = {"X-Bugzilla-API-Key": "M" * 40}
        answer = caller.through(protocol, "system.multicall", {"calls": [call]}, headers=header)
        assert answer
        assert answer.result == [[{"bugs": [{"id": 3}], "faults": []}]]
