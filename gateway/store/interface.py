"""What a store can do, whichever backend it is.

A store runs *work*: a plain function of a `Reader` or a `Writer`, one transaction each. Everything that a call reads,
checks and changes happens in one piece of work, so that it is all or nothing, and the rules are written once, in
`gateway.methods`, for every backend.

The contract, which every backend passes in `tests/store`:

- Work may run more than once before its transaction commits (a backend may retry), so it has no effect but through
  its `Reader` or `Writer`. It does not wait for anything.
- Work may run in another thread, or in the event loop. There it is ended, to run again in a thread, when it asks
  something after it has held up the loop for too long; work that is known to take long begins in a thread.
- Reading is charged to a budget: work ends with its error at the next question once its time or its rows are used up.
- Two pieces of writing work behave as if one ran after the other. Reading work sees one state of the store, never
  half of a transaction.
- What work raises undoes all that it wrote and reaches the caller; nobody else's work suffers.
- When `write` returns, the change is durable (as far as the backend's settings promise).
- Names, logins, aliases and groups are found without regard to case where Bugzilla does so: logins and aliases.
- Content is invisible until its attachment is committed and is gone if it is not.
- What the backend itself cannot do raises `StoreUnavailable`, and the store works again when the cause is gone.
- A caller that is cancelled leaves no half of its work: it is all done, or none of it.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from gateway.budget import UNLIMITED, Budget
from gateway.content import Content, ExternalContent, MemoryContent, StoredContent, Unavailable
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

T = TypeVar("T")


class StoreRefused(Exception):  # noqa: N818 (it is the store that is refused)
    """A store that cannot be opened or copied. The message tells an administrator why."""


class StoreUnavailable(Unavailable):
    """The store cannot do what was asked: it is full, locked, damaged or closed. Nothing of it has happened."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that `Store.check` found wrong: where, and what."""

    where: str
    what: str


