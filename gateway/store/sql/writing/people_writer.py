"""Writing the site, groups, users and what they log in with."""

from datetime import datetime

from gateway.model import ApiKey, Group, Site, User
from gateway.store.sql.conversions import seconds
from gateway.store.sql.tables import API_KEYS, GROUPS, SITE, USERS
from gateway.store.sql.writing.writing_transaction import WritingTransaction

SET_SITE = SITE.upsert("id")
ADD_GROUP = GROUPS.insert
ADD_USER = USERS.insert
_PROFILE = USERS.without("id", "password_hash")
SET_USER = _PROFILE.update
ADD_MEMBER = "INSERT INTO memberships (user_id, group_id) VALUES (?, ?)"
REMOVE_MEMBERSHIPS = "DELETE FROM memberships WHERE user_id = ?"
SET_HASH = "UPDATE users SET password_hash = ? WHERE id = ?"

ADD_API_KEY = API_KEYS.insert
REVOKE_API_KEY = "UPDATE api_keys SET revoked = TRUE WHERE id = ?"
ADD_LOGIN = "INSERT INTO tokens (user_id, token_hash, expires) VALUES (?, ?, ?)"
REMOVE_LOGIN = "DELETE FROM tokens WHERE user_id = ? AND token_hash = ?"
REMOVE_LOGINS = "DELETE FROM tokens WHERE user_id = ?"
FORGET_LOGINS = "DELETE FROM tokens WHERE expires <= ?"
ADD_LOGIN_FAILURE = "INSERT INTO login_failures (user_id, address, at) VALUES (?, ?, ?) RETURNING id"
CLEAR_LOGIN_FAILURES = "DELETE FROM login_failures WHERE user_id = ? AND address = ?"
FORGET_LOGIN_FAILURES = "DELETE FROM login_failures WHERE at < ?"

_DAY = 86400


class PeopleWriter(WritingTransaction):
    """The part of `gateway.store.interface.Writer` about the site and its people."""

    def set_site(self, site: Site) -> None:
        """Replace what is set for the whole site."""
        self._run(SET_SITE, *SITE.values(site, id=1))

    def add_group(self, group: Group) -> int:
        """Add a group."""
        return self._add("group", group.name, ADD_GROUP, *GROUPS.values(group))

    def add_user(self, user: User, password_hash: str | None) -> int:
        """Add a user with the groups that it names."""
        values = USERS.values(user, **_folded(user), password_hash=password_hash)
        user_id = self._add("user", user.login, ADD_USER, *values)
        self._add_memberships(user_id, user)
        return user_id

    def set_user(self, user: User) -> None:
        """Replace everything about a user but the password, by its id."""
        values = _PROFILE.values(user, **_folded(user))
        self._change("user", user.id, SET_USER, *values, user.id, name=user.login)
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
        refers = [("user", key.user_id)]
        return self._add("API key", key.description, ADD_API_KEY, *API_KEYS.values(key), refers=refers)

    def revoke_api_key(self, key_id: int) -> None:
        """Revoke an API key."""
        self._change("API key", key_id, REVOKE_API_KEY, key_id)

    def add_token(self, user_id: int, token_hash: str, expires: datetime) -> None:
        """Add a login token (SHA-256 in hex), and delete those that expired."""
        self._run(FORGET_LOGINS, self._seconds)
        values = (user_id, token_hash, seconds(expires))
        self._put("login token", f"of user {user_id}", ADD_LOGIN, *values, refers=[("user", user_id)])

    def remove_token(self, user_id: int, token_hash: str) -> None:
        """Remove a login token."""
        self._run(REMOVE_LOGIN, user_id, token_hash)

    def add_login_failure(self, user_id: int, address: str) -> None:
        """Record a wrong password, and delete records older than a day."""
        self._run(FORGET_LOGIN_FAILURES, self._seconds - _DAY)
        values = (user_id, address, self._seconds)
        self._add("login failure", address, ADD_LOGIN_FAILURE, *values, refers=[("user", user_id)])

    def clear_login_failures(self, user_id: int, address: str) -> None:
        """Delete the records of wrong passwords for a user from an address."""
        self._run(CLEAR_LOGIN_FAILURES, user_id, address)


def _folded(user: User) -> dict[str, str]:
    """Return the columns by which users are found, ignoring case."""
    return {"login_folded": user.login.casefold(), "real_name_folded": user.real_name.casefold()}
