"""Declarations of methods: each is made once, with all that protocols, introspection and documents need.

    @reads("Bug.attachments", params=(...), result=struct(...), routes=(Route("GET", "/bug/{ids}/attachment"),))
    def attachments(call: Call[Reader]) -> Value:
        '''Do something: the first sentence is its summary, all of it its documentation.'''

The function is the rule of the method: it runs as work of the store, in one transaction, and returns plain values.
A value's Python type is its type on the wire: int, str, bool (boolean), datetime (dateTime), Content (base64),
Hours (double), None (left out, or null).
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

from gateway.errors import ErrorKind
from gateway.methods.context import RequestContext
from gateway.methods.params import Params
from gateway.model import ApiKey, Bug, Site, User
from gateway.settings import Settings
from gateway.store.interface import Reader, Writer
from gateway.values import Value

Tx_co = TypeVar("Tx_co", bound=Reader, covariant=True)


class Login(Enum):
    """The need to log in. EXEMPT methods ignore keys and tokens.

    A site can require a login for OPTIONAL methods, but not for OPEN ones, which tell clients that they have to log in.
    """

    EXEMPT = "exempt"
    OPEN = "open"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True)
class Type:
    """A type of parameters and results: `name` is XML-RPC's, `items` are those of an array or a map.

    A struct that `is_open` may have more members than its `fields`, which a site defines.
    """

    name: str
    items: "Type | None" = None
    fields: "tuple[Field, ...]" = ()
    is_open: bool = False


@dataclass(frozen=True)
class Field:
    """A member of a struct. An optional one may be absent from XML-RPC and null in JSON."""

    name: str
    type: Type
    doc: str
    optional: bool = False


INT, STRING, BOOLEAN, DOUBLE = Type("int"), Type("string"), Type("boolean"), Type("double")
DATETIME, BASE64, ANY = Type("dateTime.iso8601"), Type("base64"), Type("any")
NOTHING = Type("nil")
FILE = Type("file")
"""Content with a name and a MIME type, as a form sends it (`gateway.content.NamedContent`)."""


def array(items: Type) -> Type:
    """An array of `items`."""
    return Type("array", items)


def mapping(items: Type) -> Type:
    """A struct with names that are data, such as ids, and members of one type."""
    return Type("map", items)


def struct(*fields: Field) -> Type:
    """A struct with these members."""
    return Type("struct", fields=fields)


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter. A scalar stands for an array of one item.

    `options` are the values that it takes, if they are limited; `default` is the value of one that is not sent;
    `example` is a value for examples, of a struct as JSON; `max_length` counts characters; `also` are Bugzilla's other
    names of it, which the method reads itself.
    """

    name: str
    type: Type
    doc: str
    required: bool = False
    options: tuple[str, ...] = ()
    default: str | None = None
    example: str = ""
    max_length: int | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """The address of a method in REST: a verb and a path whose placeholders fill parameters.

    A placeholder may have a pattern, `{ids:[0-9]+}`; without one it takes anything but a slash. `status` is that of
    success.
    """

    verb: str
    path: str
    status: int = 200

    @property
    def places(self) -> dict[str, str]:
        """The parameters that the path fills, in order, each with its pattern; an empty one takes all but a slash."""
        return dict(_PLACE.findall(self.path))

    @property
    def template(self) -> str:
        """The path with nothing but the names in its places."""
        return _PLACE.sub(r"{\1}", self.path)

    def pattern(self) -> re.Pattern[str]:
        """A pattern for whole paths with a named group a place."""
        parts = re.split(r"(\{[^}]+\})", self.path)
        return re.compile("".join(_group(part) if part.startswith("{") else re.escape(part) for part in parts))


_PLACE = re.compile(r"\{(\w+)(?::([^}]+))?\}")


def _group(place: str) -> str:
    name, pattern = _PLACE.findall(place)[0]
    return f"(?P<{name}>{pattern or '[^/]+'})"


class Call(Struct, Generic[Tx_co], frozen=True):
    """One call on its way through a method: the transaction, the caller (None: anonymous) and the parameters.

    `site_url` is the address of the site for this client; `max_attachment_size` is in bytes; `token` is the hash of the
    login token or the session that the caller came with, if any, and `key` the API key; `new_token` is for a method
    that makes one: the secret, its hash, and how long it is good for; `visible_bugs` caches bugs already found
    visible, by number or alias: a call may name one thousands of times.
    """

    tx: Tx_co
    user: User | None
    site: Site
    params: Params
    registry: "Registry"
    settings: Settings = msgspec.field(default_factory=Settings)
    site_url: str = ""
    max_attachment_size: int = 0
    token: str | None = None
    key: ApiKey | None = None
    new_token: tuple[str, str, timedelta] | None = None
    visible_bugs: dict[int | str, Bug] = msgspec.field(default_factory=dict)

    @property
    def caller(self) -> User:
        """The caller of a method that requires a login."""
        if self.user is None:
            raise AssertionError("a method that asks for its caller requires a login")
        return self.user


