"""The queries of reading work, a protocol for each topic; `Reader` is all of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from gateway.content import MemoryContent, StoredContent
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
    FieldValue,
    Flag,
    FlagType,
    Group,
    GroupGrant,
    Hours,
    Keyword,
    Product,
    SavedSearch,
    Session,
    Site,
    StatusTransition,
    User,
)
from gateway.model.bug_query import BugQuery


class PeopleQueries(Protocol):
    """Questions about the site and its people."""

    def site(self) -> Site:
        """Return the settings of the whole site."""
        ...

    def groups(self) -> list[Group]:
        """Return all groups, by id."""
        ...

    def group_grants(self) -> list[GroupGrant]:
        """Return the rights that groups have in other groups, by the ids of both groups."""
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

    def sessions(self, user_id: int) -> list[Session]:
        """Return the sessions of a user that have not expired, oldest first."""
        ...

    def login_failures(self, user_id: int, address: str, since: datetime) -> list[datetime]:
        """Return the times since `since` of wrong passwords for this user from this address, oldest first."""
        ...

    def direct_groups(self, user_id: int) -> frozenset[str]:
        """Return the groups in which a user is by their own right: not by expression, nor through another group."""
        ...

    def groups_by_expression(self, user_id: int) -> frozenset[str]:
        """Return the groups in which a user is because the login matched the group's regular expression."""
        ...

    def blessed_groups(self, user_id: int) -> frozenset[str]:
        """Return the groups into which a user, by their own right, may put users."""
        ...

    def database_size(self) -> int:
        """Return the size of the database in bytes."""

    def lockouts(self, since: datetime, failures: int, user_id: int | None = None) -> int:
        """Return how many pairs of a user and an address have at least so many wrong passwords since `since`.

        With `user_id` only those of that user are counted.
        """

    def saved_searches(self, user_id: int) -> list[SavedSearch]:
        """Return the searches and reports that a user saved, by id."""
        ...

    def last_audit_times(self) -> Mapping[str, datetime]:
        """Return the time of the last entry of the audit log for each class."""
        ...

    def audit_log(self) -> Iterator[AuditEntry]:
        """Yield the audit log, by id."""
        ...


class ProductQueries(Protocol):
    """Questions about products and what applies to them."""

    def classifications(self) -> Sequence[Classification]:
        """Return all classifications, by id."""
        ...

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


class FieldQueries(Protocol):
    """Questions about the fields of bugs and their legal values."""

    def bug_fields(self) -> Sequence[BugField]:
        """Return the fields of bugs, by id; those of a new Bugzilla where the site has none of its own."""
        ...

    def field_values(self, field: str) -> Sequence[FieldValue]:
        """Return the legal values of a select field, by sort key, then name, inactive ones too.

        Where the site has none of its own they are those of a new Bugzilla, if that has the field.
        """
        ...

    def status_transitions(self) -> Sequence[StatusTransition]:
        """Return the workflow of the status; that of a new Bugzilla where the site has none of its own."""
        ...

    def keywords(self) -> Sequence[Keyword]:
        """Return all keywords, by name."""
        ...


class BugQueries(Protocol):
    """Questions about bugs."""

    def bug(self, bug_id: int) -> Bug | None:
        """Return a bug by number, its cc sorted by login, its aliases and groups by name."""
        ...

    def bugs(self, ids: Sequence[int]) -> list[Bug]:
        """Return those of the bugs that exist, by number, without repetition."""
        ...

    def bug_id_by_alias(self, alias: str) -> int | None:
        """Return the number of the bug with this alias, ignoring case."""
        ...

    def find_bugs(self, query: BugQuery) -> list[int]:
        """Return the numbers of the bugs that meet all criteria and that the user sees, in their order, then by number.

        Raises TOO_SLOW when the time of the budget is up. Names are compared ignoring case and accents.
        """
        ...

    def bug_ids(self) -> Iterator[int]:
        """Yield the numbers of all bugs, in order."""
        ...

    def comments(self, bug_id: int) -> list[Comment]:
        """Return the comments of a bug, by creation time, then id."""
        ...

    def comments_by_id(self, ids: Sequence[int]) -> list[Comment]:
        """Return those of the comments that exist, by id, without repetition.

        Comments of one second all have the last of their counts, as in Bugzilla.
        """
        ...

    def changes(self, bug_id: int) -> list[Change]:
        """Return the log of a bug, oldest first."""

    def changes_before(self, change_id: int, limit: int) -> list[Change]:
        """Return the last lines of the log of all bugs whose ids are below this one, at most `limit`, latest first."""
        ...


