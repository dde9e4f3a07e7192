"""Users, their groups, and what they log in with; the settings of the site."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field


class Person(Struct, frozen=True, gc=False):
    """A user as others see them."""

    id: int
    login: str
    real_name: str


class User(Person, frozen=True, gc=False):
    """A user with their groups. A non-empty `disabled_text` disables the account and says why.

    `groups` are all groups that the user is in: directly, by a regular expression, or through another group
    (`GroupGrant`). A new user is a direct member of those that it names. `extern_id` is the name of the account in
    another system that checks passwords.
    """

    disabled_text: str = ""
    groups: frozenset[str] = frozenset()
    email_enabled: bool = True
    extern_id: str = ""


class Group(Struct, frozen=True, gc=False):
    """A group of users; `is_bug_group` is true if bugs can be in it.

    Users whose login matches `user_regexp`, ignoring case, are members; an empty one matches nobody. An inactive group
    cannot be set on bugs any more.
    """

    id: int
    name: str
    description: str = ""
    is_bug_group: bool = False
    user_regexp: str = ""
    is_active: bool = True


class GroupGrant(Struct, frozen=True, gc=False):
    """The right that the members of one group, `member`, have in another.

    `kind` is 'member' (they are members of it too), 'bless' (they may put users into it) or 'visible' (they see it).
    """

    group: str
    member: str
    kind: str = "member"


class ApiKey(Struct, frozen=True, gc=False):
    """An API key; the store has only the SHA-256 of the key itself, in hex."""

    id: int
    user_id: int
    key_hash: str
    description: str = ""
    revoked: bool = False
    last_used: datetime | None = None
    expires: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Tell whether the key is neither revoked nor expired."""
        return not self.revoked and (self.expires is None or now < self.expires)


class Session(Struct, frozen=True, gc=False):
    """A session of the pages. `client` is the browser in which it began, as people call it."""

    token_hash: str
    begun: datetime
    expires: datetime
    client: str


class SavedSearch(Struct, frozen=True, gc=False):
    """A search or a report that a user saved, as the query string of an address."""

    id: int
    user_id: int
    name: str
    query: str
    is_report: bool = False


class Site(Struct, frozen=True, gc=False):
    """The settings of the whole site by its administrator; `parameters` have Bugzilla's names and text values.

    `uid` tells it from other sites: 32 random hex digits, which it gets when it is created, and copies keep.
    """

    version: str = "5.2"
    extensions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    uid: str = ""

    @property
    def shown_parameters(self) -> dict[str, str]:
        """The parameters without those that the gateway keeps for itself, whose names start with gateway_."""
        return {name: value for name, value in self.parameters.items() if not name.startswith("gateway_")}

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

    def uses(self, parameter: str) -> bool:
        """Tell whether a parameter of this name is on."""
        return self.parameters.get(parameter, "0") not in ("", "0")


class AuditEntry(Struct, frozen=True, gc=False):
    """A line of the log of what administrators change; `user_id` is None for the command line.

    `actor` is the login, in the operating system, of the user of the command line; empty for users of the site.
    `class_name` and `field` are Bugzilla's, such as Bugzilla::Product and __create__.
    """

    id: int
    user_id: int | None
    class_name: str
    object_id: int
    field: str
    removed: str
    added: str
    when: datetime
    actor: str = ""
