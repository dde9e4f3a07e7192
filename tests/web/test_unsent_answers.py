"""The system holds little of an answer that its client does not read: what it holds is charged to nobody."""

import os
import socket
import time
from pathlib import Path

import pytest
from calling import Caller
from running import Gateway

TABLE = Path("/proc/net/tcp")


@pytest.mark.skipif(not TABLE.exists(), reason="only Linux tells how much a connection holds")
def test_a_client_that_does_not_read_has_the_system_hold_little(module_gateway: Gateway) -> None:
    number = Caller(module_gateway.url).attach(data=os.urandom(900_000))
    port = int(module_gateway.url.rstrip("/").rpartition(":")[2])
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(f"GET /attachment.cgi?id={number} HTTP/1.0\r\n\r\n".encode())
        held, before = _unsent(port, client.getsockname()[1]), -1
        deadline = time.monotonic() + 60
        while held == 0 or held != before:  # until it takes no more
            assert time.monotonic() < deadline
            time.sleep(0.1)
            held, before = _unsent(port, client.getsockname()[1]), held
    assert held < 400_000


def _unsent(port: int, peer: int) -> int:
    """The bytes of a connection that the system has taken and the client has not."""
    for line in TABLE.read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        if (local[-4:], remote[-4:]) == (f"{port:04X}", f"{peer:04X}"):
            return int(queues.partition(":")[0], 16)
    return 0
