import pytest

from gateway import crypt_hashes
from gateway.crypt_hashes import verify_crypt

# What crypt(3) makes of "OldCrypt1".
WITHOUT_LIBRARY = [
    "abkekJ4GIC9rg",
    "_J9..rasmyMugBO3RUjI",
    "$1$abcdefgh$tfJdyYAwTuXcDN0AhsnV4.",
    "$5$abc$lRmMe1Zg4vEK.CGFcHzfmi6paY46haK8KD1Pytzq/t7",
    "$6$abc$AvFsn3CFmKCVJ7T3rx/uHywLayEe7kmGd/0ZM2cuLJVJx3h1djuFW/jCIJ9ss2fIZ.kCnUdJVixifyoD/oefO0",
]
WITH_LIBRARY = [
    *WITHOUT_LIBRARY,
    "$2b$04$abcdefghijklmnopqrstuubYZjAXq8Lz2tBojO84.nxMexGOc47EG",
    "$3$$2303404faedb1498c591ef5586320ef1",
    "$7$C6..../....x$HMuHgBx2nO2H1YbyVxJumz0ANkxv9NBnTAv4p6zT8c2",
    "$md5,rounds=100$abc$$4SIW0g8.arz.qvHVCPvmU/",
    "$sha1$100$abc$5ABi7OvBzMTehREkAOC/r1VPsWKL",
    "$y$j9T$abcd$tCzYf5hvEEs3eu/uAQjfU2f5/H6t0AP9dNW.jklBi98",
]
NONE = ["", "*", "*0", "$", "$1$", "$9$abc$def", "_J9..ras", "OldCrypt1", "$1$abc\0$x", "$6$äöü$x"]

needs_library = pytest.mark.skipif(crypt_hashes._library() is None, reason="libcrypt.so.1 is not installed")


def check(stored: str) -> None:
    assert verify_crypt(b"OldCrypt1", stored)
    assert not verify_crypt(b"Oldcrypt1", stored)
    assert not verify_crypt(b"", stored)
    assert not verify_crypt(b"OldCrypt1\0", stored)


@needs_library
@pytest.mark.parametrize("stored", WITH_LIBRARY)
def test_every_kind_of_crypt(stored: str) -> None:
    check(stored)


@pytest.mark.parametrize("stored", WITHOUT_LIBRARY)
def test_the_common_kinds_need_no_library(stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypt_hashes, "_library", lambda: None)
    check(stored)


@pytest.mark.parametrize("library", [True, False])
@pytest.mark.parametrize("stored", NONE)
def test_what_is_no_hash_matches_nothing(stored: str, library: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not library:
        monkeypatch.setattr(crypt_hashes, "_library", lambda: None)
    assert not verify_crypt(b"OldCrypt1", stored)
    assert not verify_crypt(stored.encode().replace(b"\0", b"x"), stored)


def test_des_looks_at_eight_bytes() -> None:
    assert verify_crypt(b"OldCryptZZZ", "abkekJ4GIC9rg")
    assert not verify_crypt(b"OldCryp", "abkekJ4GIC9rg")
