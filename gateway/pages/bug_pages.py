"""`show_bug.cgi`: a bug with its attachments, where clients' links lead."""

from aiohttp import web

from gateway.methods import views
from gateway.methods.service import Service
from gateway.methods.views import BugView
from gateway.pages import preview
from gateway.pages.page_handlers import PageHandlers
from gateway.pages.page_session import Visitor
from gateway.pages.rendering import long_page, redirect

_LINES = 6
"""Lines of an excerpt."""


class BugPages:
    """The page of a bug."""

    def __init__(self, service: Service) -> None:
        self._pages = PageHandlers(service)

    def routes(self) -> list[web.RouteDef]:
        """Where it answers."""
        return [web.get("/show_bug.cgi", self._pages.handler(self.show), allow_head=True)]

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Show the bug; without a number or an alias lead to where one is asked for."""
        reference = request.query.get("id", "").strip()
        if not reference:
            return redirect("./")
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
            attached=request.query.get("attached") == "1",
        )


def _excerpts(view: BugView) -> dict[int, str]:
    """The first lines of texts, by attachment."""
    found = {}
    for each in view.attachments:
        text = preview.as_text(view.excerpts.get(each.id, b""), each.content_type)
        if text and text.strip():
            found[each.id] = "\n".join(text.rstrip("\n").split("\n")[:_LINES])
    return found
