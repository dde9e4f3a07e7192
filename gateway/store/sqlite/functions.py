"""The functions that the shared statements of searches call: PostgreSQL has those of the same names by a migration.

They return None for None, as functions of SQL do.
"""

import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import re2

from gateway.store.sql.collation import collated
from gateway.store.sql.conversions import hours

_WORD_EDGE = r"[\W_]"
_IGNORING_CASE = re2.Options()
_IGNORING_CASE.case_sensitive = False
_IGNORING_CASE.log_errors = False
_IGNORING_CASE.never_capture = True


@lru_cache(maxsize=64)
def _expression(pattern: str) -> Any:
    return re2.compile(pattern.encode(), _IGNORING_CASE)


@lru_cache(maxsize=64)
def _word(word: str) -> re.Pattern[str]:
    return re.compile(f"(?:^|{_WORD_EDGE}){re.escape(word)}(?:$|{_WORD_EDGE})", re.IGNORECASE)


def has_match(text: str, pattern: str) -> bool:
    """Tell whether a regular expression has a match in a text, ignoring case, in linear time. Raises `re2.error`."""
    return _expression(pattern).search(text.encode()) is not None


def has_word(text: str, word: str) -> bool:
    """Tell whether a text has a word, between characters that are no letters or digits, ignoring case."""
    return _word(word).search(text) is not None


def time_text(seconds: int) -> str:
    """Return a time as MariaDB writes it."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def hours_text(hundredths: int) -> str:
    """Return hours with two decimals."""
    return str(hours(hundredths))


def content_text(content: bytes) -> str:
    """Return content as text, whatever it is."""
    return content.decode("utf-8", "replace")


def _of_null(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: None if None in values else function(*values)


def add_functions(connection: sqlite3.Connection) -> None:
    """Make the functions known to a connection."""
    functions: dict[str, tuple[int, Callable[..., Any]]] = {
        "collated": (1, collated),
        "folded": (1, str.lower),
        "has_match": (2, has_match),
        "has_word": (2, has_word),
        "time_text": (1, time_text),
        "hours_text": (1, hours_text),
        "content_text": (1, content_text),
    }
    for name, (arguments, function) in functions.items():
        connection.create_function(name, arguments, _of_null(function), deterministic=True)
