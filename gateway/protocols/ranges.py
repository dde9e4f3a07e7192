"""Read the `Range` header (RFC 9110 section 14). No I/O."""

import re

_ONE_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(\d{0,18})-(\d{0,18})", re.IGNORECASE | re.ASCII)


class UnsatisfiableError(Exception):
    """The range is outside the file: the answer is 416."""


def part(asked: str, size: int) -> slice | None:
    """The part of `size` bytes that the value of a Range header asks for; None for the whole.

    Values that cannot be read and other units are ignored (section 14.2). So are several ranges at once, which a server
    may answer with the whole: clients that ask for them cope with that. Raises `UnsatisfiableError`.
    """
    found = _ONE_RANGE.fullmatch(asked.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if not found[1]:
        return _last(int(found[2]), size)
    first, last = int(found[1]), int(found[2]) if found[2] else None
    if last is not None and last < first:
        return None
    if first >= size:
        raise UnsatisfiableError
    return slice(first, size if last is None else min(last + 1, size))


def _last(wanted: int, size: int) -> slice | None:
    """The last bytes. An empty file is sent whole, since no Content-Range can say "nothing"."""
    if not wanted:
        raise UnsatisfiableError
    return slice(max(size - wanted, 0), size) if size else None
