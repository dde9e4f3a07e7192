"""The common parts of all page handlers: the visitor, submitted forms, and errors."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway import errors
from gateway.errors import ErrorKind, GatewayError
from gateway.methods import comments
from gateway.methods.declaration import Method
from gateway.methods.service import Service
from gateway.pages import notes, page_session
from gateway.pages.notes import Note, here
from gateway.pages.page_session import FORM_TOKEN, Visitor
from gateway.pages.rendering import page, redirect
from gateway.protocols import negotiation, request_body, request_context
from gateway.protocols.form import FormReader

PROTOCOL = "page"
"""The protocol that calls of pages are counted and logged under."""

MAX_FORM = 1024 * 1024
"""The largest size of a form without files, in bytes: the longest comment, with every character escaped."""

_NOT_THERE = {
    kind.code for kind in (errors.BUG_NOT_FOUND, errors.BUG_DENIED, errors.BUG_ID_INVALID, errors.NOT_AUTHORISED)
}
_FORM = "application/x-www-form-urlencoded"

PageHandler = Callable[[web.Request, Visitor], Awaitable[web.StreamResponse]]
Form = Mapping[str, str]


class PageHandlers:
    """Makes handlers of pages, and the calls that they need."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def call(self, visitor: Visitor, method: Method, **params: Any) -> Any:
        """Call a method as the visitor. Raises only `GatewayError`."""
        return await self.service.call(method, params, visitor.context)

    def handler(self, handle: PageHandler) -> Handler:
        """Wrap a page handler for aiohttp: identify the visitor, and show errors as a page."""

        async def answer(request: web.Request) -> web.StreamResponse:
            context = request_context.context(request, PROTOCOL, self.service)
            visitor = Visitor(context)
            try:
                visitor = await page_session.current_visitor(request, self.service, context)
                return await handle(request, visitor)
            except Exception as problem:
                return failed(request, visitor, self.service.to_client_error(problem, context))

        return answer

    def leave_note(self, request: web.Request, response: web.Response, text: str, key: str = "") -> None:
        """Leave a note about what was done for the page to which the response redirects."""
        notes.leave(response, Note(text, key), secure=page_session.is_secure(request, self.service))

    async def form(self, request: web.Request, visitor: Visitor) -> Form:
        """Read the values of a submitted form without files.

        Raises FORM_EXPIRED if the form is not the visitor's own, and COMMENT_TOO_LONG if a text in it is longer than a
        comment may be.
        """
        if negotiation.media_type(request) != _FORM:
            raise errors.UNREADABLE(why="it is not a form")
        with self.service.spools(visitor.context) as spools:
            reader = FormReader(spools, MAX_FORM)
            await request_body.receive(request, reader, self.service, MAX_FORM)
            sent = dict(reader.close())
        values = {name: value for name, value in sent.items() if isinstance(value, str)}
        if len(values) < len(sent):
            raise errors.COMMENT_TOO_LONG(limit=comments.MAX_LENGTH)
        page_session.check_form(request, visitor, values.pop(FORM_TOKEN, ""))
        return values


def failed(request: web.Request, visitor: Visitor, error: GatewayError) -> web.Response:
    """Show an error as a page, or redirect to the login if that is missing and no input is lost."""
    if error.kind is errors.LOGIN_REQUIRED and request.method in ("GET", "HEAD"):
        return redirect(login_address(request))
    title, message = "That did not work", error.message
    if error.kind is errors.LOGIN_REQUIRED:
        title, message = "Not logged in", "You are not logged in. Log in, then send the form again."
    elif is_not_there(error.kind):
        title, message = "Not found", "This page does not exist, or you may not see it."
    to_login = login_address(request) if visitor.user is None and request.method == "GET" else ""
    return page(request, visitor, "error.html", status(error), title=title, message=message, to_login=to_login)


def status(error: GatewayError) -> int:
    """Return the HTTP status of an error page, which is never 401: that asks for HTTP authentication."""
    if is_not_there(error.kind):
        return 404
    return 403 if error.kind.http_status == 401 else error.kind.http_status


def is_not_there(kind: ErrorKind) -> bool:
    """Tell whether an error means that an object does not exist or is hidden, which pages do not distinguish."""
    return kind is errors.ATTACHMENT_INVALID or kind.code in _NOT_THERE


def login_address(request: web.Request) -> str:
    """Return the URL of the login form, which leads back to this page."""
    return "login?to=" + quote(here(request), safe="")
