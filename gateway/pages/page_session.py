"""Who looks at a page: sessions in cookies, and the tokens in forms that tell whose form it is.

The cookie of a session is for pages and files alone: no protocol looks at cookies, and what is in it is no login token.
It goes without a path, so that the browser keeps it for the folder that it knows the site by, whatever proxies call it.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace

from aiohttp import web

from gateway import errors
from gateway.methods import identity, sessions
from gateway.methods.origin import Origin
from gateway.methods.service import Service
from gateway.model import User
from gateway.protocols import proxy_headers

SESSION = "gateway_session"
GUEST = "gateway_guest"
"""The cookie that stands for a session in the form that begins one."""

FORM_TOKEN = "form_token"  # noqa: S105 (a name)
"""The name of the token in each form."""

_OWN_SITE = ("", "same-origin", "none")
"""What Sec-Fetch-Site says of a form that is the site's own; older browsers say nothing."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page: where they come from, the user (None: anybody), and the secret that their forms share."""

    origin: Origin
    user: User | None = None
    secret: str = ""

    @property
    def form_token(self) -> str:
        """What each of the visitor's forms carries: nobody makes it who does not know the secret."""
        return hmac.new(self.secret.encode(), b"form", hashlib.sha256).hexdigest()


def with_session(request: web.Request, origin: Origin) -> Origin:
    """Where a request comes from, with the session in its cookie as the caller. Other credentials go before it."""
    cookie = request.cookies.get(SESSION)
    return origin if cookie is None or origin.headers.given else replace(origin, caller=identity.by_session(cookie))


async def current_visitor(request: web.Request, service: Service, origin: Origin) -> Visitor:
    """Who looks at a page. A session that ended is none."""
    cookie = request.cookies.get(SESSION)
    if cookie is not None:
        origin = replace(origin, caller=identity.by_session(cookie))
        user = await service.call(sessions.user, {}, origin)
        if user is not None:
            return Visitor(origin, user, cookie)
    return Visitor(replace(origin, caller=identity.nobody), None, request.cookies.get(GUEST, ""))


def check_form(request: web.Request, visitor: Visitor, token: str) -> None:
    """See that a form is the visitor's own, not one that another site has them send. Raises FORM_EXPIRED."""
    own = hmac.compare_digest(token.encode("utf-8", "replace"), visitor.form_token.encode())
    if not (visitor.secret and own and request.headers.get("Sec-Fetch-Site", "") in _OWN_SITE):
        raise errors.FORM_EXPIRED()


def as_guest(visitor: Visitor) -> Visitor:
    """A visitor whose forms have a token, before they log in; `keep_guest` sends them the cookie."""
    return visitor if visitor.secret else replace(visitor, secret=secrets.token_urlsafe(24))


def keep_guest(request: web.Request, response: web.Response, visitor: Visitor, service: Service) -> None:
    """Send the visitor the cookie that their token is made of, until the browser is closed."""
    _set(request, response, service, GUEST, visitor.secret)


def begin(request: web.Request, response: web.Response, cookie: str, service: Service) -> None:
    """Send the cookie of a new session."""
    _set(request, response, service, SESSION, cookie, int(service.settings.token_lifetime))
    _set(request, response, service, GUEST, "", 0)


def end(request: web.Request, response: web.Response, service: Service) -> None:
    """Take the cookie of a session back."""
    _set(request, response, service, SESSION, "", 0)


def _set(
    request: web.Request, response: web.Response, service: Service, name: str, value: str, max_age: int | None = None
) -> None:
    secure = proxy_headers.site_url(request, service.settings).startswith("https:") or request.secure
    response.set_cookie(name, value, path="", max_age=max_age, secure=secure, httponly=True, samesite="Lax")
