"""The parts of a description in any format: resources, operations, parameters, bodies and responses."""

from dataclasses import dataclass, replace
from enum import Enum

from gateway.errors import ErrorKind
from gateway.methods.declaration import BOOLEAN, INT, STRING, Login, Method, Param, Type

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"


class Style(Enum):
    """The place of a parameter in a request."""

    TEMPLATE = "template"
    QUERY = "query"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class ParameterDescription:
    """A parameter outside of a body. `pattern` restricts what is in a path; an empty one takes all but a slash."""

    style: Style
    param: Param
    pattern: str = ""
    is_credential: bool = False

    @property
    def repeats(self) -> bool:
        """Tell whether a request may have it several times."""
        return self.style is Style.QUERY and self.param.type.name == "array"

    @property
    def type(self) -> Type:
        """The type of one occurrence."""
        return self.param.type.items or self.param.type


@dataclass(frozen=True, slots=True)
class Representation:
    """A body. `members` are those of a form, or of the object in JSON; `schema` names the grammar of a JSON body."""

    media_type: str
    members: tuple[Param, ...] = ()
    schema: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """A response with this status, and the errors (`kinds`) that have it."""

    status: int
    doc: str
    representations: tuple[Representation, ...] = ()
    headers: tuple[Param, ...] = ()
    kinds: tuple[ErrorKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One verb of a resource. `method` is the method that it calls, None where any can be called."""

    id: str
    verb: str
    doc: str
    parameters: tuple[ParameterDescription, ...] = ()
    requests: tuple[Representation, ...] = ()
    responses: tuple[Response, ...] = ()
    login: Login = Login.OPTIONAL
    method: Method | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A path below the site, without a slash in front, and its operations."""

    path: str
    operations: tuple[Operation, ...]


def header(name: str, doc: str, *, is_credential: bool = False, example: str = "") -> ParameterDescription:
    """Return the parameter for an optional header of a request."""
    return ParameterDescription(Style.HEADER, Param(name, STRING, doc, example=example), is_credential=is_credential)


def query(param: Param, *, is_credential: bool = False) -> ParameterDescription:
    """Return the parameter for a value in the query string."""
    return ParameterDescription(Style.QUERY, as_text(param), is_credential=is_credential)


def as_text(param: Param) -> Param:
    """Return a parameter as a query string or a form carries it.

    There any text but 0 and the empty one is true to Bugzilla, "false" too. So a boolean is described as 0 or 1,
    and has no default: generated clients send defaults.
    """
    if param.type is not BOOLEAN:
        return param
    return replace(param, type=INT, doc=f"{param.doc} 1 for yes, 0 for no.", options=("0", "1"), default=None)


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
