"""`show_bug.cgi`: a bug with its attachments, to which clients link."""

from typing import Any

from aiohttp import web

from gateway.methods import views
from gateway.methods.service import Service
from gateway.methods.views import BugView
from gateway.pages import attachment_list, preview, texts
from gateway.pages.page_handlers import PageHandlers
from gateway.pages.page_session import Visitor
from gateway.pages.rendering import long_page, page, redirect
from gateway.pages.upload_form import UploadForm, limits
from gateway.protocols.request_context import query_of

_LINES = 6
"""The number of lines of an excerpt."""


class BugPages:
    """The page of a bug."""

    def __init__(self, service: Service) -> None:
        self._pages = PageHandlers(service)

    def routes(self) -> list[web.RouteDef]:
        """Return the route of this page."""
        return [web.get("/show_bug.cgi", self._pages.handler(self.show), allow_head=True)]

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Show a bug; without a number or alias, redirect to the front page, which asks for one."""
        query = query_of(request)
        reference = query.get("id", "").strip()
        if not reference:
            return redirect("./")
        if query.get("ctype", "html") != "html":
            say = texts.of(request)
            told = "Bugs are shown as pages only. As data this bug is at rest/bug/{bug}, in JSON."
            shown: dict[str, Any] = {"title": say.plain("Not found"), "message": say.plain(told, bug=reference)}
            return page(request, visitor, "error.html", 404, **shown, to_login="")
        view: BugView = await self._pages.call(visitor, views.bug, id=reference)
        chosen = attachment_list.listing(view.attachments, query)
        return await long_page(
            request,
            visitor,
            "bug.html",
            view=view,
            listing=chosen,
            listed={each.id for each in chosen.shown},
            many=attachment_list.MANY,
            kinds=attachment_list.KINDS,
            orders=attachment_list.ORDERS,
            about=_comments_about(view),
            excerpts=_excerpts(view),
            summaries={each.id: each.summary for each in view.attachments},
            attach=query.get("attach") == "1",
            form=UploadForm(),
            **limits(self._pages.service),
        )


def _comments_about(view: BugView) -> dict[int, list[int]]:
    """Return the numbers of the comments with a text about each attachment, by its id."""
    about: dict[int, list[int]] = {}
    for each in view.comments:
        if each.attachment_id is not None and each.text:
            about.setdefault(each.attachment_id, []).append(each.count)
    return about


def _excerpts(view: BugView) -> dict[int, str]:
    """Return the first lines of each attachment that is text, by its id."""
    found = {}
    for each in view.attachments:
        text = preview.as_text(view.excerpts.get(each.id, b""), each.content_type)
        if text and text.strip():
            found[each.id] = "\n".join(text.rstrip("\n").split("\n")[:_LINES])
    return found
