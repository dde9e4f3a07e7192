"""Writing groups and their members."""

import re
from collections.abc import Collection, Iterator

from gateway.model import Group, GroupGrant
from gateway.store.sql.tables import GROUP_GRANTS, GROUPS
from gateway.store.sql.writing.writing_transaction import WritingTransaction

ADD_GROUP = GROUPS.insert
_GROUP = GROUPS.without("id")
SET_GROUP = _GROUP.update
ADD_GRANT = GROUP_GRANTS.insert + " ON CONFLICT DO NOTHING"
REMOVE_GRANT = "DELETE FROM group_grants WHERE kind = ? AND group_id = ? AND member_id = ?"

ADD_DIRECT_MEMBER = "INSERT INTO direct_memberships (user_id, group_id) VALUES (?, ?)"
REMOVE_DIRECT_MEMBERSHIPS = "DELETE FROM direct_memberships WHERE user_id = ?"
ADD_BLESSING = "INSERT INTO blessings (user_id, group_id) VALUES (?, ?)"
REMOVE_BLESSINGS = "DELETE FROM blessings WHERE user_id = ?"

ADD_MEMBER_BY_EXPRESSION = "INSERT INTO expression_memberships (user_id, group_id) VALUES (?, ?)"
REMOVE_MEMBERSHIPS_BY_EXPRESSION = "DELETE FROM expression_memberships WHERE user_id = ?"
REMOVE_MEMBERS_BY_EXPRESSION = "DELETE FROM expression_memberships WHERE group_id = ?"

REMOVE_MEMBERSHIPS = "DELETE FROM memberships WHERE user_id = ?"
ADD_MEMBERSHIPS = """
    INSERT INTO memberships (user_id, group_id)
    WITH RECURSIVE effective (group_id) AS (
        SELECT group_id FROM direct_memberships WHERE user_id = ?
        UNION SELECT group_id FROM expression_memberships WHERE user_id = ?
        UNION SELECT group_grants.group_id FROM effective
        JOIN group_grants ON group_grants.member_id = effective.group_id AND kind = 'member'
    )
    SELECT users.id, group_id FROM users, effective WHERE users.id = ?"""
EXPRESSION = "SELECT user_regexp FROM groups WHERE id = ?"
EXPRESSIONS = "SELECT id, user_regexp FROM groups WHERE user_regexp <> ''"
LOGIN = "SELECT login FROM users WHERE id = ?"
USERS_AFTER = "SELECT id, login FROM users WHERE id > ? ORDER BY id LIMIT ?"

_PAGE = 500


class GroupWriter(WritingTransaction):
    """The part of `gateway.store.interface.Writer` about groups."""

    def add_group(self, group: Group) -> int:
        """Add a group."""
        group_id = self._add("group", group.name, ADD_GROUP, *GROUPS.values(group))
        if group.user_regexp:
            self._apply_expression(group_id, group.user_regexp)
        return group_id

    def set_group(self, group: Group) -> None:
        """Replace a group, by its id."""
        before = self._row(EXPRESSION, group.id)
        self._change("group", group.id, SET_GROUP, *_GROUP.values(group), group.id, name=group.name)
        if before is not None and before.user_regexp != group.user_regexp:
            self._apply_expression(group.id, group.user_regexp)

    def _apply_expression(self, group_id: int, expression: str) -> None:
        """Make those members of a group whose login matches its expression, and no others by expression."""
        self._run(REMOVE_MEMBERS_BY_EXPRESSION, group_id)
        for user_id, login in self._all_users():
            if expression and _matches(expression, login):
                self._run(ADD_MEMBER_BY_EXPRESSION, user_id, group_id)
            self._refresh_memberships(user_id)

    def add_group_grant(self, grant: GroupGrant) -> None:
        """Give the members of a group a right in another, unless they have it."""
        values = self._grant_values(grant)
        self._put("grant", f"{grant.kind} of {grant.member} in {grant.group}", ADD_GRANT, *values)
        self._refresh_all()

    def remove_group_grant(self, grant: GroupGrant) -> None:
        """Take that right away."""
        values = self._grant_values(grant)
        self._run(REMOVE_GRANT, *values)
        self._refresh_all()

    def _grant_values(self, grant: GroupGrant) -> list[object]:
        ids = {"group_id": self._group_id(grant.group), "member_id": self._group_id(grant.member)}
        return GROUP_GRANTS.values(grant, **ids)

    def set_direct_groups(self, user_id: int, groups: Collection[str]) -> None:
        """Replace the groups in which a user is by their own right."""
        self._set_groups(user_id, groups, REMOVE_DIRECT_MEMBERSHIPS, ADD_DIRECT_MEMBER)
        self._refresh_memberships(user_id)

    def set_groups_by_expression(self, user_id: int, groups: Collection[str]) -> None:
        """Replace the groups in which a user is by their regular expressions."""
        self._set_groups(user_id, groups, REMOVE_MEMBERSHIPS_BY_EXPRESSION, ADD_MEMBER_BY_EXPRESSION)
        self._refresh_memberships(user_id)

    def set_blessed_groups(self, user_id: int, groups: Collection[str]) -> None:
        """Replace the groups into which a user, by their own right, may put users."""
        self._set_groups(user_id, groups, REMOVE_BLESSINGS, ADD_BLESSING)

    def _set_groups(self, user_id: int, groups: Collection[str], remove: str, add: str) -> None:
        self._run(remove, user_id)
        for group in sorted(set(groups)):
            self._put("member", group, add, user_id, self._group_id(group), refers=[("user", user_id)])

    def _apply_expressions(self, user_id: int, login: str) -> None:
        """Make a user a member of the groups whose expression the login matches, and of no others by expression."""
        self._run(REMOVE_MEMBERSHIPS_BY_EXPRESSION, user_id)
        for row in self._rows(EXPRESSIONS):
            if _matches(row.user_regexp, login):
                self._run(ADD_MEMBER_BY_EXPRESSION, user_id, row.id)
        self._refresh_memberships(user_id)

    def _refresh_memberships(self, user_id: int) -> None:
        """Make the groups of a user follow from what gives them to the user."""
        self._run(REMOVE_MEMBERSHIPS, user_id)
        self._run(ADD_MEMBERSHIPS, user_id, user_id, user_id)

    def _refresh_all(self) -> None:
        for user_id, _ in self._all_users():
            self._refresh_memberships(user_id)

    def _all_users(self) -> Iterator[tuple[int, str]]:
        page = self._rows(USERS_AFTER, 0, _PAGE)
        while page:
            yield from ((row.id, row.login) for row in page)
            page = self._rows(USERS_AFTER, page[-1].id, _PAGE)


def _matches(expression: str, login: str) -> bool:
    """Tell whether a login matches; an expression that cannot be read matches nobody."""
    try:
        return re.search(expression, login, re.IGNORECASE) is not None
    except re.error:
        return False
