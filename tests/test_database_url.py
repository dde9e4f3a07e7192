"""Addresses of databases as they are shown: one can start a gateway with them, and they have no password."""

import pytest

from gateway.database_url import DatabaseUrl


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql:///bugs", "postgresql:///bugs"),
        ("postgresql:///bugs?host=/run/postgresql&user=ada", "postgresql:///bugs?host=/run/postgresql&user=ada"),
        ("postgresql://ada:secret@db.example.com/bugs", "postgresql://ada@db.example.com/bugs"),
        ("postgresql://ada@one,two:5432/bugs", "postgresql://ada@one,two:5432/bugs"),
        (
            "postgresql://db.example.com/bugs?password=secret&sslmode=require",
            "postgresql://db.example.com/bugs?sslmode=require",
        ),
        ("postgresql://db.example.com", "postgresql://db.example.com"),
        ("postgresql://[::1/bugs", "postgresql://..."),
    ],
)
def test_an_address_is_shown_whole_but_for_its_password(url: str, shown: str) -> None:
    assert str(DatabaseUrl(url)) == shown
    assert "secret" not in repr(DatabaseUrl(url))
