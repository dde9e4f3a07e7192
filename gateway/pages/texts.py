"""The texts of pages in the language of their reader: that of a cookie, or the first that the browser prefers.

The texts in the code are English. A catalogue in `locale` translates them into another language.
"""

import re
from functools import cache, cached_property
from importlib.resources import files

from aiohttp import web
from markupsafe import Markup

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods.uploads import FileRefused
from gateway.pages import text_catalogue
from gateway.pages.text_catalogue import Catalogue

LANGUAGES = {"en": "English", "fr": "Français"}
"""The languages of pages, by the beginnings of their codes (BCP 47)."""

COOKIE = "gateway_language"
_ACCEPTED = re.compile(r"\s*([A-Za-z]{1,8})(?:-[\w-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*")


_WORDED = {"why", "what", "action", "range"}
"""The placeholders of errors whose values are words of the program. Those of others may be somebody's."""

_VALUES = {"param", "value"}
"""More of them, in the errors that describe a value rather than quote it."""

_LONGEST_PHRASE = 300

_MISSING = {"files": "Choose a file first.", "comment": "Write a comment first."}
"""The texts for people who left out a parameter."""


class Texts:
    """Says texts in one language. Values for their placeholders are escaped."""

    def __init__(self, language: str, translations: Catalogue) -> None:
        self.language = language
        self._translations = translations

    def __call__(self, text: str, /, **values: object) -> Markup:
        """Return a text as HTML."""
        translated = Markup(self._find(text, 0))  # noqa: S704 (catalogues are part of the program)
        return translated.format(**values) if values else translated

    def plain(self, text: str, /, **values: object) -> str:
        """Return a text as it is, for where no HTML can be."""
        translated = self._find(text, 0)
        return translated.format_map(values) if values else translated

    def count(self, one: str, many: str, count: int) -> Markup:
        """Return the text for a number, which is `{count}` in it."""
        return Markup(self.counted(one, many, count))  # noqa: S704 (catalogues are part of the program)

    def counted(self, one: str, many: str, count: int) -> str:
        """Return the text for a number as it is."""
        is_one = count in (0, 1) if self.language == "fr" else count == 1
        found = self._translations.get(one)
        text = found[0 if is_one else -1] if found else one if is_one else many
        return text.format(count=count)

    def error(self, error: GatewayError) -> str:
        """Return the message of an error, for people rather than for programs; with the file that it is about."""
        message = self.reason(error)
        if isinstance(error, FileRefused) and error.name:
            return self.plain("{name}: {message}", name=error.name, message=message)
        return message

    def reason(self, error: GatewayError) -> str:
        """Return the message of an error without the name of its file."""
        if "{" in error.kind.text and not error.values:  # it was worded elsewhere
            return error.message
        missing = _MISSING.get(str(error.values.get("param")), "") if error.kind is errors.PARAM_REQUIRED else ""
        if missing:
            return self.plain(missing)
        worded = _WORDED | _VALUES if error.kind in (errors.PARAM_INVALID, errors.OUT_OF_RANGE) else _WORDED
        values = {
            name: self.phrase(value) if name in worded and isinstance(value, str) else value
            for name, value in error.values.items()
        }
        return self.plain(error.kind.text, **values)

    def phrase(self, text: str) -> str:
        """Return a part of a message, which the program words and may put numbers or names into."""
        if text in self._translations or len(text) > _LONGEST_PHRASE:
            return self._find(text, 0)
        for pattern, translated in self._phrases:
            match = pattern.fullmatch(text)
            if match:
                return translated.format(text, *match.groups())
        return text

    @cached_property
    def _phrases(self) -> list[tuple[re.Pattern[str], str]]:
        """The translations with numbered placeholders, the longest first: what they match, and what it becomes."""
        numbered = [each for each in self._translations.items() if "{1}" in each[0]]
        numbered.sort(key=lambda each: -len(each[0]))
        return [(re.compile(re.sub(r"\\\{\d\\\}", "(.+?)", re.escape(text)), re.S), form[0]) for text, form in numbered]

    def _find(self, text: str, form: int) -> str:
        found = self._translations.get(text)
        return found[form] if found and found[form] else text


def of(request: web.Request) -> Texts:
    """Return the texts for the reader of a page."""
    return in_language(_language(request.cookies.get(COOKIE, ""), request.headers.get("Accept-Language", "")))


@cache
def in_language(language: str) -> Texts:
    """Return the texts in a language of `LANGUAGES`."""
    file = files(__package__) / "locale" / f"{language}.po"
    return Texts(language, text_catalogue.read(file.read_text(encoding="utf-8")) if file.is_file() else {})


def _language(chosen: str, accepted: str) -> str:
    if chosen in LANGUAGES:
        return chosen
    weighed = []
    for place, part in enumerate(accepted.split(",")[:20]):
        match = _ACCEPTED.fullmatch(part)
        if match and match[1].lower() in LANGUAGES and float(match[2] or 1) > 0:
            weighed.append((-float(match[2] or 1), place, match[1].lower()))
    return min(weighed)[2] if weighed else "en"
