"""Documents that are meant to do harm: they are refused, cheaply, with an error of ours and nothing else."""

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xmlrpc_calls import LIMIT, MIB, WHOLE, call, read, refused, value_of

from gateway import errors
from gateway.budget import Budget, Quota
from gateway.protocols.xmlrpc.call_reader import CallReader
from gateway.protocols.xmlrpc.call_target import XmlRpcCall
from gateway.spools import RequestSpools

# ---- bounds


def nested(depth):
    return call("<value><array><data>" * depth + "<value><int>1</int></value>" + "</data></array></value>" * depth)


def test_depth():
    value = read(nested(256)).params[0]
    for _ in range(256):
        (value,) = value
    assert value == 1
    refused(nested(257), errors.INVALID_REQUEST)
    refused(
        "<methodCall><methodName>m</methodName><params><param>" + "<value><array><data>" * 100_000,
        errors.INVALID_REQUEST,
    )


def test_number_of_values():
    def many(number):
        member = "<member><name>a</name><value><int>1</int></value></member>"
        return f"<value><struct>{member * number}</struct></value>"

    assert value_of(many(49_998)) == {"a": 1}  # four elements each, and six around them: 200,000 is the limit
    refused(call(many(49_999)), errors.INVALID_REQUEST)


def test_all_texts_together():
    text = f"<value>{'x' * MIB}</value>"
    assert len(value_of(f"<value><array><data>{text * 3}</data></array></value>")) == 3
    refused(call(f"<value><array><data>{text * 5}</data></array></value>"), errors.BODY_TOO_LARGE)


@pytest.mark.parametrize(
    "beginning",
    [
        b"<methodCall " + b" ".join(b'a%d=""' % i for i in range(100_000)),
        b'<methodCall a="' + b"x" * 10**6,
        b"<methodCall" + b"x" * 10**6,
        b"<!-- " + b"x" * 10**6,
        b"<?pi " + b"x" * 10**6,
        b"<methodCall " + b" " * 10**6,
    ],
    ids=["attributes", "attribute", "name", "comment", "instruction", "space"],
)
def test_a_tag_or_comment_may_not_go_on_for_ever(beginning):
    with RequestSpools(LIMIT, Budget(disk=Quota(LIMIT))) as spools:
        reader = CallReader(spools, 2 * 10**6)
        with pytest.raises(errors.GatewayError) as caught:
            reader.feed(beginning)
    assert caught.value.kind is errors.UNREADABLE


# ---- hostile documents

ENTITY = '<?xml version="1.0"?><!DOCTYPE m [{}]>' + call("<value>&e;</value>")
BOMB = "".join(f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in zip("abcd", "bcde", strict=True))


@pytest.mark.parametrize(
    "document",
    [
        "",
        " ",
        "hello",
        '{"method":"m"}',
        "\x00",
        "<methodCall><methodName>m</methodNam",
        "<methodCall><methodName>m</params></methodCall>",
        "<methodCall><methodName>m</methodName></methodCall><methodCall/>",
        "<methodCall><methodName>m</methodName></methodCall>trailing",
        call("<value>&nosuch;</value>"),
        call("<value>&#xD800;</value>"),
        call("<value>&#0;</value>"),
        call("<value>&#x110000;</value>"),
        call("<value>\x01</value>"),
        call("<value>\x00</value>"),
        call("<value>\ufffe</value>"),
        call("<value a='1' a='2'/>"),
        call("<value a=1/>"),
        call("<value>]]></value>"),
        call("<value><!-- -- --></value>"),
        "<!DOCTYPE methodCall []>" + call("<value/>"),
        "<!DOCTYPE methodCall><!DOCTYPE methodCall>" + call("<value/>"),
        call("<value/>") + "<!DOCTYPE methodCall>",
        "<!DOCTYPE>" + call("<value/>"),
        "<!DOCTYPE m><!DOCTYPE m [<!ENTITY e '5'>]>" + call("<value>&e;</value>"),
        "<!DOCTYPE m SYSTEM 'a'>" + call("<value/>"),
        "<!-- -->" * 2000 + "<!DOCTYPE m>" + call("<value/>"),
        '<!DOCTYPE methodCall SYSTEM "file:///etc/passwd">' + call("<value/>"),
        '<!DOCTYPE methodCall PUBLIC "-//x" "http://127.0.0.1:9/x.dtd">' + call("<value/>"),
        ENTITY.format('<!ENTITY e "5">'),
        ENTITY.format('<!ENTITY e SYSTEM "file:///etc/passwd">'),
        ENTITY.format('<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;'),
        ENTITY.format('<!ENTITY a "aaaaaaaaaa">' + BOMB),
        ENTITY.format('<!ENTITY e "&e;">'),
        ENTITY.format('<!ENTITY e "{}">'.format("x" * 100_000)),
        ENTITY.format('<!ATTLIST methodCall a CDATA "5">'),
        ENTITY.format('<!NOTATION n SYSTEM "n"><!ENTITY e SYSTEM "x" NDATA n>'),
        '<?xml version="1.0" standalone="yes"?><!DOCTYPE m [<!ENTITY e "5">]>' + call("<value>&e;</value>"),
        '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE m+AD4-' + call("<value/>"),
    ],
)
def test_a_document_that_cannot_be_read(document):
    refused(document, errors.UNREADABLE)


def test_nothing_is_fetched():
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        for declared in (f'<!ENTITY e SYSTEM "{url}">', f'<!ENTITY % p SYSTEM "{url}">%p;'):
            refused(ENTITY.format(declared), errors.UNREADABLE)
        refused(f'<!DOCTYPE m SYSTEM "{url}">' + call("<value/>"), errors.UNREADABLE)
        refused(f'<?xml-stylesheet href="{url}"?>x', errors.UNREADABLE)
        xinclude = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{url}"/>'
        refused(call(f"<value>{xinclude}</value>"), errors.INVALID_REQUEST)
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()


def test_truncated_at_every_byte():
    for end in range(len(WHOLE)):
        with pytest.raises(errors.GatewayError) as caught:
            read(WHOLE[:end])
        assert caught.value.kind in (errors.UNREADABLE, errors.INVALID_REQUEST)  # half a name is an element's, too


@settings(max_examples=300)
@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=4), st.integers(0, 8))
def test_damage_is_never_anything_but_an_error_of_ours(at, inserted, removed):
    damaged = WHOLE[:at] + inserted + WHOLE[at + removed :]
    try:
        assert isinstance(read(damaged), XmlRpcCall)
    except errors.GatewayError as error:
        assert error.kind in (errors.UNREADABLE, errors.INVALID_REQUEST, errors.INVALID_VALUE)
