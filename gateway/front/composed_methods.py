"""Methods for which Bugzilla 5 has no resource in REST, made of others that it has."""

import asyncio
import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar, cast

from gateway import errors
from gateway.front.site import FrontedSite
from gateway.front.site_caller import SiteCaller
from gateway.methods.bug_duplicates import SPARE, limit_of, long_words
from gateway.methods.bug_search_values import as_text
from gateway.methods.bug_search_words import indexed_words
from gateway.methods.comment_links import LinkedAttachment, LinkedBug, Rendering, linked_numbers
from gateway.methods.context import RequestContext
from gateway.methods.declaration import METHODS, Method
from gateway.methods.params import Params, truth
from gateway.values import Untyped, Value

_CANDIDATES = 2000
"""The most bugs of which some are chosen; they are the newest."""

_LINKED_BUGS, _LINKED_ATTACHMENTS = 1000, 100
"""The most bugs and attachments to which a text has links."""

_LONG = 10_000
"""Characters of a text above which it is read in a thread."""

_FOLLOWED = 20
"""The longest way from a duplicate to the bug that it duplicates in the end."""


T = TypeVar("T")


class _Caller:
    """Calls methods of the site for one caller."""

    def __init__(self, site: FrontedSite, caller: SiteCaller, context: RequestContext) -> None:
        self._site = site
        self._caller = caller
        self._context = context

    async def __call__(self, method: str, params: Mapping[str, Value]) -> dict[str, Any]:
        declared = METHODS.get(method)
        if declared is None:
            raise errors.SITE_LACKS_METHOD(method=method)
        return cast("dict[str, Any]", await self._site.call(declared, params, self._caller, self._context))

    async def bugs(self, numbers: Iterable[int], *members: str) -> dict[int, dict[str, Any]]:
        """Those of some bugs that the caller sees, by number."""
        wanted = [*numbers]
        if not wanted:
            return {}
        query: dict[str, Value] = {"id": wanted, "include_fields": ["id", *members]}
        found = await self("Bug.search", query)
        return {each["id"]: each for each in found.get("bugs", ()) if "id" in each}


# ---- Bug.possible_duplicates


async def possible_duplicates(
    site: FrontedSite, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
) -> Value:
    """Search for any of the words in summaries, and put the bugs with most of them first."""
    ask, read = _Caller(site, caller, context), Params(dict(params), method.param_names)
    summary = as_text(read.value("summary"))
    if not summary:
        raise errors.PARAM_REQUIRED(param="summary")
    limit, products = limit_of(read.value("limit")), read.texts("products")
    words = indexed_words(long_words(summary))
    await _check_enterable(ask, products)
    found = await _with_words(ask, words, products) if words else []
    chosen = _by_relevance(found, words)[: limit + SPARE]
    numbers = (await _originals(ask, found, [each["id"] for each in chosen]))[:limit]
    if not numbers:
        return {"bugs": []}
    shown = {name: params[name] for name in ("include_fields", "exclude_fields") if name in params}
    return {"bugs": (await ask("Bug.get", {"ids": [*numbers], **shown}))["bugs"]}


async def _check_enterable(ask: _Caller, products: list[str]) -> None:
    """Raise ENTRY_DENIED for a product in which the caller may not enter bugs."""
    if products:
        answer = await ask("Product.get", {"type": ["enterable"], "include_fields": ["name"]})
        known = {each["name"].casefold() for each in answer["products"]}
        for name in products:
            if name.strip().casefold() not in known:
                raise errors.ENTRY_DENIED(product=name)


async def _with_words(ask: _Caller, words: list[str], products: list[str]) -> list[dict[str, Any]]:
    """The newest bugs with one of the words in their summary."""
    query: dict[str, Value] = {
        "short_desc": " ".join(words),
        "short_desc_type": "anywords",
        "include_fields": ["id", "summary", "dupe_of"],
        "order": "bug_id DESC",
        "limit": _CANDIDATES,
        **({"product": [*products]} if products else {}),
    }
    return [each for each in (await ask("Bug.search", query))["bugs"] if each.keys() >= {"id", "summary"}]


