"""The forms on the page of a bug: uploads, and comments."""

from contextlib import suppress
from urllib.parse import urlencode

from aiohttp import web

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods import uploads, views
from gateway.methods.service import Service
from gateway.methods.views import BugView
from gateway.pages import page_session, texts, upload_form
from gateway.pages.page_handlers import PageHandlers, status
from gateway.pages.page_session import Visitor
from gateway.pages.rendering import proceed, redirect
from gateway.pages.upload_reader import SentForm, UploadReader, largest_body
from gateway.protocols import request_body
from gateway.protocols.multipart_parts import boundary_of
from gateway.protocols.request_context import query_of


class UploadPages:
    """The targets of the forms on the page of a bug."""

    def __init__(self, service: Service) -> None:
        self._pages = PageHandlers(service)
        self._service = service

    def routes(self) -> list[web.RouteDef]:
        """Return the routes that take forms."""
        return [
            web.post("/attach", self._pages.handler(self.attach)),
            web.post("/comment", self._pages.handler(self.comment)),
        ]

    async def attach(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Attach files to a bug; if that fails, show the form again with all that was sent.

        The body of a visitor who is logged in is not read until it is known that they may attach files.
        """
        reference, service = query_of(request).get("bugid", ""), self._service
        boundary = boundary_of(request.headers.get("Content-Type", ""))
        if visitor.user is not None:
            await service.admit(uploads.attach, {"id": reference}, visitor.context)
        with service.spools(visitor.context) as spools:
            reader = UploadReader(spools, boundary)
            await request_body.receive(request, reader, service, largest_body(service.attachment_limit))
            sent = reader.close()
            try:
                visitor = await self._pages.sender(request, visitor, sent.values)
                ids = await self._attach(visitor, reference, sent)
            except Exception as problem:
                error = service.to_client_error(problem, visitor.context)
                return await self._again(request, visitor, reference, sent, error)
        response = proceed(request, f"show_bug.cgi?{urlencode({'id': reference})}#attachments")
        told = texts.of(request).counted("Attached: {count} file.", "Attached: {count} files.", len(ids))
        self._pages.leave_note(request, response, told)
        return response

    async def _attach(self, visitor: Visitor, reference: str, sent: SentForm) -> list[int]:
        if len(sent.files) > uploads.MAX_FILES:
            raise errors.TOO_MANY_FILES(limit=uploads.MAX_FILES)
        ids: list[int] = await self._pages.call(
            visitor,
            uploads.attach,
            id=reference,
            uploads=upload_form.uploads(sent),
            comment=sent.values.get("comment", ""),
            flags=upload_form.flags(sent.values),
            obsoletes=sent.lists.get("obsoletes", []),
        )
        return ids

    async def _again(
        self, request: web.Request, visitor: Visitor, reference: str, sent: SentForm, error: GatewayError
    ) -> web.Response:
        """Show the form again; tell a script only what is wrong: it still has the form."""
        if not page_session.is_own_site(request):
            raise error
        view: BugView | None = None
        if visitor.user is not None:
            with suppress(GatewayError):  # the form does without
                view = await self._pages.call(visitor, views.bug, id=reference)
        if request.headers.get("Accept") == "application/json":
            place = error.place if isinstance(error, uploads.FileRefused) else None
            row = sent.files[place].row if place is not None else ""
            return self._pages.tell_script(request, visitor, error, row)
        form = upload_form.again(
            sent,
            error,
            self._pages.alert(request, visitor, error),
            self._service.attachment_limit,
            texts.of(request),
            carries=view is None,
        )
        return self._pages.page(
            request,
            visitor,
            "upload.html",
            status(error),
            reference=reference,
            view=view,
            form=form,
            **upload_form.limits(self._service),
        )

    async def comment(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Add a comment to a bug."""
        visitor, form = await self._pages.form(request, visitor)
        reference = query_of(request).get("bugid", "")
        params = {"id": reference, "comment": form.get("comment", ""), "is_private": "is_private" in form}
        await self._pages.call(visitor, uploads.comment, **params)
        response = redirect(f"show_bug.cgi?{urlencode({'id': reference})}#comments")
        self._pages.leave_note(request, response, texts.of(request).plain("Your comment was added."))
        return response
