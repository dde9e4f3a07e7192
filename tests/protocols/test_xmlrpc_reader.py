import base64
import xmlrpc.client
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xmlrpc_calls import LIMIT, MIB, WHOLE, call, plain, read, refused, value_of

from gateway import errors
from gateway.budget import Budget, Quota
from gateway.protocols.xmlrpc.call_reader import CallReader
from gateway.protocols.xmlrpc.call_target import XmlRpcCall
from gateway.spools import RequestSpools, Spool

# ---- values


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ("<value>text</value>", "text"),
        ("<value> text </value>", " text "),
        ("<value/>", ""),
        ("<value><string/></value>", ""),
        ("<value>\n  <string> a </string>\n</value>", " a "),
        ("<value><string>&lt;&amp;&gt;&quot;&apos;&#53;&#x4e16;</string></value>", "<&>\"'5世"),
        ("<value><string><![CDATA[<b>]]></string></value>", "<b>"),
        ("<value><string>a<!-- comment -->b<?pi?>c</string></value>", "abc"),
        ("<value><string>𝄞 \U0010ffff</string></value>", "𝄞 \U0010ffff"),
        ("<value><string>a\r\nb\rc&#13;</string></value>", "a\nb\nc\r"),
        ("<value><int>5</int></value>", 5),
        ("<value><int> 5 </int></value>", 5),
        ("<value><int>-0</int></value>", 0),
        ("<value><int>004</int></value>", 4),
        ("<value><int>+5</int></value>", "+5"),
        ("<value><int/></value>", None),
        ("<value><double/></value>", None),
        ("<value><int>1099511627776</int></value>", 2**40),
        ("<value><i4>-2147483648</i4></value>", -(2**31)),
        ("<value><i8>9223372036854775807</i8></value>", 2**63 - 1),
        ("<value><boolean>1</boolean></value>", 1),
        ("<value><boolean>0</boolean></value>", 0),
        ("<value><boolean>true</boolean></value>", 1),
        ("<value><double>5.0</double></value>", 5.0),
        ("<value><double>-.5e-3</double></value>", -0.0005),
        ("<value><nil/></value>", None),
        ("<value><nil>something</nil></value>", None),
        ("<value xmlns:ex='urn:x'><ex:nil/></value>", None),
        ("<value><ex:nil/></value>", None),
        ("<value><base64>eA==</base64></value>", b"x"),
        ("<value><base64>\n e\tA\r\n==&#10; </base64></value>", b"x"),
        ("<value><base64>eA</base64></value>", b"x"),
        ("<value><base64/></value>", b""),
        ("<value><struct/></value>", {}),
        ("<value><array><data/></array></value>", []),
        ("<value><array> <data> <value>a</value> <value><nil/></value> </data> </array></value>", ["a", None]),
        ("<value><struct><member><name/><value>a</value></member></struct></value>", {"": "a"}),
        (
            "<value><struct> <member> <name>a</name> <value>1</value> </member>"
            "<member><name>a</name><value>2</value></member></struct></value>",
            {"a": "2"},
        ),
    ],
)
def test_value(xml, value):
    found = value_of(xml)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", ["20260102T03:04:05", "2026-01-02T03:04:05", "20260102T03:04:05Z", " 20260102T030405 "]
)
def test_times_are_utc(text):
    found = value_of(f"<value><dateTime.iso8601>{text}</dateTime.iso8601></value>")
    assert found == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int", "abc"),
        ("int", "5.5"),
        ("int", "1_000"),
        ("int", "٤"),
        ("int", "9" * 5000),
        ("i4", ""),
        ("i8", "0x5"),
        ("boolean", ""),
        ("boolean", "2"),
        ("double", "abc"),
        ("double", "nan"),
        ("double", "1e999"),
        ("dateTime.iso8601", "yesterday"),
        ("dateTime.iso8601", ""),
        ("dateTime.iso8601", "20261301T00:00:00"),
        ("dateTime.iso8601", "20260101T00:00:00+01:00"),
        ("base64", "!!!not base64!!!"),
        ("base64", "é"),
    ],
)
def test_text_that_is_no_value_of_its_type(kind, text):
    refused(call(f"<value><{kind}>{text}</{kind}></value>"), errors.INVALID_VALUE)


