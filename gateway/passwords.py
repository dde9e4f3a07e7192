"""Generate, hash and check passwords, API keys and login tokens.

A password is weak, so its hash must be slow and need memory: argon2id with the parameters that OWASP's Password Storage
Cheat Sheet lists first, 19 MiB of memory and two passes. More memory would slow down an attacker further, but a flood
of logins needs that memory too. Hashes of a site that comes from Bugzilla are recognised, and should be replaced when
their owner next logs in (`PasswordCheck.needs_rehash`).

API keys and tokens are random, with more than 128 bits: they cannot be guessed, however fast the hash. They are hashed
with SHA-256, so that a call with a key costs hardly more than one without.
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

from gateway import errors
from gateway.crypt_hashes import verify_crypt

T = TypeVar("T")

WAITING = 100
"""The number of passwords that may wait to be checked, a second or two of work; any more are refused as BUSY."""

_ALPHANUMERIC = string.ascii_letters + string.digits
_ARGON2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_DIGEST = re.compile(r"(?P<salt>[^,]*),(?P<digest>[A-Za-z0-9+/]+)\{(?P<algorithm>[\w-]+)\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """The result of checking a password: whether it is right, and whether its hash should be replaced."""

    ok: bool
    needs_rehash: bool = False


def hash_password(text: str) -> str:
    """Return the argon2id hash of a password. This takes about 25 ms and 19 MiB."""
    return _ARGON2.hash(_bytes(text))


def verify(text: str, stored: str | None) -> PasswordCheck:
    """Check a password against a stored hash. An unrecognised hash matches no password.

    `stored` is a hash of argon2 or of Bugzilla (`bz_crypt` of `Bugzilla::Util`): "salt,digest{SHA-256}", or before 3.4
    one of crypt(3), as a rule the 13 characters of DES. A wrong password always takes as long as argon2 does, even if
    there is no hash (None), so that the time does not reveal whether an account exists.
    """
    if stored is not None and stored.startswith("$argon2"):
        return _verify_argon2(text, stored)
    if stored is not None and (_is_digest(text, stored) or verify_crypt(_bytes(text), stored)):
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


def _bytes(text: str) -> bytes:
    """Encode as UTF-8. JSON can contain lone surrogates, which are in no password but must not raise."""
    return text.encode("utf-8", "surrogatepass")


def _nobodys_hash() -> str:
    """Make a hash that matches no password, and takes as long to check as a real one."""
    salt, digest = ("A" * length for length in (22, 43))
    return f"$argon2id$v=19$m={_ARGON2.memory_cost},t={_ARGON2.time_cost},p={_ARGON2.parallelism}${salt}${digest}"


_NOBODYS = _nobodys_hash()


def hash_secret(text: str) -> str:
    """Return the SHA-256 of an API key, or of the secret of a token, in hex, as the store keeps it."""
    return hashlib.sha256(_bytes(text)).hexdigest()


def hash_session(secret: str) -> str:
    """Return the hash of the secret of a session of the pages, in hex, as long as that of a login token.

    The function differs from that for tokens, so that the secret of a session never works as a token, or vice versa.
    """
    return hashlib.blake2b(_bytes(secret), digest_size=32, person=b"gateway session").hexdigest()


def new_api_key() -> str:
    """Generate an API key of 40 letters and digits, as Bugzilla does."""
    return _random(40)


def new_token_secret() -> str:
    """Generate the secret part of a login token "ID-SECRET": letters and digits, safe in a URL."""
    return _random(24)


def new_password() -> str:
    """Generate a password of 20 letters and digits."""
    return _random(20)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))


class PasswordChecker:
    """Checks passwords in a thread pool of `concurrency` threads with a bounded queue.

    This bounds the cost of a flood of logins to `concurrency` times 19 MiB, and blocks no thread that others need.
    """

    def __init__(self, concurrency: int, waiting: int = WAITING) -> None:
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="password")
        self._free = concurrency + waiting

    async def verify(self, text: str, stored: str | None) -> PasswordCheck:
        """Check a password as the function `verify` does. Raises BUSY if too many are waiting."""
        return await self._run(lambda: verify(text, stored))

    async def hash(self, text: str) -> str:
        """Hash a password as `hash_password` does. Raises BUSY if too many are waiting."""
        return await self._run(lambda: hash_password(text))

    async def _run(self, work: Callable[[], T]) -> T:
        if self._free == 0:
            raise errors.BUSY(why="too many passwords are waiting to be checked")
        self._free -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._free += 1

    def close(self) -> None:
        """Stop the threads. Passwords that are still waiting are not checked."""
        self._pool.shutdown(wait=False, cancel_futures=True)
