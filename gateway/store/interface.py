"""The interface of a store, whichever backend it is.

A store runs *work*: a plain function of a `Reader` or a `Writer`, one transaction each. Everything that a call reads,
checks and changes happens in one piece of work, so that it is all or nothing, and the rules are written once, in
`gateway.methods`, for every backend.

The contract, which every backend passes in `tests/store`:

- Work may run more than once before its transaction commits (a backend may retry), so it has no effect but through
  its `Reader` or `Writer`. It does not wait for anything.
- Work may run in another thread, or in the event loop. In the loop it is stopped at its next query once it has held
  up the loop for too long, and runs again in a thread; work that is known to take long begins in a thread.
- Reading is charged to a budget: work ends with its error at its next query once its time or its rows are used up.
- Two pieces of writing work behave as if one ran after the other. Reading work sees one state of the store, never
  half of a transaction.
- An exception that work raises undoes all that it wrote and reaches the caller; other work is not affected.
- When `write` returns, the change is durable (as far as the backend's settings promise).
- Names, logins, aliases and groups are found without regard to case where Bugzilla does so: logins and aliases.
- Content is invisible until its attachment is committed and is gone if it is not.
- A failure of the backend itself raises `StoreUnavailable`; the store works again when the cause is gone.
- When a caller is cancelled, all of its work is done or none of it.
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

Progress = Callable[[str, int, int], None]
"""Called with a step, how much of it is done, and how much there is."""


class StoreRefused(Exception):  # noqa: N818 (it is the store that is refused)
    """A store that cannot be opened or copied. The message tells an administrator why."""


class StoreUnavailable(Unavailable):
    """The store is full, locked, damaged or closed, so that nothing of what was asked has happened."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that `Store.check` found: where it is, and what is wrong."""

    where: str
    what: str


class Reader(Protocol):
    """The queries of reading work. They return None for something that does not exist, or leave it out."""

    @property
    def now(self) -> datetime:
        """The time of this transaction, the same however often it is asked."""
        ...

    # ---- the site and its people
    def site(self) -> Site:
        """Return the settings of the whole site."""
        ...

    def groups(self) -> list[Group]:
        """Return all groups, by id."""
        ...

    def user(self, user_id: int) -> User | None:
        """Return a user by id."""
        ...

    def user_by_login(self, login: str) -> User | None:
        """Return a user by login, ignoring case."""
        ...

    def users(self) -> Iterator[User]:
        """Yield all users, by id."""
        ...

    def users_matching(self, text: str, limit: int, include_disabled: bool) -> list[User]:
        """Return at most `limit` users whose login or real name contains `text`, ignoring case, by login."""
        ...

    def password_hash(self, user_id: int) -> str | None:
        """Return the stored hash of a user's password; None where the account has none."""
        ...

    def api_key(self, key_hash: str) -> tuple[ApiKey, User] | None:
        """Return an API key by its SHA-256 in hex, revoked or not, and its owner."""
        ...

    def api_keys(self, user_id: int) -> list[ApiKey]:
        """Return the keys of a user, by id."""
        ...

    def token_valid(self, user_id: int, token_hash: str) -> bool:
        """Tell whether the user has this unexpired login token, or session of the pages (64 hex digits)."""
        ...

    def login_failures(self, user_id: int, address: str, since: datetime) -> list[datetime]:
        """Return the times since `since` of wrong passwords for this user from this address, oldest first."""
        ...

    # ---- products
    def product(self, name: str) -> Product | None:
        """Return a product by its exact name."""
        ...

    def products(self) -> list[Product]:
        """Return all products, by id."""
        ...

    def flag_types(self, product: str | None = None, component: str | None = None) -> list[FlagType]:
        """Return the flag types for attachments and bugs, by sort key, then name, then id.

        With a product and a component (both or neither) only those that apply there: included and not excluded.
        """
        ...

    # ---- bugs
    def bug(self, bug_id: int) -> Bug | None:
        """Return a bug by number, its cc sorted by login, its aliases and groups by name."""
        ...

    def bug_id_by_alias(self, alias: str) -> int | None:
        """Return the number of the bug with this alias, ignoring case."""
        ...

    def bug_ids(self) -> Iterator[int]:
        """Yield the numbers of all bugs, in order."""
        ...

    def comments(self, bug_id: int) -> list[Comment]:
        """Return the comments of a bug, by creation time, then id."""
        ...

    def comments_by_id(self, ids: Sequence[int]) -> list[Comment]:
        """Return those of the comments that exist, by id, without repetition."""
        ...

    def changes(self, bug_id: int) -> list[Change]:
        """Return the log of a bug, oldest first."""
        ...

    # ---- attachments
    def attachments_of_bug(self, bug_id: int) -> list[Attachment]:
        """Return the attachments of a bug by id; their flags by sort key, name, then id."""
        ...

    def attachments(self, ids: Sequence[int]) -> list[Attachment]:
        """Return those of the attachments that exist, by id, without repetition; flags as in `attachments_of_bug`."""
        ...

    def contents(
        self, attachments: Iterable[Attachment], in_memory: int
    ) -> Mapping[int, MemoryContent | StoredContent]:
        """Return the content of those attachments that have any, by attachment id.

        Up to `in_memory` bytes in all are loaded; the rest is to be streamed (`Store.stream`).
        """
        ...

    def pieces(self, attachment_id: int) -> Iterator[bytes]:
        """Yield the content of one attachment in pieces, inside the transaction."""
        ...

    def contents_after(self, attachment_id: int, limit: int) -> list[StoredContent]:
        """Return the contents of the next attachments after this one, by id, leaving out empty ones.

        They may be in the store or external, and are at most `limit`; an empty list is the end.
        """
        ...

    def external_contents(self, after: str, limit: int) -> list[StoredContent]:
        """Return contents that were added as `ExternalContent`, each SHA-256 (hex) once, in their order.

        They are the first `limit` of those after `after`, each with the first attachment that has it.
        """
        ...

    def is_external(self, sha256: str) -> bool:
        """Tell whether an attachment has content of this SHA-256 (hex) that was added as `ExternalContent`."""
        ...

    def flags_of_bug(self, bug_id: int) -> list[Flag]:
        """Return the flags of the bug itself, not those of its attachments, by id."""
        ...


