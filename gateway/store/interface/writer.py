"""The changes of writing work, a protocol for each topic; `Writer` is all of them."""

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime
from typing import Protocol

from gateway.content import Content, ExternalContent
from gateway.model import (
    ApiKey,
    Attachment,
    AuditEntry,
    Bug,
    BugField,
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
    Product,
    SavedSearch,
    Site,
    StatusTransition,
    User,
)
from gateway.store.interface.reader import Reader


class PeopleChanges(Protocol):
    """Changes of the site and its people."""

    def set_site(self, site: Site) -> None:
        """Replace what is set for the whole site."""
        ...

    def add_group(self, group: Group) -> int:
        """Add a group."""
        ...

    def set_group(self, group: Group) -> None:
        """Replace a group, by its id."""
        ...

    def add_group_grant(self, grant: GroupGrant) -> None:
        """Give the members of a group a right in another, unless they have it."""
        ...

    def remove_group_grant(self, grant: GroupGrant) -> None:
        """Take that right away."""
        ...

    def add_user(self, user: User, password_hash: str | None) -> int:
        """Add a user, a direct member of the groups that it names."""
        ...

    def set_user(self, user: User) -> None:
        """Replace everything about a user but the password and the groups, by its id."""
        ...

    def set_direct_groups(self, user_id: int, groups: Collection[str]) -> None:
        """Replace the groups in which a user is by their own right."""
        ...

    def set_groups_by_expression(self, user_id: int, groups: Collection[str]) -> None:
        """Replace the groups in which a user is by their regular expressions.

        They are found when a user or an expression is added or changed; this keeps what another site has found.
        """
        ...

    def set_blessed_groups(self, user_id: int, groups: Collection[str]) -> None:
        """Replace the groups into which a user, by their own right, may put users."""
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

    def note_key_use(self, key_id: int) -> None:
        """Set the time of the last use of an API key to now."""
        ...

    def add_token(self, user_id: int, token_hash: str, expires: datetime, client: str | None = None) -> None:
        """Add a login token or a session (64 hex digits), and delete those that expired.

        `client` names the browser of a session; it is None for a token.
        """
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

    def clear_lockouts(self, user_id: int) -> None:
        """Delete the records of wrong passwords for a user from every address."""

    def add_saved_search(self, search: SavedSearch) -> int:
        """Add a saved search or report."""
        ...

    def add_audit_entry(self, entry: AuditEntry) -> int:
        """Add a line to the audit log."""
        ...


class ProductChanges(Protocol):
    """Changes of products and what applies to them."""

    def set_classification(self, classification: Classification) -> int:
        """Add a classification, or replace the one with its id; return the id."""
        ...

    def add_product(self, product: Product) -> int:
        """Add a product with its components, controls, versions and milestones."""
        ...

    def add_component(self, product: str, component: Component) -> int:
        """Add a component to a product."""
        ...

    def set_product(self, product: Product) -> None:
        """Replace a product, by its id, with its versions and milestones; not its components and controls.

        A version or milestone with the id of one that there is replaces it; others are added, and none is removed.
        """
        ...

    def set_component(self, component: Component) -> None:
        """Replace a component, by its id."""
        ...

    def set_group_control(self, product: str, control: GroupControl) -> None:
        """Set what a group means for a product."""
        ...

    def add_flag_type(self, flag_type: FlagType) -> int:
        """Add a flag type."""
        ...

    def set_flag_type(self, flag_type: FlagType) -> None:
        """Replace a flag type, by its id."""
        ...

    def set_flag_type_active(self, flag_type_id: int, active: bool) -> None:
        """Deactivate a flag type, or activate it again."""
        ...


class FieldChanges(Protocol):
    """Changes of the fields of bugs and their legal values."""

    def set_bug_fields(self, fields: Sequence[BugField]) -> None:
        """Replace the fields of bugs. One that bugs have values for cannot be left out."""
        ...

    def set_field_values(self, field: str, values: Sequence[FieldValue]) -> None:
        """Replace the legal values of a select field."""
        ...

    def set_status_transitions(self, transitions: Sequence[StatusTransition]) -> None:
        """Replace the workflow of the status."""
        ...

    def set_keyword(self, keyword: Keyword) -> int:
        """Add a keyword, or replace the one with its id; return the id."""
        ...


class BugChanges(Protocol):
    """Changes of bugs."""

    def add_bug(self, bug: Bug) -> int:
        """Add a bug with its aliases, groups and cc; people by their ids. It has no comments yet."""
        ...

    def set_bug(self, bug: Bug) -> None:
        """Replace a bug, by its number; aliases, groups and cc too, but neither reporter nor creation time."""
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

    def append_comment(self, comment: Comment) -> None:
        """Add a comment as `add_comment` does, without asking for its id: so it may wait for the next statement."""
        ...

    def add_change(self, change: Change) -> None:
        """Add a line to the log of changes."""
        ...


class BugDetailChanges(Protocol):
    """Changes of what many bugs and comments do not have."""

    def set_bug_keywords(self, bug_id: int, keywords: Collection[str]) -> None:
        """Replace the keywords of a bug."""
        ...

    def add_dependency(self, bug_id: int, depends_on: int) -> None:
        """Make a bug depend on another, unless it does."""
        ...

    def remove_dependency(self, bug_id: int, depends_on: int) -> None:
        """Make a bug not depend on another."""
        ...

    def add_bug_url(self, bug_id: int, url: str) -> None:
        """Add the address of a related bug, unless it is there."""
        ...

    def remove_bug_url(self, bug_id: int, url: str) -> None:
        """Remove the address of a related bug."""
        ...

    def set_custom_values(self, bug_id: int, field: str, values: Sequence[str]) -> None:
        """Replace the values of a custom field of a bug; none of them makes it unset."""
        ...

    def set_bug_tags(self, user_id: int, bug_id: int, names: Collection[str]) -> None:
        """Replace the tags that a user gave a bug."""
        ...

    def set_bug_visit(self, visit: BugVisit) -> None:
        """Note when a user last looked at a bug."""
        ...

    def forget_bug_visits(self, bug_id: int, kept: Collection[int]) -> None:
        """Forget the visits to a bug of all users but those with these numbers."""
        ...

    def set_comment_private(self, comment_id: int, is_private: bool) -> None:
        """Make a comment private, or public."""
        ...

    def set_comment_tags(self, comment_id: int, tags: Sequence[str]) -> None:
        """Replace the tags of a comment; the same tag in another case is the same."""
        ...


class AttachmentChanges(Protocol):
    """Changes of attachments, their content and flags."""

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

    def delete_content(self, attachment_id: int) -> None:
        """Delete the content of an attachment for good. Content that is external stays where it is."""

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


class Writer(
    Reader, PeopleChanges, ProductChanges, FieldChanges, BugChanges, BugDetailChanges, AttachmentChanges, Protocol
):
    """The queries and changes of writing work.

    `add_...` returns the new id. A given id (not 0) is kept, which is how a site is loaded from a file; a name that is
    taken, or a reference to what does not exist, raises `ValueError` with a message for administrators. So does a
    change of what does not exist; only to remove it is no error.
    """

    @property
    def written(self) -> Mapping[str, Set[int]]:
        """The numbers of bugs and attachments that this work has changed or added to, by "bug" and "attachment".

        There may be more than the hundred of each that are noted.
        """
        ...
