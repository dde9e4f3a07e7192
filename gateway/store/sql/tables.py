"""The tables of a site, for whoever copies all of it from one database to another.

Backends have the same tables with the same columns; what a migration adds is copied without a word here. What is not
copied is each database's own: its stamp (`Memory`) and the numbers of its migrations.
"""

from collections.abc import Mapping, Sequence

SITE = "site"
"""The table with one row, without which there is no site in a database: it is copied when all else is there."""

PIECES = "pieces"
"""The table of the content, which is copied in a way of its own."""

KEYS: Mapping[str, Sequence[str]] = {
    "groups": ("id",),
    "users": ("id",),
    "memberships": ("user_id", "group_id"),
    "api_keys": ("id",),
    "tokens": ("user_id", "token_hash"),
    "login_failures": ("id",),
    "products": ("id",),
    "components": ("id",),
    "group_controls": ("product_id", "group_id"),
    "versions": ("id",),
    "milestones": ("id",),
    "flag_types": ("id",),
    "flag_type_scopes": ("id",),
    "bugs": ("id",),
    "bug_aliases": ("bug_id", "alias_folded"),
    "bug_groups": ("bug_id", "group_id"),
    "bug_cc": ("bug_id", "user_id"),
    "attachments": ("id",),
    "comments": ("id",),
    "flags": ("id",),
    "changes": ("id",),
    SITE: ("id",),
}
"""What tells the rows of each table apart, a number first; a table comes after those that it refers to."""


def select(table: str, columns: Sequence[str], lead: str) -> str:
    """The rows between two values of the column `lead`, the first of them excluded."""
    return f"SELECT {', '.join(columns)} FROM {table} WHERE {lead} > ? AND {lead} <= ?"


def insert(table: str, columns: Sequence[str]) -> str:
    """Add a row with these columns."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"


def update(table: str, columns: Sequence[str], key: Sequence[str]) -> str:
    """Set these columns of the row with this key; their values come first."""
    return f"UPDATE {table} SET {', '.join(f'{each} = ?' for each in columns)} WHERE {_is(key)}"


def delete(table: str, key: Sequence[str]) -> str:
    """Remove the row with this key."""
    return f"DELETE FROM {table} WHERE {_is(key)}"


def _is(key: Sequence[str]) -> str:
    return " AND ".join(f"{each} = ?" for each in key)
