"""Links in the texts of comments: addresses, and bugs, attachments and comments by their numbers. No I/O."""

import html
import re
from collections.abc import Iterator

from markupsafe import Markup

from gateway.pages import visible

_PATTERN = re.compile(
    r"""[abchABCH](?<!\w.)(?i:  # the first letter alone is searched for, because that is fast
    (?<=h)(?P<address>ttps?://[^\s<>"'`\\]{1,2000})
    |(?<=b)ug[ \t]{1,3}\#?(?P<bug>\d{1,9})(?:[ \t,]{1,3}comment[ \t]{1,3}\#?(?P<of_bug>\d{1,6}))?\b
    |(?<=a)ttachment[ \t]{1,3}\#?(?P<attachment>\d{1,9})\b
    |(?<=c)omment[ \t]{1,3}\#?(?P<comment>\d{1,6})\b)""",
    re.VERBOSE | re.ASCII,
)
_LONGEST = 2100
"""More characters than any match has."""

_AT_ONCE = 4096
"""Characters of a line that are searched in one go: no other thread runs meanwhile."""

_PAIRS = {")": "(", "]": "["}


def linked(text: str, bug_id: int) -> Markup:
    """Return the text of a comment on a bug as HTML, with its links and with misleading characters visible."""
    return Markup("\n").join(_line(line, bug_id) for line in text.split("\n"))


def _line(line: str, bug_id: int) -> Markup:
    parts, at = [], 0
    for match in _matches(line):
        written = _address(match[0]) if match["address"] else match[0]
        href = written if match["address"] else _place(match, bug_id)
        rel = ' rel="nofollow noopener noreferrer ugc"' if match["address"] else ""
        link = f'<a href="{html.escape(href)}"{rel}>{visible.prose(written)}</a>'
        parts += [visible.prose(line[at : match.start()]), Markup(link)]  # noqa: S704 (it is escaped)
        at = match.start() + len(written)
    return Markup("").join([*parts, visible.prose(line[at:])])


def _matches(line: str) -> Iterator[re.Match[str]]:
    start = 0
    while start < len(line):
        end = start + _AT_ONCE
        for match in _PATTERN.finditer(line, start, end + _LONGEST):
            if match.start() >= end:
                break
            yield match
            start = match.end()
        start = max(start, end)


def _address(written: str) -> str:
    """Return an address without the punctuation of the sentence around it."""
    while written[-1] in ".,;:!?" or (
        written[-1] in _PAIRS and written.count(_PAIRS[written[-1]]) < written.count(written[-1])
    ):
        written = written[:-1]
    return written


def _place(match: re.Match[str], bug_id: int) -> str:
    if match["bug"]:
        return f"show_bug.cgi?id={match['bug']}" + (f"#c{match['of_bug']}" if match["of_bug"] else "")
    if match["attachment"]:
        return f"attachment.cgi?id={match['attachment']}&action=edit"
    return f"show_bug.cgi?id={bug_id}#c{match['comment']}"
