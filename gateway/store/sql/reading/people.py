"""Reading the site, groups, users and what they log in with."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from gateway.model import ApiKey, Group, Site, User
from gateway.store.sql.rows import moment, seconds
from gateway.store.sql.session import Session
from gateway.store.sql.statements import Row

SITE = "SELECT version, extensions, parameters FROM site"
GROUPS = "SELECT id, name, description, is_bug_group, user_regexp FROM groups ORDER BY id"

_USER_AND = """
    SELECT users.id, login, real_name, disabled_text, email_enabled, (
        SELECT json_group_array(groups.name) FROM memberships JOIN groups ON groups.id = memberships.group_id
        WHERE memberships.user_id = users.id){more}
    FROM users """
_USER = _USER_AND.format(more="")
USER = _USER + "WHERE id = ?"
USER_BY_LOGIN = _USER + "WHERE login_folded = ?"
USERS_AFTER = _USER + "WHERE id > ? ORDER BY id LIMIT ?"
USERS_MATCHING = (
    _USER
    + """WHERE (instr(login_folded, ?) > 0 OR instr(real_name_folded, ?) > 0) AND (? OR disabled_text = '')
    ORDER BY login_folded LIMIT ?"""
)
STORED_HASH = "SELECT password_hash FROM users WHERE id = ?"

API_KEYS_OF_USER = "SELECT id, user_id, key_hash, description, revoked FROM api_keys WHERE user_id = ? ORDER BY id"
API_KEY_AND_USER = (
    _USER_AND.format(more=", api_keys.id, user_id, key_hash, api_keys.description, revoked")
    + "JOIN api_keys ON api_keys.user_id = users.id WHERE key_hash = ?"
)
VALID_LOGIN = "SELECT 1 FROM tokens WHERE user_id = ? AND token_hash = ? AND expires > ?"
LOGIN_FAILURES = "SELECT at FROM login_failures WHERE user_id = ? AND address = ? AND at >= ? ORDER BY at"

_PAGE = 500


class PeopleReading(Session):
    """The part of `gateway.store.interface.Reader` about the site and its people."""

    def site(self) -> Site:
        """What is set for the whole site."""
        return self._remembered(SITE, self._site)

    def _site(self) -> Site:
        row = self._row(SITE)
        return Site(row[0], json.loads(row[1]), json.loads(row[2])) if row else Site()

    def groups(self) -> list[Group]:
        """All groups, by id."""
        return list(map(_group, self._rows(GROUPS)))

    def user(self, user_id: int) -> User | None:
        """A user by id."""
        row = self._row(USER, user_id)
        return _user(row) if row else None

    def user_by_login(self, login: str) -> User | None:
        """A user by login, whatever its case."""
        row = self._row(USER_BY_LOGIN, login.casefold())
        return _user(row) if row else None

    def users(self) -> Iterator[User]:
        """All users, by id."""
        rows = self._rows(USERS_AFTER, 0, _PAGE)
        while rows:
            yield from map(_user, rows)
            rows = self._rows(USERS_AFTER, rows[-1][0], _PAGE)

    def users_matching(self, text: str, limit: int, include_disabled: bool) -> list[User]:
        """At most `limit` users whose login or real name contains `text`, whatever its case, by login."""
        folded = text.casefold()
        rows = self._rows(USERS_MATCHING, folded, folded, include_disabled, max(limit, 0))
        return list(map(_user, rows))

    def password_hash(self, user_id: int) -> str | None:
        """The stored hash of a user's password; None where the account has none."""
        row = self._row(STORED_HASH, user_id)
        return row[0] if row else None

    def api_key(self, key_hash: str) -> tuple[ApiKey, User] | None:
        """An API key by its SHA-256 in hex, revoked or not, and whose it is."""
        row = self._row(API_KEY_AND_USER, key_hash)
        return (_api_key(row[6:]), _user(row[:6])) if row else None

    def api_keys(self, user_id: int) -> list[ApiKey]:
        """The keys of a user, by id."""
        return list(map(_api_key, self._rows(API_KEYS_OF_USER, user_id)))

    def token_valid(self, user_id: int, token_hash: str) -> bool:
        """Whether the user has this login token (SHA-256 in hex) and it has not expired."""
        return self._row(VALID_LOGIN, user_id, token_hash, self._seconds) is not None

    def login_failures(self, user_id: int, address: str, since: datetime) -> list[datetime]:
        """When, since `since`, the wrong passwords for this user from this address were given, oldest first."""
        return [moment(at) for (at,) in self._rows(LOGIN_FAILURES, user_id, address, seconds(since))]


def _group(row: Row) -> Group:
    group_id, name, description, is_bug_group, user_regexp = row
    return Group(group_id, name, description, is_bug_group == 1, user_regexp)


def _user(row: Row) -> User:
    user_id, login, real_name, disabled_text, email_enabled, groups = row
    return User(user_id, login, real_name, disabled_text, _names(groups), email_enabled == 1)


@lru_cache(maxsize=256)  # few users are in groups that nobody else is in
def _names(array: str) -> frozenset[str]:
    return frozenset(json.loads(array, strict=False))  # PostgreSQL does not escape U+0000, which it does not know


def _api_key(row: Row) -> ApiKey:
    key_id, user_id, key_hash, description, revoked = row
    return ApiKey(key_id, user_id, key_hash, description, revoked == 1)
