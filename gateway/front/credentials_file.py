"""The file of `--credentials`: API keys by login, for clients that log in with a password where the site takes keys.

Each line has a login, an API key and a hash of the password that the client shows, with white space between them; `#`
starts a comment. The hash is argon2's, as `gateway front --hash-password` prints, or one of Bugzilla's database. The
file is read again when it changes.
"""

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gateway import errors
from gateway.client_network import network_of
from gateway.front.ended_tokens import EndedTokens
from gateway.methods.identity import LOCKOUT, MAX_FAILURES
from gateway.passwords import PasswordChecker

_TOKEN = re.compile(r"([0-9]{1,9})-([0-9a-f]{1,12})\.([A-Za-z0-9_-]*)\.([0-9a-f]{16})([0-9a-f]{64})")
"""The id of the user, the time of its end, the login, a number that makes it unlike all others, and the signature."""

_KEPT = 10_000

K = TypeVar("K")
V = TypeVar("V")


class CredentialsFileError(ValueError):
    """A file that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """A line of the file."""

    login: str
    api_key: str
    password_hash: str


def read_entries(path: Path) -> Mapping[str, SiteEntry]:
    """Read the file; logins are in lower case. Raises `CredentialsFileError`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise CredentialsFileError(f"{path} cannot be read: {problem}") from problem
    entries = {}
    for number, line in enumerate(lines, 1):
        words = line.split("#", 1)[0].split() if line.lstrip().startswith("#") else line.split()
        if not words:
            continue
        if len(words) != 3:
            raise CredentialsFileError(f"{path}, line {number}: it takes a login, an API key and a hash of a password.")
        entries[words[0].lower()] = SiteEntry(*words)
    return entries


class KeysByPassword:
    """Finds the keys of callers who show a password, or a token that this front has given them.

    A token is valid in every process and after a restart: it is signed with the key and the hash of its line, so that
    it ends when one of them changes, or when it is ended.
    """

    def __init__(self, path: Path, token_lifetime: float, concurrency: int) -> None:
        self._path = path
        self._ended = EndedTokens(ended_tokens_file(path))
        self._lifetime = token_lifetime
        self._checker = PasswordChecker(concurrency)
        self._entries: Mapping[str, SiteEntry] = {}
        self._read_at: tuple[int, int] | None = None
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._wrong: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def close(self) -> None:
        """Stop the threads that check passwords."""
        self._checker.close()

    def entry(self, login: str) -> SiteEntry | None:
        """The line of a login. The last good file counts while a new one cannot be read."""
        try:
            found = self._path.stat()
            changed = (found.st_mtime_ns, found.st_size)
            if changed != self._read_at:
                self._entries, self._read_at = read_entries(self._path), changed
        except (OSError, CredentialsFileError):
            if self._read_at is None:
                raise errors.BUSY(why="its file of credentials cannot be read") from None
        return self._entries.get(login.lower())

    async def check(self, entry: SiteEntry, password: str, address: str) -> None:
        """Check a password. Raises LOGIN_FAILED, LOCKED_OUT after several wrong ones, and BUSY if too many wait."""
        who = (entry.login.lower(), network_of(address))
        failures = [each for each in self._wrong.get(who, ()) if each > time.time() - LOCKOUT.total_seconds()]
        if len(failures) >= MAX_FAILURES:
            until = time.gmtime(failures[-MAX_FAILURES] + LOCKOUT.total_seconds())
            raise errors.LOCKED_OUT(login=entry.login, until=time.strftime("%Y-%m-%d %H:%M:%S", until))
        written = f"{entry.login}\0{entry.password_hash}\0{password}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(written, key=entry.api_key.encode()[:64]).digest()
        if digest in self._right:
            return
        if not (await self._checker.verify(password, entry.password_hash)).ok:
            _keep(self._wrong, who, [*failures, time.time()])
            raise errors.LOGIN_FAILED()
        self._wrong.pop(who, None)
        _keep(self._right, digest, None)

    def new_token(self, entry: SiteEntry, user_id: int) -> str:
        """A token for a caller whose password was right."""
        expires, unique = f"{int(time.time() + self._lifetime):x}", secrets.token_hex(8)
        return f"{user_id}-{expires}.{_word(entry.login)}.{unique}{_signature(entry, user_id, expires, unique)}"

    def by_token(self, token: str) -> SiteEntry | None:
        """The line for a token of this front; None for a token of another form. Raises TOKEN_INVALID."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        user_id, expires, word, unique, signature = match.groups()
        entry = self.entry(base64.urlsafe_b64decode(word + "===").decode("utf-8", "replace"))
        if entry is None or not hmac.compare_digest(_signature(entry, int(user_id), expires, unique), signature):
            raise errors.TOKEN_INVALID()
        if int(expires, 16) < time.time() or signature in self._ended:
            raise errors.TOKEN_INVALID()
        return entry

    def end(self, token: str) -> bool:
        """End a token of this front; False for a token of another form. Raises TOKEN_INVALID, and BUSY if it cannot."""
        match = _TOKEN.fullmatch(token)
        if match is None or self.by_token(token) is None:
            return False
        self._ended.add(match[5], int(match[2], 16))
        return True


def ended_tokens_file(credentials: Path) -> Path:
    """The file of ended tokens that belongs to a file of credentials."""
    return credentials.with_name(f"{credentials.name}.ended")


def _word(login: str) -> str:
    return base64.urlsafe_b64encode(login.encode()).decode().rstrip("=")


def _signature(entry: SiteEntry, user_id: int, expires: str, unique: str) -> str:
    key = f"{entry.api_key}\0{entry.password_hash}".encode()
    return hmac.digest(key, f"{user_id}\0{expires}\0{unique}\0{entry.login.lower()}".encode(), "sha256").hex()


def _keep(kept: "OrderedDict[K, V]", key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)