# ---- calls


@pytest.mark.parametrize("params", ["", "<params/>", "<params></params>", "\n<params>\n</params>\n"])
def test_a_call_without_parameters(params):
    assert read(f"<methodCall><methodName> a.b </methodName>{params}</methodCall>") == XmlRpcCall("a.b", [])


def test_a_call_with_several_parameters():
    document = (
        "<?xml version='1.0'?>\n<methodCall>\n <methodName>a.b</methodName>\n <params>\n"
        "  <param><value>x</value></param>\n  <param><value><int>4</int></value></param>\n </params>\n</methodCall>\n"
    )
    assert read(document) == XmlRpcCall("a.b", ["x", 4])


@pytest.mark.parametrize("name", ["x:", ""])
def test_namespaces_do_not_matter(name):
    declared = f"xmlns{':x' if name else ''}='urn:x'"
    document = f"<{name}methodCall {declared}><{name}methodName>m</{name}methodName></{name}methodCall>"
    assert read(document) == XmlRpcCall("m", [])


@pytest.mark.parametrize("warned_of", ["", "xmlns='relative'", "xml:space='other'"])
def test_prefixes_need_no_declaration(warned_of):
    params = f"<x:params><param><x:int>1</x:int></param><param {warned_of}><x:value/></param></x:params>"
    assert read(f"<methodCall><methodName>m</methodName>{params}</methodCall>") == XmlRpcCall("m", [1, ""])


READ_AS_SOAP_LITE_READS_THEM = [
    ("<value><array/></value>", []),
    ("<value><array></array></value>", []),
    ("<value><array> </array></value>", []),
    ("<value><array><data/></array></value>", []),
    ("<value><array><data><int>1</int><array/><value>a</value></data></array></value>", [1, [], "a"]),
    ("<value><struct/></value>", {}),
    ("<value><struct><member><value>1</value><name>a</name></member></struct></value>", {"a": "1"}),
    ("<value><struct><member><value/><name/></member></struct></value>", {"": ""}),
    (
        "<value><struct><member><value><struct><member><value><int>1</int></value><name>b</name></member></struct>"
        "</value><name>a</name></member></struct></value>",
        {"a": {"b": 1}},
    ),
    ("<value>text<int>1</int></value>", 1),
    ("<value>\n <int>1</int>text</value>", 1),
    ("<value>text<array/>more</value>", []),
    ("<value>text<struct>text<member>text<name>a</name>text<value>b</value></member></struct></value>", {"a": "b"}),
    ("<value>text<array>text<data>text<value>a</value>text</data>text</array></value>", ["a"]),
    ("<struct/>", {}),
    ("<int>1</int>", 1),
    ("<array><data/></array>", []),
    ("text<string>a</string>", "a"),
]


@pytest.mark.parametrize(("param", "value"), READ_AS_SOAP_LITE_READS_THEM)
def test_what_soap_lite_reads_too(param, value):
    assert value_of(param) == value


@pytest.mark.parametrize(
    "document",
    [
        "<methodCall><params><param><int>1</int></param></params><methodName>m</methodName></methodCall>",
        "<methodCall>text<methodName>m</methodName>text<params>text<param><int>1</int></param></params></methodCall>",
    ],
)
def test_a_call_in_another_order_or_with_text_in_it(document):
    assert read(document) == XmlRpcCall("m", [1])


ONE = call("<value><int>1</int></value>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"])
@pytest.mark.parametrize(
    "before",
    [
        "<!DOCTYPE methodCall>",
        "<!DOCTYPE methodCall >\n",
        "<!DOCTYPE\nm:methodCall\t>",
        "<!-- made by hand -->\n<!DOCTYPE methodCall><!-- > -->",
        "<!-- <!DOCTYPE a [> --><!DOCTYPE methodCall>",
        "<?xml-stylesheet href='a>b'?>\n<!-- a --><?a?>\n<!DOCTYPE methodCall><?b?>",
        "<!DOCTYPE m\xe9thode>",
    ],
)
def test_a_doctype_that_declares_nothing(before, encoding):
    mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")
    declared = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    document = f'{mark}<?xml version="1.0" encoding="{declared}"?>\n{before}{ONE}'
    assert read(document.encode(encoding)).params == [1]
    if declared == "utf-8":
        assert read(f"{before.lstrip()}{ONE}".encode(encoding)).params == [1]