class Reader(Protocol):
    """What reading work can ask. A question about what does not exist answers None or leaves it out."""

    @property
    def now(self) -> datetime:
        """The time of this transaction, the same however often it is asked."""
        ...

    # ---- the site and its people
    def site(self) -> Site:
        """What is set for the whole site."""
        ...

    def groups(self) -> list[Group]:
        """All groups, by id."""
        ...

    def user(self, user_id: int) -> User | None:
        """A user by id."""
        ...

    def user_by_login(self, login: str) -> User | None:
        """A user by login, whatever its case."""
        ...

    def users(self) -> Iterator[User]:
        """All users, by id."""
        ...

    def users_matching(self, text: str, limit: int, include_disabled: bool) -> list[User]:
        """At most `limit` users whose login or real name contains `text`, whatever its case, by login."""
        ...

    def password_hash(self, user_id: int) -> str | None:
        """The stored hash of a user's password; None where the account has none."""
        ...

    def api_key(self, key_hash: str) -> tuple[ApiKey, User] | None:
        """An API key by its SHA-256 in hex, revoked or not, and whose it is."""
        ...

    def api_keys(self, user_id: int) -> list[ApiKey]:
        """The keys of a user, by id."""
        ...

    def token_valid(self, user_id: int, token_hash: str) -> bool:
        """Whether the user has this login token, or session of the pages (64 hex digits), and it has not expired."""
        ...

    def login_failures(self, user_id: int, address: str, since: datetime) -> list[datetime]:
        """When, since `since`, the wrong passwords for this user from this address were given, oldest first."""
        ...

    # ---- products
    def product(self, name: str) -> Product | None:
        """A product by its exact name."""
        ...

    def products(self) -> list[Product]:
        """All products, by id."""
        ...

    def flag_types(self, product: str | None = None, component: str | None = None) -> list[FlagType]:
        """The flag types for attachments and bugs, by sort key, then name, then id.

        With a product and a component (both or neither) only those that apply there: included and not excluded.
        """
        ...

    # ---- bugs
    def bug(self, bug_id: int) -> Bug | None:
        """A bug by number. Its cc go by login, its aliases and groups by name."""
        ...

    def bug_id_by_alias(self, alias: str) -> int | None:
        """The number of the bug with this alias, whatever its case."""
        ...

    def bug_ids(self) -> Iterator[int]:
        """The numbers of all bugs, in order."""
        ...

    def comments(self, bug_id: int) -> list[Comment]:
        """The comments of a bug, by creation time, then id."""
        ...

    def comments_by_id(self, ids: Sequence[int]) -> list[Comment]:
        """Those of the comments that exist, by id, without repetition."""
        ...

    def changes(self, bug_id: int) -> list[Change]:
        """The log of a bug, oldest first."""
        ...

    # ---- attachments
    def attachments_of_bug(self, bug_id: int) -> list[Attachment]:
        """The attachments of a bug by id; their flags by sort key, name, then id."""
        ...

    def attachments(self, ids: Sequence[int]) -> list[Attachment]:
        """Those of the attachments that exist, by id, without repetition; flags as in `attachments_of_bug`."""
        ...

    def contents(
        self, attachments: Iterable[Attachment], in_memory: int
    ) -> Mapping[int, MemoryContent | StoredContent]:
        """The content of those attachments that have any, by attachment id.

        Up to `in_memory` bytes in all come along; the rest is to be streamed (`Store.stream`).
        """
        ...

    def pieces(self, attachment_id: int) -> Iterator[bytes]:
        """The content of one attachment in pieces, for work that reads it inside its transaction."""
        ...

    def contents_after(self, attachment_id: int, limit: int) -> list[StoredContent]:
        """The contents, wherever they are, of the next attachments after this one, by id; not those that are empty.

        Of at most `limit` attachments; there are no more where it is empty.
        """
        ...

    def external_contents(self, after: str, limit: int) -> list[StoredContent]:
        """Contents that were added as `ExternalContent`, in the order of their SHA-256, each of these only once.

        The first `limit` of those whose SHA-256 (hex) comes after `after`; the attachment is the first that has it.
        """
        ...

    def is_external(self, sha256: str) -> bool:
        """Whether an attachment has content of this SHA-256 (hex) that was added as `ExternalContent`."""
        ...

    def flags_of_bug(self, bug_id: int) -> list[Flag]:
        """The flags of the bug itself, not those of its attachments, by id."""
        ...


