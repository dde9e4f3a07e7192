"""Identify the caller.

Parameters take precedence over headers, a password over a key, and a key over a token. A key or a token is looked up in
the transaction in which the method runs; a password is checked before, because that takes time (`Passwords`).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct

from gateway import errors
from gateway.client_network import network_of
from gateway.methods.credentials import Credentials
from gateway.model import ApiKey, User
from gateway.passwords import WAITING, PasswordCheck, PasswordChecker, hash_secret, hash_session
from gateway.store.interface import Reader, Store, Writer

MAX_FAILURES = 5
"""Wrong passwords from one network (`network_of`) that lock an account for it: Bugzilla's MAX_LOGIN_ATTEMPTS."""

LOCKOUT = timedelta(minutes=30)
"""The time for which wrong passwords count and lock the account: Bugzilla's LOGIN_LOCKOUT_INTERVAL."""

FROM_ONE_NETWORK = WAITING // 2
"""The passwords from one network that may be checked or wait at a time, so that a flood leaves room for others."""


class Identity(Struct, frozen=True):
    """The caller: a user, or None for an anonymous caller, and what they came with.

    `token` is the hash of the token or session, `key` the API key.
    """

    user: User | None = None
    token: str | None = None
    key: ApiKey | None = None


Identify = Callable[[Reader], Identity]
"""Identifies the caller inside a transaction. Raises an error for invalid credentials."""


def nobody(_: Reader) -> Identity:
    """Return the identity of a caller without credentials."""
    return Identity()


def by_secret(credentials: Credentials) -> Identify:
    """Identify a caller by the first of these that is given: a key, a token, a bearer's key."""
    if credentials.api_key:
        key = credentials.api_key
        return lambda tx: _by_key(tx, key)
    if credentials.token_parts:
        user_id, secret = credentials.token_parts
        return lambda tx: _by_token(tx, user_id, hash_secret(secret))
    if credentials.bearer:
        bearer = hash_secret(credentials.bearer)
        return lambda tx: _by_bearer(tx, bearer)
    return nobody


def by_session(cookie: str) -> Identify:
    """Identify the visitor of a page by the cookie of a session; nobody if it is invalid or has expired."""
    parts = Credentials(token=cookie).token_parts
    if parts is None:
        return nobody
    user_id, secret = parts
    return lambda tx: _by_session(tx, user_id, hash_session(secret))


def by_password(checked: "CheckedPassword") -> Identify:
    """Identify a user whose password was right, as long as it has not changed since then."""
    return lambda tx: _by_password(tx, checked)


def _by_password(tx: Reader, checked: "CheckedPassword") -> Identity:
    user = _enabled(tx.user(checked.user_id))
    if user is None or tx.password_hash(user.id) != checked.stored:
        raise errors.LOGIN_FAILED()
    return Identity(user)


def _by_key(tx: Reader, text: str) -> Identity:
    found = tx.api_key(hash_secret(text))
    if found is None:
        raise errors.API_KEY_INVALID()
    key, user = found
    if key.revoked:
        raise errors.API_KEY_REVOKED().about(user)
    if not key.is_valid(tx.now):
        raise errors.API_KEY_EXPIRED().about(user)
    return Identity(_enabled(user), key=key)


def _by_bearer(tx: Reader, key_hash: str) -> Identity:
    found = tx.api_key(key_hash)
    if found is None or not found[0].is_valid(tx.now):
        return Identity()
    key, user = found
    return Identity(_enabled(user), key=key)


def _by_token(tx: Reader, user_id: int, token_hash: str) -> Identity:
    if not tx.token_valid(user_id, token_hash):
        raise errors.TOKEN_INVALID()
    return Identity(_enabled(tx.user(user_id)), token_hash)


def _by_session(tx: Reader, user_id: int, session_hash: str) -> Identity:
    user = tx.user(user_id) if tx.token_valid(user_id, session_hash) else None
    return Identity() if user is None or user.disabled_text else Identity(user, session_hash)


def _enabled(user: User | None) -> User | None:
    if user is not None and user.disabled_text:
        raise errors.ACCOUNT_DISABLED(text=user.disabled_text).about(user)
    return user


