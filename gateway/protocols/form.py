"""Names and values as forms and query strings write them (application/x-www-form-urlencoded)."""

from urllib.parse import parse_qsl

from gateway import errors

MAX_PAIRS = 1000
"""Names with values in one form or query string."""


def pairs(written: str) -> list[tuple[str, str]]:
    """The names and values, in order, with `&` or `;` between them. Raises UNREADABLE for too many."""
    try:
        return parse_qsl(written.replace(";", "&"), keep_blank_values=True, errors="replace", max_num_fields=MAX_PAIRS)
    except ValueError:
        raise errors.UNREADABLE(why=f"a form or a query string has at most {MAX_PAIRS} values") from None
