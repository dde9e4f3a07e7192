"""The order of the names of versions: numbers in them are compared as numbers, so that 2.0 is before 10.0.

It is Bugzilla's (`vers_cmp` in Bugzilla::Util): digits and letters are compared part by part, without regard to case.
"""

import re

_PARTS = re.compile(r"[.-]|[0-9]+|[^.0-9-]+")

Key = list[tuple[int, int, str]]


def version_key(name: str) -> Key:
    """Return the key that sorts names of versions."""
    return [_part(each) for each in _PARTS.findall(name.casefold())]


def _part(text: str) -> tuple[int, int, str]:
    """Return the rank of a part: a hyphen comes before a dot, that before a number, and a word is last."""
    if text in ("-", "."):
        return ("-.".index(text), 0, "")
    if text.isascii() and text.isdigit():
        return _decimal(text)
    return (3, 0, text)


def _decimal(digits: str) -> tuple[int, int, str]:
    """Compare a number with a leading zero as text, as a fraction would be."""
    return (2, 0, digits) if digits.startswith("0") and digits != "0" else (2, len(digits), digits)