class BugDetailQueries(Protocol):
    """Questions about what many bugs and comments do not have; by number."""

    def bug_keywords(self, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """Return the keywords of bugs that have any, by name, ignoring case."""
        ...

    def depends_on(self, ids: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
        """Return the numbers of the bugs on which these depend, in order, for those that depend on any."""
        ...

    def blocks(self, ids: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
        """Return the numbers of the bugs that depend on these, in order, for those on which any does."""
        ...

    def duplicates(self, ids: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
        """Return the numbers of the duplicates of these bugs, in order, for those that have any."""
        ...

    def bug_urls(self, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """Return the addresses of related bugs, oldest first, for bugs that have any."""
        ...

    def custom_values(self, ids: Sequence[int]) -> Mapping[int, Mapping[str, tuple[str, ...]]]:
        """Return the values of custom fields that are set, by the name of the field, for bugs that have any."""
        ...

    def hours_worked(self, ids: Sequence[int]) -> Mapping[int, Hours]:
        """Return the hours that all comments say were worked, for bugs on which any were."""
        ...

    def bug_tags(self, user_id: int) -> list[BugTag]:
        """Return the tags that a user gave bugs, by bug, then name."""
        ...

    def bug_visits(self, user_id: int) -> list[BugVisit]:
        """Return when a user last looked at bugs, in the order of the first visits."""
        ...

    def comment_tags(self, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """Return the tags of those comments that have any, by comment id, in the order of their names."""
        ...

    def comment_tags_matching(self, text: str, limit: int) -> list[str]:
        """Return at most `limit` tags of comments that contain `text`, ignoring case, those of most comments first."""
        ...


class AttachmentQueries(Protocol):
    """Questions about attachments, their content and flags."""

    def attachments_of_bug(self, bug_id: int) -> list[Attachment]:
        """Return the attachments of a bug by id; their flags by sort key, name, then id."""
        ...

    def attachments(self, ids: Sequence[int]) -> list[Attachment]:
        """Return those of the attachments that exist, by id, without repetition; flags as in `attachments_of_bug`."""
        ...

    def attachments_by(self, user_id: int, limit: int) -> list[Attachment]:
        """Return the newest attachments of a user, at most `limit`, newest first, without their flags."""
        ...

    def requests(self, user_id: int, limit: int, *, by_setter: bool) -> list[Flag]:
        """Return requests about attachments, newest first: those of the user, or those that the user made."""
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

    def bug_flags(self, ids: Sequence[int]) -> Mapping[int, tuple[Flag, ...]]:
        """Return the flags of bugs themselves, not those of their attachments, by id, for bugs that have any."""
        ...

    def attachment_totals(self) -> tuple[int, int]:
        """Return how many attachments there are, and the bytes of their content."""

    def flags_of_bug(self, bug_id: int) -> list[Flag]:
        """Return the flags of one bug itself, by id."""
        ...


class Reader(PeopleQueries, ProductQueries, FieldQueries, BugQueries, BugDetailQueries, AttachmentQueries, Protocol):
    """The queries of reading work. They return None for something that does not exist, or leave it out."""

    @property
    def now(self) -> datetime:
        """The time of this transaction, the same however often it is asked."""
        ...
