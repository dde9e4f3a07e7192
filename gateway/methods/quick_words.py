"""Splitting a quicksearch at blanks, commas and so on, but not inside of quotes."""

import re
from collections.abc import Iterator

_QUOTED = re.compile(r"""(["']).*\1""", re.DOTALL)
_PIECE = re.compile(r"""(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<escaped>\\.)|(?P<other>[^"'])""", re.DOTALL)
_HIDDEN = "\x00"


def quoted(text: str) -> bool:
    """Tell whether a text begins and ends with the same quotes."""
    return _QUOTED.fullmatch(text) is not None


def split_words(separator: str, text: str, *, keep: bool = True) -> list[str]:
    """Split a text where the expression `separator` matches outside of quotes; no words if a quote has no end.

    Single quotes count only at the beginning and the end of words, so that O'Brien is a word. With `keep` quotes and
    backslashes remain, as what splits a word further has to know them.
    """
    hidden = re.sub(r"(?<!^)(?<![\s:])'(?!$|\s)", _HIDDEN, text)
    pieces = [*_pieces(re.compile(separator), hidden, keep)]
    if None in pieces:
        return []
    words = [""]
    for piece, is_separator in [each for each in pieces if each is not None]:
        if is_separator:
            words.append("")
        else:
            words[-1] += piece
    return [word.replace(_HIDDEN, "'") for word in words]


def _pieces(separator: re.Pattern[str], text: str, keep: bool) -> Iterator[tuple[str, bool] | None]:
    """Yield pieces of words, and separators; None for a quote without an end."""
    place = 0
    while place < len(text):
        found = separator.match(text, place)
        if found and found.end() > place:
            yield "", True
            place = found.end()
            continue
        piece = _PIECE.match(text, place)
        if piece is None:
            yield None
            return
        place = piece.end()
        if keep or piece["other"]:
            yield piece[0], False
        else:
            yield re.sub(r"\\(.)", r"\1", piece[0][1:-1] if piece["quoted"] else piece[0]), False
