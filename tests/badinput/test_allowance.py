"""What unfinished uploads may keep on disk: over that, others are told that the server is busy, until there is room."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from raw import ENDPOINTS, PATIENCE, Endpoint, Raw
from running import Gateway, copied, running

CONTENT = bytes(range(256)) * 2500
"""Two of these are over the allowance, one is not."""


@pytest.fixture(scope="module")
def small(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with an allowance of a MiB."""
    database = copied(loaded_database, tmp_path_factory.mktemp("allowance") / "gateway.db")
    with running(database, "--upload-allowance", "1MiB") as gateway:
        yield gateway


BUSY, STORED = -32000, 0
each_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.name)


@each_endpoint
def test_an_allowance_used_up(small: Gateway, endpoint: Endpoint) -> None:
    body = endpoint.upload(CONTENT)
    whole = endpoint.head(Content_Length=len(body)) + body
    with unfinished_upload(small, whole) as unfinished:
        for other in ENDPOINTS:
            assert uploaded(small, other) == (503 if other.name.startswith("rest") else 200, BUSY)
        unfinished.send(whole[-2:])
        answer = unfinished.answer()
        assert answer
        assert endpoint.code(answer[1]) == STORED
    assert [uploaded(small, other)[1] for other in ENDPOINTS] == [STORED] * len(ENDPOINTS)


@each_endpoint
def test_an_upload_that_is_given_up_makes_room(small: Gateway, endpoint: Endpoint) -> None:
    body = endpoint.upload(CONTENT)
    with unfinished_upload(small, endpoint.head(Content_Length=len(body)) + body):
        pass
    wait_until_stored(small)


@contextmanager
def unfinished_upload(
    gateway: Gateway, whole: bytes, other: bytes = b"", endpoint: Endpoint = ENDPOINTS[0]
) -> Iterator[Raw]:
    """An upload whose last two bytes are missing, once there is no room for another one.

    While it arrives, the one that asks for room may have taken it, and this one been told that there is none.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with Raw(gateway.url) as unfinished:
            unfinished.send(whole[:-2])
            while not unfinished.is_answered() and time.monotonic() < deadline:
                if uploaded(gateway, endpoint, other)[1] == BUSY:
                    yield unfinished
                    return
    pytest.fail("there is always room")


def wait_until_stored(gateway: Gateway, whole: bytes = b"", endpoint: Endpoint = ENDPOINTS[0]) -> None:
    """Upload until it succeeds: that a connection has ended need not have been noticed yet."""
    deadline = time.monotonic() + PATIENCE
    while uploaded(gateway, endpoint, whole)[1] != STORED:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def uploaded(gateway: Gateway, endpoint: Endpoint, whole: bytes = b"", source: str = "") -> tuple[int, int]:
    """Status and code of the answer to a whole upload."""
    body = endpoint.upload(CONTENT)
    with Raw(gateway.url, source) as raw:
        raw.send(whole or endpoint.head(Content_Length=len(body)) + body)
        answer = raw.answer()
        assert answer
        return answer[0], endpoint.code(answer[1])


@pytest.fixture(scope="module")
def forgetful(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway whose unfinished requests may hold 1.3 MiB in memory."""
    database = copied(loaded_database, tmp_path_factory.mktemp("forgetful") / "gateway.db")
    with running(database, "--memory-allowance", "1331KiB") as gateway:
        yield gateway


@each_endpoint
def test_what_unfinished_requests_hold_in_memory(forgetful: Gateway, endpoint: Endpoint) -> None:
    """Texts are held until their request is whole, JSON also when it is decoded: of two of these only one can be."""
    size = 200_000 if "json" in endpoint.content_type else 240_000
    body = endpoint.upload(b"content", summary="s" * size)
    body = body.replace(b"a.bin", b"a" * size).replace(b"octet-stream", b"b" * size)
    whole = endpoint.head(Content_Length=len(body)) + body
    with unfinished_upload(forgetful, whole, whole, endpoint):
        pass
    wait_until_stored(forgetful, whole, endpoint)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
def test_another_address_is_served_at_the_expense_of_who_holds_everything(small: Gateway) -> None:
    endpoint = ENDPOINTS[0]
    body = endpoint.upload(CONTENT)
    smaller = endpoint.upload(CONTENT[:480_000])  # less than half of the allowance
    with unfinished_upload(small, endpoint.head(Content_Length=len(body)) + body) as greedy:
        assert uploaded(small, endpoint)[1] == BUSY
        whole = endpoint.head(Content_Length=len(smaller)) + smaller
        assert uploaded(small, endpoint, whole, source="127.0.0.2")[1] == STORED
        assert greedy.answer() is None
