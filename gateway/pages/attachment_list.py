"""The list of the attachments of a bug: which of them it shows, and in which order. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.methods.views import is_text
from gateway.model import Attachment
from gateway.pages import preview

ORDERS: Mapping[str, tuple[str, Callable[[Attachment], Any], bool]] = {
    "": ("number", lambda each: each.id, False),
    "newest": ("newest first", lambda each: each.id, True),
    "changed": ("last changed first", lambda each: (each.last_change_time, each.id), True),
    "summary": ("summary", lambda each: each.summary.casefold(), False),
    "name": ("file name", lambda each: each.file_name.casefold(), False),
    "type": ("type", lambda each: (not each.is_patch, each.content_type), False),
    "size": ("largest first", lambda each: each.size or 0, True),
    "creator": ("author", lambda each: (each.creator.real_name or each.creator.login).casefold(), False),
}
"""The orders of the list: what they are called, by what they sort, and whether that is reversed."""

KINDS: Mapping[str, tuple[str, Callable[[Attachment], bool]]] = {
    "": ("all", lambda _: True),
    "patch": ("patches", lambda each: each.is_patch),
    "picture": ("pictures", lambda each: preview.media_type(each).startswith("image/")),
    "text": ("other texts", lambda each: is_text(each) and not each.is_patch),
    "request": ("with requests", lambda each: any(flag.status == "?" for flag in each.flags)),
}
"""The kinds of attachments that the list can be limited to."""

FEW = 5
"""The attachments that need no filter."""

MANY = 25
"""The attachments of which the list shows only a line each."""


@dataclass(frozen=True, slots=True)
class AttachmentList:
    """The attachments to show, and the filter that chose them. `hidden` counts those that it hides as obsolete."""

    shown: Sequence[Attachment]
    hidden: int
    words: str
    kind: str
    order: str
    with_obsolete: bool
    has_filter: bool


def listing(attachments: Sequence[Attachment], query: Mapping[str, str]) -> AttachmentList:
    """Choose and sort attachments as a query string asks for; obsolete ones are hidden unless it asks for them."""
    words, kind, order = query.get("find", "").strip(), query.get("kind", ""), query.get("order", "")
    kind, order = kind if kind in KINDS else "", order if order in ORDERS else ""
    with_obsolete = query.get("obsolete") == "1"
    found = [each for each in attachments if KINDS[kind][1](each) and _has_words(each, words)]
    shown = [each for each in found if with_obsolete or not each.is_obsolete]
    _, key, is_reversed = ORDERS[order]
    return AttachmentList(
        shown=sorted(shown, key=key, reverse=is_reversed),
        hidden=len(found) - len(shown),
        words=words,
        kind=kind,
        order=order,
        with_obsolete=with_obsolete,
        has_filter=len(attachments) > FEW or bool(words or kind or order),
    )


def _has_words(attachment: Attachment, words: str) -> bool:
    where = [attachment.summary, attachment.file_name, attachment.content_type, attachment.creator.real_name]
    text = " ".join([*where, *(f"{flag.name}{flag.status}" for flag in attachment.flags)]).casefold()
    return all(word in text for word in words.casefold().split())
