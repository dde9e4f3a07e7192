"""`buglist.cgi`: the bugs that a search finds, by words or by fields, in any order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from gateway.errors import GatewayError
from gateway.methods import bug_search
from gateway.methods.include_fields import FIELDS_PARAMS
from gateway.methods.service import Service
from gateway.pages import texts
from gateway.pages.page_handlers import PageHandlers, status
from gateway.pages.page_session import Visitor
from gateway.pages.rendering import long_page, redirect
from gateway.protocols.request_context import query_of

ON_A_PAGE = 50
"""The bugs that one page shows."""

COLUMNS: Mapping[str, tuple[str, str]] = {
    "id": ("Bug", "bug_id"),
    "summary": ("Summary", "short_desc"),
    "status": ("Status", "bug_status,resolution"),
    "product": ("Product", "product,component_name"),
    "priority": ("Priority", "priority"),
    "assigned_to": ("Assigned to", "assigned_to"),
    "last_change_time": ("Changed", "changeddate"),
}
"""The columns of the list: their titles, and the columns of searches by which they are sorted."""

_SHOWN = [*COLUMNS, "resolution", "component", "assigned_to_detail"]
_OWN = {"limit", "offset", "order", "permissive", *(param.name for param in FIELDS_PARAMS)}
_SEARCHED = bug_search.search.param_names - _OWN


@dataclass(frozen=True, slots=True)
class Search:
    """A search as the address of a list has it."""

    criteria: Mapping[str, str]
    by: str
    is_reversed: bool
    offset: int

    def address(self, by: str = "", offset: int = 0) -> str:
        """Return the relative URL of the same search, sorted by a column: the other way round if it was already."""
        is_reversed = not self.is_reversed if by == self.by else self.is_reversed and not by
        more = {"by": by or self.by, "desc": "1" if is_reversed else "", "offset": str(offset or "")}
        return "buglist.cgi?" + urlencode({**self.criteria, **{name: value for name, value in more.items() if value}})

    @property
    def order(self) -> str:
        """The order as a search takes it; empty for that of the search itself."""
        columns = COLUMNS[self.by][1].split(",") if self.by else []
        return ",".join(f"{each} DESC" if self.is_reversed else each for each in columns)


class ListPages:
    """The list of bugs."""

    def __init__(self, service: Service) -> None:
        self._pages = PageHandlers(service)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of this page."""
        return [
            web.get("/buglist.cgi", self._pages.handler(self.show), allow_head=True),
            web.get("/query.cgi", self._pages.handler(self.show), allow_head=True),
        ]

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Show the bugs that a search finds; if that is one by its number or alias, redirect to its page."""
        search = _search(query_of(request))
        words = search.criteria.get("quicksearch", "")
        if not search.criteria:
            return await self._list(request, visitor, search, [])
        if await self._is_a_bug(visitor, words):
            return redirect(f"show_bug.cgi?{urlencode({'id': words})}")
        try:
            bugs = await self._find(visitor, search)
        except GatewayError as error:
            return await self._list(request, visitor, search, [], error)
        return await self._list(request, visitor, search, bugs)

    async def _is_a_bug(self, visitor: Visitor, words: str) -> bool:
        if words.isdecimal() or not words or " " in words:
            return bool(words) and words.isdecimal()
        found = await self._pages.call(visitor, bug_search.search, alias=[words], include_fields=["id"], limit=1)
        return bool(found["bugs"])

    async def _find(self, visitor: Visitor, search: Search) -> list[dict[str, Any]]:
        """Return the bugs of a page, and one more if others follow."""
        params = {**search.criteria, "limit": ON_A_PAGE + 1, "offset": search.offset, "include_fields": _SHOWN}
        found = await self._pages.call(
            visitor, bug_search.search, **params, **({"order": search.order} if search.by else {})
        )
        bugs: list[dict[str, Any]] = found["bugs"]
        return bugs

    async def _list(
        self,
        request: web.Request,
        visitor: Visitor,
        search: Search,
        bugs: list[dict[str, Any]],
        error: GatewayError | None = None,
    ) -> web.Response:
        response = await long_page(
            request,
            visitor,
            "bug_list.html",
            search=search,
            bugs=bugs[:ON_A_PAGE],
            more=search.offset + ON_A_PAGE if len(bugs) > ON_A_PAGE else 0,
            before=max(search.offset - ON_A_PAGE, 0) if search.offset else None,
            columns=COLUMNS,
            alert=texts.of(request).error(error) if error else "",
        )
        if error:
            response.set_status(status(error))
        return response


def _search(query: Mapping[str, str]) -> Search:
    criteria = {name: value.strip() for name, value in query.items() if name in _SEARCHED and value.strip()}
    by, offset = query.get("by", ""), query.get("offset", "")
    return Search(
        criteria=criteria,
        by=by if by in COLUMNS else "",
        is_reversed=query.get("desc") == "1",
        offset=int(offset) if offset.isdecimal() and len(offset) < 7 else 0,
    )
