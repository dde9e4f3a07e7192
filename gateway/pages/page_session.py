"""The sessions of pages, kept in cookies, and the tokens that protect forms against forgery (CSRF).

The cookie of a session works for pages and files only: no protocol reads cookies, and its value is not a login token.
It has no path attribute, so the browser uses the path under which it knows the site, whatever path a proxy maps it to.
"""

import hashlib
import hmac
import secrets
from typing import cast
from urllib.parse import urlsplit

from aiohttp import web
from msgspec import Struct
from msgspec.structs import replace

from gateway import errors
from gateway.methods import identity, sessions
from gateway.methods.context import RequestContext
from gateway.methods.service import Service
from gateway.model import User
from gateway.protocols import proxy_headers

SESSION = "gateway_session"
GUEST = "gateway_guest"
"""The cookie that protects the login form, before there is a session."""

FORM_TOKEN = "form_token"  # noqa: S105 (a name)
"""The name of the token in each form."""

AGAIN_LOGIN, AGAIN_PASSWORD = "again_login", "again_password"
"""The fields of a login in a form that is sent again because its session has ended."""

_OWN_SITE = ("", "same-origin", "none")
"""The values of Sec-Fetch-Site for the site's own forms; older browsers do not send the header."""


class Visitor(Struct, frozen=True):
    """The visitor of a page: the context, the user (None if not logged in), and the secret of the form tokens."""

    context: RequestContext
    user: User | None = None
    secret: str = ""

    @property
    def form_token(self) -> str:
        """The token in each of the visitor's forms, which cannot be made without knowing the secret."""
        return hmac.new(self.secret.encode(), b"form", hashlib.sha256).hexdigest()


def with_session(request: web.Request, context: RequestContext) -> RequestContext:
    """Return the context with the user of the session as its caller, unless the request has other credentials."""
    cookie = request.cookies.get(SESSION)
    return context if cookie is None or context.headers.given else replace(context, caller=identity.by_session(cookie))


async def current_visitor(request: web.Request, service: Service, context: RequestContext) -> Visitor:
    """Identify the visitor of a page. A session that has ended does not count."""
    cookie = request.cookies.get(SESSION)
    if cookie is not None:
        visitor = await visitor_of(cookie, service, context)
        if visitor is not None:
            return visitor
    return Visitor(replace(context, caller=identity.nobody), None, request.cookies.get(GUEST, ""))


async def visitor_of(cookie: str, service: Service, context: RequestContext) -> Visitor | None:
    """Return the visitor whose session has this cookie; None if it has ended."""
    context = replace(context, caller=identity.by_session(cookie))
    user = cast("User | None", await service.call(sessions.user, {}, context))
    return None if user is None else Visitor(context, user, cookie)


def is_own_site(request: web.Request) -> bool:
    """Tell whether a form was sent by a page of this site, as far as the browser says."""
    origin = request.headers.get("Origin", "")
    is_foreign = "Sec-Fetch-Site" not in request.headers and "//" in origin and urlsplit(origin).netloc != request.host
    return request.headers.get("Sec-Fetch-Site", "") in _OWN_SITE and not is_foreign


def check_form(request: web.Request, visitor: Visitor, token: str) -> None:
    """Check that a form is the visitor's own, and not sent by another site. Raises FORM_EXPIRED."""
    own = hmac.compare_digest(token.encode("utf-8", "replace"), visitor.form_token.encode())
    if not (visitor.secret and own and request.headers.get("Sec-Fetch-Site", "") in _OWN_SITE):
        raise errors.FORM_EXPIRED()


def as_guest(visitor: Visitor) -> Visitor:
    """Give a visitor who is not logged in a secret for form tokens; `keep_guest` sends its cookie."""
    return visitor if visitor.secret else replace(visitor, secret=secrets.token_urlsafe(24))


def keep_guest(request: web.Request, response: web.Response, visitor: Visitor, service: Service) -> None:
    """Set the cookie with the secret of a guest, which lasts until the browser is closed."""
    _set(request, response, service, GUEST, visitor.secret)


def begin(request: web.Request, response: web.StreamResponse, cookie: str, service: Service) -> None:
    """Set the cookie of a new session."""
    _set(request, response, service, SESSION, cookie, int(service.settings.token_lifetime))
    _set(request, response, service, GUEST, "", 0)


def end(request: web.Request, response: web.Response, service: Service) -> None:
    """Delete the cookie of a session."""
    _set(request, response, service, SESSION, "", 0)


def _set(
    request: web.Request,
    response: web.StreamResponse,
    service: Service,
    name: str,
    value: str,
    max_age: int | None = None,
) -> None:
    secure = is_secure(request, service)
    response.set_cookie(name, value, path="", max_age=max_age, secure=secure, httponly=True, samesite="Lax")


def is_secure(request: web.Request, service: Service) -> bool:
    """Tell whether browsers reach the site by HTTPS, so that they should send its cookies only there."""
    return proxy_headers.site_url(request, service.settings).startswith("https:") or request.secure
