"""What only XML-RPC has: content types, how a call may be written, and the probe that clients begin with."""

import base64
import xmlrpc.client
from typing import Any

import pytest
from calling import Caller
from running import account
from wire import Request

CALL = "<methodCall><methodName>Bugzilla.version</methodName>{}</methodCall>"
NOTHING = CALL.format("<params/>")
VERSION = {"version": "5.2"}


def answer(caller: Caller, body: str | bytes, content_type: str = "text/xml") -> Any:
    """The result, or the code of the fault."""
    sent = body if isinstance(body, bytes) else body.encode()
    headers = {"Content-Type": content_type} if content_type else {}
    status, received, document = caller.send(Request("POST", "/xmlrpc.cgi", sent, headers))
    assert (status, received) == (200, "text/xml")
    try:
        (result,), _ = xmlrpc.client.loads(document)
    except xmlrpc.client.Fault as fault:
        return fault.faultCode
    return result


@pytest.mark.parametrize(
    "params",
    [
        "",
        "<params/>",
        "<params></params>",
        "\n <params>\n </params>\n",
        "<params><param><value><struct/></value></param></params>",
        "<params><param><value><struct></struct></value></param></params>",
        "<params><param><value><nil/></value></param></params>",
        "<params><param><value><string>a</string></value></param></params>",
        "<params><param><value>a</value></param></params>",
        "<params><param><value><struct/></value></param><param><value><int>1</int></value></param></params>",
    ],
)
def test_no_parameters(caller: Caller, params: str) -> None:
    assert answer(caller, CALL.format(params)) == VERSION


@pytest.mark.parametrize(
    "body",
    [
        NOTHING,
        f'<?xml version="1.0"?>{NOTHING}',
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- a comment -->{NOTHING}\n',
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{NOTHING}'.encode("iso-8859-1"),
        f'<?xml version="1.0" encoding="UTF-16"?>{NOTHING}'.encode("utf-16"),
        b"\xef\xbb\xbf" + NOTHING.encode(),
        NOTHING.replace("<methodCall>", '<methodCall xmlns:ex="http://example.com/" ex:a="1">'),
        NOTHING.replace("Bugzilla.version", " Bugzilla.version\n"),
    ],
)
def test_ways_to_write_a_call(caller: Caller, body: str | bytes) -> None:
    assert answer(caller, body) == VERSION


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"nonsense", -32700),
        (b"{}", -32700),
        (NOTHING[:-5].encode(), -32700),
        (NOTHING.replace("<params/>", "<params>").encode(), -32700),
        (NOTHING.replace("<params/>", "&none;").encode(), -32700),
        (b"<!DOCTYPE methodCall [<!ENTITY a 'b'>]>" + NOTHING.encode(), -32700),
        (b'<?xml version="1.0" encoding="nonsense"?>' + NOTHING.encode(), -32700),
        (NOTHING.replace("Bugzilla", "Bugzill\xe4").encode("latin-1"), -32700),
        (b"<methodResponse/>", -32600),
        (b"<methodCall/>", -32600),
        (b"<methodCall><methodName/></methodCall>", -32600),
        (CALL.format("<params><value/></params>").encode(), -32600),
        (CALL.format("<params><param><value><i2>5</i2></value></param></params>").encode(), -32600),
        (CALL.format("<params><param><value><int>five</int></value></param></params>").encode(), -32600),
        (CALL.format("<params><param><value><boolean>2</boolean></value></param></params>").encode(), -32600),
    ],
)
def test_what_is_no_call(caller: Caller, body: bytes, code: int) -> None:
    assert answer(caller, body) == code


@pytest.mark.parametrize(
    ("content_type", "outcome"),
    [
        ("text/xml", VERSION),
        ("text/xml; charset=utf-8", VERSION),
        ("TEXT/XML", VERSION),
        ("application/xml", VERSION),
        ("", VERSION),
        ("text/plain", 32612),
        ("application/json", 32612),
        ("multipart/form-data", 32612),
    ],
)
def test_content_types(caller: Caller, content_type: str, outcome: object) -> None:
    assert answer(caller, NOTHING, content_type) == outcome


def test_the_probe(caller: Caller) -> None:
    status, content_type, body = caller.send(Request("HEAD", "/xmlrpc.cgi"))
    assert (status, content_type, body) == (200, "text/xml", b"")


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_verbs(caller: Caller, verb: str) -> None:
    assert caller.send(Request(verb, "/xmlrpc.cgi"))[0] == 405


@pytest.mark.parametrize(
    ("written", "bug"),
    [
        ("<int>1</int>", "1"),
        ("<i4>1</i4>", "1"),
        ("<i8>1</i8>", "1"),
        ("<int> 1 </int>", "1"),
        ("<string>1</string>", "1"),
        ("1", "1"),
        ("<boolean>1</boolean>", "1"),
        ("<double>1.0</double>", None),
        ("<base64>MQ==</base64>", "1"),
        ("<base64>cHVibGljLWJ1Zw==</base64>", "1"),  # some Perl clients send every text with accents so
        ("<int>+1</int>", None),
        ("<int></int>", None),
    ],
)
def test_types_of_a_bug(caller: Caller, written: str, bug: str | None) -> None:
    member = f"<member><name>ids</name><value>{written}</value></member>"
    body = f"<params><param><value><struct>{member}</struct></value></param></params>"
    result = answer(caller, CALL.format(body).replace("Bugzilla.version", "Bug.attachments"))
    assert result == 100 if bug is None else list(result["bugs"]) == [bug]


LARGEST = 1024 * 1024
"""Bytes of the largest attachment of the test site."""

ADD = """<?xml version="1.0" encoding="{encoding}"?><methodCall><methodName>Bug.add_attachment</methodName>
<params><param><value><struct><member><name>ids</name><value><int>2</int></value></member>
<member><name>file_name</name><value>wide.bin</value></member><member><name>summary</name><value>wide</value></member>
<member><name>content_type</name><value>application/x-wide</value></member>
<member><name>Bugzilla_api_key</name><value>{key}</value></member>
<member><name>data</name><value>{data}</value></member></struct></value></param></params></methodCall>"""


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("utf-16", "<base64>{base64}</base64>"),
        ("utf-8", "<string>{ampersands}</string>"),
        ("utf-16", "<string>{references}</string>"),
    ],
)
@pytest.mark.parametrize("size", [LARGEST, LARGEST + 1])
def test_a_file_within_the_limit_is_taken_however_wide_it_is_written(
    caller: Caller, encoding: str, written: str, size: int
) -> None:
    data = written.format(
        base64=base64.encodebytes(b"&" * size).decode(), ampersands="&amp;" * size, references="&#38;" * size
    )
    body = ADD.format(encoding=encoding, key=account("editor").api_key, data=data).encode(encoding)
    result = answer(caller, body)
    if size > LARGEST:
        assert result == 600
    else:
        assert caller.attachment(int(result["ids"][0]))["data"] == b"&" * size
