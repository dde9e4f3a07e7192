"""Build a call from the events in an XML-RPC document: a target for lxml's parser, which keeps no tree.

A table lists which elements an element may hold. `<base64>` is decoded as it arrives, and goes to a spool if it is
long; so does a `<string>` of over a MiB, its characters as bytes. Memory stays bounded for every document: a DOCTYPE,
and with it entities, is refused, and depth, number of values and length of texts are limited.

Like SOAP::Lite, with which Bugzilla reads calls, it ignores text beside elements, takes an array without `<data>` as
empty, and reads a type without a `<value>` around it, and a name that stands after its value.
"""

import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from lxml import etree

from gateway import errors
from gateway.base64_stream import Base64Decoder
from gateway.protocols.wire_values import MAX_DEPTH, MAX_HELD, MAX_VALUES, VALUE_SIZE
from gateway.protocols.xmlrpc.scalars import SCALARS, XML_SPACE
from gateway.spools import RequestSpools, Spool
from gateway.values import Value

MAX_STRING = 1024 * 1024
"""Characters of a string that stays a string; a longer one is content."""

MAX_TEXT = 64 * 1024
"""Characters of any other text: longer base64 is content, any other longer text an error."""

# document, methodCall, params, param; three elements for each list or struct; a value and the scalar in it
_MAX_OPEN = 4 + 3 * MAX_DEPTH + 2
# a member of a struct is four elements
_MAX_ELEMENTS = 4 * MAX_VALUES
_ELEMENT_SIZE = VALUE_SIZE // 2  # bytes that are held for an element: most values have two


@dataclass(frozen=True, slots=True)
class XmlRpcCall:
    """A call as it was sent: the name of a method and its parameters."""

    method: str
    params: list[Value]


@dataclass(frozen=True, slots=True)
class _Element:
    """The elements that an element may hold, and the functions that make its value.

    `first` are the elements that may come first in it, `rest` those that may follow, `count` is how many it may have.
    `build` makes a value from theirs; without it, and without children, `read` makes one from the text.
    """

    name: str
    first: Collection[str] = ()
    rest: Collection[str] = ()
    count: range = range(2)
    build: Callable[[list[Any]], Any] | None = None
    read: Callable[[str], Value] = str
    max_text: int = MAX_TEXT


class _Name(str):
    """The text of an element that names a member or a method, which may stand after the value or the parameters."""

    __slots__ = ()


def _named(children: list[Any], element: str) -> tuple[str, list[Any]]:
    """The name among the children of an element, and the others."""
    names = [str(each) for each in children if isinstance(each, _Name)]
    if len(names) != 1:
        raise errors.INVALID_REQUEST(why=f"<{element}> has {len(names)} names")
    return names[0], [each for each in children if not isinstance(each, _Name)]


def _call(children: list[Any]) -> XmlRpcCall:
    method, params = _named(children, "methodCall")
    if not method.strip(XML_SPACE):
        raise errors.INVALID_REQUEST(why="it names no method")
    return XmlRpcCall(method.strip(XML_SPACE), params[0] if params else [])


def _member(children: list[Any]) -> tuple[str, Value]:
    name, [value] = _named(children, "member")
    return name, value


def _array(children: list[Any]) -> list[Value]:
    [values] = children or [[]]
    found: list[Value] = values
    return found


def _container(name: str, *children: str) -> _Element:
    """An element with exactly one child, whose value is its own."""
    return _Element(name, children, count=range(1, 2), build=itemgetter(0))


def _repetition(name: str, children: Collection[str], build: Callable[[list[Any]], Any]) -> _Element:
    return _Element(name, children, children, range(_MAX_ELEMENTS), build)


_TYPES = {*SCALARS, "struct", "array"}
_DOCUMENT = _container("document", "methodCall")
_ELEMENTS: Mapping[str, _Element] = {
    element.name: element
    for element in (
        _Element("methodCall", {"methodName", "params"}, {"methodName", "params"}, range(1, 3), _call),
        _Element("methodName", read=_Name),
        _repetition("params", {"param"}, list),
        _container("param", "value", *_TYPES),
        _Element("value", _TYPES, max_text=MAX_STRING),
        _repetition("struct", {"member"}, dict),
        _Element("member", {"name", "value"}, {"name", "value"}, range(2, 3), _member),
        _Element("name", read=_Name),
        _Element("array", {"data"}, build=_array),
        _repetition("data", {"value", *_TYPES}, list),
        *(_Element(name, read=read) for name, read in SCALARS.items()),
        _Element("string", max_text=MAX_STRING),
    )
}