@dataclass(frozen=True, slots=True)
class CheckedPassword:
    """A password that was right: whose it is, and the hash that was stored then."""

    user_id: int
    stored: str | None


class Passwords:
    """Checks a login and its password, with the lockout after too many wrong ones."""

    def __init__(self, store: Store, checker: PasswordChecker) -> None:
        self._store = store
        self._checker = checker
        self._under_way: Counter[str] = Counter()

    async def check(self, login: str, password: str, address: str) -> CheckedPassword:
        """Check a login and a password.

        Raises LOGIN_FAILED if the login or the password is wrong, after the same time for both; LOCKED_OUT if the
        account is locked for the network of this address, whatever the password; BUSY if too many passwords wait.
        """
        network = network_of(address)
        user, stored = await self._store.read(lambda tx: _account(tx, login, network))
        with self._place(network):
            verdict = await self._checker.verify(password, stored)
        if user is None:
            raise errors.LOGIN_FAILED()
        if not verdict.ok:
            locked = await self._store.write(lambda tx: _note_failure(tx, user, network))
            raise locked or errors.LOGIN_FAILED().about(user)
        return await self._succeed(user, password, network, stored, verdict) or await self.check(
            login, password, address
        )

    @contextmanager
    def _place(self, network: str) -> Iterator[None]:
        """Take one of the places of a network for this block. Raises BUSY if none is free."""
        if self._under_way[network] >= FROM_ONE_NETWORK:
            raise errors.BUSY(why="too many passwords from your address are waiting to be checked")
        self._under_way[network] += 1
        try:
            yield
        finally:
            self._under_way[network] -= 1
            if not self._under_way[network]:
                del self._under_way[network]

    async def _succeed(
        self, user: User, password: str, network: str, stored: str | None, verdict: PasswordCheck
    ) -> CheckedPassword | None:
        """Clear the count of wrong passwords, and replace an outdated hash. Most logins need neither.

        Returns None if the stored hash was replaced meanwhile, so that the password has to be checked again.
        Raises LOCKED_OUT if passwords that were checked at the same time have locked the account: otherwise as many
        could be tried at once as may wait.
        """
        new_hash = await self._checker.hash(password) if verdict.needs_rehash else None
        failed = await self._store.read(lambda tx: bool(_failures(tx, user, network)))
        if not (failed or new_hash):
            return CheckedPassword(user.id, stored)
        if not await self._store.write(lambda tx: _note_success(tx, user, network, stored, new_hash)):
            return None
        return CheckedPassword(user.id, new_hash or stored)


def _account(tx: Reader, login: str, network: str) -> tuple[User | None, str | None]:
    """Return the user with a login and the hash of their password. Raises LOCKED_OUT."""
    user = tx.user_by_login(login) if login else None
    if user is None:
        return None, None
    locked = _lockout(user, _failures(tx, user, network))
    if locked is not None:
        raise locked
    return user, tx.password_hash(user.id)


def _failures(tx: Reader, user: User, network: str) -> list[datetime]:
    return tx.login_failures(user.id, network, tx.now - LOCKOUT)


def _lockout(user: User, failures: list[datetime]) -> errors.GatewayError | None:
    if len(failures) < MAX_FAILURES:
        return None
    until = failures[-MAX_FAILURES] + LOCKOUT
    return errors.LOCKED_OUT(login=user.login, until=until.strftime("%Y-%m-%d %H:%M:%S")).about(user)


def _note_failure(tx: Writer, user: User, network: str) -> errors.GatewayError | None:
    tx.add_login_failure(user.id, network)
    return _lockout(user, _failures(tx, user, network))


def _note_success(tx: Writer, user: User, network: str, stored: str | None, new_hash: str | None) -> bool:
    """Return False, and change nothing, if the stored hash is no longer the one that was checked."""
    locked = _lockout(user, _failures(tx, user, network))
    if locked is not None:
        raise locked
    if tx.password_hash(user.id) != stored:
        return False
    tx.clear_login_failures(user.id, network)
    if new_hash:
        tx.set_password_hash(user.id, new_hash, end_logins=False)
    return True
