"""A text as a comment in HTML, with links to bugs, comments, attachments and addresses. No I/O.

The links are those of `quoteUrls` in Bugzilla::Template. The text is read once, from its beginning to its end.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from gateway.methods.params import whole

_SPACE = r"[ \t]*"
_NUMBER = rf"{_SPACE}\#?{_SPACE}(?:[0-9]+)"
_MORE = rf"(?:{_SPACE},{_SPACE}\#?{_SPACE}[0-9]+)"

LINKS = re.compile(
    rf"""
    \b(?P<address>(?:afs|cid|ftp|gopher|https?|irc|ircs|mid|news|nntp|prospero|telnet|view-source|wais)
        :[^\s<>"]+[\w/])
    | \b(?P<mail>(?:mailto:)?[\w.+=-]{{1,128}}@[\w-]+(?:\.[\w-]+)+)\b
    | \b(?P<attachment>attachment{_NUMBER}(?:[ \t]+\[details\])?)
    | \b(?P<bugs>bugs{_NUMBER}{_MORE}+)
    | \b(?P<bug>bug{_NUMBER})(?P<of_bug>{_SPACE},?{_SPACE}comment{_NUMBER})?
    | \b(?P<comments>comments{_NUMBER}{_MORE}+)
    | \b(?P<comment>comment{_NUMBER})
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SHOW_BUG = re.compile(r"show_bug\.cgi\?id=([0-9]+)(?:\#c([0-9]+))?")
_EACH = re.compile(rf"(?:\#{_SPACE})?([0-9]+)")


@dataclass(frozen=True, slots=True)
class LinkedBug:
    """The members of a bug that a link tells; `summary` is None for somebody who may not see it."""

    status: str
    resolution: str
    is_open: bool
    summary: str | None


@dataclass(frozen=True, slots=True)
class LinkedAttachment:
    """The members of an attachment that a link tells."""

    summary: str
    is_obsolete: bool


def linked_numbers(written: str, site_url: str) -> tuple[set[int], set[int]]:
    """Return the numbers of the bugs and of the attachments to which a text links."""
    matches = list(LINKS.finditer(written.replace("\0", "")))
    bugs = {number for match in matches for number in _bug_numbers(match, site_url)}
    return bugs, {_first_number(match["attachment"]) for match in matches if match["attachment"]}


class Rendering:
    """A text on its way to HTML. `own_bug` is the number of the bug that it is about, 0 for none.

    A text has links to those `bugs` and `attachments` alone that are given.
    """

    def __init__(
        self,
        written: str,
        site_url: str,
        own_bug: int,
        bugs: Mapping[int, LinkedBug],
        attachments: Mapping[int, LinkedAttachment],
    ) -> None:
        self._text = written.replace("\0", "")
        self._site_url = site_url
        self._own_page = f"show_bug.cgi?id={own_bug}" if own_bug else ""
        self._bugs = bugs
        self._attachments = attachments

    def html(self) -> str:
        """Return the text in HTML, with its links and quotes."""
        made = {str(match.start()): self._link(match) for match in LINKS.finditer(self._text)}
        marked = LINKS.sub(lambda match: f"\0{match.start()}\0", self._text)
        quoted = "\n".join(_quoted(line) for line in marked.split("\n"))
        quoted = quoted.replace('</span >\n<span class="quote">', "\n")
        return re.sub("\0([0-9]+)\0", lambda match: made[match[1]], quoted)

    def _link(self, match: re.Match[str]) -> str:
        written = match[0]
        match match.lastgroup:
            case "address":
                return self._address(written)
            case "mail":
                address = escape_at(written.removeprefix("mailto:"))
                return f'<a href="mailto:{address}">{escape_at(written)}</a>'
            case "attachment":
                return self._attachment(written)
            case "bug" | "of_bug":
                return self._bug(written, match["bug"], match["of_bug"])
            case "bugs":
                return _EACH.sub(lambda each: self._bug_link(int(each[1]), each[0]), escape_at(written))
            case "comments":
                return _EACH.sub(lambda each: self._comment_link(each[1], each[0]), escape_at(written))
        return self._comment_link(str(_first_number(written)), written)

    def _address(self, written: str) -> str:
        own = written.removeprefix(self._site_url)
        shown = _SHOW_BUG.fullmatch(own) if own != written else None
        if shown:
            return self._bug_link(int(shown[1]), written, shown[2])
        return f'<a href="{escape_at(written)}">{escape_at(written)}</a>'

    def _bug(self, written: str, bug: str, comment: str | None) -> str:
        return self._bug_link(_first_number(bug), written, str(_first_number(comment)) if comment else None)

    def _bug_link(self, number: int, text: str, comment: str | None = None) -> str:
        """Return a link to a bug, whose title tells its summary only to those who may see it."""
        bug = self._bugs.get(number)
        if bug is None:
            return escape_at(text)
        title = f"{bug.status} {bug.resolution}".strip()
        if bug.summary is not None:
            title += f" - {bug.summary}"
        is_closed = "" if bug.is_open else " bz_closed"
        anchor = f"#c{comment}" if comment else ""
        return (  # white space as in Bugzilla, for programs that compare texts
            f'<a class="bz_bug_link \n          bz_status_{escape_at(bug.status)} {is_closed}"\n'
            f'   title="{escape_at(title)}"\n   href="show_bug.cgi?id={number}{anchor}">{escape_at(text)}</a>'
        )

    def _comment_link(self, number: str, text: str) -> str:
        return f'<a href="{self._own_page}#c{number}">{escape_at(text)}</a>'

    def _attachment(self, written: str) -> str:
        number = _first_number(written)
        attachment = self._attachments.get(number)
        if attachment is None:
            return escape_at(written)  # where Bugzilla makes a link, it tells that there is a private attachment
        title = f' title="{escape_at(attachment.summary)}"'
        link = f"attachment.cgi?id={number}"
        obsolete = "bz_obsolete" if attachment.is_obsolete else ""
        text = escape_at(re.sub(r"\s+\[details\]$", "", written, flags=re.IGNORECASE))
        return (
            f'<span class="{obsolete}"><a href="{link}" name="attach_{number}"{title}>{text}</a> '
            f'<a href="{link}&amp;action=edit"{title}>[details]</a></span>'
        )


def _bug_numbers(match: re.Match[str], site_url: str) -> list[int]:
    """Return the numbers of the bugs to which a match links."""
    if match["address"]:
        shown = _SHOW_BUG.search(match["address"])
        return [_id(shown[1])] if shown and match["address"].startswith(site_url) else []
    return [_id(each) for each in re.findall("[0-9]+", match["bugs"] or match["bug"] or "")]


def _first_number(written: str | None) -> int:
    found = re.search("[0-9]+", written or "")
    return _id(found[0]) if found else 0


def _id(digits: str) -> int:
    """Return a number that a row may have; 0, which none has, for one that is too large."""
    return whole(digits) or 0


def _quoted(line: str) -> str:
    shown = escape_at(line)
    return f'<span class="quote">{shown}</span >' if line.startswith(">") and len(line) > 1 else shown


def escape_at(text: str) -> str:
    """Escape a text for HTML as Bugzilla does, which writes @ as a reference too."""
    return escape(text, quote=False).replace('"', "&quot;").replace("@", "&#64;")