def _by_relevance(found: list[dict[str, Any]], words: list[str]) -> list[dict[str, Any]]:
    """Bugs in the order of MariaDB's full text: a word counts the more, the fewer bugs have it."""
    patterns = [re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.IGNORECASE) for word in words]
    counts = {each["id"]: [len(pattern.findall(each["summary"])) for pattern in patterns] for each in found}
    total = max(counts, default=1)
    bugs_with = [sum(1 for count in counts.values() if count[at]) for at in range(len(words))]
    weights = [math.log10(total / with_it) ** 2 if with_it else 0.0 for with_it in bugs_with]
    relevance = {
        number: sum(weight * count for weight, count in zip(weights, found_counts, strict=True))
        for number, found_counts in counts.items()
    }
    having = [each for each in found if any(counts[each["id"]])]
    return sorted(having, key=lambda bug: (-relevance[bug["id"]], -bug["id"]))


async def _originals(ask: _Caller, found: list[dict[str, Any]], numbers: list[int]) -> list[int]:
    """The bugs, with those in the place of duplicates that they duplicate in the end, each once."""
    known = {each["id"]: each.get("dupe_of") for each in found}
    for _ in range(_FOLLOWED):
        further = {end for end in (_end(known, each) for each in numbers) if end not in known}
        if not further:
            break
        seen = await ask.bugs(further, "dupe_of")
        known |= dict.fromkeys(further, 0) | {number: bug.get("dupe_of") for number, bug in seen.items()}
    return [*dict.fromkeys(end for end in (_end(known, each) for each in numbers) if known.get(end) != 0)]


def _end(known: Mapping[int, int | None], number: int) -> int:
    """The last bug on the way from a duplicate that is known, or the first that is not."""
    seen = {number}
    while following := known.get(number):
        if following in seen:
            break
        seen.add(following)
        number = following
    return number


# ---- Bug.render_comment


async def render_comment(
    site: FrontedSite, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
) -> Value:
    """Make the HTML here, with what the site tells the caller of the bugs and attachments that the text links to."""
    ask, read = _Caller(site, caller, context), Params(dict(params), method.param_names)
    written = read.text("text")
    if written is None:
        raise errors.PARAM_REQUIRED(param="text")
    own = 0
    if truth(params.get("id")):
        (bug,) = (await ask("Bug.get", {"ids": [params["id"]], "include_fields": ["id"]}))["bugs"]
        own = bug["id"]
    numbers, attachments = await _in_thread_if_long(written, partial(linked_numbers, written, site.url))
    bugs = await _bugs(ask, sorted(numbers)[:_LINKED_BUGS])
    files = await _attachments(ask, sorted(attachments)[:_LINKED_ATTACHMENTS])
    rendering = Rendering(written, site.url, own, bugs, files)
    return {"html": Untyped(await _in_thread_if_long(written, rendering.html))}


async def _in_thread_if_long(written: str, work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work) if len(written) > _LONG else work()


async def _bugs(ask: _Caller, numbers: list[int]) -> dict[int, LinkedBug]:
    found = await ask.bugs(numbers, "status", "resolution", "is_open", "summary")
    return {
        number: LinkedBug(bug["status"], bug.get("resolution") or "", bool(bug.get("is_open")), bug.get("summary"))
        for number, bug in found.items()
        if "status" in bug
    }


async def _attachments(ask: _Caller, wanted: list[int]) -> dict[int, LinkedAttachment]:
    """The attachments that the caller sees; if one may not be seen, either half of them is asked for."""
    if not wanted:
        return {}
    members: list[Value] = ["id", "summary", "is_obsolete"]
    try:
        found = (await ask("Bug.attachments", {"attachment_ids": [*wanted], "include_fields": members}))["attachments"]
    except errors.GatewayError as error:
        if error.kind.code not in (errors.NOT_AUTHORISED.code, errors.BUG_DENIED.code):
            raise
        halves = (wanted[: len(wanted) // 2], wanted[len(wanted) // 2 :]) if len(wanted) > 1 else ()
        return {number: each for half in halves for number, each in (await _attachments(ask, half)).items()}
    return {each["id"]: LinkedAttachment(each["summary"], bool(each["is_obsolete"])) for each in found.values()}
