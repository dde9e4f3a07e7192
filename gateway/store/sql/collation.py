"""Texts as MariaDB compares them (utf8mb4_unicode_520_ci): without case, accents, or blanks at the end."""

import unicodedata

PUNCTUATION = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
"""ASCII that comes before digits and letters, in this order."""

_BEFORE_DIGITS = str.maketrans({character: chr(number) for number, character in enumerate(PUNCTUATION, 1)})


def collated(text: str) -> str:
    """Return a text that equals those that MariaDB takes for the same, and that sorts as MariaDB sorts them."""
    folded = text.casefold().rstrip(" ")
    if not folded.isascii():
        folded = "".join(each for each in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(each))
    return folded.translate(_BEFORE_DIGITS)
