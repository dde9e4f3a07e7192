import socket
import sys
from collections.abc import Iterator

import click
import pytest

from gateway.cli.listening import listen


def closed(sockets: list[socket.socket]) -> None:
    for each in sockets:
        each.close()


@pytest.mark.parametrize("workers", [1, 3])
def test_there_is_a_socket_for_each_worker_on_one_port(workers: int) -> None:
    sockets = listen("127.0.0.1", 0, workers)
    assert len(sockets) == workers
    (port,) = {each.getsockname()[1] for each in sockets}
    assert port > 0
    if sys.platform == "linux":
        assert len({each.fileno() for each in sockets}) == workers
    socket.create_connection(("127.0.0.1", port), timeout=10).close()
    closed(sockets)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one socket for all workers")
def test_connections_are_spread_over_the_workers() -> None:
    sockets = listen("127.0.0.1", 0, 2)
    clients = [socket.create_connection(sockets[0].getsockname(), timeout=10) for _ in range(64)]
    accepted = [len(list(_accepted(each))) for each in sockets]
    assert sum(accepted) == 64
    assert min(accepted) > 10
    closed([*clients, *sockets])


def _accepted(listener: socket.socket) -> Iterator[None]:
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return
        yield


@pytest.mark.parametrize("theirs", [1, 2])
@pytest.mark.parametrize("ours", [1, 2])
def test_a_port_that_another_gateway_has_is_not_shared_with_it(theirs: int, ours: int) -> None:
    other = listen("127.0.0.1", 0, theirs)
    port = other[0].getsockname()[1]
    with pytest.raises(
        click.ClickException, match=rf"Cannot listen on 127\.0\.0\.1 port {port}: Address already in use"
    ):
        listen("127.0.0.1", port, ours)
    closed(other)


def test_localhost_is_where_most_clients_look_for_it() -> None:
    (listener,) = listen("localhost", 0, 1)
    assert listener.getsockname()[0] == "127.0.0.1"
    listener.close()


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_an_address_that_is_not_ours_is_told(host: str) -> None:
    with pytest.raises(click.ClickException, match="Choose another with --host"):
        listen(host, 0, 1)
