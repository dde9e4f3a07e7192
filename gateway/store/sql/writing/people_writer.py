"""Writing the site, users and what they log in with."""

from datetime import datetime

from msgspec.structs import replace

from gateway.model import ApiKey, AuditEntry, SavedSearch, Site, User
from gateway.store.sql.conversions import seconds
from gateway.store.sql.tables import API_KEYS, AUDIT_LOG, SAVED_SEARCHES, SITE, USERS
from gateway.store.sql.writing.group_writer import LOGIN, GroupWriter

SET_SITE = SITE.upsert("id")
ADD_USER = USERS.insert
_PROFILE = USERS.without("id", "password_hash")
SET_USER = _PROFILE.update
SET_HASH = "UPDATE users SET password_hash = ? WHERE id = ?"

ADD_API_KEY = API_KEYS.insert
REVOKE_API_KEY = "UPDATE api_keys SET revoked = TRUE WHERE id = ?"
NOTE_KEY_USE = "UPDATE api_keys SET last_used = ? WHERE id = ?"
ADD_LOGIN = "INSERT INTO tokens (user_id, token_hash, expires, begun, client) VALUES (?, ?, ?, ?, ?)"
REMOVE_LOGIN = "DELETE FROM tokens WHERE user_id = ? AND token_hash = ?"
REMOVE_LOGINS = "DELETE FROM tokens WHERE user_id = ?"
FORGET_LOGINS = "DELETE FROM tokens WHERE expires <= ?"
ADD_LOGIN_FAILURE = "INSERT INTO login_failures (user_id, address, at) VALUES (?, ?, ?) RETURNING id"
CLEAR_LOGIN_FAILURES = "DELETE FROM login_failures WHERE user_id = ? AND address = ?"
CLEAR_LOCKOUTS = "DELETE FROM login_failures WHERE user_id = ?"
FORGET_LOGIN_FAILURES = "DELETE FROM login_failures WHERE at < ?"
ADD_SEARCH = SAVED_SEARCHES.insert
NEXT_SEARCH = "SELECT coalesce(max(id), 0) + 1 AS id FROM saved_searches WHERE is_report = ?"
ADD_AUDIT_ENTRY = AUDIT_LOG.insert

_DAY = 86400


class PeopleWriter(GroupWriter):
    """The part of `gateway.store.interface.Writer` about the site and its people."""

    def set_site(self, site: Site) -> None:
        """Replace what is set for the whole site."""
        self._run(SET_SITE, *SITE.values(site, id=1))

    def add_user(self, user: User, password_hash: str | None) -> int:
        """Add a user, a direct member of the groups that it names."""
        values = USERS.values(user, **_folded(user), password_hash=password_hash)
        user_id = self._add("user", user.login, ADD_USER, *values)
        self.set_direct_groups(user_id, user.groups)
        self._apply_expressions(user_id, user.login)
        return user_id

    def set_user(self, user: User) -> None:
        """Replace everything about a user but the password and the groups, by its id."""
        values = _PROFILE.values(user, **_folded(user))
        before = self._row(LOGIN, user.id)
        self._change("user", user.id, SET_USER, *values, user.id, name=user.login)
        if before is not None and before.login != user.login:
            self._apply_expressions(user.id, user.login)

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

    def note_key_use(self, key_id: int) -> None:
        """Set the time of the last use of an API key to now."""
        self._run(NOTE_KEY_USE, self._seconds, key_id)

    def add_token(self, user_id: int, token_hash: str, expires: datetime, client: str | None = None) -> None:
        """Add a login token or a session (64 hex digits), and delete those that expired.

        `client` names the browser of a session; it is None for a token.
        """
        self._run(FORGET_LOGINS, self._seconds)
        begun = None if client is None else self._seconds
        values = (user_id, token_hash, seconds(expires), begun, client)
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

    def clear_lockouts(self, user_id: int) -> None:
        """Delete the records of wrong passwords for a user from every address."""
        self._run(CLEAR_LOCKOUTS, user_id)

    def add_saved_search(self, search: SavedSearch) -> int:
        """Add a saved search or report."""
        if not search.id:
            (row,) = self._rows(NEXT_SEARCH, search.is_report)
            search = replace(search, id=row.id)
        refers = [("user", search.user_id)]
        return self._add("saved search", search.name, ADD_SEARCH, *SAVED_SEARCHES.values(search), refers=refers)

    def add_audit_entry(self, entry: AuditEntry) -> int:
        """Add a line to the audit log."""
        refers = [("user", entry.user_id)]
        return self._add("audit entry", entry.field, ADD_AUDIT_ENTRY, *AUDIT_LOG.values(entry), refers=refers)


def _folded(user: User) -> dict[str, str]:
    """Return the columns by which users are found, ignoring case."""
    return {"login_folded": user.login.casefold(), "real_name_folded": user.real_name.casefold()}
