"""The tables of a site: which struct of the model is in which of them, and what is special about it.

Both backends have the same tables with the same columns. A field of a plain type that a struct gets needs a column of
its name, which a migration adds in each backend, and not a word here.
"""

from collections.abc import Mapping, Sequence

from gateway.model import (
    ApiKey,
    Attachment,
    Bug,
    Change,
    Comment,
    Component,
    Flag,
    FlagType,
    Group,
    GroupControl,
    Product,
    Site,
    User,
)
from gateway.store.sql.mapping import Table

SITE = Table("site", Site, extra=("id",))
GROUPS = Table("groups", Group)
USERS = Table("users", User, unmapped=("groups",), extra=("login_folded", "real_name_folded", "password_hash"))
API_KEYS = Table("api_keys", ApiKey)

PRODUCTS = Table("products", Product, unmapped=("components", "controls", "versions", "milestones"))
COMPONENTS = Table("components", Component, unmapped=("default_assignee",), extra=("product_id", "default_assignee_id"))
GROUP_CONTROLS = Table("group_controls", GroupControl, unmapped=("group",), extra=("product_id", "group_id"))
FLAG_TYPES = Table(
    "flag_types",
    FlagType,
    unmapped=("grant_group", "request_group", "inclusions", "exclusions"),
    extra=("grant_group_id", "request_group_id"),
)

BUGS = Table("bugs", Bug, unmapped=("product", "component", "cc", "aliases", "groups"), extra=("component_id",))
COMMENTS = Table("comments", Comment, unmapped=("count",))
CHANGES = Table("changes", Change, renamed={"when": "at"})  # WHEN is a word of SQL's

IS_EXTERNAL = "is_elsewhere"
"""The column that is true where the content is outside of the database (`gateway.content.ExternalContent`).

Its name is an older word for the same. To rename it would keep nodes of earlier versions from going on meanwhile.
"""

ATTACHMENTS = Table("attachments", Attachment, unmapped=("flags",), extra=(IS_EXTERNAL,))
FLAGS = Table("flags", Flag, unmapped=("name",))

PIECES = "pieces"
"""The table of the content, which `gateway move` copies in its own way."""

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
    SITE.name: ("id",),  # without its one row there is no site in a database: it is copied when all else is there
}
"""The key of each table that `gateway move` copies, a number first; a table comes after those that it refers to.

Left out is what is a database's own: its stamp (`ReferenceCache`), its migrations, and its latest commits.
"""
