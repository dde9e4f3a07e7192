"""The address of a database on a server, which may hold a password that nobody is to see."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SCHEMES = ("postgresql://", "postgres://")

_SECRET = {"password", "sslpassword"}


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """Where a database is: an address as libpq takes it. As text it has no password."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        return without_password(self.url)


def without_password(text: str) -> str:
    """A text that may be an address, without the passwords in it."""
    if "://" not in text:
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return text.partition("://")[0] + "://..."
    user, at, host = parts.netloc.rpartition("@")
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in _SECRET]
    netloc = user.partition(":")[0] + at + host
    shown = urlunsplit(parts._replace(scheme="", netloc="", query=urlencode(query, safe="/,")))
    return f"{parts.scheme}://{netloc}{shown}"  # urlunsplit leaves out the slashes before an empty host
