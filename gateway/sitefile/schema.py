"""The contents of a site file: the records of each list, which follow from the structs of the model.

A site file is a JSON object. Its lists hold records, one list for each `Part` below, all of them optional. `format`,
`version`, `extensions` and `params` describe the site (`SiteRecord`). `bug_names` and `attachment_names` are ignored.

A record has the members of its struct in `gateway.model`, by the same names, a person being a login. The classes here
declare only what differs: other types and defaults, members of other names, and members that the struct does not have.

People go by login, products, components and groups by name, bugs and attachments by id. Booleans are true or false, or
1 or 0. Times are as in RFC 3339, with a "T" or a space; without a zone they are UTC. The store gives an `id` that is
left out.
"""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from gateway import model
from gateway.sitefile.parts import Part, Record

FORMAT = 3
"""The format of site files that `dump` writes. Files without a `format` have 1.

In 2, a missing QA contact is null. In 3, versions and milestones are records, and there is all that came with
classifications, fields, keywords and grants.
"""

_MAX = 2**31 - 1

Id = Annotated[int, Meta(ge=1, le=_MAX)]
"""The id of a record that others refer to."""

NewId = Annotated[int, Meta(ge=0, le=_MAX)]
"""An id that may be left to the store, as 0."""

Name = Annotated[str, Meta(min_length=1)]

SortKey = Annotated[int, Meta(ge=-_MAX, le=_MAX)]

Control = Annotated[int, Meta(ge=0, le=3)]
"""Bugzilla's number for the role of a group for bugs of a product; see `gateway.model.GroupControl`."""

ANY = "__Any__"
"""Any product or any component in the inclusions and exclusions of a flag type."""


class ExtensionRecord(Record, kw_only=True):
    """An extension that the site says it has."""

    version: str | None = None


class SiteRecord(Record, kw_only=True):
    """The site: the format of the file, and its `params` by Bugzilla's names, null for those that are not set."""

    format: Annotated[int, Meta(ge=1)] = 1
    version: str = "5.2"
    extensions: dict[str, ExtensionRecord] = field(default_factory=dict)
    params: dict[str, str | int | bool | None] = field(default_factory=dict)


class GroupRecord(Record, kw_only=True):
    """A group of users."""

    id: NewId = 0


class ApiKeyRecord(Record, kw_only=True):
    """An API key, or its SHA-256 in hex where only that is known."""

    id: NewId = 0
    api_key: str | UnsetType = UNSET
    key_hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | UnsetType = UNSET
    description: str = ""
    revoked: bool = False
    last_used: datetime | None = None
    expires: datetime | None = None


class GroupGrantRecord(Record, kw_only=True):
    """The right of the members of a group in another."""

    kind: Annotated[str, Meta(pattern="^(member|bless|visible)$")] = "member"


class UserRecord(Record, kw_only=True):
    """A user, with a password or the hash of one (argon2's or Bugzilla's) or neither.

    `groups` are those of the user's own right, `groups_by_expression` those by the regular expressions of groups, which
    are found anew where it is left out; into the groups of `blesses` the user may put others.
    """

    id: NewId = 0
    login: Name
    real_name: str = ""
    password: str | UnsetType | None = UNSET
    password_hash: str | UnsetType | None = UNSET
    groups: list[str] = field(default_factory=list)
    groups_by_expression: list[str] | UnsetType = UNSET
    blesses: list[str] = field(default_factory=list)
    api_keys: list[ApiKeyRecord] = field(default_factory=list)


class NamedVersion(Record, kw_only=True):
    """A version of a product; a text is an active one of this name."""

    id: NewId = 0
    name: Name
    is_active: bool = True


class NamedMilestone(Record, kw_only=True):
    """A milestone of a product; a text is an active one of this name."""

    id: NewId = 0
    name: Name
    sort_key: SortKey = 0
    is_active: bool = True


class OfUserRecord(Record, kw_only=True):
    """A record of a user, by login."""

    user: str


class SavedSearchRecord(OfUserRecord, kw_only=True):
    """A search or a report that a user saved."""

    id: NewId = 0


class AuditRecord(Record, kw_only=True):
    """A line of the audit log; `user` is null for the command line."""

    id: NewId = 0
    user: str | None = None


class NamedRecord(Record, kw_only=True):
    """Anything with an id and a name."""

    id: NewId = 0
    name: Name


class ProductRecord(NamedRecord, kw_only=True):
    """A product; without versions or milestones it takes any."""

    versions: list[str | NamedVersion] = field(default_factory=list)
    milestones: list[str | NamedMilestone] = field(default_factory=list)


class ComponentRecord(Record, kw_only=True):
    """A component of a product; `default_assignee` is a login, or empty."""

    id: NewId = 0
    product: str
    name: Name
    default_assignee: str = ""


class GroupControlRecord(Record, kw_only=True):
    """The role of a group in a product; see `gateway.model.GroupControl`."""

    product: str
    membercontrol: Control = 0
    othercontrol: Control = 0


