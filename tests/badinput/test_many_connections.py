"""More connections than a process may have files, or than it takes: others are served, and nothing stays."""

import http.client
import resource
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from calling import Caller
from raw import ENDPOINTS, Raw
from running import Gateway, copied, running

IDLE = 1100
"""Connections: more than the 1,024 files that systems let a process open, if it does not ask for more."""

BEGUN = b"GET /rest/version HTTP/1.1\r\nHost: local"
REQUEST = b"GET /rest/version HTTP/1.1\r\nHost: localhost\r\n\r\n"


@contextmanager
def files(soft: int, hard: int) -> Iterator[None]:
    """Let what is started in this block open so many files, and this process enough."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.prlimit(0, resource.RLIMIT_NOFILE, (soft, before[1]))
    try:
        yield
    finally:
        resource.prlimit(0, resource.RLIMIT_NOFILE, before)


@pytest.fixture(scope="module")
def unasked(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that was started with the usual limit of 1,024 files."""
    with ExitStack() as stack:
        with files(1024, 0):
            database = copied(loaded_database, tmp_path_factory.mktemp("many") / "gateway.db")
            gateway = stack.enter_context(running(database))
        yield gateway


@pytest.fixture(scope="module")
def narrow(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that takes twenty connections."""
    database = copied(loaded_database, tmp_path_factory.mktemp("narrow") / "gateway.db")
    with running(database, "--max-connections", "20") as gateway:
        yield gateway


def test_more_connections_than_files(unasked: Gateway) -> None:
    before = memory(unasked)
    with ExitStack() as stack:
        for number in range(IDLE):
            raw = stack.enter_context(Raw(unasked.url))
            raw.send(BEGUN[: number % len(BEGUN)])
        assert Caller(unasked.url).agreed("Bugzilla.version", {}).result == {"version": "5.2"}
        assert memory(unasked) - before < 32 * 1024


def test_an_idle_connection_makes_room(narrow: Gateway) -> None:
    with ExitStack() as stack:
        opened = [stack.enter_context(Raw(narrow.url)) for _ in range(60)]
        for raw in opened[-20:]:
            raw.send(REQUEST)
            assert raw.answer() == (200, b'{"version":"5.2"}')
        for raw in opened[:40]:
            raw.send(REQUEST)
            assert raw.answer() is None


def test_a_busy_connection_is_kept(narrow: Gateway) -> None:
    """Twenty uploads are under way: whoever comes is told so, and they go on."""
    endpoint = ENDPOINTS[0]
    body = endpoint.upload(b"content")
    with ExitStack() as stack:
        uploads = [stack.enter_context(Raw(narrow.url)) for _ in range(20)]
        for raw in uploads:
            raw.send(endpoint.head(Content_Length=len(body), Expect="100-continue"))
        for raw in uploads:
            assert raw.is_asked()
        with Raw(narrow.url) as another:
            answer = another.answer()
            assert answer is not None
            assert answer[0] == http.client.SERVICE_UNAVAILABLE
        for raw in uploads:
            raw.send(body)
            answer = raw.answer()
            assert answer is not None
            assert endpoint.code(answer[1]) == 0
    assert Caller(narrow.url).agreed("Bugzilla.version", {}).code == 0


@pytest.fixture(scope="module")
def proxied(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that takes twenty connections, behind a trusted proxy."""
    database = copied(loaded_database, tmp_path_factory.mktemp("proxied") / "gateway.db")
    with running(database, "--max-connections", "20", "--trusted-proxies", "127.0.0.0/8") as gateway:
        yield gateway


@contextmanager
def uploads(gateway: Gateway, count: int, source: str, forwarded: str) -> Iterator[list[Raw]]:
    """So many uploads that are under way."""
    endpoint = ENDPOINTS[0]
    with ExitStack() as stack:
        opened = [stack.enter_context(Raw(gateway.url, source)) for _ in range(count)]
        for raw in opened:
            raw.send(endpoint.head(Content_Length=100, Expect="100-continue", X_Forwarded_For=forwarded))
            assert raw.is_asked()
        yield opened


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
@pytest.mark.parametrize("name", ["narrow", "proxied"])
def test_another_client_gets_connections_of_the_one_who_has_all(name: str, request: pytest.FixtureRequest) -> None:
    """The other one gets as many as the first has left, each in the place of the one that asked last."""
    gateway: Gateway = request.getfixturevalue(name)
    asked = REQUEST.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 192.0.2.2\r\n\r\n")
    with uploads(gateway, 20, "127.0.0.1", "192.0.2.1") as greedy, ExitStack() as stack:
        for number in range(1, 4):
            another = stack.enter_context(Raw(gateway.url, "127.0.0.2"))
            another.send(asked)
            assert another.answer() == (200, b'{"version":"5.2"}')
            assert greedy[-1].answer() is None
            assert not any(raw.is_answered() for raw in greedy[: -1 if number == 1 else -2])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
def test_a_client_with_its_share_takes_none_of_the_others(narrow: Gateway) -> None:
    with uploads(narrow, 10, "127.0.0.1", "") as first, uploads(narrow, 10, "127.0.0.2", ""):
        for source in ("127.0.0.1", "127.0.0.2"):
            with Raw(narrow.url, source) as another:
                answer = another.answer()
                assert answer is not None
                assert answer[0] == http.client.SERVICE_UNAVAILABLE
        with Raw(narrow.url, "127.0.0.3") as another:
            another.send(REQUEST)
            assert another.answer() == (200, b'{"version":"5.2"}')
        assert not any(raw.is_answered() for raw in first[:-1])


def memory(gateway: Gateway) -> int:
    """The memory that a gateway holds, in KiB."""
    status = Path(f"/proc/{gateway.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
