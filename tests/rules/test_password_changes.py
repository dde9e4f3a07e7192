"""Passwords that are replaced while they are checked."""

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods.identity import Passwords, by_password
from gateway.model import User
from gateway.passwords import PasswordChecker, hash_password, verify
from gateway.store.interface import Store
from gateway.store.sqlite import open_store

LOGIN, PASSWORD, ADDRESS = "ada@example.com", "an old password", "192.0.2.1"
OUTDATED = "salt," + b64encode(hashlib.sha256(PASSWORD.encode() + b"salt").digest()).decode().rstrip("=") + "{SHA-256}"
CURRENT = hash_password(PASSWORD)


class Changing(PasswordChecker):
    """Checks passwords, and changes the user's in the middle of that."""

    def __init__(self, store: Store) -> None:
        super().__init__(4)
        self.store = store

    async def hash(self, text: str) -> str:
        await self.store.write(lambda tx: tx.set_password_hash(1, hash_password("a new password")))
        return await super().hash(text)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_store(tmp_path / "store.db", create=True)
    yield store
    await store.close()


async def has(store: Store, stored: str) -> None:
    """Add the user with this hash of their password."""
    await store.write(lambda tx: tx.add_user(User(id=1, login=LOGIN, real_name="Ada"), stored))


async def test_a_new_password_is_not_replaced_by_a_better_hash_of_the_old_one(store: Store) -> None:
    await has(store, OUTDATED)
    with pytest.raises(GatewayError) as refused:
        await Passwords(store, Changing(store)).check(LOGIN, PASSWORD, ADDRESS)
    assert refused.value.kind is errors.LOGIN_FAILED
    assert verify("a new password", await store.read(lambda tx: tx.password_hash(1))).ok


async def test_an_outdated_hash_is_replaced_once_however_many_log_in(store: Store) -> None:
    await has(store, OUTDATED)
    passwords = Passwords(store, PasswordChecker(4))
    checked = await asyncio.gather(*(passwords.check(LOGIN, PASSWORD, ADDRESS) for _ in range(6)))
    for each in checked:
        identity = await store.read(by_password(each))
        assert identity.user
        assert identity.user.login == LOGIN
    assert len({each.stored for each in checked}) == 1


@pytest.mark.parametrize("stored", [OUTDATED, CURRENT], ids=["outdated", "current"])
@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda tx: tx.set_password_hash(1, hash_password("a new password")), errors.LOGIN_FAILED),
        (
            lambda tx: tx.set_user(User(id=1, login=LOGIN, real_name="Ada", disabled_text="Left.")),
            errors.ACCOUNT_DISABLED,
        ),
    ],
    ids=["changed", "disabled"],
)
async def test_a_password_that_was_right_is_refused_after_a_change(
    store: Store, stored: str, change: Callable[..., None], kind: errors.ErrorKind
) -> None:
    await has(store, stored)
    identify = by_password(await Passwords(store, PasswordChecker(4)).check(LOGIN, PASSWORD, ADDRESS))
    assert (await store.read(identify)).user
    await store.write(change)
    with pytest.raises(GatewayError) as refused:
        await store.read(identify)
    assert refused.value.kind is kind
