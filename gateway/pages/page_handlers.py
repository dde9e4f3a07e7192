"""The common parts of all page handlers: the visitor, submitted forms, and errors."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway import errors
from gateway.errors import ErrorKind, GatewayError
from gateway.methods import comments, sessions
from gateway.methods.attachment_form import SHOWN, Form
from gateway.methods.context import RequestContext
from gateway.methods.declaration import Method
from gateway.methods.service import Service
from gateway.pages import browsers, notes, page_session, texts
from gateway.pages.long_pages import is_long, send_in_pieces
from gateway.pages.notes import Note, here
from gateway.pages.page_session import AGAIN_LOGIN, AGAIN_PASSWORD, FORM_TOKEN, Visitor
from gateway.pages.rendering import GUARDS, page, redirect
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


SENT: web.RequestKey[dict[str, str]] = web.RequestKey("SENT", dict)
"""The values of the form in a request, to be shown again if it is not taken."""

VISITOR: web.RequestKey[Visitor] = web.RequestKey("VISITOR", Visitor)
"""The sender of a form who has logged in with it: a session begins with the answer."""


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
            response: web.StreamResponse
            try:
                visitor = await page_session.current_visitor(request, self.service, context)
                response = await handle(request, visitor)
                if is_long(response):
                    context.budget.charge_memory(len(response.body))
            except Exception as problem:
                error = self.service.to_client_error(problem, context)
                response = self._failed(request, request.get(VISITOR, visitor), error)
            if VISITOR in request:
                page_session.begin(request, response, request[VISITOR].secret, self.service)
            return await send_in_pieces(request, response, self.service) if is_long(response) else response

        return answer

    def page(
        self, request: web.Request, visitor: Visitor, template: str, status: int = 200, **context: Any
    ) -> web.Response:
        """Render a page with a form for anybody, and give a visitor who is not logged in a token for it."""
        guest = page_session.as_guest(visitor)
        response = page(request, guest, template, status, **context)
        if guest is not visitor:
            page_session.keep_guest(request, response, guest, self.service)
        return response

    def leave_note(self, request: web.Request, response: web.Response, text: str, key: str = "") -> None:
        """Leave a note about what was done for the page to which the response redirects."""
        notes.leave(response, Note(text, key), secure=page_session.is_secure(request, self.service))

    async def form(self, request: web.Request, visitor: Visitor) -> tuple[Visitor, Form]:
        """Read the values of a submitted form without files, and return them with its sender.

        Raises FORM_EXPIRED if the form is not the visitor's own, and COMMENT_TOO_LONG if a text in it is longer than a
        comment may be. From now on, an error shows the form again, with these values.
        """
        values, is_whole = await self._read_form(request, visitor.context)
        request[SENT] = {name: value for name, value in values.items() if name not in _UNSEEN}
        if not is_whole:
            raise errors.COMMENT_TOO_LONG(limit=comments.MAX_LENGTH)
        return await self.sender(request, visitor, values), values

    async def values(self, request: web.Request) -> Form:
        """Read the values of a form that changes nothing, whoever sends it."""
        values, _ = await self._read_form(request, request_context.context(request, PROTOCOL, self.service))
        return values

    async def _read_form(self, request: web.Request, context: RequestContext) -> tuple[dict[str, str], bool]:
        """Read the values of a form; the second is false if one of them is too long for a text."""
        if negotiation.media_type(request) != _FORM:
            raise errors.UNREADABLE(why="it is not a form")
        with self.service.spools(context) as spools:
            reader = FormReader(spools, MAX_FORM)
            await request_body.receive(request, reader, self.service, MAX_FORM)
            sent = dict(reader.close())
        values = {name: value for name, value in sent.items() if isinstance(value, str)}
        return values, len(values) == len(sent)

    async def sender(self, request: web.Request, visitor: Visitor, values: dict[str, str]) -> Visitor:
        """Return the sender of a form, and take the token and the login out of its values.

        A form that is sent again after the end of a session can log in. Raises FORM_EXPIRED, and the errors of a login.
        """
        token = values.pop(FORM_TOKEN, "")
        login, password = values.pop(AGAIN_LOGIN, None), values.pop(AGAIN_PASSWORD, "")
        page_session.check_form(request, visitor, token)
        if visitor.user is not None or login is None:
            return visitor
        return await self.log_in(request, visitor, login.strip(), password)

    async def log_in(self, request: web.Request, visitor: Visitor, login: str, password: str) -> Visitor:
        """Begin a session with the answer to this request, and return its visitor. Raises the errors of a login."""
        client = browsers.name(request.headers.get("User-Agent", ""))
        cookie = await self.call(visitor, sessions.login, login=login, password=password, client=client)
        sender = await page_session.visitor_of(cookie, self.service, visitor.context)
        if sender is None:
            raise errors.LOGIN_FAILED()
        request[VISITOR] = sender
        return sender

    def tell_script(self, request: web.Request, visitor: Visitor, error: GatewayError, row: str) -> web.Response:
        """Tell a script why its form was not taken, at which file, and what it needs to send it again."""
        guest = page_session.as_guest(visitor)
        told = {
            "alert": texts.of(request).error(error),
            "row": row,
            "login": guest.user is None,
            "token": guest.form_token,
        }
        response = web.json_response(told, status=status(error), headers=GUARDS)
        if guest is not visitor:
            page_session.keep_guest(request, response, guest, self.service)
        return response

    def alert(self, request: web.Request, visitor: Visitor, error: GatewayError) -> str:
        """Return what to tell above a form that is shown again after an error."""
        say = texts.of(request)
        if error.kind in (errors.FORM_EXPIRED, errors.LOGIN_REQUIRED) and visitor.user is None:
            return say.plain(_ENDED)
        return say.plain(_NOT_THERE_TEXT) if is_not_there(error.kind) else say.error(error)

    def _failed(self, request: web.Request, visitor: Visitor, error: GatewayError) -> web.Response:
        """Show an error; a form that was filled in is shown again."""
        typed = request.get(SENT, {})
        is_filled_in = any(value for name, value in typed.items() if not name.startswith(SHOWN))
        if not (is_filled_in and page_session.is_own_site(request)):  # another site may have filled it in
            return failed(request, visitor, error)
        alert = self.alert(request, visitor, error)
        fields = [(name, _LABELS.get(name, ""), value) for name, value in typed.items()]
        return self.page(
            request, visitor, "again.html", status(error), action=here(request), fields=fields, alert=alert
        )


_NOT_THERE_TEXT = "This page does not exist, or you may not see it."
_ENDED = "You are no longer logged in, so this form has expired. Log in here to send it: nothing of it is lost."
_UNSEEN = (FORM_TOKEN, AGAIN_LOGIN, AGAIN_PASSWORD, "password", "new_password", "new_password_again")
_LABELS = {"summary": "Summary", "file_name": "File name", "comment": "Comment", "description": "Purpose"}
"""The texts of forms that are shown when the form is sent again; its other values are sent along."""


def failed(request: web.Request, visitor: Visitor, error: GatewayError) -> web.Response:
    """Show an error as a page, or redirect to the login if that is missing and no input is lost."""
    if error.kind is errors.LOGIN_REQUIRED and request.method in ("GET", "HEAD"):
        return redirect(login_address(request))
    say = texts.of(request)
    title, message = "That did not work", say.error(error)
    if error.kind is errors.LOGIN_REQUIRED:
        title, message = "Not logged in", say.plain("You are not logged in. Log in, then send the form again.")
    elif is_not_there(error.kind):
        title, message = "Not found", say.plain(_NOT_THERE_TEXT)
    to_login = login_address(request) if visitor.user is None and request.method == "GET" else ""
    return page(
        request, visitor, "error.html", status(error), title=say.plain(title), message=message, to_login=to_login
    )


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
