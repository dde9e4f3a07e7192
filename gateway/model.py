"""The data model of bugs, attachments, flags and users, independent of how they are stored.

All times are in UTC and whole seconds, as in Bugzilla. Groups are referred to by their unique names, as administrators
and site files do. Objects are immutable; `msgspec.structs.replace` makes a changed copy.

They are structs of msgspec: a listing creates dozens of them, in a quarter of the time that frozen dataclasses take.
They have no reference cycles, so the garbage collector need not track them.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from msgspec import Struct, field


class Hours(Decimal):
    """A number of hours. XML-RPC keeps its decimals (0.00), JSON has the number (0)."""


class Person(Struct, frozen=True, gc=False):
    """A user as others see them."""

    id: int
    login: str
    real_name: str


class User(Person, frozen=True, gc=False):
    """A user with their groups. A non-empty `disabled_text` disables the account and says why."""

    disabled_text: str = ""
    groups: frozenset[str] = frozenset()
    email_enabled: bool = True


class Group(Struct, frozen=True, gc=False):
    """A group of users; `is_bug_group` is true if bugs can be in it."""

    id: int
    name: str
    description: str = ""
    is_bug_group: bool = False
    user_regexp: str = ""


class ApiKey(Struct, frozen=True, gc=False):
    """An API key; the store has only the SHA-256 of the key itself, in hex."""

    id: int
    user_id: int
    key_hash: str
    description: str = ""
    revoked: bool = False


class Component(Struct, frozen=True, gc=False):
    """A part of a product. `default_assignee` is a login, or empty."""

    id: int
    name: str
    description: str = ""
    default_assignee: str = ""


class GroupControl(Struct, frozen=True, gc=False):
    """The use of a group with a product.

    `can_edit`: only members may edit its bugs; `entry`: only members may enter bugs. The controls are Bugzilla's
    numbers for members and for others: 0 the group is not for bugs of this product, 1 a bug may be put into it,
    2 it is by default, 3 it always is.
    """

    group: str
    entry: bool = False
    can_edit: bool = False
    member_control: int = 0
    other_control: int = 0


class Product(Struct, frozen=True, gc=False):
    """A product with its components and rules. Without versions or milestones it accepts any."""

    id: int
    name: str
    description: str = ""
    is_active: bool = True
    components: tuple[Component, ...] = ()
    controls: tuple[GroupControl, ...] = ()
    versions: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()


class Scope(Struct, frozen=True, gc=False):
    """A product, or one component of it, to which a flag type applies. None stands for any."""

    product: str | None = None
    component: str | None = None


class FlagType(Struct, frozen=True, gc=False):
    """A kind of flag. `target_type` is 'attachment' or 'bug'; a group of None means everybody."""

    id: int
    name: str
    description: str = ""
    target_type: str = "attachment"
    sortkey: int = 0
    is_active: bool = True
    is_requestable: bool = True
    is_requesteeble: bool = True
    is_multiplicable: bool = True
    grant_group: str | None = None
    request_group: str | None = None
    inclusions: tuple[Scope, ...] = (Scope(),)
    exclusions: tuple[Scope, ...] = ()


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
    """A bug, with the people and groups that may see it."""

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


class Comment(Struct, frozen=True, gc=False):
    """A comment.

    `type` is 'normal', 'attachment_created' or 'attachment_updated'; `count` numbers the comments of a bug from 0, by
    creation time, then id, private ones included.
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


class Change(Struct, frozen=True, gc=False):
    """A line of the log of changes. `field` is Bugzilla's name of the field, such as attachments.isobsolete."""

    id: int
    user_id: int
    bug_id: int
    attachment_id: int | None
    field: str
    removed: str
    added: str
    when: datetime


class Site(Struct, frozen=True, gc=False):
    """The settings of the whole site by its administrator; `parameters` have Bugzilla's names and text values."""

    version: str = "5.2"
    extensions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def requires_login(self) -> bool:
        """True if nothing can be seen without logging in."""
        return self.parameters.get("requirelogin") == "1"

    @property
    def insider_group(self) -> str:
        """The group that sees private attachments and comments; empty if there is none."""
        return self.parameters.get("insidergroup", "")

    @property
    def timetracking_group(self) -> str:
        """The group that sees the times of a bug; empty if there is none."""
        return self.parameters.get("timetrackinggroup", "")
