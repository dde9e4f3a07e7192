"""Writing the site, groups, users and what they log in with."""

import json
from datetime import datetime

from gateway.model import ApiKey, Group, Site, User
from gateway.store.sql.rows import seconds
from gateway.store.sql.writing.session import WritingSession

SET_SITE = """
    INSERT INTO site (id, version, extensions, parameters) VALUES (1, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, extensions = excluded.extensions,
        parameters = excluded.parameters"""
ADD_GROUP = "INSERT INTO groups (id, name, description, is_bug_group, user_regexp) VALUES (?, ?, ?, ?, ?) RETURNING id"
ADD_USER = """
    INSERT INTO users (id, login, login_folded, real_name, real_name_folded, disabled_text, email_enabled,
        password_hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
SET_USER = """
    UPDATE users SET login = ?, login_folded = ?, real_name = ?, real_name_folded = ?, disabled_text = ?,
        email_enabled = ?
    WHERE id = ?"""
ADD_MEMBER = "INSERT INTO memberships (user_id, group_id) VALUES (?, ?)"
REMOVE_MEMBERSHIPS = "DELETE FROM memberships WHERE user_id = ?"
SET_HASH = "UPDATE users SET password_hash = ? WHERE id = ?"

ADD_API_KEY = "INSERT INTO api_keys (id, user_id, key_hash, description, revoked) VALUES (?, ?, ?, ?, ?) RETURNING id"
REVOKE_API_KEY = "UPDATE api_keys SET revoked = TRUE WHERE id = ?"
ADD_LOGIN = "INSERT INTO tokens (user_id, token_hash, expires) VALUES (?, ?, ?)"
REMOVE_LOGIN = "DELETE FROM tokens WHERE user_id = ? AND token_hash = ?"
REMOVE_LOGINS = "DELETE FROM tokens WHERE user_id = ?"
FORGET_LOGINS = "DELETE FROM tokens WHERE expires <= ?"
ADD_LOGIN_FAILURE = "INSERT INTO login_failures (user_id, address, at) VALUES (?, ?, ?) RETURNING id"
CLEAR_LOGIN_FAILURES = "DELETE FROM login_failures WHERE user_id = ? AND address = ?"
FORGET_LOGIN_FAILURES = "DELETE FROM login_failures WHERE at < ?"

_DAY = 86400


class PeopleWriting(WritingSession):
    """The part of `gateway.store.interface.Writer` about the site and its people."""

    def set_site(self, site: Site) -> None:
        """Replace what is set for the whole site."""
        self._run(SET_SITE, site.version, json.dumps(dict(site.extensions)), json.dumps(dict(site.parameters)))

    def add_group(self, group: Group) -> int:
        """Add a group."""
        values = (group.id or None, group.name, group.description, group.is_bug_group, group.user_regexp)
        return self._add("group", group.name, ADD_GROUP, *values)

    def add_user(self, user: User, password_hash: str | None) -> int:
        """Add a user with the groups that it names."""
        user_id = self._add("user", user.login, ADD_USER, user.id or None, *_user_columns(user), password_hash)
        self._add_memberships(user_id, user)
        return user_id

    def set_user(self, user: User) -> None:
        """Replace everything about a user but the password, by its id."""
        self._change("user", user.id, SET_USER, *_user_columns(user), user.id, name=user.login)
        self._run(REMOVE_MEMBERSHIPS, user.id)
        self._add_memberships(user.id, user)

    def _add_memberships(self, user_id: int, user: User) -> None:
        for group in sorted(user.groups):
            self._put("member", user.login, ADD_MEMBER, user_id, self._group_id(group))

    def set_password_hash(self, user_id: int, password_hash: str, *, end_logins: bool = True) -> None:
        """Replace the hash of a user's password and end the user's logins.

        `end_logins` is false where it is the same password, only hashed anew.
        """
        self._change("user", user_id, SET_HASH, password_hash, user_id)
        if end_logins:
            self._run(REMOVE_LOGINS, user_id)

    def add_api_key(self, key: ApiKey) -> int:
        """Add an API key."""
        values = (key.id or None, key.user_id, key.key_hash, key.description, key.revoked)
        return self._add("API key", key.description, ADD_API_KEY, *values, refers=[("user", key.user_id)])

    def revoke_api_key(self, key_id: int) -> None:
        """Revoke an API key."""
        self._change("API key", key_id, REVOKE_API_KEY, key_id)

    def add_token(self, user_id: int, token_hash: str, expires: datetime) -> None:
        """Remember a login token (SHA-256 in hex), and forget those that expired."""
        self._run(FORGET_LOGINS, self._seconds)
        values = (user_id, token_hash, seconds(expires))
        self._put("login token", f"of user {user_id}", ADD_LOGIN, *values, refers=[("user", user_id)])

    def remove_token(self, user_id: int, token_hash: str) -> None:
        """Forget a login token."""
        self._run(REMOVE_LOGIN, user_id, token_hash)

    def add_login_failure(self, user_id: int, address: str) -> None:
        """Note a wrong password, and forget the notes that are older than a day."""
        self._run(FORGET_LOGIN_FAILURES, self._seconds - _DAY)
        values = (user_id, address, self._seconds)
        self._add("login failure", address, ADD_LOGIN_FAILURE, *values, refers=[("user", user_id)])

    def clear_login_failures(self, user_id: int, address: str) -> None:
        """Forget the wrong passwords for a user from an address."""
        self._run(CLEAR_LOGIN_FAILURES, user_id, address)


def _user_columns(user: User) -> tuple[object, ...]:
    names = (user.login, user.login.casefold(), user.real_name, user.real_name.casefold())
    return (*names, user.disabled_text, user.email_enabled)
