"""The tables of a site, for whoever copies all of it from one database to another.

Backends have the same tables with the same columns; a column that a migration adds is copied without a word here. Not
copied is what is a database's own: its stamp (`Memory`), its migrations, and what it did lately (`commits`).
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
