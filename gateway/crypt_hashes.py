"""Password hashes of crypt(3), which sites that once were an old Bugzilla still have.

The C library knows them all, on most systems. Without it, those that libpass knows work: DES, BSDi, MD5, SHA-256 and
SHA-512.
"""

import ctypes
import hmac
import re
from functools import cache
from typing import Any

from passlib.context import CryptContext
from passlib.handlers.des_crypt import des_crypt

_DES = re.compile(r"[./0-9A-Za-z]{13}")
_OTHER = re.compile(r"(?:\$[0-9a-z]+[$,]|_)[!-~]+")
_DATA_SIZE = 32768
"""The size of the C library's working memory for a hash, in bytes."""


def verify_crypt(password: bytes, stored: str) -> bool:
    """Check a password against a hash of crypt(3); False if that is none. DES looks at eight bytes of the password."""
    if b"\0" in password:
        return False
    if _DES.fullmatch(stored):
        return bool(des_crypt.verify(password, stored))
    if not _OTHER.fullmatch(stored):
        return False
    library = _library()
    return _verify(library, password, stored.encode()) if library else _verify_without_library(password, stored)


@cache
def _library() -> Any:
    """Return libxcrypt, or None if it is not installed."""
    try:
        library = ctypes.CDLL("libcrypt.so.1")
        library.crypt_rn.restype = ctypes.c_char_p
    except (OSError, AttributeError):
        return None
    library.crypt_rn.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int)
    return library


def _verify(library: Any, password: bytes, stored: bytes) -> bool:
    hashed = library.crypt_rn(password, stored, ctypes.create_string_buffer(_DATA_SIZE), _DATA_SIZE)
    return hashed is not None and hmac.compare_digest(hashed, stored)


@cache
def _context() -> CryptContext:
    return CryptContext(["md5_crypt", "sha256_crypt", "sha512_crypt", "bsdi_crypt"])


def _verify_without_library(password: bytes, stored: str) -> bool:
    return bool(_context().identify(stored)) and bool(_context().verify(password, stored))
