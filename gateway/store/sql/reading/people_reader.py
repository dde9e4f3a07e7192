"""Reading the site, groups, users and what they log in with."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache

from gateway.model import ApiKey, AuditEntry, Group, GroupGrant, SavedSearch, Session, Site, User
from gateway.store.sql.conversions import moment, seconds
from gateway.store.sql.statements import Row
from gateway.store.sql.tables import API_KEYS, AUDIT_LOG, GROUP_GRANTS, GROUPS, SAVED_SEARCHES, SITE, USERS
from gateway.store.sql.transaction import Transaction

SITE_ROW = f"SELECT {SITE.selected()} FROM site"
ALL_GROUPS = f"SELECT {GROUPS.selected()} FROM groups ORDER BY id"

GRANTS = f"""
    SELECT {GROUP_GRANTS.selected()}, groups.name AS "group", members.name AS member
    FROM group_grants JOIN groups ON groups.id = group_id JOIN groups AS members ON members.id = member_id
    ORDER BY group_id, member_id, kind"""
_NAMES_OF_GROUPS = "SELECT groups.name FROM {table} AS them JOIN groups ON groups.id = them.group_id WHERE user_id = ?"
DIRECT_GROUPS = _NAMES_OF_GROUPS.format(table="direct_memberships")
GROUPS_BY_EXPRESSION = _NAMES_OF_GROUPS.format(table="expression_memberships")
BLESSED_GROUPS = _NAMES_OF_GROUPS.format(table="blessings")

_GROUP_NAMES = """(
    SELECT json_group_array(groups.name) FROM memberships JOIN groups ON groups.id = memberships.group_id
    WHERE memberships.user_id = users.id) AS group_names"""
_USER = f"SELECT {USERS.selected()}, {_GROUP_NAMES} FROM users "
USER = _USER + "WHERE id = ?"
USER_BY_LOGIN = _USER + "WHERE login_folded = ?"
USERS_AFTER = _USER + "WHERE id > ? ORDER BY id LIMIT ?"
USERS_MATCHING = (
    _USER
    + """WHERE (instr(login_folded, ?) > 0 OR instr(real_name_folded, ?) > 0) AND (? OR disabled_text = '')
    ORDER BY login_folded LIMIT ?"""
)
STORED_HASH = "SELECT password_hash FROM users WHERE id = ?"

API_KEYS_OF_USER = f"SELECT {API_KEYS.selected()} FROM api_keys WHERE user_id = ? ORDER BY id"
API_KEY_AND_USER = f"""
    SELECT {USERS.selected()}, {_GROUP_NAMES}, {API_KEYS.selected(prefix="key_")}
    FROM users JOIN api_keys ON api_keys.user_id = users.id WHERE key_hash = ?"""
VALID_LOGIN = "SELECT 1 FROM tokens WHERE user_id = ? AND token_hash = ? AND expires > ?"
SESSIONS = """
    SELECT token_hash, begun, expires, client FROM tokens
    WHERE user_id = ? AND begun IS NOT NULL AND expires > ? ORDER BY begun, token_hash"""
LOGIN_FAILURES = "SELECT at FROM login_failures WHERE user_id = ? AND address = ? AND at >= ? ORDER BY at"

DATABASE_SIZE = "SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size"
LOCKOUTS = """
    SELECT count(*) FROM
    (SELECT 1 FROM login_failures WHERE at >= ? GROUP BY user_id, address HAVING count(*) >= ?) AS locked"""
LOCKOUTS_OF_USER = """
    SELECT address FROM login_failures WHERE user_id = ? AND at >= ? GROUP BY address HAVING count(*) >= ?"""

SAVED_SEARCHES_OF_USER = f"SELECT {SAVED_SEARCHES.selected()} FROM saved_searches WHERE user_id = ? ORDER BY id"
LAST_AUDITS = "SELECT class_name, max(at) AS at FROM audit_log GROUP BY class_name"
AUDITS_AFTER = f"SELECT {AUDIT_LOG.selected()} FROM audit_log WHERE id > ? ORDER BY id LIMIT ?"

_read_site = SITE.reader()
_read_groups = GROUPS.reader()
_read_grants = GROUP_GRANTS.reader()
_read_searches = SAVED_SEARCHES.reader()
_read_audits = AUDIT_LOG.reader()
_read_users = USERS.reader("groups")
_read_keys = API_KEYS.reader()
_read_owned_keys = API_KEYS.reader(prefix="key_")

_PAGE = 500


class PeopleReader(Transaction):
    """The part of `gateway.store.interface.Reader` about the site and its people."""

    def site(self) -> Site:
        """Return the settings of the whole site."""
        return self._cached(SITE_ROW, self._site)

    def _site(self) -> Site:
        found = _read_site(self._rows(SITE_ROW))
        return found[0] if found else Site()

    def groups(self) -> list[Group]:
        """Return all groups, by id."""
        return _read_groups(self._rows(ALL_GROUPS))

    def group_grants(self) -> list[GroupGrant]:
        """Return the rights that groups have in other groups, by the ids of both groups."""
        return list(self._cached(GRANTS, lambda: _read_grants(self._rows(GRANTS))))

    def direct_groups(self, user_id: int) -> frozenset[str]:
        """Return the groups in which a user is by their own right."""
        return frozenset(name for (name,) in self._rows(DIRECT_GROUPS, user_id))

    def groups_by_expression(self, user_id: int) -> frozenset[str]:
        """Return the groups in which a user is because the login matched the group's regular expression."""
        return frozenset(name for (name,) in self._rows(GROUPS_BY_EXPRESSION, user_id))

    def blessed_groups(self, user_id: int) -> frozenset[str]:
        """Return the groups into which a user, by their own right, may put users."""
        return frozenset(name for (name,) in self._rows(BLESSED_GROUPS, user_id))

    def user(self, user_id: int) -> User | None:
        """Return a user by id."""
        found = _users(self._rows(USER, user_id))
        return found[0] if found else None

    def user_by_login(self, login: str) -> User | None:
        """Return a user by login, ignoring case."""
        found = _users(self._rows(USER_BY_LOGIN, login.casefold()))
        return found[0] if found else None

    def users(self) -> Iterator[User]:
        """Yield all users, by id."""
        page = _users(self._rows(USERS_AFTER, 0, _PAGE))
        while page:
            yield from page
            page = _users(self._rows(USERS_AFTER, page[-1].id, _PAGE))

    def users_matching(self, text: str, limit: int, include_disabled: bool) -> list[User]:
        """Return at most `limit` users whose login or real name contains `text`, whatever its case, by login."""
        folded = text.casefold()
        return _users(self._rows(USERS_MATCHING, folded, folded, include_disabled, max(limit, 0)))

    def password_hash(self, user_id: int) -> str | None:
        """Return the stored hash of a user's password; None where the account has none."""
        row = self._row(STORED_HASH, user_id)
        return row[0] if row else None

    def api_key(self, key_hash: str) -> tuple[ApiKey, User] | None:
        """Return an API key by its SHA-256 in hex, revoked or not, and its owner; `last_used` may be an older one."""
        return self._cached((API_KEY_AND_USER, key_hash), lambda: self._api_key(key_hash))

    def _api_key(self, key_hash: str) -> tuple[ApiKey, User] | None:
        rows = self._rows(API_KEY_AND_USER, key_hash)
        return (_read_owned_keys(rows)[0], _users(rows)[0]) if rows else None

    def api_keys(self, user_id: int) -> list[ApiKey]:
        """Return the keys of a user, by id."""
        return _read_keys(self._rows(API_KEYS_OF_USER, user_id))

    def token_valid(self, user_id: int, token_hash: str) -> bool:
        """Tell whether the user has this login token (SHA-256 in hex) and it has not expired."""
        return self._row(VALID_LOGIN, user_id, token_hash, self._seconds) is not None

    def sessions(self, user_id: int) -> list[Session]:
        """Return the sessions of a user that have not expired, oldest first."""
        rows = self._rows(SESSIONS, user_id, self._seconds)
        return [Session(row.token_hash, moment(row.begun), moment(row.expires), row.client or "") for row in rows]

    def login_failures(self, user_id: int, address: str, since: datetime) -> list[datetime]:
        """Return the times since `since` of wrong passwords for this user from this address, oldest first."""
        return [moment(at) for (at,) in self._rows(LOGIN_FAILURES, user_id, address, seconds(since))]

    def database_size(self) -> int:
        """Return the size of the database in bytes."""
        return int(self._rows(DATABASE_SIZE)[0][0])

    def lockouts(self, since: datetime, failures: int, user_id: int | None = None) -> int:
        """Return how many pairs of a user and an address have at least so many wrong passwords since `since`."""
        if user_id is None:
            return int(self._rows(LOCKOUTS, seconds(since), failures)[0][0])
        return len(self._rows(LOCKOUTS_OF_USER, user_id, seconds(since), failures))

    def saved_searches(self, user_id: int) -> list[SavedSearch]:
        """Return the searches and reports that a user saved, by id."""
        return _read_searches(self._rows(SAVED_SEARCHES_OF_USER, user_id))

    def last_audit_times(self) -> Mapping[str, datetime]:
        """Return the time of the last entry of the audit log for each class."""
        return {row.class_name: moment(row.at) for row in self._rows(LAST_AUDITS)}

    def audit_log(self) -> Iterator[AuditEntry]:
        """Yield the audit log, by id."""
        page = _read_audits(self._rows(AUDITS_AFTER, 0, _PAGE))
        while page:
            yield from page
            page = _read_audits(self._rows(AUDITS_AFTER, page[-1].id, _PAGE))


def _users(rows: list[Row]) -> list[User]:
    return _read_users(rows, groups=lambda row: _names(row.group_names))


@lru_cache(maxsize=256)  # few users are in groups that nobody else is in
def _names(array: str) -> frozenset[str]:
    return frozenset(json.loads(array, strict=False))  # PostgreSQL does not escape U+0000, which it does not know
