"""Addresses at which there is nothing, Bugzilla's own among them: lead on, or say what is there instead."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.methods.service import Service
from gateway.pages import texts
from gateway.pages.page_handlers import PageHandlers
from gateway.pages.page_session import Visitor
from gateway.pages.rendering import page, redirect
from gateway.protocols.request_context import query_of

_ENTRY = "Bugs are not entered or changed on pages. Programs enter them with Bug.create, which docs describes."
_ACCOUNTS = "Accounts are made and changed by the administrators of this site."
_SITE = "The site is administered with the command gateway, whose --help describes it."
_INSTEAD: Mapping[str, str] = {
    "enter_bug.cgi": _ENTRY,
    "post_bug.cgi": _ENTRY,
    "process_bug.cgi": _ENTRY,
    "createaccount.cgi": _ACCOUNTS,
    "token.cgi": _ACCOUNTS,
    "relogin.cgi": "The top of each page has a button that logs you out.",
    "admin.cgi": _SITE,
    "editparams.cgi": _SITE,
    "editusers.cgi": _SITE,
    "editproducts.cgi": _SITE,
    "editcomponents.cgi": _SITE,
    "editgroups.cgi": _SITE,
    "editflagtypes.cgi": _SITE,
}
"""The answers that stand in for Bugzilla's pages, by the name of the page."""

_ELSEWHERE = {
    "index.cgi": "./",
    "request.cgi": "requests",
    "userprefs.cgi": "account",
    "logout": "./",
    "language": "./",
    "password": "account",
    "sessions": "account",
}
"""The pages that stand in for Bugzilla's, and those whose forms are sent to an address that has no page."""

_OTHER = "This page of Bugzilla is not served. The front page leads to bugs, and docs describes what programs can call."
_MOVED: Mapping[str, tuple[str, str]] = {
    "showattachment.cgi": ("attach_id", "attachment.cgi?id="),
    "xml.cgi": ("id", "show_bug.cgi?ctype=xml&id="),
    "change": ("id", "attachment.cgi?action=edit&id="),
    "delete_content": ("id", "attachment.cgi?action=edit&id="),
    "attach": ("bugid", "show_bug.cgi?id="),
    "comment": ("bugid", "show_bug.cgi?id="),
}
"""The parameter of each page that Bugzilla itself moved, and of addresses of forms, and where it leads to."""


class UnknownAddresses:
    """The page for addresses that have no handler."""

    def __init__(self, service: Service) -> None:
        self._prefix = service.settings.path_prefix
        self.handler: Handler = PageHandlers(service).handler(self._show)

    async def _show(self, request: web.Request, visitor: Visitor) -> web.Response:
        name = request.path.removeprefix(self._prefix).strip("/")
        if name in _ELSEWHERE:
            return redirect(_ELSEWHERE[name])
        if name in _MOVED:
            parameter, address = _MOVED[name]
            return redirect(address + quote(query_of(request).get(parameter, ""), safe=""))
        message = _INSTEAD.get(name, _OTHER if name.endswith(".cgi") else "There is no such page here.")
        say = texts.of(request)
        shown: dict[str, Any] = {"title": say.plain("Not found"), "message": say.plain(message)}
        return page(request, visitor, "error.html", 404, **shown, to_login="")
