"""Pages to log in and out, and to manage API keys."""

import re
from datetime import UTC, datetime

from aiohttp import web

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods import account, api_keys, users, views
from gateway.methods.account import AccountView
from gateway.methods.service import Service
from gateway.pages import page_session, texts
from gateway.pages.page_handlers import SENT, PageHandlers, status
from gateway.pages.page_session import Visitor
from gateway.pages.rendering import GUARDS, page, redirect
from gateway.protocols.request_context import query_of

_RELATIVE = re.compile(r"[\w.]*(\?[\w=&.%+-]*)?", re.ASCII)
"""The relative URLs of pages, to which a choice of language returns."""

_YEAR = 365 * 86400
_PAGE = re.compile(r"((show_bug|attachment|show_activity)\.cgi|keys|account|requests)?(\?[\w=&.%+-]*)?", re.ASCII)
"""The targets to which a login may redirect: pages of this site only."""


class AccountPages:
    """The pages of an account: login, logout and API keys."""

    def __init__(self, service: Service) -> None:
        self._pages = PageHandlers(service)
        self._service = service

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of these pages."""
        return [
            web.get("/login", self._pages.handler(self.login_form), allow_head=True),
            web.post("/login", self._pages.handler(self.login)),
            web.post("/logout", self._pages.handler(self.logout)),
            web.post("/language", self._pages.handler(self.language)),
            web.get("/people", self._pages.handler(self.people), allow_head=True),
            web.get("/account", self._pages.handler(self.account), allow_head=True),
            web.post("/password", self._pages.handler(self.change_password)),
            web.post("/sessions", self._pages.handler(self.end_sessions)),
            web.get("/keys", self._pages.handler(self.keys), allow_head=True),
            web.post("/keys", self._pages.handler(self.change_keys)),
        ]

    async def login_form(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Show the form for login and password."""
        return self._login_form(request, visitor)

    def _login_form(
        self, request: web.Request, visitor: Visitor, login: str = "", alert: str = "", code: int = 200
    ) -> web.Response:
        return self._pages.page(
            request, visitor, "login.html", code, to=_destination(request), login=login, alert=alert
        )

    async def login(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Begin a session."""
        try:
            _, form = await self._pages.form(request, visitor)
        except GatewayError as error:
            login = request.get(SENT, {}).get("login", "")
            return self._login_form(request, visitor, login, texts.of(request).error(error), status(error))
        login = form.get("login", "").strip()
        try:
            await self._pages.log_in(request, visitor, login, form.get("password", ""))
        except GatewayError as error:
            return self._login_form(request, visitor, login, texts.of(request).error(error), status(error))
        return redirect(_destination(request) or "./")

    async def logout(self, request: web.Request, visitor: Visitor) -> web.Response:
        """End the session."""
        visitor, _ = await self._pages.form(request, visitor)
        await self._pages.call(visitor, users.logout)
        response = redirect("./")
        page_session.end(request, response, self._service)
        return response

    async def language(self, request: web.Request, _: Visitor) -> web.Response:
        """Remember the language that the visitor chose, and return to the page. It needs no token: it does no harm."""
        values = await self._pages.values(request)
        to, language = values.get("to", ""), values.get("language", "")
        response = redirect(to if to and _RELATIVE.fullmatch(to) else "./")
        if language in texts.LANGUAGES:
            response.set_cookie(texts.COOKIE, language, path="", max_age=_YEAR, httponly=True, samesite="Lax")
        return response

    async def people(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Send people whose names are like what was typed, for scripts."""
        found = await self._pages.call(visitor, views.people, match=query_of(request).get("match", ""))
        return web.json_response(
            {"people": [{"login": each.login, "name": each.real_name} for each in found]}, headers=GUARDS
        )

    async def account(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Show the visitor's sessions and a form for a new password."""
        return await self._account(request, visitor)

    async def _account(self, request: web.Request, visitor: Visitor, error: GatewayError | None = None) -> web.Response:
        view: AccountView = await self._pages.call(visitor, account.show)
        code, alert = (status(error), texts.of(request).error(error)) if error else (200, "")
        shortest = account.SHORTEST_PASSWORD
        return page(request, visitor, "account.html", code, view=view, alert=alert, now=now(), shortest=shortest)

    async def change_password(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Change the visitor's password, which ends all sessions, and begin a new one here."""
        visitor, form = await self._pages.form(request, visitor)
        if visitor.user is None:
            raise errors.LOGIN_REQUIRED(method=account.set_password.name)
        login, password = visitor.user.login, form.get("new_password", "")
        try:
            account.check_new_password(password, form.get("new_password_again", ""))
            old = {"login": login, "password": form.get("password", "")}
            await self._pages.call(visitor, account.set_password, **old, new_password=password)
        except GatewayError as error:
            return await self._account(request, visitor, error)
        await self._pages.log_in(request, visitor, login, password)
        response = redirect("account")
        text = texts.of(request).plain("Your password is changed, and your other sessions have ended.")
        self._pages.leave_note(request, response, text)
        return response

    async def end_sessions(self, request: web.Request, visitor: Visitor) -> web.Response:
        """End one of the visitor's sessions, or all others."""
        visitor, form = await self._pages.form(request, visitor)
        ended = await self._pages.call(visitor, account.end_session, session=form.get("session", ""))
        response = redirect("account")
        text = texts.of(request).counted("Ended: {count} session.", "Ended: {count} sessions.", ended)
        self._pages.leave_note(request, response, text)
        return response

    async def keys(self, request: web.Request, visitor: Visitor) -> web.Response:
        """List the visitor's API keys."""
        return page(request, visitor, "keys.html", keys=await self._pages.call(visitor, api_keys.mine), now=now())

    async def change_keys(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Create an API key, which is shown only once, or revoke one."""
        visitor, form = await self._pages.form(request, visitor)
        response = redirect("keys")
        if "revoke" in form:
            await self._pages.call(visitor, api_keys.revoke, id=form["revoke"])
            self._pages.leave_note(
                request, response, texts.of(request).plain("Key {number} is revoked.", number=form["revoke"])
            )
        else:
            described = {"description": form.get("description", ""), "days": form.get("days", "")}
            key = await self._pages.call(visitor, api_keys.add, **described)
            text = texts.of(request).plain("This is your new API key. Copy it now: it is not shown again.")
            self._pages.leave_note(request, response, text, key)
        return response


def now() -> datetime:
    """Return the time, to tell what has expired."""
    return datetime.now(UTC)


def _destination(request: web.Request) -> str:
    """Return the page to redirect to after the login; empty for the front page."""
    wanted = query_of(request).get("to", "")
    return wanted if _PAGE.fullmatch(wanted) else ""