@dataclass(frozen=True)
class Method:
    """A declared method."""

    name: str
    run: Callable[[Call[Any]], Any]
    writes: bool
    doc: str
    params: tuple[Param, ...] = ()
    result: Type = field(default=ANY)
    routes: tuple[Route, ...] = ()
    login: Login = Login.OPTIONAL
    errors: tuple[ErrorKind, ...] = ()
    read_only: bool = False
    """True if JSON-RPC GET may call it. Bugzilla's READ_ONLY lacks some methods that only read."""
    strict: bool = False
    """True if a parameter that is not declared is an error (53)."""
    takes_custom_fields: bool = False
    """True if custom fields of the site, whose names begin with cf_, are parameters, too."""
    positional: tuple[str, ...] = ()
    """The parameters in order, for a method that does not take one struct of them."""
    makes_token: bool = False
    hashes: str = ""
    """The parameter with a new password: the method gets its hash instead."""
    checks_password: Callable[[str], None] | None = None
    """Checks the new password before it is hashed, in a call that sends one."""
    unknown_param: ErrorKind | None = None
    """The error for a parameter that is not declared, in a method that does not ignore them."""
    is_long: bool = False
    """True if it may take long, so that it begins in a thread instead of in the event loop."""
    admits: Callable[[Call[Reader]], None] | None = None
    """Checks a call before its content is received, with the parameters known by then."""
    compose: Callable[["Composer", dict[str, Value], RequestContext], Awaitable[Value]] | None = None
    """Runs instead of `run`, outside of transactions, for a method that makes other calls."""

    @cached_property
    def param_names(self) -> frozenset[str]:
        """The names of the parameters."""
        return frozenset(name for each in self.params for name in (each.name, *each.also))

    def named(self, arguments: Sequence[Value]) -> dict[str, Value]:
        """Return arguments in order as parameters by name.

        Bugzilla's methods take one struct, and take anything else for an empty one. A method with positional
        parameters takes a struct of them too.
        """
        first = arguments[0] if arguments else None
        if isinstance(first, dict) and not (self.positional and self.param_names.isdisjoint(first)):
            return first
        return dict(zip(self.positional, arguments, strict=False))

    @property
    def summary(self) -> str:
        """The first sentence of the documentation."""
        return re.split(r"(?<=\.)\s", self.doc, maxsplit=1)[0]


class Composer(Protocol):
    """The part of the service that methods which make other calls use."""

    @property
    def settings(self) -> Settings:
        """The settings of the gateway."""
        ...

    def method(self, name: str, context: RequestContext) -> Method:
        """The method of this name. Raises METHOD_NOT_FOUND."""
        ...

    async def call(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> Value:
        """Call a method. Raises `GatewayError` only."""
        ...


class Registry:
    """The methods of an API, in the order of their names, whichever module was imported first.

    `describe` makes the answer of `rpc.discover`. The application sets it: descriptions are made of declarations.
    """

    def __init__(self) -> None:
        self._methods: dict[str, Method] = {}
        self.describe: Callable[[Registry], Value] = _undescribed

    def add(self, method: Method) -> Method:
        """Add a method. Raises ValueError when there is one of its name."""
        if method.name in self._methods:
            raise ValueError(f"{method.name} is declared twice")
        self._methods[method.name] = method
        return method

    def get(self, name: str) -> Method | None:
        """The method of exactly this name."""
        return self._methods.get(name)

    def __iter__(self) -> Iterator[Method]:
        return iter(sorted(self._methods.values(), key=lambda method: method.name))

    def routes(self) -> Mapping[Route, Method]:
        """Every route with its method; those of a method are in the order of its declaration."""
        return {route: method for method in self for route in method.routes}


def _undescribed(_: Registry) -> Value:
    raise AssertionError("the application says how a registry is described")


METHODS = Registry()
"""The methods of Bugzilla's API; importing `gateway.methods.catalogue` fills it, `ISSUES` and `PAGES`."""

ISSUES = Registry()
"""The methods of Ketura's API, which has resources only: XML-RPC and JSON-RPC do not reach them."""

PAGES = Registry()
"""The methods of the pages for people, which no protocol reaches. Their results are objects, not plain values."""


def reads(
    name: str, *, registry: Registry = METHODS, read_only: bool = True, **declared: Any
) -> Callable[[Callable[[Call[Reader]], object]], Method]:
    """Declare a method that only reads. Keyword arguments are the fields of `Method`."""
    return lambda run: registry.add(Method(name, run, writes=False, read_only=read_only, doc=_doc(run), **declared))


def writes(
    name: str, *, registry: Registry = METHODS, **declared: Any
) -> Callable[[Callable[[Call[Writer]], object]], Method]:
    """Declare a method that changes something. Keyword arguments are the fields of `Method`."""
    return lambda run: registry.add(Method(name, run, writes=True, read_only=False, doc=_doc(run), **declared))


def composes(
    name: str, *, registry: Registry = METHODS, **declared: Any
) -> Callable[[Callable[["Composer", dict[str, Value], RequestContext], Awaitable[Value]]], Method]:
    """Declare a method that makes other calls. Keyword arguments are the fields of `Method`."""

    def declare(compose: Callable[["Composer", dict[str, Value], RequestContext], Awaitable[Value]]) -> Method:
        method = Method(
            name, _runs_nowhere, writes=True, read_only=False, doc=_doc(compose), compose=compose, **declared
        )
        return registry.add(method)

    return declare


def _runs_nowhere(_: Call[Any]) -> Value:
    raise AssertionError("a composing method runs outside transactions")


def _doc(run: Callable[..., object]) -> str:
    doc = inspect.getdoc(run)
    if not doc:
        raise ValueError(f"{run.__name__} has no documentation")
    return doc