@pytest.mark.parametrize("encoding", ["utf-16le", "utf-16be"])
def test_a_doctype_in_utf_16_without_a_byte_order_mark(encoding):
    declared = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE methodCall>{ONE}'
    assert read(declared.encode(encoding)).params == [1]
    assert read(f"<!DOCTYPE methodCall>{ONE}".encode(encoding), charset=encoding).params == [1]


@pytest.mark.parametrize(
    "document",
    [
        "<foo><methodName>m</methodName></foo>",
        "<methodResponse><params/></methodResponse>",
        "<methodCall/>",
        "<methodCall><params/></methodCall>",
        "<methodCall><methodName/></methodCall>",
        "<methodCall><methodName>m</methodName><methodName>m</methodName></methodCall>",
        "<methodCall><methodName>m</methodName><params/><params/></methodCall>",
        "<methodCall><params/><params/></methodCall>",
        "<methodCall>m<params/></methodCall>",
        "<methodCall><methodName><b>m</b></methodName></methodCall>",
        "<methodCall><methodName>m</methodName><params><param/></params></methodCall>",
        call("<value/><value/>"),
        call("<value><i2>5</i2></value>"),
        call("<value><int>5</int><string>6</string></value>"),
        call("<value><int><b/></int></value>"),
        call("<value><struct><member><value/></member></struct></value>"),
        call("<value><struct><member><name>a</name></member></struct></value>"),
        call("<value><struct><member><value/><value/></member></struct></value>"),
        call("<value><struct><member><name>a</name><name>b</name></member></struct></value>"),
        call("<value><struct><member><name>a</name><int>5</int></member></struct></value>"),
        call("<value><struct><value/></struct></value>"),
        call("<value><value/></value>"),
        call("5"),
        call("<value><array><value/></array></value>"),
        call("<value><array><data/><data/></array></value>"),
        call("<value><member><name>a</name><value/></member></value>"),
    ],
)
def test_a_document_that_is_no_call(document):
    refused(document, errors.INVALID_REQUEST)


# ---- encodings


@pytest.mark.parametrize("text", ["é", "ÿ"])
@pytest.mark.parametrize(
    ("declared", "encoding", "charset"),
    [
        ("UTF-8", "utf-8", None),
        ("UTF-8", "utf-8-sig", None),
        ("", "utf-8", None),
        ("ISO-8859-1", "iso-8859-1", None),
        ("UTF-16", "utf-16", None),
        ("", "utf-16", None),
        ("", "iso-8859-1", "iso-8859-1"),
        ("", "utf-16-le", "UTF-16LE"),
        ("", "utf-8", "utf-8"),
        ("UTF-8", "utf-8", "iso-8859-1"),
        ("ISO-8859-1", "iso-8859-1", "utf-8"),
        ("", "utf-8-sig", "iso-8859-1"),
        ("", "utf-16", "utf-8"),
    ],
)
def test_encoding(text, declared, encoding, charset):
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else "<?xml version='1.0'?>"
    document = (declaration + call(f"<value>{text}</value>")).encode(encoding)
    assert read(document, charset=charset).params == [text]


def test_ascii_with_references():
    document = b"<?xml version='1.0' encoding='us-ascii'?>" + call("<value>&#233;&#x1F600;</value>").encode("ascii")
    assert read(document).params == ["é😀"]


@pytest.mark.parametrize(
    ("document", "charset"),
    [
        (call("<value>é</value>").encode("iso-8859-1"), None),
        (call("<value>é</value>").encode("iso-8859-1"), "utf-8"),
        (call("<value>x</value>"), "no-such-charset"),
        ("<?xml version='1.0' encoding='no-such'?>" + call("<value/>"), None),
        (("<?xml version='1.0' encoding='UTF-8'?>" + call("<value/>")).encode("utf-32"), None),
        (b"<?xml version='1.0' encoding='UTF-8'?>" + call("<value>\xed\xa0\x80</value>").encode("iso-8859-1"), None),
        (b"\xff\xfe" + call("<value>x</value>").encode(), None),
    ],
)
def test_an_encoding_that_lies(document, charset):
    refused(document, errors.UNREADABLE, charset=charset)


