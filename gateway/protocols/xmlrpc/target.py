"""Makes a call of the events in an XML-RPC document: a target for lxml's parser, which keeps no tree.

A table says which elements hold which. `<base64>` is decoded as it comes and goes to a spool where it is long, and so
does a `<string>` of over a MiB, its characters as bytes. Whatever the document is, memory stays bounded: it may hold no
DOCTYPE, hence no entities, and depth, number of values and the length of texts are limited.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway import errors
from gateway.content import Intake, Spool
from gateway.protocols.base64_stream import Base64Decoder
from gateway.protocols.values import MAX_DEPTH, MAX_HELD, MAX_VALUES, Value
from gateway.protocols.xmlrpc.scalars import SCALARS, XML_SPACE, scalar

MAX_STRING = 1024 * 1024
"""Characters of a string that stays one; a longer one is content."""

MAX_TEXT = 64 * 1024
"""Characters of any other text that stays one: longer base64 is content, anything else an error."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it was sent: the name of a method and its parameters."""

    method: str
    params: list[Value]


@dataclass(frozen=True, slots=True)
class _Container:
    """An element of elements: these in order, at least the first `required`; or any number of one that is `repeated`.

    `build` makes its value of theirs.
    """

    children: tuple[str, ...]
    build: Callable[[list[Any]], Any]
    required: int = 0
    repeated: bool = False

    def takes(self, name: str, position: int) -> bool:
        """Whether an element may stand at this position."""
        return self.children[0 if self.repeated else position :][:1] == (name,)


def _call(children: list[Any]) -> Call:
    method, *params = children
    if not method.strip(XML_SPACE):
        raise errors.INVALID_REQUEST(why="it names no method")
    return Call(method.strip(XML_SPACE), params[0] if params else [])


def _only(children: list[Any]) -> Any:
    return children[0]


_CONTAINERS: Mapping[str, _Container] = {
    "document": _Container(("methodCall",), _only, required=1),
    "methodCall": _Container(("methodName", "params"), _call, required=1),
    "params": _Container(("param",), list, repeated=True),
    "param": _Container(("value",), _only, required=1),
    "struct": _Container(("member",), dict, repeated=True),
    "member": _Container(("name", "value"), tuple, required=2),
    "array": _Container(("data",), _only, required=1),
    "data": _Container(("value",), list, repeated=True),
}
_TYPES = SCALARS.keys() | {"struct", "array"}

# document, methodCall, params, param; three elements for each list or struct; a value and the scalar in it
_MAX_OPEN = 4 + 3 * MAX_DEPTH + 2


class CallTarget:
    """What lxml's parser tells of a document. Errors that it raises come out of the parser's `feed` and `close`."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._open: list[tuple[str, list[Any]]] = [("document", [])]
        self._text: list[str] = []
        self._long: _LongText | None = None
        self._values = 0
        self._held = 0
        self._events = 0
        self.data = self._text.append

    @property
    def call(self) -> Call:
        """The call that the document was, once it has ended."""
        _, children = self._open[0]
        call: Call = children[0]
        return call

    def doctype(self, *_: object) -> None:
        """A document type declaration begins."""
        raise errors.UNREADABLE(why="a DOCTYPE is not taken")

    def start(self, tag: str, _attributes: object) -> None:
        """An element begins. Namespaces and attributes say nothing in XML-RPC."""
        name = tag.rpartition("}")[2]
        parent, children = self._open[-1]
        if not _takes(parent, name, len(children)):
            raise errors.INVALID_REQUEST(why=f"<{name[:80]}> is not expected here, in {parent}")
        self._skip_white_space(parent)
        self._open.append((name, []))
        self._events += 1
        self._values += name == "value"
        if len(self._open) > _MAX_OPEN:
            raise errors.INVALID_REQUEST(why=f"values are nested more than {MAX_DEPTH} deep")
        if self._values > MAX_VALUES:
            raise errors.INVALID_REQUEST(why=f"there are more than {MAX_VALUES} values")

    def end(self, _tag: str) -> None:
        """An element ends."""
        name, children = self._open.pop()
        self._open[-1][1].append(self._result(name, children))
        self._events += 1

    def close(self) -> None:
        """The document ends, or what came of it: lxml calls this after an error too."""

    def settle(self) -> bool:
        """Put away the text that came so far, and say whether anything came at all since the last time."""
        came = self._events > 0 or bool(self._text)
        self._events = 0
        name, _ = self._open[-1]
        if name in _CONTAINERS:
            self._skip_white_space(name)
        elif text := self._short_text(name):
            self._text.append(text)
        return came

    def _result(self, name: str, children: list[Any]) -> Any:
        container = _CONTAINERS.get(name)
        if container is not None:
            self._skip_white_space(name)
            if len(children) < container.required:
                raise errors.INVALID_REQUEST(why=f"<{name}> lacks <{container.children[len(children)]}>")
            return container.build(children)
        if children:
            self._skip_white_space(name)
            return children[0]
        return self._leaf(name)

    def _leaf(self, name: str) -> Value:
        text = self._short_text(name)
        if self._long is not None:
            content, self._long = self._long.finish(), None
            return content
        self._held += len(text)
        if self._held > MAX_HELD:
            raise errors.BODY_TOO_LARGE(limit=self._intake.limit)
        return scalar(name, text) if name in SCALARS else text

    def _short_text(self, name: str) -> str:
        """The text of this element so far; nothing where it is long and was put away."""
        text = "".join(self._text)
        self._text.clear()
        if self._long is None:
            if len(text) <= (MAX_STRING if name in ("string", "value") else MAX_TEXT):
                return text
            self._long = _LongText(name, self._intake.spool())
        self._long.write(text)
        return ""

    def _skip_white_space(self, name: str) -> None:
        if self._long is not None or "".join(self._text).strip(XML_SPACE):
            raise errors.INVALID_REQUEST(why=f"there is text between the elements of {name}")
        self._text.clear()


def _takes(parent: str, name: str, position: int) -> bool:
    container = _CONTAINERS.get(parent)
    if container is not None:
        return container.takes(name, position)
    return parent == "value" and position == 0 and name in _TYPES


class _LongText:
    """A text that is content: base64, or a string whose characters are its bytes."""

    def __init__(self, name: str, spool: Spool) -> None:
        if name not in ("base64", "string", "value"):
            raise errors.INVALID_REQUEST(why=f"<{name}> has more than {MAX_TEXT} characters")
        self._spool = spool
        self._decoder = Base64Decoder(spool.write) if name == "base64" else None

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
