"""Two nodes over one database: what a client is told by one holds on the other."""

from collections.abc import Iterator

import pytest
from calling import Caller
from node import Node, nodes
from postgresql_server import Server
from running import account, command, load
from wire import PROTOCOLS

from gateway.methods.identity import MAX_FAILURES

EDITOR, LOCKED = account("editor"), account("lockme")


@pytest.fixture(scope="module")
def two(postgresql_server: Server) -> Iterator[tuple[Node, Node]]:
    database = postgresql_server.new_database()
    load(database)
    with nodes(database) as two:
        yield two


@pytest.fixture
def callers(two: tuple[Node, Node]) -> tuple[Caller, Caller]:
    first, second = two
    return Caller(first.gateway.url), Caller(second.gateway.url)


def test_what_one_stores_the_other_has_at_once(callers: tuple[Caller, Caller]) -> None:
    first, second = callers
    for number in range(20):
        here, there = (first, second) if number % 2 else (second, first)
        attachment = here.attach(summary=f"number {number}")
        assert there.attachment(attachment)["summary"] == f"number {number}"
        there.result("Bug.update_attachment", {"ids": [attachment], "summary": "changed"}, "editor")
        assert here.attachment(attachment)["summary"] == "changed"


def test_an_answer_is_not_given_again_after_a_change_on_the_other(callers: tuple[Caller, Caller]) -> None:
    first, second = callers
    attachment = first.attach(summary="at first")
    for number in range(100):
        for _ in range(3):
            seen = first.attachment(attachment)["summary"]
        assert number == 0 or seen == f"number {number - 1}"
        second.result("Bug.update_attachment", {"ids": [attachment], "summary": f"number {number}"}, "editor")
        assert first.attachment(attachment)["summary"] == f"number {number}"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_token_is_good_on_both_until_its_logout_on_one(callers: tuple[Caller, Caller], protocol: str) -> None:
    first, second = callers
    token = first.result("User.login", {"login": EDITOR.login, "password": EDITOR.password})["token"]
    asked = {"ids": [EDITOR.id], "include_fields": ["id"], "Bugzilla_token": token}
    for caller in callers:
        answer = caller.through(protocol, "User.get", asked)
        assert answer
        assert answer.result == {"users": [{"id": EDITOR.id}]}
    second.result("User.logout", {"Bugzilla_token": token})
    for caller in callers:
        answer = caller.through(protocol, "User.get", asked)
        assert answer
        assert answer.code == 32000


def test_wrong_passwords_on_both_lock_both(callers: tuple[Caller, Caller]) -> None:
    def tried(caller: Caller, password: str) -> str:
        answer = caller.through("rest", "User.login", {"login": LOCKED.login, "password": password})
        assert answer
        return answer.message

    for number in range(MAX_FAILURES):
        assert "is locked" not in tried(callers[number % 2], "wrong") or number == MAX_FAILURES - 1
    for caller in callers:
        assert "is locked" in tried(caller, LOCKED.password)


def test_what_a_command_changes_holds_on_both_at_once(two: tuple[Node, Node], callers: tuple[Caller, Caller]) -> None:
    new = {"product": "Made meanwhile", "component": "Only", "summary": "x", "version": "unspecified"}
    for caller in callers:  # which both remember the products that there are
        answer = caller.through("rest", "Bug.create", new, "editor")
        assert answer
        assert answer.code != 0
    database = str(two[0].gateway.database)
    command("product", "add", "Made meanwhile", "--component", "Only", "--database", database)
    for caller in callers:
        assert caller.result("Bug.create", new, "editor")["id"]
