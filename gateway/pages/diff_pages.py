"""The pages of patches: a patch file by file, and two patches compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.methods import attachment_form, views
from gateway.methods.service import Service
from gateway.methods.views import AttachmentView, BugView
from gateway.pages import preview, texts
from gateway.pages.page_handlers import PageHandlers
from gateway.pages.page_session import Visitor
from gateway.pages.patches import Patch, compare, ignore_space, mark_changes, read_patch
from gateway.pages.rendering import long_page, page
from gateway.protocols.caller_threads import run_in_thread
from gateway.protocols.request_context import query_of

FEW_FILES = 10
"""The most files whose list is open at first."""


@dataclass(frozen=True, slots=True)
class Look:
    """The way in which a diff is shown."""

    side: bool
    wrap: bool
    space: bool


def look(query: Mapping[str, str]) -> Look:
    """Return the look that a query string asks for."""
    return Look(query.get("view") == "side", query.get("wrap") == "1", query.get("space") != "0")


class DiffPages:
    """The pages of patches, by `action` of `attachment.cgi`."""

    def __init__(self, service: Service) -> None:
        self._pages = PageHandlers(service)
        self.actions: Mapping[str, Handler] = {
            "diff": self._pages.handler(self.diff),
            "interdiff": self._pages.handler(self.interdiff),
        }

    async def diff(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Show a patch file by file."""
        query = query_of(request)
        view = await self._view(visitor, query.get("id", ""))
        chosen = look(query)
        patch = await run_in_thread(request, _prepared, view, chosen)
        return await long_page(
            request,
            visitor,
            "diff.html",
            view=view,
            patch=patch,
            look=chosen,
            few_files=FEW_FILES,
            has_all=preview.is_whole(view),
            is_whole=preview.is_whole(view) and not patch.left_out,
            others=await self._others(visitor, view),
            shown=attachment_form.stored(view),
        )

    async def interdiff(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Compare two patches."""
        query = query_of(request)
        numbers = [query.get(name, "") for name in ("oldid", "newid")]
        if not all(numbers):
            say = texts.of(request)
            told = "Name two patches to compare: attachment.cgi?action=interdiff&oldid=NUMBER&newid=NUMBER."
            shown: dict[str, Any] = {"title": say.plain("Not found"), "message": say.plain(told)}
            return page(request, visitor, "error.html", 404, **shown, to_login="")
        old, new = [await self._view(visitor, number) for number in numbers]
        files = await run_in_thread(request, lambda: compare(_patch(old), _patch(new)))
        is_whole = all(preview.is_whole(view) for view in (old, new))
        return await long_page(
            request,
            visitor,
            "interdiff.html",
            old=old,
            new=new,
            files=files,
            few_files=FEW_FILES,
            is_whole=is_whole,
            look=look(query),
        )

    async def _view(self, visitor: Visitor, number: str) -> AttachmentView:
        view: AttachmentView = await self._pages.call(visitor, views.attachment, id=number, text=preview.DIFF)
        return view

    async def _others(self, visitor: Visitor, view: AttachmentView) -> list[tuple[int, str]]:
        """Return the number and summary of the other patches of the bug, newest first."""
        bug: BugView = await self._pages.call(visitor, views.bug, id=str(view.bug.id))
        others = [each for each in bug.attachments if each.is_patch and each.size and each.id != view.attachment.id]
        return [(each.id, each.summary) for each in reversed(others) if bug.is_insider or not each.is_private]


def _patch(view: AttachmentView) -> Patch:
    is_whole = preview.is_whole(view)
    return read_patch(preview.as_patch(view.text or b"", view.attachment.content_type, is_whole))


def _prepared(view: AttachmentView, chosen: Look) -> Patch:
    patch = _patch(view)
    if not chosen.space:
        ignore_space(patch)
    mark_changes(patch)
    return patch
