"""Reading bugs, their comments and the log of changes."""

from collections.abc import Iterator, Sequence

from gateway.model import Bug, Change, Comment, Person
from gateway.store.sql import rows
from gateway.store.sql.session import Session

# What most bugs do not have is only looked for where EXISTS says so.
BUG = """
    SELECT bugs.id, products.name, components.name, bugs.summary,
           reporter.id, reporter.login, reporter.real_name, assignee.id, assignee.login, assignee.real_name,
           creation_time, last_change_time, status, resolution, severity, priority, platform, op_sys, version,
           target_milestone, url, whiteboard, qa.id, qa.login, qa.real_name, reporter_accessible, cclist_accessible,
           EXISTS (SELECT 1 FROM bug_cc WHERE bug_id = bugs.id),
           EXISTS (SELECT 1 FROM bug_aliases WHERE bug_id = bugs.id),
           EXISTS (SELECT 1 FROM bug_groups WHERE bug_id = bugs.id)
    FROM bugs
    JOIN components ON components.id = bugs.component_id
    JOIN products ON products.id = components.product_id
    JOIN users AS reporter ON reporter.id = bugs.reporter_id
    JOIN users AS assignee ON assignee.id = bugs.assigned_to_id
    LEFT JOIN users AS qa ON qa.id = bugs.qa_contact_id
    WHERE bugs.id = ?"""
CC = """
    SELECT users.id, users.login, users.real_name FROM bug_cc JOIN users ON users.id = bug_cc.user_id
    WHERE bug_cc.bug_id = ? ORDER BY users.login_folded"""
ALIASES = "SELECT alias FROM bug_aliases WHERE bug_id = ? ORDER BY alias_folded"
GROUPS = """
    SELECT groups.name FROM bug_groups JOIN groups ON groups.id = bug_groups.group_id
    WHERE bug_groups.bug_id = ? ORDER BY groups.name"""
BUG_BY_ALIAS = "SELECT bug_id FROM bug_aliases WHERE alias_folded = ?"
BUGS_AFTER = "SELECT id FROM bugs WHERE id > ? ORDER BY id LIMIT ?"

_COMMENT = """
    SELECT comments.id, bug_id, {count}, users.id, users.login, users.real_name,
           text, type, attachment_id, is_private, creation_time
    FROM comments JOIN users ON users.id = comments.creator_id """
COMMENTS_OF_BUG = (
    _COMMENT.format(count="row_number() OVER (ORDER BY creation_time, comments.id) - 1")
    + "WHERE bug_id = ? ORDER BY creation_time, comments.id"
)
_EARLIER_COMMENTS = """(
    SELECT count(*) FROM comments AS other WHERE other.bug_id = comments.bug_id
    AND (other.creation_time, other.id) < (comments.creation_time, comments.id))"""
COMMENTS = _COMMENT.format(count=_EARLIER_COMMENTS) + f"WHERE comments.id IN {rows.AMONG} ORDER BY comments.id"
CHANGES_OF_BUG = """
    SELECT id, user_id, bug_id, attachment_id, field, removed, added, at
    FROM changes WHERE bug_id = ? ORDER BY at, id"""

_PAGE = 1000


class BugReading(Session):
    """The part of `gateway.store.interface.Reader` about bugs."""

    def bug(self, bug_id: int) -> Bug | None:
        """A bug by number."""
        row = self._row(BUG, bug_id)
        if row is None:
            return None
        *columns, has_cc, has_aliases, has_groups = row
        return rows.bug(
            tuple(columns),
            tuple(Person(*person) for person in self._rows(CC, bug_id)) if has_cc else (),
            self._names(ALIASES, bug_id) if has_aliases else (),
            self._names(GROUPS, bug_id) if has_groups else (),
        )

    def _names(self, sql: str, bug_id: int) -> tuple[str, ...]:
        return tuple(name for (name,) in self._rows(sql, bug_id))

    def bug_id_by_alias(self, alias: str) -> int | None:
        """The number of the bug with this alias, whatever its case."""
        row = self._row(BUG_BY_ALIAS, alias.casefold())
        return row[0] if row else None

    def bug_ids(self) -> Iterator[int]:
        """The numbers of all bugs, in order."""
        found = self._rows(BUGS_AFTER, 0, _PAGE)
        while found:
            for (bug_id,) in found:
                yield bug_id
            found = self._rows(BUGS_AFTER, found[-1][0], _PAGE)

    def comments(self, bug_id: int) -> list[Comment]:
        """The comments of a bug, by creation time, then id."""
        return list(map(rows.comment, self._rows(COMMENTS_OF_BUG, bug_id)))

    def comments_by_id(self, ids: Sequence[int]) -> list[Comment]:
        """Those of the comments that exist, by id, without repetition."""
        return list(map(rows.comment, self._rows(COMMENTS, rows.id_list(ids))))

    def changes(self, bug_id: int) -> list[Change]:
        """The log of a bug, oldest first."""
        return list(map(rows.change, self._rows(CHANGES_OF_BUG, bug_id)))
