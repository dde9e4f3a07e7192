"""The parts of a description: resources, operations, parameters, bodies and answers, whatever it is written in."""

from dataclasses import dataclass
from enum import Enum

from gateway.errors import ErrorKind
from gateway.methods.declaration import STRING, Login, Method, Param, Type

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"


class Style(Enum):
    """Where a parameter goes."""

    TEMPLATE = "template"
    QUERY = "query"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter outside of a body. `pattern` is what a place in a path takes, empty for anything."""

    style: Style
    param: Param
    pattern: str = ""
    is_credential: bool = False

    @property
    def repeats(self) -> bool:
        """Whether it may be there several times."""
        return self.style is Style.QUERY and self.param.type.name == "array"

    @property
    def type(self) -> Type:
        """The type of one occurrence."""
        return self.param.type.items or self.param.type


@dataclass(frozen=True, slots=True)
class Representation:
    """A body. `members` are those of the form or, at its top, of the JSON object; `schema` names its grammar."""

    media_type: str
    members: tuple[Param, ...] = ()
    schema: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """A response with this status; `kinds` are the errors that it stands for."""

    status: int
    doc: str
    representations: tuple[Representation, ...] = ()
    headers: tuple[Param, ...] = ()
    kinds: tuple[ErrorKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """What a verb does at a resource. `method` is the one that it calls, where that is a single one."""

    id: str
    verb: str
    doc: str
    parameters: tuple[Parameter, ...] = ()
    requests: tuple[Representation, ...] = ()
    responses: tuple[Response, ...] = ()
    login: Login = Login.OPTIONAL
    method: Method | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A path below the site, without a slash in front, and what can be done there."""

    path: str
    operations: tuple[Operation, ...]


def header(name: str, doc: str, *, is_credential: bool = False, example: str = "") -> Parameter:
    """A header that a request may have."""
    return Parameter(Style.HEADER, Param(name, STRING, doc, example=example), is_credential=is_credential)


def query(param: Param, *, is_credential: bool = False) -> Parameter:
    """A parameter in the query string."""
    return Parameter(Style.QUERY, param, is_credential=is_credential)


CREDENTIAL_HEADERS = (
    header("Authorization", "Basic with login and password, or Bearer with an API key.", is_credential=True),
    header("X-Bugzilla-API-Key", "An API key.", is_credential=True),
    header("X-Bugzilla-Token", "A token of User.login.", is_credential=True),
    header("X-Bugzilla-Login", "A login, with X-Bugzilla-Password.", is_credential=True),
    header("X-Bugzilla-Password", "The password to X-Bugzilla-Login.", is_credential=True),
)
CREDENTIAL_PARAMS = (
    Param("Bugzilla_api_key", STRING, "An API key."),
    Param("Bugzilla_token", STRING, "A token of User.login."),
    Param("Bugzilla_login", STRING, "A login, with Bugzilla_password."),
    Param("Bugzilla_password", STRING, "The password to Bugzilla_login."),
)
CONDITION = header("If-None-Match", "The ETag of an answer that is there already.")
ETAG = Param("ETag", STRING, "The same for the same answer.")
