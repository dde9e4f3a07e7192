"""Logging in and out, and API keys."""

import re

from aiohttp import web

from gateway.errors import GatewayError
from gateway.methods import api_keys, sessions, users
from gateway.methods.service import Service
from gateway.pages import session
from gateway.pages.handling import Handling, status
from gateway.pages.rendering import page, redirect
from gateway.pages.session import Visitor

_PAGE = re.compile(r"((show_bug|attachment)\.cgi|keys)?(\?[\w=&.%+-]*)?", re.ASCII)
"""Where a login may lead: to a page of this site, nowhere else."""


class AccountPages:
    """Who is who."""

    def __init__(self, service: Service) -> None:
        self._pages = Handling(service)
        self._service = service

    def routes(self) -> list[web.RouteDef]:
        """Where they answer."""
        return [
            web.get("/login", self._pages.handler(self.login_form), allow_head=True),
            web.post("/login", self._pages.handler(self.login)),
            web.post("/logout", self._pages.handler(self.logout)),
            web.get("/keys", self._pages.handler(self.keys), allow_head=True),
            web.post("/keys", self._pages.handler(self.change_keys)),
        ]

    async def login_form(self, request: web.Request, who: Visitor) -> web.Response:
        """Ask for login and password."""
        return self._login_form(request, who)

    def _login_form(
        self, request: web.Request, who: Visitor, login: str = "", alert: str = "", code: int = 200
    ) -> web.Response:
        guest = session.as_guest(who)
        response = page(request, guest, "login.html", code, to=_destination(request), login=login, alert=alert)
        if guest is not who:
            session.keep_guest(request, response, guest, self._service)
        return response

    async def login(self, request: web.Request, who: Visitor) -> web.Response:
        """Begin a session."""
        form = await self._pages.form(request, who)
        login = form.get("login", "").strip()
        try:
            cookie = await self._pages.call(who, sessions.login, login=login, password=form.get("password", ""))
        except GatewayError as error:
            return self._login_form(request, who, login, error.message, status(error))
        response = redirect(_destination(request) or "./")
        session.begin(request, response, cookie, self._service)
        return response

    async def logout(self, request: web.Request, who: Visitor) -> web.Response:
        """End the session."""
        await self._pages.form(request, who)
        await self._pages.call(who, users.logout)
        response = redirect("./")
        session.end(request, response, self._service)
        return response

    async def keys(self, request: web.Request, who: Visitor) -> web.Response:
        """List the visitor's API keys."""
        return await self._keys(request, who)

    async def _keys(self, request: web.Request, who: Visitor, new_key: str = "") -> web.Response:
        return page(request, who, "keys.html", keys=await self._pages.call(who, api_keys.mine), new_key=new_key)

    async def change_keys(self, request: web.Request, who: Visitor) -> web.Response:
        """Make a key, which is shown this once, or revoke one."""
        form = await self._pages.form(request, who)
        if "revoke" in form:
            await self._pages.call(who, api_keys.revoke, id=form["revoke"])
            return redirect("keys")
        new_key = await self._pages.call(who, api_keys.add, description=form.get("description", ""))
        return await self._keys(request, who, new_key)


def _destination(request: web.Request) -> str:
    """Where a login leads on to; empty for the front page."""
    wanted = request.query.get("to", "")
    return wanted if _PAGE.fullmatch(wanted) else ""
