import pytest
from commandline import Run, told

from gateway.cli import store_access
from gateway.passwords import verify
from gateway.settings import Settings


def stored_hash(login: str) -> str | None:
    return store_access.read(Settings(), lambda tx: tx.password_hash(store_access.user(tx, login).id))


def test_a_user_is_added_with_name_groups_and_password(site: Run) -> None:
    added = site(
        *("user", "add", "ann@example.com", "--name", "Ann Ünïcödé", "--group", "editbugs", "--group", "insiders"),
        "--password-stdin",
        typed="Pässwörd1\r\nanother line\n",
    )
    assert added.stdout == ""
    (user,) = told(site("user", "list", "--json"))
    assert user == {
        "id": 1,
        "login": "ann@example.com",
        "name": "Ann Ünïcödé",
        "groups": ["editbugs", "insiders"],
        "disabled": "",
    }
    assert verify("Pässwörd1", stored_hash("ann@example.com")).ok


def test_a_generated_password_is_all_that_goes_to_the_output(site: Run) -> None:
    password = site("user", "add", "ann@example.com", "--generate-password").stdout.removesuffix("\n")
    assert len(password) == 20
    assert verify(password, stored_hash("ann@example.com")).ok
    again = site("user", "password", "ann@example.com", "--generate-password").stdout.removesuffix("\n")
    assert again != password
    assert verify(again, stored_hash("ann@example.com")).ok
    assert not verify(password, stored_hash("ann@example.com")).ok


def test_a_program_needs_no_password(site: Run) -> None:
    site("user", "add", "bot@example.com", "--no-password")
    assert stored_hash("bot@example.com") is None
    assert told(site("user", "show", "bot@example.com", "--json"))["password"] is False


def test_a_short_password_is_refused_and_nobody_is_added(site: Run) -> None:
    result = site("user", "add", "ann@example.com", "--password-stdin", typed="short\n", code=1)
    assert "at least 8 characters" in result.stderr
    assert told(site("user", "list", "--json")) == []


def test_without_a_terminal_the_password_has_to_come_from_somewhere(site: Run) -> None:
    assert "--password-stdin" in site("user", "add", "ann@example.com", code=2).stderr


@pytest.mark.parametrize("login", ["ann@example.com", "ANN@example.com"])
def test_a_login_is_there_once(site: Run, login: str) -> None:
    site("user", "add", "ann@example.com", "--no-password")
    assert site("user", "add", login, "--no-password", code=1).stderr.startswith("Error: ")
    refused = site("user", "add", login, "--generate-password", code=1)
    assert refused.stdout == "", "a password of nobody"
    assert len(told(site("user", "list", "--json"))) == 1


def test_a_group_that_is_not_there_is_told(site: Run) -> None:
    result = site("user", "add", "ann@example.com", "--no-password", "--group", "editbug", code=1)
    assert result.stderr == "Error: There is no group editbug; `gateway group list` lists all.\n"
    assert told(site("user", "list", "--json")) == []


def test_an_account_is_disabled_and_enabled(site: Run) -> None:
    site("user", "add", "ann@example.com", "--no-password", "--group", "editbugs")
    site("user", "disable", "ann@example.com", "--reason", "Left us.")
    shown = told(site("user", "show", "ann@example.com", "--json"))
    assert (shown["disabled"], shown["groups"]) == ("Left us.", ["editbugs"])
    site("user", "enable", "ann@example.com")
    assert told(site("user", "show", "ann@example.com", "--json"))["disabled"] == ""


def test_groups_are_joined_and_left(site: Run) -> None:
    site("user", "add", "ann@example.com", "--no-password", "--group", "editbugs")
    change = ("--add", "insiders", "--add", "editusers", "--remove", "editbugs")
    changed = site("user", "groups", "ann@example.com", *change)
    assert changed.stdout == "editusers\ninsiders\n"
    site("user", "groups", "ann@example.com", "--add", "none", code=1)
    assert site("user", "groups", "ann@example.com").stdout == "editusers\ninsiders\n"


def test_an_administrator_is_a_member_of_every_group_for_administration(site: Run) -> None:
    site("user", "add", "ann@example.com", "--no-password", "--group", "admin")
    groups = site("user", "groups", "ann@example.com").stdout.split()
    assert groups == ["admin", "creategroups", "editclassifications", "editcomponents", "editusers"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("show",),
        ("disable", "--reason", "x"),
        ("enable",),
        ("password", "--generate-password"),
        ("groups", "--add", "editbugs"),
    ],
)
def test_a_user_who_is_not_there_is_told(site: Run, arguments: tuple[str, ...]) -> None:
    result = site("user", arguments[0], "nobody@example.com", *arguments[1:], code=1)
    assert result.stderr == "Error: There is no user nobody@example.com; `gateway user list` lists all.\n"
    assert result.stdout == ""


def test_a_list_is_for_cut_where_there_is_no_terminal(site: Run) -> None:
    site("user", "add", "ann@example.com", "--no-password", "--name", "Ann\tand\x1b[31m others")
    site("user", "add", "bob@example.com", "--no-password")
    lines = site("user", "list").stdout.splitlines()
    assert lines == ["1\tann@example.com\tAnn and [31m others\t\t", "2\tbob@example.com\t\t\t"]