# ---- content

EVERY_BYTE = bytes(range(256))
BIG = bytes((i * 7 + (i >> 8)) & 255 for i in range(300 * 1024))


@pytest.mark.parametrize("data", [EVERY_BYTE, BIG], ids=["every byte", "300 KiB"])
@pytest.mark.parametrize("width", [60, 72, 76, 10**9])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "&#10;", "&#13;&#10;", "&#xD;\n"])
def test_base64_broken_into_lines(data, width, line_break):
    written = base64.b64encode(data).decode()
    broken = line_break.join(written[start : start + width] for start in range(0, len(written), width))
    assert value_of(f"<value><base64>{broken}</base64></value>") == data


@pytest.mark.parametrize(("size", "kind"), [(0, bytes), (1, bytes), (64 * 1024, bytes), (64 * 1024 + 1, Spool)])
def test_base64_is_bytes_where_it_is_short_and_a_spool_where_it_is_long(size, kind):
    with RequestSpools(LIMIT, Budget(disk=Quota(LIMIT))) as spools:
        reader = CallReader(spools, LIMIT)
        reader.feed(call(f"<value><base64>{base64.b64encode(bytes(size)).decode()}</base64></value>").encode())
        (value,) = reader.close().params
        assert type(value) is kind
        assert plain(value) == bytes(size)


def test_a_string_of_a_mib_stays_one_and_a_longer_one_is_content():
    text = "é\n" * (MIB // 2)
    assert value_of(f"<value><string>{text}</string></value>") == text
    assert value_of(f"<value><string>{text}x</string></value>") == (text + "x").encode("latin-1")
    assert value_of(f"<value>{text}x</value>") == (text + "x").encode("latin-1")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("<value>{}世</value>".format("x" * MIB), errors.INVALID_VALUE),
        ("<value>世{}</value>".format("x" * MIB), errors.INVALID_VALUE),
        ("<value><base64>{}!</base64></value>".format("QUJD" * 99_999), errors.INVALID_VALUE),
        ("<value><base64>{}QQ==QUJD</base64></value>".format("QUJD" * 99_999), errors.INVALID_VALUE),
        ("<value><base64>{}Q</base64></value>".format("QUJD" * 99_999), errors.INVALID_VALUE),
        ("<value><base64>{}é</base64></value>".format("QUJD" * 99_999), errors.INVALID_VALUE),
        ("<value>{}<int>5</int></value>".format(" " * 2 * MIB), errors.INVALID_REQUEST),
        ("<value><int>{}5</int></value>".format(" " * 70_000), errors.INVALID_REQUEST),
        (
            "<value><struct><member><name>{}</name></member></struct></value>".format("x" * 65_537),
            errors.INVALID_REQUEST,
        ),
    ],
)
def test_long_text_that_is_none_of_its_type(value, kind):
    refused(call(value), kind)


def test_white_space_between_elements_may_be_long():
    assert value_of(f"<value><array>{' ' * 200_000}<data/></array>{' ' * 200_000}</value>") == []


def test_errors_of_a_spool_reach_the_caller_of_feed():
    data = base64.b64encode(bytes(2 * MIB))
    refused(call(f"<value><base64>{data.decode()}</base64></value>"), errors.FILE_TOO_LARGE, limit=MIB)
    with RequestSpools(LIMIT, Budget(disk=Quota(MIB))) as spools:
        reader = CallReader(spools, LIMIT)
        reader.feed(b"<methodCall><methodName>m</methodName><params><param><value><base64>")
        with pytest.raises(errors.GatewayError) as caught:
            reader.feed(data)
        assert caught.value.kind is errors.BUSY


@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT, LIMIT + 1])
def test_the_largest_attachment(size):
    document = call(f"<value><base64>{base64.b64encode(bytes(size)).decode()}</base64></value>")
    if size <= LIMIT:
        assert read(document).params == [bytes(size)]
    else:
        refused(document, errors.FILE_TOO_LARGE)


