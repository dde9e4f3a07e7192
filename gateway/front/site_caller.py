"""The credentials with which the front calls the site for one caller."""

from dataclasses import dataclass, field, replace

from gateway import errors
from gateway.front.site_requests import SiteRequest, with_query

_LONGEST = 400
"""Characters of a key or a token; those of Bugzilla have 40 at most."""


@dataclass(frozen=True, slots=True)
class SiteCaller:
    """A caller as the site sees them: with a key, with a token, or anonymous.

    `login` and `password` are those that the token was made from, if the front did that; `is_optional` says that a key
    which the site does not know is ignored.
    """

    api_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    is_optional: bool = False

    @property
    def is_anonymous(self) -> bool:
        """True without credentials."""
        return self.api_key is None and self.token is None

    @property
    def with_password(self) -> bool:
        """True if the front has made the token, from a password."""
        return self.password is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets, which nobody must be shown."""
        return tuple(each for each in (self.api_key, self.token, self.password) if each)

    def sign(self, request: SiteRequest, *, in_headers: bool) -> SiteRequest:
        """Add the credentials to a request, in a header or as a parameter; add an API key to a GET in both ways.

        Raises API_KEY_INVALID and TOKEN_INVALID for secrets that no request can carry and so no site has issued.
        """
        if self.is_anonymous:
            return request
        name, secret = ("api_key", self.api_key or "") if self.api_key else ("token", self.token or "")
        invalid = errors.API_KEY_INVALID() if self.api_key else errors.TOKEN_INVALID()
        if len(secret) > _LONGEST:
            raise invalid
        if not in_headers:
            request = with_query(request, {f"Bugzilla_{name}": secret})
            if not self.api_key or request.verb != "GET":  # a write with a header is answered in Mozilla's form by some
                return request
        if not (secret.isascii() and secret.isprintable()):
            raise invalid
        header = f"X-BUGZILLA-{name.upper().replace('_', '-')}"
        return replace(request, headers={**request.headers, header: secret})


NOBODY = SiteCaller()
"""A caller without credentials."""
