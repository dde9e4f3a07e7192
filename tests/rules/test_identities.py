"""The caller that a key, a token or a session stands for, and whom they no longer stand for."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from gateway import errors
from gateway.errors import ErrorKind, GatewayError
from gateway.methods.credentials import Credentials
from gateway.methods.identity import Identify, by_secret, by_session
from gateway.model import ApiKey, User

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ANN = User(7, "ann@example.com", "Ann")
DISABLED = User(7, "ann@example.com", "Ann", disabled_text="Gone fishing.")
IDENTIFY: dict[str, Identify] = {
    "key": by_secret(Credentials(api_key="k" * 40)),
    "bearer": by_secret(Credentials(bearer="k" * 40)),
    "token": by_secret(Credentials(token="7-secret")),
    "session": by_session("7-secret"),
}

GOOD: dict[str, Any] = {}
REVOKED = {"revoked": True}
EXPIRED, EXPIRES = {"expires": NOW - timedelta(seconds=1)}, {"expires": NOW + timedelta(seconds=1)}


@pytest.mark.parametrize(
    ("shown", "key", "user", "outcome"),
    [
        ("key", GOOD, ANN, ANN),
        ("key", EXPIRES, ANN, ANN),
        ("key", REVOKED, ANN, errors.API_KEY_REVOKED),
        ("key", EXPIRED, ANN, errors.API_KEY_EXPIRED),
        ("key", GOOD, DISABLED, errors.ACCOUNT_DISABLED),
        ("key", None, ANN, errors.API_KEY_INVALID),
        ("bearer", GOOD, ANN, ANN),
        ("bearer", EXPIRES, ANN, ANN),
        ("bearer", REVOKED, ANN, None),
        ("bearer", EXPIRED, ANN, None),
        ("bearer", GOOD, DISABLED, errors.ACCOUNT_DISABLED),
        ("bearer", None, ANN, None),
        ("token", GOOD, ANN, ANN),
        ("token", GOOD, DISABLED, errors.ACCOUNT_DISABLED),
        ("token", None, ANN, errors.TOKEN_INVALID),
        ("session", GOOD, ANN, ANN),
        ("session", GOOD, DISABLED, None),
        ("session", None, ANN, None),
    ],
)
def test_a_secret_identifies_its_owner(
    shown: str, key: dict[str, Any] | None, user: User, outcome: User | ErrorKind | None
) -> None:
    """`key` are members of the key; None if there is neither key nor token."""
    found = None if key is None else (ApiKey(id=1, user_id=7, key_hash="", **key), user)
    tx: Any = SimpleNamespace(
        now=NOW, api_key=lambda _: found, token_valid=lambda *_: found is not None, user=lambda _: user
    )
    if not isinstance(outcome, ErrorKind):
        assert IDENTIFY[shown](tx).user == outcome
        return
    with pytest.raises(GatewayError) as refused:
        IDENTIFY[shown](tx)
    assert refused.value.kind is outcome
