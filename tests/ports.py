"""Ports of this machine for servers that tests start, and that have to be told theirs."""

import socket
import sys

_RESERVED: list[socket.socket] = []
"""Sockets that keep the ports for this process, until it ends."""


def free_port() -> int:
    """Return a port that nothing listens on, and that nothing but a server told to will take from now on.

    A port that was only looked up may be given to any connection of any process before the server binds it, or while
    the server is down. On Linux a bound socket with SO_REUSEADDR keeps it from them, and lets the server, which sets
    that option too, bind and listen. It is bound on all addresses, as servers may be: a connection from another
    address of this machine must not take the port either.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("", 0))
    port: int = reserved.getsockname()[1]
    if sys.platform == "linux":
        _RESERVED.append(reserved)
    else:
        reserved.close()
    return port