class FlagTypeRecord(Record, kw_only=True):
    """A flag type. Inclusions and exclusions are "Product:Component", each of them also `ANY`; a `note` is ignored."""

    id: NewId = 0
    name: Name
    note: str | UnsetType = UNSET
    target_type: Annotated[str, Meta(pattern="^(attachment|bug)$")] = "attachment"
    sortkey: SortKey = 0
    inclusions: list[str] = field(default_factory=lambda: [f"{ANY}:{ANY}"])
    exclusions: list[str] = field(default_factory=list)


class FieldValueRecord(Record, kw_only=True):
    """A legal value of a select field, which may be empty."""

    id: NewId = 0


class BugRecord(Record, kw_only=True):
    """A bug without its comments; `qa_contact` may be null or empty.

    `custom` are the values of custom fields, by the names of the fields; `see_also` are addresses of related bugs.
    """

    id: Id
    duplicate_of: Id | None = None
    keywords: list[str] = field(default_factory=list)
    depends_on: list[Id] = field(default_factory=list)
    see_also: list[str] = field(default_factory=list)
    custom: dict[str, list[str]] = field(default_factory=dict)


class OfBugRecord(OfUserRecord, kw_only=True):
    """A record of a user about a bug."""

    bug_id: Id


class AttachmentRecord(Record, kw_only=True):
    """An attachment with its content in base64; null if it was deleted. A `size` that is given must be right."""

    id: Id
    bug_id: Id
    is_patch: bool = False
    is_private: bool = False
    is_obsolete: bool = False
    size: int | None = None
    data_b64: bytes | UnsetType | None


class CommentRecord(Record, kw_only=True):
    """A comment; those of a bug are numbered by creation time, then id."""

    id: NewId = 0
    bug_id: Id
    type: Annotated[str, Meta(pattern=f"^({'|'.join(model.COMMENT_TYPES)})$")] = "normal"
    attachment_id: Id | None = None
    is_private: bool = False
    related_bug: Id | None = None
    tags: list[str] = field(default_factory=list)


class FlagRecord(Record, kw_only=True):
    """A flag of an attachment, or if `attach_id` is null, of a bug. `name` repeats that of its type."""

    id: NewId = 0
    type_id: Id
    status: Annotated[str, Meta(pattern="^[?+-]$")]
    bug_id: Id
    attach_id: Id | None = None
    requestee: str | None = None


class ChangeRecord(Record, kw_only=True):
    """A line of the log of changes; `field` is Bugzilla's name of the field."""

    id: NewId = 0
    user: str
    bug_id: Id
    attachment_id: Id | None = None
    comment_id: Id | None = None


GROUPS = Part("groups", model.Group, GroupRecord, names={"is_bug_group": "isbuggroup", "user_regexp": "userregexp"})
GROUP_GRANTS = Part("group_grants", model.GroupGrant, GroupGrantRecord)
USERS = Part("users", model.User, UserRecord)
SAVED_SEARCHES = Part("saved_searches", model.SavedSearch, SavedSearchRecord, without=("user_id",))
AUDIT_LOG = Part("audit_log", model.AuditEntry, AuditRecord, without=("user_id",))
CLASSIFICATIONS = Part("classifications", model.Classification, NamedRecord)
PRODUCTS = Part(
    "products",
    model.Product,
    ProductRecord,
    names={"is_active": "isactive"},
    without=("components", "controls", "versions", "milestones"),
)
COMPONENTS = Part("components", model.Component, ComponentRecord)
GROUP_CONTROLS = Part(
    "group_controls",
    model.GroupControl,
    GroupControlRecord,
    names={
        "group": "group_name",
        "can_edit": "canedit",
        "member_control": "membercontrol",
        "other_control": "othercontrol",
    },
)
FLAG_TYPES = Part("flag_types", model.FlagType, FlagTypeRecord, without=("inclusions", "exclusions"))
BUG_FIELDS = Part("bug_fields", model.BugField, NamedRecord)
FIELD_VALUES = Part("field_values", model.FieldValue, FieldValueRecord)
STATUS_TRANSITIONS = Part("status_transitions", model.StatusTransition, Record)
KEYWORDS = Part("keywords", model.Keyword, NamedRecord)
BUGS = Part("bugs", model.Bug, BugRecord)
ATTACHMENTS = Part("attachments", model.Attachment, AttachmentRecord, without=("size", "sha256", "flags"))
COMMENTS = Part("comments", model.Comment, CommentRecord, without=("count",))
FLAGS = Part("flags", model.Flag, FlagRecord, names={"attachment_id": "attach_id"})
CHANGES = Part("changes", model.Change, ChangeRecord, without=("user_id",))
BUG_TAGS = Part("bug_tags", model.BugTag, OfBugRecord, without=("user_id",))
BUG_VISITS = Part("bug_visits", model.BugVisit, OfBugRecord, without=("user_id",))