class Writer(Reader, Protocol):
    """The queries and changes of writing work.

    `add_...` returns the new id. A given id (not 0) is kept, which is how a site is loaded from a file; a name that is
    taken, or a reference to what does not exist, raises `ValueError` with a message for administrators. So does a
    change of what does not exist; only to remove it is no error.
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
        """Add a login token or a session (64 hex digits), and delete those that expired."""
        ...

    def remove_token(self, user_id: int, token_hash: str) -> None:
        """Remove a login token or a session."""
        ...

    def add_login_failure(self, user_id: int, address: str) -> None:
        """Record a wrong password, and delete records older than a day."""
        ...

    def clear_login_failures(self, user_id: int, address: str) -> None:
        """Delete the records of wrong passwords for a user from an address."""
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
        """Deactivate a flag type, or activate it again."""
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
        """Move the content of an attachment into the store (`Content`) or out of it (`ExternalContent`).

        Raises `ValueError` where its size or hash is another one.
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
    """An open store."""

    async def state(self) -> int | None:
        """Return a number that differs after every change, whoever made it, and is never used again.

        If it is the same twice, everything read in between would be read the same now. Nothing of the site is read to
        find it; None where it is not known.
        """
        ...

    async def ready(self) -> None:
        """Raise an exception if the store cannot be used now."""
        ...

    async def read(self, work: Callable[[Reader], T], budget: Budget = UNLIMITED, *, is_long: bool = False) -> T:
        """Run reading work and return what it returns; work that `is_long` keeps away from the event loop.

        Raises what the budget raises, and `StoreUnavailable`.
        """
        ...

    async def write(self, work: Callable[[Writer], T], budget: Budget = UNLIMITED) -> T:
        """Run writing work, commit, and return what it returned."""
        ...

    def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        """Yield content in pieces. Raises `LookupError` when it was deleted meanwhile."""
        ...

    def address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """Return an address where a client can GET content itself for a short time; None where only `stream` has it.

        The response carries those of `headers` that can be set, and no others. The address can be handed on and used
        again, so it must not be given out for content that only some may see.
        """
        ...

    async def check(self, progress: Callable[[int, int], None]) -> list[Finding]:
        """Look for damage, orphans, dangling references and content with the wrong hash.

        `progress(done, total)` is called on the way, in pieces of content.
        """
        ...

    async def repair(self) -> list[Finding]:
        """Repair what needs no decision, such as content that nothing refers to; return what was done."""
        ...

    async def backup(self, destination: Path, progress: Callable[[int, int], None]) -> None:
        """Write a consistent copy while the store is in use; `progress(done, total)` may be called on the way.

        Raises `StoreRefused` where a program is missing that it takes, and `OSError`.
        """
        ...

    async def close(self) -> None:
        """Finish what is under way and close all connections."""
        ...
