"""Passwords, API keys and login tokens: made, hashed and checked.

A password is weak, so its hash must be slow and large: argon2id with the parameters that OWASP's Password Storage
Cheat Sheet gives first, 19 MiB of memory and two passes. More memory would hold off an attacker longer, but a flood
of logins takes that memory too. A site that comes from Bugzilla brings its own hashes along; they are recognised, and
are to be replaced when their owner next logs in (`PasswordCheck.needs_rehash`).

API keys and tokens are random, with more than 128 bits: nobody guesses them, however fast the hash. Theirs is SHA-256,
so that a call with a key costs hardly more than one without.
"""

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from passlib.handlers.des_crypt import des_crypt

from gateway import errors

T = TypeVar("T")

WAITING = 100
"""How many passwords may wait to be checked before more are told that the server is busy: a second or two of work."""

_ALPHANUMERIC = string.ascii_letters + string.digits
_ARGON2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_DIGEST = re.compile(r"(?P<salt>[^,]*),(?P<digest>[A-Za-z0-9+/]+)\{(?P<algorithm>[\w-]+)\}", re.ASCII)
_DES = re.compile(r"[./0-9A-Za-z]{13}")


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Whether a password is right, and whether its hash should be replaced by a better one now that it is known."""

    ok: bool
    needs_rehash: bool = False


def hash_password(text: str) -> str:
    """The argon2id hash of a password. Takes about 25 ms and 19 MiB."""
    return _ARGON2.hash(_bytes(text))


def verify(text: str, stored: str | None) -> PasswordCheck:
    """Whether `text` is the password that `stored` is the hash of; what is no known hash is of no password.

    `stored` is argon2's, or one of Bugzilla's (`bz_crypt` of `Bugzilla::Util`): "salt,digest{SHA-256}", or before 3.4
    the 13 characters of DES crypt. A wrong password takes the time of argon2 in every case, also where there is no
    hash (None), so that the time does not tell whether an account exists.
    """
    if stored is not None and stored.startswith("$argon2"):
        return _verify_argon2(text, stored)
    if stored is not None and (_is_digest(text, stored) or _is_des(text, stored)):
        return PasswordCheck(ok=True, needs_rehash=True)
    _verify_argon2(text, _NOBODYS)
    return PasswordCheck(ok=False)


def _verify_argon2(text: str, stored: str) -> PasswordCheck:
    try:
        _ARGON2.verify(stored, _bytes(text))
    except (Argon2Error, InvalidHashError):
        return PasswordCheck(ok=False)
    return PasswordCheck(ok=True, needs_rehash=_ARGON2.check_needs_rehash(stored))


def _is_digest(text: str, stored: str) -> bool:
    match = _DIGEST.fullmatch(stored)
    name = match["algorithm"].lower().replace("-", "") if match else ""
    if match is None or name not in hashlib.algorithms_guaranteed or name.startswith("shake"):
        return False
    digest = hashlib.new(name, _bytes(text) + match["salt"].encode()).digest()
    return hmac.compare_digest(base64.b64encode(digest).rstrip(b"="), match["digest"].encode())


def _is_des(text: str, stored: str) -> bool:
    if not _DES.fullmatch(stored) or "\0" in text:
        return False
    return bool(des_crypt.verify(_bytes(text), stored))


def _bytes(text: str) -> bytes:
    """UTF-8; JSON can carry half a surrogate pair, which no password is, but which must not raise."""
    return text.encode("utf-8", "surrogatepass")


def _nobodys_hash() -> str:
    """A hash of no password, which takes as long to check as a real one."""
    salt, digest = ("A" * length for length in (22, 43))
    return f"$argon2id$v=19$m={_ARGON2.memory_cost},t={_ARGON2.time_cost},p={_ARGON2.parallelism}${salt}${digest}"


_NOBODYS = _nobodys_hash()


def hash_secret(text: str) -> str:
    """The SHA-256, in hex, under which the store knows an API key or the secret of a token."""
    return hashlib.sha256(_bytes(text)).hexdigest()


def hash_session(secret: str) -> str:
    """What the store knows the secret of a session of the pages by, in hex, as long as the hash of a login token.

    It is another function than that for tokens, so that whatever is shown as a token is never found to be a session.
    """
    return hashlib.blake2b(_bytes(secret), digest_size=32, person=b"gateway session").hexdigest()


def new_api_key() -> str:
    """A new API key: 40 letters and digits, as Bugzilla's."""
    return _random(40)


def new_token_secret() -> str:
    """The secret part of a new login token "ID-SECRET": letters and digits, safe in a URL."""
    return _random(24)


def new_password() -> str:
    """A password for a person to take down: 20 letters and digits."""
    return _random(20)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))


class PasswordChecker:
    """Checks passwords beside the event loop, at most `concurrency` at a time, with a waiting line that ends somewhere.

    Both bound what a flood of logins can take: `concurrency` times 19 MiB, and no thread that other work waits for.
    """

    def __init__(self, concurrency: int, waiting: int = WAITING) -> None:
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="password")
        self._room = concurrency + waiting

    async def verify(self, text: str, stored: str | None) -> PasswordCheck:
        """As the function `verify`. Raises BUSY when too many are waiting already."""
        return await self._run(lambda: verify(text, stored))

    async def hash(self, text: str) -> str:
        """As `hash_password`. Raises BUSY when too many are waiting already."""
        return await self._run(lambda: hash_password(text))

    async def _run(self, work: Callable[[], T]) -> T:
        if self._room == 0:
            raise errors.BUSY(why="too many passwords wait to be checked")
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._room += 1

    def close(self) -> None:
        """Let go of the threads; what is still waiting is not checked any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
