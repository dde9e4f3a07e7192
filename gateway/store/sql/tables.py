"""The tables of a site: which struct of the model is in which of them, and what is special about it.

Both backends have the same tables with the same columns. A field of a plain type that a struct gets needs a column of
its name, which a migration adds in each backend, and not a word here.
"""

from collections.abc import Mapping, Sequence

from gateway.model import (
    ApiKey,
    Attachment,
    AuditEntry,
    Bug,
    BugField,
    BugTag,
    BugVisit,
    Change,
    Classification,
    Comment,
    Component,
    FieldValue,
    Flag,
    FlagType,
    Group,
    GroupControl,
    GroupGrant,
    Keyword,
    Milestone,
    Product,
    SavedSearch,
    Site,
    StatusTransition,
    User,
    Version,
)
from gateway.store.sql.mapping import Table

SITE = Table("site", Site, extra=("id",))
GROUPS = Table("groups", Group)
GROUP_GRANTS = Table("group_grants", GroupGrant, unmapped=("group", "member"), extra=("group_id", "member_id"))
USERS = Table("users", User, unmapped=("groups",), extra=("login_folded", "real_name_folded", "password_hash"))
API_KEYS = Table("api_keys", ApiKey)
SAVED_SEARCHES = Table("saved_searches", SavedSearch)
AUDIT_LOG = Table("audit_log", AuditEntry, renamed={"when": "at"})  # WHEN is a word of SQL's

CLASSIFICATIONS = Table("classifications", Classification)
PRODUCTS = Table(
    "products",
    Product,
    unmapped=("classification", "components", "controls", "versions", "milestones"),
    extra=("classification_id",),
)
COMPONENTS = Table(
    "components",
    Component,
    unmapped=("default_assignee", "default_qa_contact", "default_cc"),
    extra=("product_id", "default_assignee_id", "default_qa_contact_id"),
)
VERSIONS = Table("versions", Version, extra=("product_id",))
MILESTONES = Table("milestones", Milestone, extra=("product_id",))
GROUP_CONTROLS = Table("group_controls", GroupControl, unmapped=("group",), extra=("product_id", "group_id"))
FLAG_TYPES = Table(
    "flag_types",
    FlagType,
    unmapped=("grant_group", "request_group", "inclusions", "exclusions"),
    extra=("grant_group_id", "request_group_id"),
)

BUG_FIELDS = Table("bug_fields", BugField)
FIELD_VALUES = Table("field_values", FieldValue)
STATUS_TRANSITIONS = Table("status_transitions", StatusTransition)
KEYWORDS = Table("keywords", Keyword)

BUGS = Table("bugs", Bug, unmapped=("product", "component", "cc", "aliases", "groups"), extra=("component_id",))
BUG_TAGS = Table("bug_tags", BugTag)
BUG_VISITS = Table("bug_visits", BugVisit, renamed={"when": "at"})
COMMENTS = Table("comments", Comment, unmapped=("count",))
CHANGES = Table("changes", Change, renamed={"when": "at"})

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
    "group_grants": ("group_id", "member_id", "kind"),
    "users": ("id",),
    "direct_memberships": ("user_id", "group_id"),
    "expression_memberships": ("user_id", "group_id"),
    "memberships": ("user_id", "group_id"),
    "blessings": ("user_id", "group_id"),
    "api_keys": ("id",),
    "saved_searches": ("id", "is_report"),
    "tokens": ("user_id", "token_hash"),
    "login_failures": ("id",),
    "audit_log": ("id",),
    "classifications": ("id",),
    "products": ("id",),
    "components": ("id",),
    "component_cc": ("component_id", "user_id"),
    "group_controls": ("product_id", "group_id"),
    "versions": ("id",),
    "milestones": ("id",),
    "flag_types": ("id",),
    "flag_type_scopes": ("id",),
    "bug_fields": ("id",),
    "field_values": ("id",),
    "status_transitions": ("id",),
    "keywords": ("id",),
    "bugs": ("id",),
    "bug_aliases": ("bug_id", "alias_folded"),
    "bug_groups": ("bug_id", "group_id"),
    "bug_cc": ("bug_id", "user_id"),
    "bug_keywords": ("bug_id", "keyword_id"),
    "bug_dependencies": ("bug_id", "depends_on_id"),
    "bug_urls": ("id",),
    "custom_values": ("bug_id", "field_id", "position"),
    "bug_tags": ("user_id", "bug_id", "name"),
    "bug_visits": ("id",),
    "attachments": ("id",),
    "comments": ("id",),
    "comment_tags": ("comment_id", "tag_folded"),
    "flags": ("id",),
    "changes": ("id",),
    SITE.name: ("id",),  # without its one row there is no site in a database: it is copied when all else is there
}
"""The key of each table that `gateway move` copies, a number first; a table comes after those that it refers to.

Left out is what is a database's own: its stamp (`ReferenceCache`), its migrations, and its latest commits.
"""
