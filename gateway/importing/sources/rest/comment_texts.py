"""Comments that Bugzilla writes itself: REST shows their type only in the text, with what they are about.

Created attachment 5            *** Bug 7 has been marked as a duplicate of this bug. ***
Its summary

The text of the comment
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_ATTACHMENT_TYPES = {"Created attachment": 5, "Comment on attachment": 6}
_LEAD = re.compile(r"(Created attachment|Comment on attachment) ([0-9]+)(?=\n|\Z)")
_DUPLICATE = re.compile(
    r"(?P<text>.*?)\n\n\*\*\* This bug has been marked as a duplicate of bug (?P<bug>[0-9]+) \*\*\*\s*\Z", re.DOTALL
)
_HAS_DUPLICATE = re.compile(r"\*\*\* Bug ([0-9]+) has been marked as a duplicate of this bug\. \*\*\*\s*\Z")


@dataclass(frozen=True, slots=True)
class StoredComment:
    """A comment as the table longdescs has it: its text, Bugzilla's number of its type, and what it is about."""

    text: str
    type: int = 0
    about: int | None = None


def stored_comment(
    text: str, attachment_id: int | None, summary: str | None, is_known: Callable[[int], bool]
) -> StoredComment:
    """Return the comment whose text REST shows.

    `summary` is that of the attachment, None if it is not shown; `is_known` tells whether there is a bug. A comment
    about an attachment or a bug that is not there is a normal one with the whole text.
    """
    if attachment_id is not None:
        return _about_attachment(text, attachment_id, summary)
    if (found := _DUPLICATE.fullmatch(text)) and is_known(int(found["bug"])):
        return StoredComment(found["text"], 1, int(found["bug"]))
    if (found := _HAS_DUPLICATE.fullmatch(text)) and is_known(int(found[1])):
        return StoredComment("", 2, int(found[1]))
    return StoredComment(text)


def is_automatic(text: str) -> bool:
    """Tell whether Bugzilla has written a comment beside those of a user."""
    return _HAS_DUPLICATE.fullmatch(text) is not None


def _about_attachment(text: str, attachment_id: int, summary: str | None) -> StoredComment:
    lead = _LEAD.match(text)
    if summary is None or lead is None or int(lead[2]) != attachment_id:
        return StoredComment(text)
    rest = text[lead.end() :].removeprefix(f"\n{summary}")
    body = rest.removeprefix("\n\n") if rest.strip("\n") else ""
    return StoredComment(body, _ATTACHMENT_TYPES[lead[1]], attachment_id)
