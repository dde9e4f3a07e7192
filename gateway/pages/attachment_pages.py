"""The pages of `attachment.cgi`: an attachment with its fields and flags, its diff, and their forms."""

from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway import errors
from gateway.content import StoredContent
from gateway.errors import GatewayError
from gateway.methods import attachment_form, views
from gateway.methods.attachment_form import UNCHANGED, Filled, FormResult
from gateway.methods.changes import FLAGS
from gateway.methods.service import Service
from gateway.methods.views import AttachmentView
from gateway.pages import markdown, preview, texts
from gateway.pages.diff_pages import DiffPages
from gateway.pages.history_pages import DeletionPages
from gateway.pages.page_handlers import PageHandlers, status
from gateway.pages.page_session import Visitor
from gateway.pages.rendering import page, preview_guards, redirect
from gateway.pages.texts import Texts
from gateway.protocols.caller_threads import run_in_thread
from gateway.protocols.files import MISSING
from gateway.protocols.request_context import BUDGET, query_of
from gateway.protocols.streaming import stream


class AttachmentPages:
    """The pages of an attachment. Without an action, `attachment.cgi` serves its bytes instead."""

    def __init__(self, service: Service) -> None:
        self._pages = PageHandlers(service)
        self.actions: Mapping[str, Handler] = {
            **DiffPages(service).actions,
            **DeletionPages(service).actions,
            "edit": self._pages.handler(self.show),
            "preview": self._pages.handler(self.preview),
            MISSING: self._pages.handler(self.missing),
            "enter": self._pages.handler(self.enter),
            "viewall": self._pages.handler(self.view_all),
        }
        """The handler of each `action` in a GET request."""

    def routes(self) -> list[web.RouteDef]:
        """Return the routes that take forms."""
        return [
            web.post("/change", self._pages.handler(self.change)),
        ]

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Show an attachment, with a form to change it if the visitor may."""
        view = await self._view(request, visitor, preview.TEXT)
        text = _text(view)
        is_source = query_of(request).get("source") == "1"
        if text is None or is_source or not preview.is_markdown(view.attachment) or len(text) > markdown.LONGEST:
            return self._show(request, visitor, view)
        return self._show(request, visitor, view, formatted=await run_in_thread(request, markdown.rendered, text))

    async def preview(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """Send a picture or a document for a page to show. Raises ATTACHMENT_INVALID for anything else."""
        view = await self._view(request, visitor, 0)
        shown = view.attachment
        is_shown = preview.is_picture(shown) or preview.is_document(shown)
        if not is_shown or shown.size is None or shown.sha256 is None:
            raise errors.ATTACHMENT_INVALID(attachment=shown.id)
        service = self._pages.service
        if not isinstance(view.content, StoredContent):  # it is empty
            raise errors.ATTACHMENT_INVALID(attachment=shown.id)
        headers = {**preview_guards(preview.media_type(shown)), "Content-Type": preview.media_type(shown)}
        return await stream(
            request, service.settings, 200, headers, shown.size, service.stream(view.content, request[BUDGET])
        )

    async def missing(self, request: web.Request, _: Visitor) -> web.Response:
        """Say that the attachment does not exist or is hidden, but not which."""
        raise errors.ATTACHMENT_INVALID(attachment=query_of(request).get("id", ""))

    async def enter(self, request: web.Request, _: Visitor) -> web.Response:
        """Redirect from Bugzilla's page for a new attachment to the form on the page of the bug."""
        return _to_bug(request, "attach", attach="1")

    async def view_all(self, request: web.Request, _: Visitor) -> web.Response:
        """Redirect from Bugzilla's page of all attachments of a bug to the page of the bug."""
        return _to_bug(request, "attachments")

    async def _view(self, request: web.Request, visitor: Visitor, text: int) -> AttachmentView:
        view: AttachmentView = await self._pages.call(
            visitor, views.attachment, id=query_of(request).get("id", ""), text=text
        )
        return view

    def _show(
        self,
        request: web.Request,
        visitor: Visitor,
        view: AttachmentView,
        filled: Filled = UNCHANGED,
        error: GatewayError | None = None,
        conflicts: Mapping[str, str] | None = None,
        formatted: str = "",
    ) -> web.Response:
        """Render the page; if a change failed, with the form as it was filled in."""
        now = attachment_form.stored(view)
        return page(
            request,
            visitor,
            "attachment.html",
            status(error) if error else 200,
            view=view,
            with_frames=preview.is_document(view.attachment),
            text=_text(view),
            formatted=formatted,
            is_markdown=preview.is_markdown(view.attachment),
            whole=preview.is_whole(view),
            shown={**now, **filled.shown},
            values={**now, **filled.values},
            alert=texts.of(request).error(error) if error else "",
            conflicts=conflicts or {},
        )

    # ---- forms

    async def change(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Change an attachment. If that fails, show the error above the form, which keeps the values that were sent."""
        visitor, form = await self._pages.form(request, visitor)
        attachment = query_of(request).get("id", "")
        try:
            changed: FormResult = await self._pages.call(visitor, attachment_form.change, id=attachment, form=form)
        except GatewayError as error:
            if error.kind is errors.LOGIN_REQUIRED:
                raise
            view = await self._view(request, visitor, preview.TEXT)
            return self._show(request, visitor, view, attachment_form.filled(form), error)
        merged = changed.merged
        if merged.conflicts:
            view = await self._view(request, visitor, preview.TEXT)
            filled = Filled(merged.now, merged.values)
            return self._show(request, visitor, view, filled, errors.CHANGED_MEANWHILE(), merged.conflicts)
        action = "diff" if query_of(request).get("to") == "diff" else "edit"
        response = redirect(f"attachment.cgi?{urlencode({'id': attachment, 'action': action})}")
        self._pages.leave_note(request, response, _told(changed, texts.of(request)))
        return response


_NAMES = {
    "summary": "summary",
    "file_name": "file name",
    "content_type": "content type",
    "is_patch": "patch mark",
    "is_obsolete": "obsolete mark",
    "is_private": "private mark",
    FLAGS: "flags",
    "comment": "comment",
}
"""The fields of the form as notes name them."""


def _told(changed: FormResult, say: Texts) -> str:
    """Say what a form has changed, and what others had changed before."""
    others = dict.fromkeys(say.plain(_NAMES.get(each, "flags")) for each in changed.merged.others)
    fields = ", ".join(say.plain(_NAMES.get(each, each)) for each in changed.fields)
    told = say.plain("Saved: {fields}.", fields=fields) if fields else say.plain("Nothing was changed.")
    kept = say.plain("Meanwhile others changed: {fields}. That was kept.", fields=", ".join(others)) if others else ""
    return f"{told} {kept}".strip()


def _text(view: AttachmentView) -> str | None:
    """Return the text that was read; None if the content is not text."""
    return None if view.text is None else preview.as_text(view.text, view.attachment.content_type)


def _to_bug(request: web.Request, fragment: str, **more: str) -> web.Response:
    reference = query_of(request).get("bugid", "").strip()
    if not reference:
        raise errors.PARAM_REQUIRED(param="bugid")
    return redirect(f"show_bug.cgi?{urlencode({'id': reference, **more})}#{fragment}")
