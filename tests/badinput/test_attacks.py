"""Requests that are meant to do harm, to every endpoint of the application: answered in its form, for little memory.

The long run is `scripts/torture hostile`, which measures how long others are kept waiting, too.
"""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from calling import Caller
from running import Gateway, account, copied, running

from scripts.torture_runs.attacks import BODIES
from scripts.torture_runs.attacks.attack import Attack
from scripts.torture_runs.attacks.endpoints import targets
from scripts.torture_runs.attacks.exchange import Memory, attacked, complaint, exchanged
from scripts.torture_runs.attacks.smuggling import REQUESTS, SMUGGLED_ANSWER

TARGETS = targets()
SMALL, LARGE = 10_000, 5_000_000
MOST_MEMORY = 32.0
"""MiB."""

HEADERS = {"X-Bugzilla-API-Key": account("editor").api_key, "Authorization": f"Bearer {account('editor').api_key}"}


@pytest.fixture(scope="module")
def target_gateway(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that takes bodies of the usual size."""
    database = copied(loaded_database, tmp_path_factory.mktemp("attacks") / "gateway.db")
    with running(database, "--max-attachment-size", "10MiB") as gateway:
        Caller(gateway.url).agreed("Bugzilla.version", {})
        yield gateway


@pytest.fixture(scope="module")
def canary() -> Iterator[str]:
    """An address that attacks name, and at which nobody must call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()


def port(gateway: Gateway) -> int:
    return int(gateway.url.rstrip("/").rpartition(":")[2])


@pytest.mark.parametrize("number", range(len(TARGETS)), ids=lambda number: str(TARGETS[number]))
def test_attacks_on_an_endpoint(target_gateway: Gateway, canary: str, number: int) -> None:
    """All that is read there, and every tenth of the others: another tenth on the next endpoint."""
    target = TARGETS[number]
    for attack in (each for place, each in enumerate(BODIES) if target.understands(each) or place % 10 == number % 10):
        answer = attacked(port(target_gateway), target, attack, attack.body(canary, SMALL), HEADERS)
        wrong = target.complaint(answer.status, answer.content_type, answer.body)
        assert answer.status, attack.name
        assert not wrong, f"{attack.name}: {wrong}"


@pytest.mark.parametrize("attack", BODIES, ids=lambda each: each.name)
def test_an_attack_at_full_size(target_gateway: Gateway, canary: str, attack: Attack) -> None:
    """On an endpoint that reads it: what is over a bound is refused, and held in little memory."""
    target = next(each for each in TARGETS if each.understands(attack))
    memory = Memory(target_gateway.process.pid)
    memory.begin()
    answer = attacked(port(target_gateway), target, attack, attack.body(canary, LARGE), HEADERS)
    assert not complaint(target, attack, answer)
    assert memory.rise() < MOST_MEMORY


@pytest.mark.parametrize("name", REQUESTS)
def test_no_request_is_smuggled(target_gateway: Gateway, name: str) -> None:
    answer = exchanged(port(target_gateway), REQUESTS[name])
    assert answer.status in (0, 200, 400, 408, 413, 431)
    assert SMUGGLED_ANSWER not in answer.body
