"""What all pages have in common: who looks at them, forms that arrive, and what is shown when something fails."""

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
from gateway.pages import page_session
from gateway.pages.page_session import FORM_TOKEN, Visitor
from gateway.pages.rendering import page, redirect
from gateway.protocols import negotiation, request_body, request_context
from gateway.protocols.form import FormReader

PROTOCOL = "page"
"""What calls of pages are counted and logged as."""

MAX_FORM = 1024 * 1024
"""Bytes of a form without files: a comment in which every character is escaped."""

_NOT_THERE = {
    kind.code for kind in (errors.BUG_NOT_FOUND, errors.BUG_DENIED, errors.BUG_ID_INVALID, errors.NOT_AUTHORISED)
}
_FORM = "application/x-www-form-urlencoded"

PageHandler = Callable[[web.Request, Visitor], Awaitable[web.StreamResponse]]
Form = Mapping[str, str]


class PageHandlers:
    """The service as pages use it."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def call(self, visitor: Visitor, method: Method, **params: Any) -> Any:
        """Call a method as the visitor. Raises `GatewayError` only."""
        return await self.service.call(method, params, visitor.origin)

    def handler(self, handle: PageHandler) -> Handler:
        """A handler of aiohttp's, which finds out who looks, and shows an error as a page."""

        async def answer(request: web.Request) -> web.StreamResponse:
            origin = request_context.origin(request, PROTOCOL, self.service)
            visitor = Visitor(origin)
            try:
                visitor = await page_session.current_visitor(request, self.service, origin)
                return await handle(request, visitor)
            except Exception as problem:
                return failed(request, visitor, self.service.foreseen(problem, origin))

        return answer

    async def form(self, request: web.Request, visitor: Visitor) -> Form:
        """The values of a form without files that is the visitor's own.

        Raises FORM_EXPIRED for any other, and COMMENT_TOO_LONG for a text that is longer than a comment may be.
        """
        if negotiation.media_type(request) != _FORM:
            raise errors.UNREADABLE(why="it is no form")
        with self.service.intake() as intake:
            reader = FormReader(intake, MAX_FORM)
            await request_body.receive(request, reader, self.service, MAX_FORM)
            sent = dict(reader.close())
        values = {name: value for name, value in sent.items() if isinstance(value, str)}
        if len(values) < len(sent):
            raise errors.COMMENT_TOO_LONG(limit=comments.MAX_LENGTH)
        page_session.check_form(request, visitor, values.pop(FORM_TOKEN, ""))
        return values


def failed(request: web.Request, visitor: Visitor, error: GatewayError) -> web.Response:
    """The page that tells of an error; who has to log in is led there, if nothing they typed is lost with that."""
    if error.kind is errors.LOGIN_REQUIRED and request.method in ("GET", "HEAD"):
        return redirect(login_address(request))
    title, message = "That did not work", error.message
    if error.kind is errors.LOGIN_REQUIRED:
        title, message = "Not logged in", "You are not logged in, or no longer: log in, then send the form again."
    elif is_not_there(error.kind):
        title, message = "Not found", "There is no such page, or none that you may see."
    to_login = login_address(request) if visitor.user is None and request.method == "GET" else ""
    return page(request, visitor, "error.html", status(error), title=title, message=message, to_login=to_login)


def status(error: GatewayError) -> int:
    """The HTTP status of a page that tells of an error: no page asks for HTTP's own login, as 401 does."""
    if is_not_there(error.kind):
        return 404
    return 403 if error.kind.http_status == 401 else error.kind.http_status


def is_not_there(kind: ErrorKind) -> bool:
    """Whether what was asked for is not there, or not for the visitor, which pages do not tell apart."""
    return kind is errors.ATTACHMENT_INVALID or kind.code in _NOT_THERE


def login_address(request: web.Request) -> str:
    """Where to log in, and to be led back from."""
    return "login?to=" + quote(request.rel_url.raw_path.rpartition("/")[2] + _query(request), safe="")


def _query(request: web.Request) -> str:
    query = request.rel_url.raw_query_string
    return f"?{query}" if query else ""
