"""The order that a search asks for."""

import re
from collections.abc import Mapping

from gateway.methods.bug_search_values import as_text
from gateway.model.bug_query import Order
from gateway.values import Value

_TERM = re.compile(r"(.+?)(?:\s+(ASC|DESC))?", re.IGNORECASE | re.DOTALL)
_OF_TABLES = (re.compile(r"\bas\s+(\w+)$"), re.compile(r"map_(\w+?)s?\.(?:login_)?name"), re.compile(r"bugs\.(\w+)$"))
"""Columns as queries that were saved long ago name them."""

MAX_TERMS = 20


def orders(value: Value, columns: Mapping[str, str]) -> tuple[Order, ...]:
    """Return the order; `columns` are the inner names of fields by those of columns. Other names are left out."""
    found = []
    for written in re.split(r"\s*,\s*", as_text(value))[:MAX_TERMS]:
        term = _TERM.fullmatch(written)
        name = _column(term[1].lower()) if term else ""
        if term and (name in columns or name == "relevance"):
            descending = (term[2] or "").upper() == "DESC"
            found.append(Order(columns.get(name, name), descending=descending))
    return tuple(found)


def _column(name: str) -> str:
    matches = (pattern.search(name) for pattern in _OF_TABLES if "." in name)
    return next((found[1] for found in matches if found), name)
