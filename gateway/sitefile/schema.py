"""What is in a site file: one class for each kind of record, its members as they are written.

A site file is a JSON object. Its lists hold records: `groups`, `users`, `products`, `components`, `group_controls`,
`flag_types`, `bugs`, `attachments`, `comments`, `flags` and `changes`, all of them optional. `version`, `extensions`
and `params` describe the site (`SiteRecord`). `keywords`, `bug_names` and `attachment_names` may be there and are not
looked at.

People go by login, products, components and groups by name, bugs and attachments by id. Truth is true or false, 1 or
0. Times are as in RFC 3339, with a "T" or a space; without a zone they are UTC. An `id` that may be left out is given
by the store.
"""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

_MAX = 2**31 - 1

Id = Annotated[int, Meta(ge=1, le=_MAX)]
"""The id of a record that others refer to."""

NewId = Annotated[int, Meta(ge=0, le=_MAX)]
"""An id that may be left to the store, as 0."""

Control = Annotated[int, Meta(ge=0, le=3)]
"""Bugzilla's number for what a group means to bugs of a product; see `gateway.model.GroupControl`."""

TargetType = Annotated[str, Meta(pattern="^(attachment|bug)$")]
CommentType = Annotated[str, Meta(pattern="^(normal|attachment_created|attachment_updated)$")]
FlagStatus = Annotated[str, Meta(pattern="^[?+-]$")]

ANY = "__Any__"
"""Any product or any component in the inclusions and exclusions of a flag type."""


class Record(Struct, forbid_unknown_fields=True):
    """A record. A member of another name is an error: a misspelt `is_private` must not make something public."""


class ExtensionRecord(Record, kw_only=True):
    """An extension that the site says it has."""

    version: str | None = None


class SiteRecord(Record, kw_only=True):
    """What describes the site; `params` by Bugzilla's names, null for those that are not set."""

    version: str = "5.2"
    extensions: dict[str, ExtensionRecord] = {}
    params: dict[str, str | int | bool | None] = {}


class GroupRecord(Record, kw_only=True):
    """A group of users."""

    id: NewId = 0
    name: str
    description: str = ""
    isbuggroup: bool = False
    userregexp: str = ""


class ApiKeyRecord(Record, kw_only=True):
    """An API key, or its SHA-256 in hex where only that is known."""

    id: NewId = 0
    api_key: str | UnsetType = UNSET
    key_hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | UnsetType = UNSET
    description: str = ""
    revoked: bool = False


class UserRecord(Record, kw_only=True):
    """A user, with a password or the hash of one (argon2's or Bugzilla's) or neither."""

    id: NewId = 0
    login: Annotated[str, Meta(min_length=1)]
    real_name: str = ""
    password: str | UnsetType | None = UNSET
    password_hash: str | UnsetType | None = UNSET
    disabled_text: str = ""
    email_enabled: bool = True
    groups: list[str] = []
    api_keys: list[ApiKeyRecord] = []


class ProductRecord(Record, kw_only=True):
    """A product; without versions or milestones it takes any."""

    id: NewId = 0
    name: Annotated[str, Meta(min_length=1)]
    description: str = ""
    isactive: bool = True
    versions: list[str] = []
    milestones: list[str] = []


class ComponentRecord(Record, kw_only=True):
    """A component of a product; `default_assignee` is a login, or empty."""

    id: NewId = 0
    product: str
    name: Annotated[str, Meta(min_length=1)]
    description: str = ""
    default_assignee: str = ""


class GroupControlRecord(Record, kw_only=True):
    """What a group means for a product; see `gateway.model.GroupControl`."""

    product: str
    group_name: str
    entry: bool = False
    canedit: bool = False
    membercontrol: Control = 0
    othercontrol: Control = 0


class FlagTypeRecord(Record, kw_only=True):
    """A flag type. Inclusions and exclusions are "Product:Component", each of them also `ANY`."""

    id: NewId = 0
    name: Annotated[str, Meta(min_length=1)]
    description: str = ""
    note: str | UnsetType = UNSET
    target_type: TargetType = "attachment"
    sortkey: Annotated[int, Meta(ge=-_MAX, le=_MAX)] = 0
    is_active: bool = True
    is_requestable: bool = True
    is_requesteeble: bool = True
    is_multiplicable: bool = True
    grant_group: str | None = None
    request_group: str | None = None
    inclusions: list[str] = field(default_factory=lambda: [f"{ANY}:{ANY}"])
    exclusions: list[str] = []


class BugRecord(Record, kw_only=True):
    """A bug without its comments; `qa_contact` may be empty."""

    id: Id
    product: str
    component: str
    summary: str
    reporter: str
    assigned_to: str
    creation_time: datetime
    last_change_time: datetime
    status: str = "CONFIRMED"
    resolution: str = ""
    severity: str = "normal"
    priority: str = "---"
    platform: str = "All"
    op_sys: str = "All"
    version: str = "unspecified"
    target_milestone: str = "---"
    url: str = ""
    whiteboard: str = ""
    qa_contact: str = ""
    cc: list[str] = []
    aliases: list[str] = []
    groups: list[str] = []
    reporter_accessible: bool = True
    cclist_accessible: bool = True


class AttachmentRecord(Record, kw_only=True):
    """An attachment with its content in base64; null where it was deleted. A `size` that is given must be right."""

    id: Id
    bug_id: Id
    file_name: str
    summary: str
    content_type: str
    creator: str
    is_patch: bool = False
    is_private: bool = False
    is_obsolete: bool = False
    creation_time: datetime
    last_change_time: datetime
    size: int | None = None
    data_b64: bytes | UnsetType | None


class CommentRecord(Record, kw_only=True):
    """A comment; those of a bug are numbered by creation time, then id."""

    id: NewId = 0
    bug_id: Id
    creator: str
    creation_time: datetime
    text: str
    type: CommentType = "normal"
    attachment_id: Id | None = None
    is_private: bool = False


class FlagRecord(Record, kw_only=True):
    """A flag of an attachment, or, where `attach_id` is null, of a bug. `name` repeats that of its type."""

    id: NewId = 0
    type_id: Id
    name: str
    status: FlagStatus
    bug_id: Id
    attach_id: Id | None = None
    setter: str
    requestee: str | None = None
    creation_date: datetime
    modification_date: datetime


class ChangeRecord(Record, kw_only=True):
    """A line of the log of who changed what; `field` is Bugzilla's name for it."""

    id: NewId = 0
    user: str
    bug_id: Id
    attachment_id: Id | None = None
    field: str
    removed: str
    added: str
    when: datetime
