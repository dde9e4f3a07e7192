"""Reading bugs, their comments and the log of changes."""

from collections.abc import Iterator, Sequence

from gateway.model import Bug, Change, Comment, Person
from gateway.store.sql.conversions import AMONG, id_list
from gateway.store.sql.statements import Row
from gateway.store.sql.tables import BUGS, CHANGES, COMMENTS
from gateway.store.sql.transaction import Transaction

# What most bugs do not have is only looked for where `has_...` says so. (EXISTS might make PostgreSQL read all of it.)
_BUG = f"""
    SELECT {BUGS.selected()}, products.name AS product, components.name AS component,
           (SELECT 1 FROM bug_cc WHERE bug_id = bugs.id LIMIT 1) AS has_cc,
           (SELECT 1 FROM bug_aliases WHERE bug_id = bugs.id LIMIT 1) AS has_aliases,
           (SELECT 1 FROM bug_groups WHERE bug_id = bugs.id LIMIT 1) AS has_groups
    FROM bugs
    JOIN components ON components.id = bugs.component_id
    JOIN products ON products.id = components.product_id
    {BUGS.joins}"""
BUG = _BUG + "WHERE bugs.id = ?"
BUGS_BY_ID = _BUG + f"WHERE bugs.id IN {AMONG} ORDER BY bugs.id"
CC = """
    SELECT users.id, users.login, users.real_name FROM bug_cc JOIN users ON users.id = bug_cc.user_id
    WHERE bug_cc.bug_id = ? ORDER BY users.login_folded"""
ALIASES = "SELECT alias FROM bug_aliases WHERE bug_id = ? ORDER BY alias_folded"
GROUPS = """
    SELECT groups.name FROM bug_groups JOIN groups ON groups.id = bug_groups.group_id
    WHERE bug_groups.bug_id = ? ORDER BY groups.name"""
BUG_BY_ALIAS = "SELECT bug_id FROM bug_aliases WHERE alias_folded = ?"
BUGS_AFTER = "SELECT id FROM bugs WHERE id > ? ORDER BY id LIMIT ?"

_COMMENT = f"""
    SELECT {COMMENTS.selected()}, {{count}} AS count FROM comments {COMMENTS.joins}"""
COMMENTS_OF_BUG = (
    _COMMENT.format(count="row_number() OVER (ORDER BY creation_time, comments.id) - 1")
    + "WHERE bug_id = ? ORDER BY creation_time, comments.id"
)
COMMENTS_BY_ID = (
    f"""
    WITH wanted AS (SELECT id, bug_id FROM comments WHERE id IN {AMONG}), numbered AS (
        SELECT id, count(*) OVER (PARTITION BY bug_id ORDER BY creation_time) - 1 AS count
        FROM comments WHERE bug_id IN (SELECT bug_id FROM wanted))"""
    + _COMMENT.format(count="numbered.count")
    + "JOIN numbered ON numbered.id = comments.id WHERE comments.id IN (SELECT id FROM wanted) ORDER BY comments.id"
)
CHANGES_OF_BUG = f"SELECT {CHANGES.selected()} FROM changes WHERE bug_id = ? ORDER BY at, id"

CHANGES_BEFORE = f"SELECT {CHANGES.selected()} FROM changes WHERE id < ? ORDER BY id DESC LIMIT ?"

_read_bugs = BUGS.reader("cc", "aliases", "groups")
_read_comments = COMMENTS.reader()
_read_changes = CHANGES.reader()

_PAGE = 1000


class BugReader(Transaction):
    """The part of `gateway.store.interface.Reader` about bugs."""

    def bug(self, bug_id: int) -> Bug | None:
        """Return a bug by number."""
        found = self._bugs(self._rows(BUG, bug_id))
        return found[0] if found else None

    def bugs(self, ids: Sequence[int]) -> list[Bug]:
        """Return those of the bugs that exist, by number, without repetition."""
        return self._bugs(self._rows(BUGS_BY_ID, id_list(ids)))

    def _bugs(self, rows: list[Row]) -> list[Bug]:
        return _read_bugs(
            rows,
            cc=lambda bug: self._cc(bug.id) if bug.has_cc else (),
            aliases=lambda bug: self._names(ALIASES, bug.id) if bug.has_aliases else (),
            groups=lambda bug: self._names(GROUPS, bug.id) if bug.has_groups else (),
        )

    def _cc(self, bug_id: int) -> tuple[Person, ...]:
        return tuple(Person(row.id, row.login, row.real_name) for row in self._rows(CC, bug_id))

    def _names(self, sql: str, bug_id: int) -> tuple[str, ...]:
        return tuple(name for (name,) in self._rows(sql, bug_id))

    def bug_id_by_alias(self, alias: str) -> int | None:
        """Return the number of the bug with this alias, whatever its case."""
        row = self._row(BUG_BY_ALIAS, alias.casefold())
        return row[0] if row else None

    def bug_ids(self) -> Iterator[int]:
        """Yield the numbers of all bugs, in order."""
        found = self._rows(BUGS_AFTER, 0, _PAGE)
        while found:
            for (bug_id,) in found:
                yield bug_id
            found = self._rows(BUGS_AFTER, found[-1][0], _PAGE)

    def comments(self, bug_id: int) -> list[Comment]:
        """Return the comments of a bug, by creation time, then id."""
        return _read_comments(self._long_rows(COMMENTS_OF_BUG, bug_id))

    def comments_by_id(self, ids: Sequence[int]) -> list[Comment]:
        """Return those of the comments that exist, by id, without repetition."""
        return _read_comments(self._long_rows(COMMENTS_BY_ID, id_list(ids))) if ids else []

    def changes(self, bug_id: int) -> list[Change]:
        """Return the log of a bug, oldest first."""
        return _read_changes(self._long_rows(CHANGES_OF_BUG, bug_id))

    def changes_before(self, change_id: int, limit: int) -> list[Change]:
        """Return the last lines of the log of all bugs whose ids are below this one, at most `limit`, latest first."""
        return _read_changes(self._rows(CHANGES_BEFORE, change_id, limit))
