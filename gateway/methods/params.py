"""Parameters of calls, read as Bugzilla reads them.

Bugzilla is written in Perl, where numbers and texts are not distinguished: 4, "4" and " 4 " are all bug 4, "0" is false
and "false" is true. Clients rely on it. Values come from the codecs as None, bool (JSON's only: XML-RPC booleans are 1
and 0), int, float, str, bytes (a short base64), datetime, Content (a long one), list and dict.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from gateway import errors
from gateway.content import Content, MemoryContent, NamedContent
from gateway.spools import Spool
from gateway.values import Value

_DIGITS = re.compile(r"[0-9]+\n?")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
CUSTOM_PREFIX = "cf_"
"""The beginning of the names of custom fields of bugs."""

MAX_ID = 2**31 - 1
"""The largest possible id: no object has a larger one."""

NO_ID = MAX_ID + 1
"""A number that no object has."""


def text(value: Value, param: str) -> str | None:
    """Convert a scalar to text; None stays None. Raises PARAM_INVALID if the value is not a scalar."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, bytes):
        return _decoded(value)
    if isinstance(value, datetime):
        return value.strftime("%Y%m%dT%H:%M:%S")
    raise errors.PARAM_INVALID(param=param, value=_kind(value), why="it must be a string")


def truth(value: Value) -> bool:
    """Tell whether Perl takes a value for true: None, 0, "0" and "" are false, all others are true."""
    if isinstance(value, bytes | str):
        return value not in (b"", b"0", "", "0")
    return value is not None and value != 0


def trimmed(value: str | None) -> str:
    """Strip white space at both ends; None becomes an empty text."""
    return (value or "").strip()


def cleaned(value: str | None) -> str:
    """Strip a text, and replace every run of control characters by one space."""
    return _CONTROLS.sub(" ", value or "").strip()


def is_digits(value: str) -> bool:
    """Tell whether a text is a natural number in ASCII digits; as in Perl, a line break may end it."""
    return _DIGITS.fullmatch(value) is not None


def whole(value: str) -> int | None:
    """Convert a text of digits to a number; any other text becomes None, and a number too large for an id `NO_ID`."""
    if not is_digits(value):
        return None
    digits = value.strip().lstrip("0") or "0"
    return int(digits) if len(digits) <= len(str(MAX_ID)) else NO_ID


def _decoded(value: bytes) -> str:
    """Decode text that was sent as base64: some Perl clients do so with all non-ASCII text, in UTF-8 or Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _kind(value: Value) -> str:
    if isinstance(value, dict):
        return "a struct"
    return "a list" if isinstance(value, list) else "as long as a file"


def check_length(param: str, length: int, limit: int) -> None:
    """Raise PARAM_INVALID if a list of this length has more than `limit` values, the setting `max_list`."""
    if length > limit:
        why = f"a list may have at most {limit}; make several calls, or raise max_list"
        raise errors.PARAM_INVALID(param=param, value=f"{length} values", why=why)


class Params:
    """The parameters of one call, by name. A name that the method does not declare is a mistake in the method."""

    def __init__(self, values: dict[str, Value], declared: frozenset[str]) -> None:
        self._values = values
        self._declared = declared

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @property
    def all(self) -> Mapping[str, Value]:
        """All parameters as they came, for a method that takes names which it cannot declare."""
        return self._values

    def value(self, name: str) -> Value:
        """The value as it came; None where there is none."""
        if name not in self._declared and not name.startswith(CUSTOM_PREFIX):
            raise AssertionError(f"the method does not declare its parameter {name}")
        return self._values.get(name)

    def has(self, name: str) -> bool:
        """Tell whether the parameter was sent, even as null."""
        self.value(name)
        return name in self._values

    def text(self, name: str) -> str | None:
        """The parameter as text."""
        return text(self.value(name), name)

    def truth(self, name: str) -> bool:
        """The parameter as Perl sees its truth."""
        return truth(self.value(name))

    def time(self, name: str) -> datetime | None:
        """The parameter as a time in UTC. Raises ILLEGAL_DATE."""
        value = self.value(name)
        if value is None or isinstance(value, datetime):
            return value
        written = text(value, name) or ""
        try:
            found = datetime.fromisoformat(written)
        except ValueError:
            raise errors.ILLEGAL_DATE(value=f"'{written}'") from None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def items(self, name: str) -> list[Value]:
        """The parameter as a list: nothing where it was not sent, and a scalar stands for a list of one."""
        if not self.has(name):
            return []
        value = self.value(name)
        return value if isinstance(value, list) else [value]

    def scalars(self, name: str) -> list[Value]:
        """The parameter as a list of scalars. Raises NOT_SCALARS for what is nested, and for JSON's true and false."""
        items = self.items(name)
        if any(isinstance(item, list | dict | bool | Spool) for item in items):
            raise errors.NOT_SCALARS(param=name)
        return items

    def texts(self, name: str) -> list[str]:
        """The parameter as a list of texts; what is null in it is an empty text."""
        return [text(item, name) or "" for item in self.items(name)]

    def numbers(self, name: str) -> list[int]:
        """The parameter as a list of ids, those that no object can have left out. Raises NOT_NUMERIC."""
        numbers = [number(item, name) for item in self.items(name)]
        return [found for found in numbers if found <= MAX_ID]

    def content(self, name: str) -> Content:
        """The parameter as content. Text is its code points, one byte each; PARAM_INVALID where that cannot be."""
        value = self.value(name)
        if isinstance(value, Spool):
            return value.accepted()
        if isinstance(value, bytes):
            return MemoryContent(value)
        try:
            return MemoryContent((text(value, name) or "").encode("latin-1"))
        except UnicodeEncodeError:
            why = "it has code points above 255; send it as base64"
            raise errors.PARAM_INVALID(param=name, value="this text", why=why) from None

    def file(self, name: str) -> NamedContent:
        """The parameter as content with a name. Raises PARAM_REQUIRED where it was not sent."""
        value = self.value(name)
        if not isinstance(value, NamedContent):
            raise errors.PARAM_REQUIRED(param=name)
        return value

    def files(self, name: str) -> list[NamedContent]:
        """The parameter as a list of contents with names."""
        return [each for each in self.items(name) if isinstance(each, NamedContent)]


def number(value: Value, param: str) -> int:
    """One id as a number. Raises NOT_NUMERIC unless it is written in digits alone."""
    written = "" if isinstance(value, list | dict | Spool) else text(value, param) or ""
    found = whole(written)
    if found is None:
        raise errors.NOT_NUMERIC(param=param, value=f"'{written}'" if written else "this")
    return found
