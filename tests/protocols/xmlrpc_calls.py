"""XML-RPC calls for tests, and how they are read."""

import pytest

from gateway import errors
from gateway.budget import Budget, Quota
from gateway.protocols.xmlrpc.call_reader import CallReader
from gateway.protocols.xmlrpc.call_target import XmlRpcCall
from gateway.spools import RequestSpools, Spool

MIB = 1024 * 1024
LIMIT = 4 * MIB


def read(document, **options):
    """The call, with spools read out: bytes of an equal call are equal, whether they were spooled or not.

    It is the same whether a short document is read as a tree or by its events.
    """
    document = document.encode() if isinstance(document, str) else document
    try:
        as_tree = _read(document, **options)
    except errors.GatewayError as error:
        with pytest.raises(errors.GatewayError) as caught:
            _read(document, by_events=True, **options)
        assert (caught.value.kind, caught.value.message) == (error.kind, error.message)
        raise
    assert _read(document, by_events=True, **options) == as_tree
    return as_tree


def _read(document, sizes=None, charset=None, limit=LIMIT, max_body=16 * MIB, by_events=False):
    with RequestSpools(limit, Budget(disk=Quota(64 * MIB))) as spools:
        reader = CallReader(spools, max_body, charset)
        if by_events:
            reader._read_tree = lambda _: False
        at = 0
        for size in sizes or [len(document) or 1]:
            reader.feed(document[at : at + size])
            at += size
        reader.feed(document[at:])
        call = reader.close()
        return XmlRpcCall(call.method, [plain(value) for value in call.params])


def plain(value):
    if isinstance(value, Spool):
        return b"".join(value.pieces())
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def call(value):
    return f"<methodCall><methodName>m</methodName><params><param>{value}</param></params></methodCall>"


def value_of(value, **options):
    return read(call(value), **options).params[0]


def refused(document, kind, **options):
    with pytest.raises(errors.GatewayError) as caught:
        read(document, **options)
    assert caught.value.kind is kind, caught.value.message


WHOLE = (
    '<?xml version="1.0" encoding="UTF-8"?><methodCall><methodName>Bug.add_attachment</methodName><params><param>'
    "<value><struct><member><name>ids</name><value><array><data><value><int>7</int></value><value>é 😀 &amp;</value>"
    "</data></array></value></member><member><name>data</name><value><base64>YQ0K\nYg1j\r\nCg==&#10;</base64></value></member>"
    "<member><name>when</name><value><dateTime.iso8601>20260102T03:04:05</dateTime.iso8601></value></member></struct>"
    "</value></param></params></methodCall>"
).encode()
