"""Reading the site, groups, users and what they log in with."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from gateway.model import ApiKey, Group, Site, User
from gateway.store.sqlite.rows import Row, moment, seconds
from gateway.store.sqlite.session import Session

SITE = "SELECT version, extensions, parameters FROM site"
GROUPS = "SELECT id, name, description, is_bug_group, user_regexp FROM groups ORDER BY id"

_USER = "SELECT id, login, real_name, disabled_text, email_enabled FROM users "
USER = _USER + "WHERE id = ?"
USER_BY_LOGIN = _USER + "WHERE login_folded = ?"
USERS_AFTER = _USER + "WHERE id > ? ORDER BY id LIMIT ?"
USERS_MATCHING = (
    _USER
    + """WHERE (instr(login_folded, ?1) OR instr(real_name_folded, ?1)) AND (?2 OR disabled_text = '')
    ORDER BY login_folded LIMIT ?3"""
)
GROUPS_OF_USER = """
    SELECT groups.name FROM memberships JOIN groups ON groups.id = memberships.group_id
    WHERE memberships.user_id = ?"""
STORED_HASH = "SELECT password_hash FROM users WHERE id = ?"

_API_KEY = "SELECT id, user_id, key_hash, description, revoked FROM api_keys "
API_KEY = _API_KEY + "WHERE key_hash = ?"
API_KEYS_OF_USER = _API_KEY + "WHERE user_id = ? ORDER BY id"
VALID_LOGIN = "SELECT 1 FROM tokens WHERE user_id = ? AND token_hash = ? AND expires > ?"
LOGIN_FAILURES = "SELECT at FROM login_failures WHERE user_id = ? AND address = ? AND at >= ? ORDER BY at"

_PAGE = 500


@lru_cache(maxsize=1)  # every call asks, and it hardly ever changes
def _site(version: str, extensions: str, parameters: str) -> Site:
    return Site(version, json.loads(extensions), json.loads(parameters))


class PeopleReading(Session):
    """The part of `gateway.store.interface.Reader` about the site and its people."""

    def site(self) -> Site:
        """What is set for the whole site."""
        row = self._row(SITE)
        return _site(*row) if row else Site()

    def groups(self) -> list[Group]:
        """All groups, by id."""
        return list(map(_group, self._rows(GROUPS)))

    def user(self, user_id: int) -> User | None:
        """A user by id."""
        return self._user(self._row(USER, user_id))

    def user_by_login(self, login: str) -> User | None:
        """A user by login, whatever its case."""
        return self._user(self._row(USER_BY_LOGIN, login.casefold()))

    def users(self) -> Iterator[User]:
        """All users, by id."""
        rows = self._rows(USERS_AFTER, 0, _PAGE)
        while rows:
            yield from map(self._with_groups, rows)
            rows = self._rows(USERS_AFTER, rows[-1][0], _PAGE)

    def users_matching(self, text: str, limit: int, include_disabled: bool) -> list[User]:
        """At most `limit` users whose login or real name contains `text`, whatever its case, by login."""
        rows = self._rows(USERS_MATCHING, text.casefold(), include_disabled, max(limit, 0))
        return list(map(self._with_groups, rows))

    def _user(self, row: Row | None) -> User | None:
        return self._with_groups(row) if row else None

    def _with_groups(self, row: Row) -> User:
        user_id, login, real_name, disabled_text, email_enabled = row
        groups = frozenset(name for (name,) in self._rows(GROUPS_OF_USER, user_id))
        return User(user_id, login, real_name, disabled_text, groups, email_enabled == 1)

    def password_hash(self, user_id: int) -> str | None:
        """The stored hash of a user's password; None where the account has none."""
        row = self._row(STORED_HASH, user_id)
        return row[0] if row else None

    def api_key(self, key_hash: str) -> ApiKey | None:
        """An API key by its SHA-256 in hex, revoked or not."""
        row = self._row(API_KEY, key_hash)
        return _api_key(row) if row else None

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


def _api_key(row: Row) -> ApiKey:
    key_id, user_id, key_hash, description, revoked = row
    return ApiKey(key_id, user_id, key_hash, description, revoked == 1)
