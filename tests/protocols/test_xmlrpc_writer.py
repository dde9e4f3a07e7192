import base64
import xmlrpc.client
from datetime import UTC, datetime
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.content import MemoryContent, StoredContent
from gateway.model import Hours
from gateway.protocols.wire_values import length
from gateway.protocols.xmlrpc.response_writer import fault, response

HEAD = '<?xml version="1.0" encoding="UTF-8"?><methodResponse><params><param>'
TAIL = "</param></params></methodResponse>"


def written(value):
    (body,) = response(value)
    return body.decode().removeprefix(HEAD).removesuffix(TAIL)


class Severity(IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "xml"),
    [
        (None, "<value></value>"),
        ({}, "<value><struct></struct></value>"),
        ([], "<value><array><data></data></array></value>"),
        ((), "<value><array><data></data></array></value>"),
        (True, "<value><boolean>1</boolean></value>"),
        (False, "<value><boolean>0</boolean></value>"),
        (0, "<value><int>0</int></value>"),
        (2**31 - 1, "<value><int>2147483647</int></value>"),
        (-(2**31), "<value><int>-2147483648</int></value>"),
        (2**31, "<value><i8>2147483648</i8></value>"),
        (-(2**31) - 1, "<value><i8>-2147483649</i8></value>"),
        (Severity.HIGH, "<value><int>3</int></value>"),
        (1.5, "<value><double>1.5</double></value>"),
        (1e-7, "<value><double>0.0000001</double></value>"),
        (1e22, "<value><double>10000000000000000000000</double></value>"),
        (Hours("0.00"), "<value><double>0.00</double></value>"),
        ("", "<value><string></string></value>"),
        ("<a> & 'b' \"c\"", "<value><string>&lt;a&gt; &amp; 'b' \"c\"</string></value>"),
        ("]]>", "<value><string>]]&gt;</string></value>"),
        ("a\tb\nc\rd", "<value><string>a\tb\nc&#13;d</string></value>"),
        ("&\r", "<value><string>&amp;&#13;</string></value>"),
        (
            "a\0\x01\x0b\ud800\udfff\ufffe\uffffb",
            "<value><string>a\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdb</string></value>",
        ),
        ("\x7f\x85\u2028\ue000\ufffd", "<value><string>\x7f\x85\u2028\ue000\ufffd</string></value>"),
        ("é 世 😀 \U0010ffff", "<value><string>é 世 😀 \U0010ffff</string></value>"),
        (
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            "<value><dateTime.iso8601>20260102T03:04:05</dateTime.iso8601></value>",
        ),
        (b"x", "<value><base64>eA==</base64></value>"),
        (MemoryContent(b"x"), "<value><base64>eA==</base64></value>"),
        (MemoryContent(b""), "<value><base64></base64></value>"),
        (["a", None], "<value><array><data><value><string>a</string></value><value></value></data></array></value>"),
        ({"a": None}, "<value><struct></struct></value>"),
        (
            {5: 1, "<": None, "&": 2},
            "<value><struct><member><name>5</name><value><int>1</int></value></member>"
            "<member><name>&amp;</name><value><int>2</int></value></member></struct></value>",
        ),
    ],
)
def test_form(value, xml):
    assert written(value) == xml


def test_base64_is_on_one_line():
    assert base64.b64encode(bytes(1000)).decode() in written(bytes(1000))


def test_what_has_no_type():
    with pytest.raises(TypeError, match="complex"):
        response([1j])


def test_fault():
    body = fault(101, "Bug <9> does not exist.\x00")
    with pytest.raises(xmlrpc.client.Fault) as caught:
        xmlrpc.client.loads(body)
    assert (caught.value.faultCode, caught.value.faultString) == (101, "Bug <9> does not exist.\ufffd")
    assert b"<value><int>101</int></value>" in body


def test_stored_content_is_left_to_whoever_sends_the_answer():
    first, second = StoredContent(1, 4, "hash"), StoredContent(2, 0, "hash")
    pieces = response({"1": {"data": first, "text": "\0"}, "2": [second]})
    assert [piece for piece in pieces if not isinstance(piece, bytes)] == [first, second]
    body = b"".join(piece if isinstance(piece, bytes) else base64.b64encode(bytes(piece.size)) for piece in pieces)
    assert length(pieces) == len(body)
    assert xmlrpc.client.loads(body, use_builtin_types=True)[0] == (
        {"1": {"data": bytes(4), "text": "\ufffd"}, "2": [b""]},
    )


# ---- every answer can be read


SCALARS = {
    "int": int,
    "i8": int,
    "boolean": lambda text: bool(int(text)),
    "double": float,
    "string": str,
    "dateTime.iso8601": lambda text: datetime.strptime(text, "%Y%m%dT%H:%M:%S"),
    "base64": lambda text: base64.b64decode(text, validate=True),
}


def by_lxml(element):
    """The value of a <value>, read as the specification has it."""
    if len(element) == 0:
        return element.text or ""
    (typed,) = element
    if typed.tag == "struct":
        return {member.findtext("name"): by_lxml(member.find("value")) for member in typed}
    if typed.tag == "array":
        return [by_lxml(item) for item in typed.find("data")]
    return SCALARS[typed.tag](typed.text or "")


def carried(character):
    code = ord(character)
    allowed = character in "\t\n\r" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code > 0xFFFF
    return character if allowed else "\ufffd"


def as_read(value):
    """What a reader gets of a value that was written."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "".join(map(carried, value))
    if isinstance(value, list):
        return [as_read(item) for item in value]
    if isinstance(value, dict):
        return {as_read(str(name)): as_read(item) for name, item in value.items() if item is not None}
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value


any_text = st.text(st.characters() | st.characters(categories=["Cs", "Cc"]) | st.sampled_from("\r\n\t&<>]\ufffe\uffff"))
answers = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text
    | st.binary()
    | st.datetimes(timezones=st.just(UTC)).map(lambda time: time.replace(microsecond=0)),
    lambda inner: st.lists(inner) | st.dictionaries(any_text | st.integers(), inner),
    max_leaves=20,
)


@given(answers)
def test_parsers_read_what_was_meant(value):
    (body,) = response(value)
    document = etree.fromstring(body)
    assert by_lxml(document.find("params/param/value")) == as_read(value)
    assert xmlrpc.client.loads(body, use_builtin_types=True) == ((as_read(value),), None)


@given(any_text)
def test_faults_can_be_read(message):
    with pytest.raises(xmlrpc.client.Fault) as caught:
        xmlrpc.client.loads(fault(-32000, message))
    assert caught.value.faultString == as_read(message)
