"""Shows characters that cannot be seen, or that reorder what stands beside them: as their code, in HTML or in text.

Such characters can make source code look other than it is (CVE-2021-42574), and the name of a program like that of a
picture. Bytes that are no text are taken for lone surrogates, as `text_decoding` decodes them.
"""

import html
import re
from collections.abc import Callable, Iterable

from markupsafe import Markup

_CONTROLS = r"\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffb\ud800-\udfff"
_BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
_IGNORABLE = (
    r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\U000e0000-\U000e0fff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\ufff0-\ufff8"
)
_SPACES = r"\xa0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000"

MISLEADING = re.compile(f"[{_CONTROLS}{_BIDI}\u200b\ufeff]+")
"""Characters that are not part of any word: controls, those for the direction of text, and spaces without a width."""

INVISIBLE = re.compile(f"[{_CONTROLS}{_BIDI}{_IGNORABLE}]+")
_CODE = re.compile(f"[{_CONTROLS}{_BIDI}{_IGNORABLE}{_SPACES}]+")
_EXACT = re.compile(r" +|\t|[^\t\x20-\x7e]+")

_SHORT = {"\0": "NUL", "\b": "BS", "\n": "LF", "\v": "VT", "\f": "FF", "\r": "CR", "\x1b": "ESC", "\x7f": "DEL"}


def code(character: str) -> str:
    """The code of a character for people: a common short name, `U+202E`, or `\\xE9` for a byte that is no text."""
    number = ord(character)
    if 0xDC00 <= number <= 0xDCFF:
        return f"\\x{number - 0xDC00:02X}"
    return _SHORT.get(character) or f"U+{number:04X}"


def text_with_codes(text: str) -> str:
    """A name as plain text, with the codes of misleading characters in brackets instead."""
    return MISLEADING.sub(lambda match: f"[{_codes(match[0])}]", text)


def name(text: str) -> Markup:
    """A name as HTML: apart from the direction of the text around it, with its misleading characters visible."""
    return Markup("<bdi>{}</bdi>").format(_marked(text, MISLEADING, _badge))


def prose(text: str) -> Markup:
    """A text as HTML with its misleading characters visible; its line ends are line ends."""
    return Markup("\n").join(_marked(line, MISLEADING, _badge) for line in text.split("\n"))


def code_line(text: str, exact: bool = False) -> Markup:
    """A line of code as HTML: all that cannot be seen is visible; `exact` shows spaces and all beyond ASCII too."""
    return _marked(text, _EXACT if exact else _CODE, _exact_badge if exact else _badge)


def changed_line(text: str, spans: Iterable[tuple[int, int]], exact: bool = False) -> Markup:
    """A line of code as HTML in which the spans, in characters, are marked as changed."""
    parts, at = [], 0
    for start, end in spans:
        parts += [code_line(text[at:start], exact), Markup("<mark>{}</mark>").format(code_line(text[start:end], exact))]
        at = end
    return Markup("").join([*parts, code_line(text[at:], exact)])


def _marked(text: str, pattern: re.Pattern[str], badge: Callable[[str], str]) -> Markup:
    """HTML in which each run of characters that matches is a badge."""
    parts, at = [], 0
    for match in pattern.finditer(text):
        parts += [html.escape(text[at : match.start()]), badge(match[0])]
        at = match.end()
    return Markup("".join([*parts, html.escape(text[at:])]))  # noqa: S704 (it is escaped)


def _badge(characters: str) -> str:
    return f'<span class="control">{_codes(characters)}</span>'


def _exact_badge(characters: str) -> str:
    if characters[0] not in " \t":
        return _badge(characters)
    shown = "→\t" if characters == "\t" else "·" * len(characters)
    return f'<span class="space">{shown}</span>'


def _codes(characters: str) -> str:
    return " ".join(map(code, characters))
