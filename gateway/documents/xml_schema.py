"""The XML Schema of XML-RPC messages as the gateway reads and writes them (http://xmlrpc.com/spec.md).

The types are the specification's, with Apache's `i8` and `nil`, and what the gateway takes beyond the letter: an empty
<int> or <double>, a time with hyphens or a Z, `true` and `false`. Base64 without its padding is taken too, and not told
of here. XML-RPC has no namespace, and neither has the schema one.
"""

from lxml import etree
from lxml.builder import ElementMaker

XS = "http://www.w3.org/2001/XMLSchema"
_E = ElementMaker(namespace=XS, nsmap={"xs": XS})

_SPACE = r"[ \t\r\n]*"
_SCALARS = {
    "int": rf"{_SPACE}([-+]?[0-9]+)?{_SPACE}",
    "i4": rf"{_SPACE}[-+]?[0-9]+{_SPACE}",
    "i8": rf"{_SPACE}[-+]?[0-9]+{_SPACE}",
    "boolean": rf"{_SPACE}(0|1|true|false){_SPACE}",
    "double": rf"{_SPACE}([-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?)?{_SPACE}",
    "dateTime.iso8601": (
        rf"{_SPACE}[0-9]{{4}}-?(0[1-9]|1[0-2])-?(0[1-9]|[12][0-9]|3[01])"
        rf"T([01][0-9]|2[0-3]):?[0-5][0-9]:?[0-5][0-9]Z?{_SPACE}"
    ),
    "base64": r"[A-Za-z0-9+/= \t\r\n]*",
    "nil": _SPACE,
}
"""The scalar types, and the pattern of their text; a string has none."""

_BASES = {"base64": "xs:base64Binary"}
"""The types of XML Schema that scalars restrict; for all others it is xs:string."""


def document() -> bytes:
    """The schema."""
    schema = _E.schema(
        _E.annotation(_E.documentation("XML-RPC messages: calls and answers.")),
        _element("methodCall", _element("methodName", "xs:string"), _element("params", "params", least=0)),
        _E.element(
            _E.complexType(_E.choice(_element("params", "oneParam"), _element("fault", "fault"))), name="methodResponse"
        ),
        _sequence("params", _element("param", "param", least=0, most="unbounded")),
        _sequence("oneParam", _element("param", "param")),
        _sequence("param", _element("value", "value")),
        _sequence("fault", _element("value", "faultValue")),
        _sequence("faultValue", _element("struct", "struct")),
        _E.annotation(_E.documentation("A value without an element for its type is a string.")),
        _E.complexType(
            _E.choice(
                *(_element(name, name) for name in _SCALARS),
                _element("string", "xs:string"),
                _element("struct", "struct"),
                _element("array", "array"),
                minOccurs="0",
            ),
            name="value",
            mixed="true",
        ),
        _sequence("struct", _element("member", "member", least=0, most="unbounded")),
        _sequence("member", _element("name", "xs:string"), _element("value", "value")),
        _sequence("array", _element("data", "data")),
        _sequence("data", _element("value", "value", least=0, most="unbounded")),
        *(_scalar(name, pattern) for name, pattern in _SCALARS.items()),
    )
    return etree.tostring(schema, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _element(name: str, *content: "str | etree._Element", least: int = 1, most: str = "1") -> etree._Element:
    """An element of a named type, or one of these elements in order."""
    if content and isinstance(content[0], str):
        occurs = {"minOccurs": str(least)} if least != 1 else {}
        occurs |= {"maxOccurs": most} if most != "1" else {}
        return _made(_E.element(name=name, type=content[0], **occurs))
    return _made(_E.element(_E.complexType(_E.sequence(*content)), name=name))


def _sequence(name: str, *content: etree._Element) -> etree._Element:
    return _made(_E.complexType(_E.sequence(*content), name=name))


def _scalar(name: str, pattern: str) -> etree._Element:
    base = _BASES.get(name, "xs:string")
    return _made(_E.simpleType(_E.restriction(_E.pattern(value=pattern), base=base), name=name))


def _made(element: etree._Element) -> etree._Element:
    """An element as the maker makes it, whose types do not say what that is."""
    return element
