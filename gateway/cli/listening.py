"""The sockets that the gateway listens on."""

import os
import socket
import sys

import click

BACKLOG = 1024
"""Connections that may wait to be accepted."""


def listen(host: str, port: int, workers: int) -> list[socket.socket]:
    """Return the listening sockets, one for each worker, on the same port; port 0 takes a free one.

    On Linux each worker has a socket of its own (SO_REUSEPORT), and the kernel spreads connections over them. With one
    socket for all, a worker that wakes up would accept everything that waits. Other systems do not spread connections,
    so there all workers share one socket. Either way workers inherit the sockets: connections that wait for a worker
    that died are answered by its replacement.

    Raises `click.ClickException` if the address is not available.
    """
    try:
        family, kind, protocol, _, address = _resolved(host, port)
        if workers == 1 or sys.platform != "linux":
            return [_bound(family, kind, protocol, address)] * workers
        # A socket without SO_REUSEPORT finds out whether another server, with it, has the port already.
        with _bound(family, kind, protocol, address) as probe:
            address = probe.getsockname()
        return [_bound(family, kind, protocol, address, shared=True) for _ in range(workers)]
    except OSError as problem:
        raise click.ClickException(
            f"Cannot listen on {host} port {port}: {problem.strerror}. Choose another with --host and --port "
            "(0 takes a free port)."
        ) from problem


def _resolved(host: str, port: int) -> tuple[int, int, int, str, tuple[object, ...]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return min(found, key=lambda each: each[0] != socket.AF_INET)  # "localhost" is 127.0.0.1 to most clients


def _bound(
    family: int, kind: int, protocol: int, address: tuple[object, ...], *, shared: bool = False
) -> socket.socket:
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere it would let two servers have the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
