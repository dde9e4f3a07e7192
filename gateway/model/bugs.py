"""Bugs with their attachments, flags, comments and log of changes."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from gateway.model.people import Person


class Hours(Decimal):
    """A number of hours. XML-RPC keeps its decimals (0.00), JSON has the number (0)."""


NO_HOURS = Hours("0.00")


class Flag(Struct, frozen=True, gc=False):
    """A flag that is set. `status` is '?', '+' or '-'; `attachment_id` is None for a flag of the bug itself."""

    id: int
    type_id: int
    name: str
    status: str
    bug_id: int
    attachment_id: int | None
    setter: Person
    requestee: Person | None
    creation_date: datetime
    modification_date: datetime


class Bug(Struct, frozen=True, gc=False):
    """A bug, with the people and groups that may see it.

    `is_confirmed` is true once it was confirmed, whatever its status is now; `deadline` is YYYY-MM-DD, or empty.
    The rest is asked for apart: keywords, dependencies, related bugs, custom fields, tags, hours worked.
    """

    id: int
    product: str
    component: str
    summary: str
    reporter: Person
    assigned_to: Person
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
    qa_contact: Person | None = None
    cc: tuple[Person, ...] = ()
    aliases: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    reporter_accessible: bool = True
    cclist_accessible: bool = True
    is_confirmed: bool = True
    duplicate_of: int | None = None
    deadline: str = ""
    estimated_time: Hours = NO_HOURS
    remaining_time: Hours = NO_HOURS


class Attachment(Struct, frozen=True, gc=False):
    """An attachment without its content. `size` (bytes) and `sha256` (hex) are None once the content is deleted."""

    id: int
    bug_id: int
    file_name: str
    summary: str
    content_type: str
    creator: Person
    size: int | None
    sha256: str | None
    is_patch: bool
    is_private: bool
    is_obsolete: bool
    creation_time: datetime
    last_change_time: datetime
    flags: tuple[Flag, ...] = ()


COMMENT_TYPES = ("normal", "duplicate_of", "has_duplicate", "attachment_created", "attachment_updated")
"""The types of comments. The text of one that is not normal is only what its author added."""


class Comment(Struct, frozen=True, gc=False):
    """A comment.

    `type` is one of `COMMENT_TYPES`; `related_bug` is the other bug of a comment about a duplicate. `count` numbers
    the comments of a bug from 0, by creation time, then id, private ones included.
    """

    id: int
    bug_id: int
    count: int
    creator: Person
    text: str
    type: str
    attachment_id: int | None
    is_private: bool
    creation_time: datetime
    work_time: Hours = NO_HOURS
    related_bug: int | None = None


class Change(Struct, frozen=True, gc=False):
    """A line of the log of changes. `field` is Bugzilla's name of the field, such as attachments.isobsolete.

    `comment_id` is the comment whose privacy or tags changed.
    """

    id: int
    user_id: int
    bug_id: int
    attachment_id: int | None
    field: str
    removed: str
    added: str
    when: datetime
    comment_id: int | None = None


class BugTag(Struct, frozen=True, gc=False):
    """A tag that a user gave a bug, for themselves."""

    user_id: int
    bug_id: int
    name: str


class BugVisit(Struct, frozen=True, gc=False):
    """The last time that a user looked at a bug."""

    user_id: int
    bug_id: int
    when: datetime