class CallTarget:
    """Takes the events of lxml's parser, or a tree. Its errors come out of the parser's `feed` and `close`."""

    def __init__(self, spools: RequestSpools) -> None:
        self._spools = spools
        self._open: list[tuple[_Element, list[Any]]] = [(_DOCUMENT, [])]
        self._text: list[str] = []
        self._long: _LongText | None = None
        self._elements = 0
        self._settled = 0
        self._held = 0
        self._memory = 0
        self._spooled = 0
        self.data = self._text.append

    @property
    def held(self) -> int:
        """About how many bytes of memory are held, after `settle`."""
        return self._memory + _ELEMENT_SIZE * self._elements + sum(map(len, self._text))

    @property
    def decoded(self) -> int:
        """The bytes of content and characters of text that were read so far, after `settle`."""
        return self._held + self._spooled + (self._long.size if self._long else 0) + sum(map(len, self._text))

    @property
    def call(self) -> XmlRpcCall:
        """The call, once the document has ended."""
        _, children = self._open[0]
        call: XmlRpcCall = children[0]
        return call

    def doctype(self, *_: object) -> None:
        """A document type declaration begins."""
        raise errors.UNREADABLE(why="a DOCTYPE is not taken")

    def start(self, tag: str, _attributes: object) -> None:
        """An element begins. Namespaces and attributes mean nothing in XML-RPC."""
        name = tag.rpartition("}")[2]
        parent, children = self._open[-1]
        if name not in (parent.rest if children else parent.first):
            raise errors.INVALID_REQUEST(why=f"<{name[:80]}> is not expected here, in {parent.name}")
        self._drop_text(parent)
        self._open.append((_ELEMENTS[name], []))
        self._elements += 1
        if len(self._open) > _MAX_OPEN:
            raise errors.INVALID_REQUEST(why=f"values are nested more than {MAX_DEPTH} deep")
        if self._elements > _MAX_ELEMENTS:
            raise errors.INVALID_REQUEST(why=f"there are more than {MAX_VALUES} values")

    start.__signature__ = ()  # type: ignore[attr-defined] # lxml would work it out for every parser, in 20 us

    def end(self, _tag: str) -> None:
        """An element ends."""
        element, children = self._open.pop()
        leaf = not children and element.build is None
        self._open[-1][1].append(self._read(element) if leaf else self._build(element, children))

    def close(self) -> None:
        """The document ends; lxml calls this after an error too."""

    def read(self, root: Any) -> None:
        """Take all elements of a tree, as if they came one after the other."""
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                self.start(element.tag, ())
                text = element.text
            else:
                self.end(element.tag)
                text = element.tail
            if text:
                self.data(text)

    def settle(self) -> bool:
        """Move the text so far to where it belongs, and tell whether anything arrived since the last time."""
        came = bool(self._text) or self._elements > self._settled
        self._settled = self._elements
        element, children = self._open[-1]
        if element.build is not None or children:
            self._drop_text(element)
        elif text := self._short_text(element):
            self._text.append(text)
        return came

    def _build(self, element: _Element, children: list[Any]) -> Any:
        self._drop_text(element)
        if len(children) not in element.count:
            raise errors.INVALID_REQUEST(why=f"<{element.name}> has {len(children)} elements")
        return children[0] if element.build is None else element.build(children)

    def _read(self, element: _Element) -> Value:
        text = self._short_text(element)
        if self._long is not None:
            self._spooled += self._long.size
            content, self._long = self._long.finish(), None
            return content
        self._held += len(text)
        self._memory += sys.getsizeof(text)  # up to four bytes for a character
        if self._held > MAX_HELD:
            raise errors.BODY_TOO_LARGE(limit=self._spools.limit)
        try:
            return element.read(text)
        except ValueError:
            raise errors.INVALID_VALUE(value=text[:80], type=element.name) from None

    def _short_text(self, element: _Element) -> str:
        """The text of this element so far; empty if it is long and went to a spool."""
        text = "".join(self._text)
        self._text.clear()
        if self._long is None:
            if len(text) <= element.max_text:
                return text
            self._long = _LongText(element.name, self._spools.spool())
        self._long.write(text)
        return ""

    def _drop_text(self, element: _Element) -> None:
        """Drop the text between the elements of an element; one that is long enough to be content is an error."""
        if self._long is not None:
            raise errors.INVALID_REQUEST(why=f"there is a long text beside the elements of {element.name}")
        self._text.clear()


class _LongText:
    """A text that is content: base64, or a string whose characters are its bytes."""

    def __init__(self, name: str, spool: Spool) -> None:
        if name not in ("base64", "string", "value"):
            raise errors.INVALID_REQUEST(why=f"<{name}> has more than {MAX_TEXT} characters")
        self._spool = spool
        self._decoder = Base64Decoder(spool.write) if name == "base64" else None

    @property
    def size(self) -> int:
        """The bytes that were decoded."""
        return self._spool.size

    def write(self, text: str) -> None:
        """Take the next piece. Raises INVALID_VALUE, and what a spool raises."""
        try:
            if self._decoder is not None:
                self._decoder.write(text.encode("ascii"))
            else:
                self._spool.write(text.encode("latin-1"))
        except ValueError:
            raise self._invalid() from None

    def finish(self) -> Value:
        """The content. Raises INVALID_VALUE, and what a spool raises."""
        try:
            if self._decoder is not None:
                self._decoder.finish()
        except ValueError:
            raise self._invalid() from None
        held = self._spool.in_memory
        return self._spool if held is None else held

    def _invalid(self) -> errors.GatewayError:
        if self._decoder is not None:
            return errors.INVALID_VALUE(value="What was sent", type="base64")
        return errors.INVALID_VALUE(value="A long text with characters above U+00FF", type="string")
