"""`show_bug.cgi`: a bug with its attachments, to which clients link."""

from aiohttp import web

from gateway.methods import views
from gateway.methods.service import Service
from gateway.methods.views import BugView
from gateway.pages import preview
from gateway.pages.page_handlers import PageHandlers
from gateway.pages.page_session import Visitor
from gateway.pages.rendering import long_page, page, redirect
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
            message = f"Bugs are shown as pages only. As data this bug is at rest/bug/{reference}, in JSON."
            return page(request, visitor, "error.html", 404, title="Not found", message=message, to_login="")
        view: BugView = await self._pages.call(visitor, views.bug, id=reference)
        return await long_page(
            request,
            visitor,
            "bug.html",
            view=view,
            excerpts=_excerpts(view),
            summaries={each.id: each.summary for each in view.attachments},
            limit=self._pages.service.attachment_limit,
            max_files=views.MAX_FILES,
        )


def _excerpts(view: BugView) -> dict[int, str]:
    """Return the first lines of each attachment that is text, by its id."""
    found = {}
    for each in view.attachments:
        text = preview.as_text(view.excerpts.get(each.id, b""), each.content_type)
        if text and text.strip():
            found[each.id] = "\n".join(text.rstrip("\n").split("\n")[:_LINES])
    return found