WIDE = 2 * MIB
"""A limit of files whose body, at one and a half times as much and a MiB, is not enough for content written widely."""

WIDELY = {
    "base64 in UTF-16": ("<base64>{}</base64>", lambda size: base64.encodebytes(bytes(size)).decode(), "utf-16"),
    "ampersands": ("<string>{}</string>", lambda size: "&amp;" * size, "utf-8"),
    "bytes above 127": ("<string>{}</string>", lambda size: "ÿ" * size, "utf-8"),
    "references": ("<string>{}</string>", lambda size: "&#255;" * size, "utf-8"),
    "references in UTF-16": ("<string>{}</string>", lambda size: "&#255;" * size, "utf-16"),
    "without an element": ("{}", lambda size: "&amp;" * size, "utf-16"),
}


@pytest.mark.parametrize("name", WIDELY)
def test_the_limit_is_on_the_file_however_it_is_written(name):
    element, write, encoding = WIDELY[name]
    options = {"limit": WIDE, "max_body": WIDE * 3 // 2 + MIB}
    for size in (MIB - 1, WIDE):
        value = f"<value>{element.format(write(size))}</value>"
        document = f'<?xml version="1.0" encoding="{encoding}"?>{call(value)}'.encode(encoding)
        assert len(read(document, **options).params[0]) == size
    value = f"<value>{element.format(write(WIDE + 3))}</value>"
    document = f'<?xml version="1.0" encoding="{encoding}"?>{call(value)}'.encode(encoding)
    refused(document, errors.FILE_TOO_LARGE, **options)


@pytest.mark.parametrize("junk", [" " * 1000, "<value>{}<int>1</int></value>", "<value/>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_is_no_content_gives_no_more_room(junk, encoding):
    values = junk.format("x" * 1000) * 3000
    document = call(f"<value><array><data>{values}</data></array></value>").encode(encoding)
    refused(document, errors.BODY_TOO_LARGE, max_body=len(document) // 2)


def test_several_files_are_no_more_than_one_in_a_wide_body():
    value = f"<value><string>{'&amp;' * WIDE}</string></value>"
    document = call(f"<value><array><data>{value * 4}</data></array></value>")
    refused(document, errors.BODY_TOO_LARGE, limit=WIDE, max_body=WIDE * 3 // 2 + MIB)


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_the_largest_body(slack):
    document = call("<value>x</value>")
    if slack < 0:
        refused(document, errors.BODY_TOO_LARGE, max_body=len(document) + slack)
    else:
        assert read(document, max_body=len(document) + slack).params == ["x"]


# ---- pieces, and clients


@given(st.lists(st.integers(1, 100)))
def test_pieces_make_no_difference(sizes):
    assert read(WHOLE, sizes=sizes) == read(WHOLE)


@settings(max_examples=25)
@given(st.lists(st.integers(1, 200_000), max_size=8), st.integers(0, 3), st.sampled_from(["\r\n", "&#10;", ""]))
def test_pieces_make_no_difference_to_long_content(sizes, shift, line_break):
    written = base64.b64encode(BIG).decode()
    broken = line_break.join(written[start : start + 76] for start in range(0, len(written), 76))
    document = call(f"<value><array><data><value>{' ' * shift}</value><value><base64>{broken}</base64></value>"
                    f"<value>{'é' * 70_000}</value></data></array></value>").encode()  # fmt: skip
    assert read(document, sizes=sizes).params == [[" " * shift, BIG, "é" * 70_000]]


xml_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00\ufffe\uffff", min_codepoint=32))
sendable = st.recursive(
    st.integers(-(2**31), 2**31 - 1) | xml_text | st.binary() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(xml_text, inner),
    max_leaves=20,
)


@given(st.lists(sendable), st.sampled_from(["utf-8", "us-ascii", "iso-8859-1", "utf-16"]))
def test_what_pythons_client_sends_is_what_was_meant(params, encoding):
    written = xmlrpc.client.dumps(tuple(params), "a.b", encoding=encoding, allow_none=True)
    assert read(written.encode(encoding, "xmlcharrefreplace")) == XmlRpcCall("a.b", params)
