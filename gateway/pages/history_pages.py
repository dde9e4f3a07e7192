"""`show_activity.cgi`: the history of a bug; and the deletion of an attachment's content, which is in it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.methods import content_deletion, history, views
from gateway.methods.history import History
from gateway.methods.service import Service
from gateway.methods.views import AttachmentView
from gateway.pages import texts
from gateway.pages.page_handlers import PageHandlers
from gateway.pages.page_session import Visitor
from gateway.pages.rendering import page, redirect
from gateway.protocols.request_context import query_of

_YES_OR_NO = {
    "attachments.ispatch",
    "attachments.isobsolete",
    "attachments.isprivate",
    "longdescs.isprivate",
    "everconfirmed",
    "reporter_accessible",
    "cclist_accessible",
}
"""The fields of which the log has 0 or 1."""


class HistoryPages:
    """The page of a bug's history, which may be of one attachment alone."""

    def __init__(self, service: Service) -> None:
        self._pages = PageHandlers(service)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/show_activity.cgi", self._pages.handler(self.show), allow_head=True)]

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Show the history of a bug; with `attach_id`, of that attachment."""
        query = query_of(request)
        found: History = await self._pages.call(visitor, history.history, id=query.get("id", ""))
        attachment = query.get("attach_id", "")
        lines = [each for each in found.lines if not attachment or str(each.change.attachment_id) == attachment]
        return page(
            request,
            visitor,
            "history.html",
            bug=found.bug,
            lines=lines,
            attachment=attachment,
            names=found.names,
            yes_or_no=_YES_OR_NO,
        )


class DeletionPages:
    """The page on which administrators delete the content of an attachment."""

    def __init__(self, service: Service) -> None:
        self._pages = PageHandlers(service)
        self.actions: Mapping[str, Handler] = {"delete": self._pages.handler(self.confirm)}
        """The handler of the `action` of attachment.cgi."""

    def routes(self) -> list[web.RouteDef]:
        """Return the route that takes the form."""
        return [web.post("/delete_content", self._pages.handler(self.delete))]

    async def confirm(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Ask for a reason and a confirmation. Raises NOT_AUTHORISED."""
        view = await self._view(request, visitor)
        await self._pages.call(visitor, content_deletion.require_right)
        return page(request, visitor, "delete_content.html", view=view, longest=content_deletion.MAX_REASON)

    async def delete(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Delete the content, and show the attachment."""
        visitor, form = await self._pages.form(request, visitor)
        attachment = query_of(request).get("id", "")
        reason = form.get("reason", "")
        await self._pages.call(visitor, content_deletion.delete_content, id=attachment, reason=reason)
        response = redirect(f"attachment.cgi?{urlencode({'id': attachment, 'action': 'edit'})}")
        self._pages.leave_note(request, response, texts.of(request).plain("The content is deleted."))
        return response

    async def _view(self, request: web.Request, visitor: Visitor) -> AttachmentView:
        view: AttachmentView = await self._pages.call(
            visitor, views.attachment, id=query_of(request).get("id", ""), text=0
        )
        return view
