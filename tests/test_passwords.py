import asyncio
import hashlib

import pytest
from argon2 import PasswordHasher

from gateway import errors, passwords
from gateway.errors import GatewayError
from gateway.passwords import (
    PasswordCheck,
    PasswordChecker,
    hash_password,
    hash_secret,
    hash_session,
    new_api_key,
    new_password,
    new_token_secret,
    verify,
)

RIGHT, WRONG = PasswordCheck(ok=True), PasswordCheck(ok=False)
RIGHT_BUT_OLD = PasswordCheck(ok=True, needs_rehash=True)

# What Perl's Digest and crypt make of "Pässwörd1" in UTF-8, as Bugzilla puts it together.
BUGZILLAS = [
    "aB3xY9zQ,QGxtzOVmWneUNPWWEC6Tc3n7Y3fP4va4m6BWZzls37Q{SHA-256}",
    "aB3xY9zQ,WsGBn7TkciS/oBmndxPMBAHsMHe3RgINoRIVoKiJzdOLC1SDre2D8cgEThs/SinEvR+88op6QUKORwLbSeJtZA{SHA-512}",
    "aB3xY9zQ,XXJW7WfqMbNkLGxSOPPLSM0mKQ0{SHA-1}",
    "aB3xY9zQ,C/iTVoAvygVQeZRVjU7vsw{MD5}",
    "k78JKK33vnKz.",
]
UNKNOWN = [
    "",
    "*",
    "Pässwörd1",
    "aB3xY9zQ,QGxtzOVmWneUNPWWEC6Tc3n7Y3fP4va4m6BWZzls37Q",
    "aB3xY9zQ,QGxtzOVmWneUNPWWEC6Tc3n7Y3fP4va4m6BWZzls37Q{NONE}",
    "aB3xY9zQ,QGxtzOVmWneUNPWWEC6Tc3n7Y3fP4va4m6BWZzls37Q{SHAKE_256}",
    "aB3xY9zQ,QGxtzOVmWneUNPWWEC6Tc3n7Y3fP4va4m6BWZzls37Q={SHA-256}",
    "$argon2id$v=19$m=1",
    "$2b$12$abcdefghijklmnopqrstuv",
    "k78JKK33vnKz",
    "k7 8JKK33vnKz",
]


def test_a_password_is_hashed_with_owasps_parameters_and_a_salt_of_its_own() -> None:
    first, second = hash_password("Pässwörd1"), hash_password("Pässwörd1")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert verify("Pässwörd1", first) == verify("Pässwörd1", second) == RIGHT
    assert verify("pässwörd1", first) == WRONG


def test_an_argon2_hash_of_other_parameters_is_to_be_replaced() -> None:
    assert verify("Pässwörd1", PasswordHasher(time_cost=1, memory_cost=64).hash("Pässwörd1")) == RIGHT_BUT_OLD


@pytest.mark.parametrize("stored", BUGZILLAS)
def test_bugzillas_own_hashes_are_recognised_and_to_be_replaced(stored: str) -> None:
    assert verify("Pässwörd1", stored) == RIGHT_BUT_OLD
    assert verify("Xässwörd1", stored) == WRONG
    assert verify("", stored) == WRONG


def test_des_crypt_looks_at_eight_bytes_as_it_always_did() -> None:
    assert verify("Pässwö", "k78JKK33vnKz.") == RIGHT_BUT_OLD  # eight bytes in UTF-8
    assert verify("Pässw", "k78JKK33vnKz.") == WRONG
    assert verify("Pässwö\0", "k78JKK33vnKz.") == WRONG


@pytest.mark.parametrize("stored", UNKNOWN)
def test_what_is_no_known_hash_is_of_no_password(stored: str) -> None:
    assert verify("Pässwörd1", stored) == WRONG
    assert verify(stored, stored) == WRONG


@pytest.mark.parametrize("stored", [None, "*", *BUGZILLAS, pytest.param(hash_password("another"), id="own")])
def test_a_wrong_password_costs_one_argon2_whatever_is_stored(
    stored: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = []
    argon2 = passwords._verify_argon2

    def spy(text: str, against: str) -> PasswordCheck:
        checked.append(PasswordHasher().check_needs_rehash(against))  # also finds that it is a whole hash
        return argon2(text, against)

    monkeypatch.setattr(passwords, "_verify_argon2", spy)
    assert verify("wrong", stored) == WRONG
    assert len(checked) == 1


def test_half_a_surrogate_pair_is_no_password_and_no_failure() -> None:
    assert verify("\ud800", hash_password("x")) == WRONG
    assert hash_secret("\ud800") != hash_secret("?")


def test_secrets_are_hashed_with_sha256() -> None:
    assert hash_secret("abc") == hashlib.sha256(b"abc").hexdigest()


def test_the_secret_of_a_session_is_kept_as_no_token_is() -> None:
    assert len(hash_session("abc")) == len(hash_secret("abc"))
    assert hash_session("abc") not in (hash_secret("abc"), hash_session("abd"), hash_secret(hash_session("abc")))


@pytest.mark.parametrize(("make", "length"), [(new_api_key, 40), (new_token_secret, 24), (new_password, 20)])
def test_new_secrets_are_letters_and_digits_and_never_the_same(make, length) -> None:  # type: ignore[no-untyped-def]
    secrets = {make() for _ in range(500)}
    assert len(secrets) == 500
    assert all(len(secret) == length and secret.isascii() and secret.isalnum() for secret in secrets)


async def test_the_checker_checks_and_hashes() -> None:
    checker = PasswordChecker(2)
    stored = await checker.hash("Pässwörd1")
    assert await checker.verify("Pässwörd1", stored) == RIGHT
    assert await checker.verify("Pässwörd1", None) == WRONG
    checker.close()


async def test_the_checker_leaves_the_loop_to_others() -> None:
    checker = PasswordChecker(1)
    check = asyncio.create_task(checker.verify("x", None))
    turns = 0
    while not check.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 10
    checker.close()


async def test_beyond_those_that_wait_the_server_is_busy_and_afterwards_it_is_not() -> None:
    checker = PasswordChecker(1, waiting=2)
    results = await asyncio.gather(*(checker.verify("x", None) for _ in range(5)), return_exceptions=True)
    assert results[:3] == [WRONG] * 3
    for busy in results[3:]:
        assert isinstance(busy, GatewayError)
        assert busy.kind is errors.BUSY
    assert await checker.verify("x", None) == WRONG
    checker.close()


async def test_a_cancelled_check_gives_its_place_back() -> None:
    checker = PasswordChecker(1, waiting=0)
    for _ in range(3):
        check = asyncio.create_task(checker.verify("x", None))
        await asyncio.sleep(0)
        check.cancel()
        with pytest.raises(asyncio.CancelledError):
            await check
    assert await checker.verify("x", None) == WRONG
    checker.close()
