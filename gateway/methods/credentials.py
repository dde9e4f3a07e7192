"""The credentials of a call, in its parameters or in headers.

The parameters are `Bugzilla_login` and `Bugzilla_password`, or `login` and `password` together; `Bugzilla_api_key` or
`api_key`; `Bugzilla_token` or `token` (Bugzilla::WebService::Util, `fix_credentials`). The headers, which Bugzilla 5.2
ignores but clients send, are `X-Bugzilla-Login` with `X-Bugzilla-Password`, `X-Bugzilla-API-Key`, `X-Bugzilla-Token`,
`Authorization: Basic` (RFC 7617) and `Authorization: Bearer` with an API key.
"""

import base64
import binascii
import re
from collections.abc import Mapping

from msgspec import Struct

from gateway.methods.params import text
from gateway.values import Value

IGNORED = frozenset({"login", "password", "token", "Bugzilla_restrictlogin", "Bugzilla_remember", "Bugzilla_api_token"})
"""Parameters for logging in that have no effect by themselves."""

HEADERS = ("Authorization", "X-Bugzilla-Login", "X-Bugzilla-Password", "X-Bugzilla-API-Key", "X-Bugzilla-Token")
"""The headers that have credentials."""

_NAMES = frozenset(
    {"login", "api_key", "token", "Bugzilla_login", "Bugzilla_password", "Bugzilla_api_key", "Bugzilla_token"}
)
_WORDS = ("login", "password", "api_key", "token", "\\u")  # one of them is in each name, which JSON may escape
_TOKEN = re.compile(r"([0-9]+)-(.+)", re.DOTALL)
_NOBODY = "\x00"
"""A text that is never a login, key or token, used in place of a list or a struct."""


class Credentials(Struct, frozen=True):
    """The credentials that a call has; a field is None if it is missing. `bearer` is an API key, ignored if unknown."""

    login: str | None = None
    password: str | None = None
    api_key: str | None = None
    token: str | None = None
    bearer: str | None = None

    @property
    def with_password(self) -> bool:
        """True if there are a login and a password; either of them alone is ignored."""
        return self.login is not None and self.password is not None

    @property
    def given(self) -> bool:
        """True if there are credentials that identify the caller."""
        return self.with_password or bool(self.api_key or self.token_parts or self.bearer)

    @property
    def token_parts(self) -> tuple[int, str] | None:
        """The id of the user and the secret, if the token has the right form; any other token is ignored."""
        match = _TOKEN.fullmatch(self.token or "")
        return (int(match[1]), match[2]) if match and len(match[1]) < 10 else None


_NOTHING = Credentials()


def take_from(params: dict[str, Value]) -> Credentials:
    """Remove the credentials from the parameters of a call, and return them."""
    if params.keys().isdisjoint(_NAMES):
        return _NOTHING
    if "login" in params and "password" in params:
        params["Bugzilla_login"] = params.pop("login")
        params["Bugzilla_password"] = params.pop("password")
    for short in ("api_key", "token"):
        if short in params:
            params[f"Bugzilla_{short}"] = params.pop(short)
    return Credentials(
        login=_word(params.pop("Bugzilla_login", None)),
        password=_word(params.pop("Bugzilla_password", None), trim=False),
        api_key=_word(params.pop("Bugzilla_api_key", None)),
        token=_word(params.pop("Bugzilla_token", None)),
    )


def may_be_in(written: str) -> bool:
    """Tell whether a text, such as a query string, may hold credentials: a part of their names is in it."""
    return any(word in written for word in _WORDS)


def _word(value: Value, trim: bool = True) -> str | None:
    if isinstance(value, None | bool | int | float | str | bytes):
        word = text(value, "credentials")
        return word.strip() if word is not None and trim else word
    return _NOBODY


def from_headers(headers: Mapping[str, str]) -> Credentials:
    """The credentials in the headers of a request."""
    login, password = headers.get("X-Bugzilla-Login"), headers.get("X-Bugzilla-Password")
    scheme, _, value = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic" and (login is None or password is None):
        login, password = basic(value) or (login, password)
    return Credentials(
        login=login.strip() if login is not None else None,
        password=password,
        api_key=headers.get("X-Bugzilla-API-Key", "").strip() or None,
        token=headers.get("X-Bugzilla-Token", "").strip() or None,
        bearer=value.strip() or None if scheme.lower() == "bearer" else None,
    )


def basic(value: str) -> tuple[str, str] | None:
    """Decode the login and password of HTTP's Basic scheme, in UTF-8 or Latin-1; None if that fails."""
    try:
        decoded = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        login, separator, password = decoded.decode("utf-8").partition(":")
    except UnicodeDecodeError:
        login, separator, password = decoded.decode("latin-1").partition(":")
    return (login.strip(), password) if separator else None