class Writer(Reader, Protocol):
    """What writing work can do besides.

    `add_...` returns the new id. A given id (not 0) is kept, which is how a site is loaded from a file; a name that is
    taken, or a reference to what does not exist, raises `ValueError` with a message for administrators. So does a
    change of what does not exist; only forgetting it is no error.
    """

    # ---- the site and its people
    def set_site(self, site: Site) -> None:
        """Replace what is set for the whole site."""
        ...

    def add_group(self, group: Group) -> int:
        """Add a group."""
        ...

    def add_user(self, user: User, password_hash: str | None) -> int:
        """Add a user with the groups that it names."""
        ...

    def set_user(self, user: User) -> None:
        """Replace everything about a user but the password, by its id."""
        ...

    def set_password_hash(self, user_id: int, password_hash: str, *, end_logins: bool = True) -> None:
        """Replace the hash of a user's password and end the user's logins.

        `end_logins` is false where it is the same password, only hashed anew.
        """
        ...

    def add_api_key(self, key: ApiKey) -> int:
        """Add an API key."""
        ...

    def revoke_api_key(self, key_id: int) -> None:
        """Revoke an API key."""
        ...

    def add_token(self, user_id: int, token_hash: str, expires: datetime) -> None:
        """Remember a login token or a session (64 hex digits), and forget those that expired."""
        ...

    def remove_token(self, user_id: int, token_hash: str) -> None:
        """Forget a login token or a session."""
        ...

    def add_login_failure(self, user_id: int, address: str) -> None:
        """Note a wrong password, and forget the notes that are older than a day."""
        ...

    def clear_login_failures(self, user_id: int, address: str) -> None:
        """Forget the wrong passwords for a user from an address."""
        ...

    # ---- products
    def add_product(self, product: Product) -> int:
        """Add a product with its components, controls, versions and milestones."""
        ...

    def add_component(self, product: str, component: Component) -> int:
        """Add a component to a product."""
        ...

    def set_group_control(self, product: str, control: GroupControl) -> None:
        """Set what a group means for a product."""
        ...

    def add_flag_type(self, flag_type: FlagType) -> int:
        """Add a flag type."""
        ...

    def set_flag_type_active(self, flag_type_id: int, active: bool) -> None:
        """Take a flag type out of use, or into use again."""
        ...

    # ---- bugs
    def add_bug(self, bug: Bug) -> int:
        """Add a bug with its aliases, groups and cc; people by their ids. It has no comments yet."""
        ...

    def add_cc(self, bug_id: int, user_id: int) -> None:
        """Put a user on the cc list of a bug, unless it is there already."""
        ...

    def touch_bug(self, bug_id: int) -> None:
        """Set a bug's time of the last change to now."""
        ...

    def add_comment(self, comment: Comment) -> int:
        """Add a comment; its `count` follows from the order and is ignored."""
        ...

    def add_change(self, change: Change) -> None:
        """Add a line to the log of changes."""
        ...

    # ---- attachments
    def add_attachment(self, attachment: Attachment, content: Content | ExternalContent | None) -> int:
        """Add an attachment with its content (None: it was deleted) and without flags.

        Size and hash are those of the content.
        """
        ...

    def set_content(self, attachment_id: int, content: Content | ExternalContent) -> None:
        """Change where the content of an attachment is: in the store (`Content`) or outside (`ExternalContent`).

        It is the same content: `ValueError` where its size or hash is another one.
        """
        ...

    def set_attachment(self, attachment: Attachment) -> None:
        """Replace the metadata of an attachment, by its id; not its content, flags, bug, creator or creation time."""
        ...

    def add_flag(self, flag: Flag) -> int:
        """Set a flag."""
        ...

    def set_flag(self, flag: Flag) -> None:
        """Replace a flag's status, setter, requestee and time of modification, by its id."""
        ...

    def remove_flag(self, flag_id: int) -> None:
        """Clear a flag."""
        ...


class Store(Protocol):
    """A store that is open."""

    async def state(self) -> int | None:
        """A number that is another one after every change, whoever made it, and never comes again.

        So where it is the same twice, everything read in between is what would be read now. It is told without reading
        anything of the site; None where it cannot be told.
        """
        ...

    async def read(self, work: Callable[[Reader], T], budget: Budget = UNLIMITED, *, is_long: bool = False) -> T:
        """Run reading work and return what it returns; work that `is_long` keeps away from the event loop.

        Raises what the budget raises, and `StoreUnavailable`.
        """
        ...

    async def write(self, work: Callable[[Writer], T]) -> T:
        """Run writing work, commit, and return what it returned."""
        ...

    def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        """The bytes of content in pieces. Raises `LookupError` when it was deleted meanwhile."""
        ...

    def address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """Where a client can GET content itself, for a short time; None where only `stream` has it.

        It is answered there with as many of `headers` as can be told, and with no others of them. Whoever is given the
        address can hand it on, and use it again: it is not for content that only some may see.
        """
        ...

    async def check(self, progress: Callable[[int, int], None]) -> list[Finding]:
        """Look for everything that should not be: damage, orphans, dangling references, content of the wrong hash.

        `progress(done, total)` is called on the way, in pieces of content.
        """
        ...

    async def repair(self) -> list[Finding]:
        """Put right what needs nobody's decision, such as content that nothing refers to; returns what was done."""
        ...

    async def backup(self, destination: Path, progress: Callable[[int, int], None]) -> None:
        """Write a consistent copy while the store is in use; `progress(done, total)` may be called on the way.

        Raises `StoreRefused` where a program is missing that it takes, and `OSError`.
        """
        ...

    async def close(self) -> None:
        """Finish what is under way and let go of everything."""
        ...
