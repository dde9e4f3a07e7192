from commandline import Run, told

from gateway.cli import store_access
from gateway.passwords import hash_secret
from gateway.settings import Settings


def test_a_key_is_printed_once_and_stored_as_a_hash(site: Run) -> None:
    site("user", "add", "bot@example.com", "--no-password")
    key = site("key", "add", "bot@example.com", "--description", "builds").stdout.removesuffix("\n")
    assert len(key) == 40
    stored = store_access.read(Settings(), lambda tx: tx.api_key(hash_secret(key)))
    assert stored is not None
    assert (stored[0].description, stored[0].revoked, stored[1].login) == ("builds", False, "bot@example.com")
    listed = site("key", "list")
    assert key not in listed.output
    assert listed.stdout == "1\tbot@example.com\tbuilds\tno\n"


def test_a_key_comes_as_json_for_scripts(site: Run) -> None:
    site("user", "add", "bot@example.com", "--no-password")
    made = told(site("key", "add", "bot@example.com", "--json"))
    assert made.keys() == {"id", "login", "api_key"}
    assert store_access.read(Settings(), lambda tx: tx.api_key(hash_secret(made["api_key"]))) is not None


def test_a_revoked_key_stays_listed(site: Run) -> None:
    for login in ("one@example.com", "two@example.com"):
        site("user", "add", login, "--no-password")
        site("key", "add", login)
    site("key", "revoke", "1")
    assert [key["revoked"] for key in told(site("key", "list", "--json"))] == [True, False]
    assert [key["id"] for key in told(site("key", "list", "two@example.com", "--json"))] == [2]


def test_a_key_or_a_user_that_is_not_there_is_told(site: Run) -> None:
    assert "There is no key 7;" in site("key", "revoke", "7", code=1).stderr
    assert "There is no user x;" in site("key", "add", "x", code=1).stderr
    assert "There is no user x;" in site("key", "list", "x", code=1).stderr
