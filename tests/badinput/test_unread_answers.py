"""Clients that do not take their answers: what was kept for them is let go."""

import re
import socket
import time
from urllib.parse import urlsplit

from calling import Caller
from raw import PATIENCE
from running import Gateway
from wire import Request

REQUEST = b"GET /rest/bug/8/attachment?api_key=%b HTTP/1.1\r\nHost: localhost\r\n\r\n"


def in_flight(caller: Caller) -> float:
    """Requests that are being answered, that for the number among them."""
    page = caller.send(Request("GET", "/metrics"))[2].decode()
    return float(re.findall(r"^gateway_requests_in_flight (\S+)$", page, re.MULTILINE)[0])


def test_an_answer_that_is_not_taken_is_given_up(impatient: Gateway) -> None:
    caller = Caller(impatient.url)
    for _ in range(12):  # more than the system keeps for a connection
        caller.attach("secret-member", bug=8, data=bytes(1024 * 1024))
    address = urlsplit(impatient.url)
    with socket.socket() as unread:
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        unread.connect((address.hostname, address.port))
        unread.sendall(REQUEST % (b"M" * 40))
        deadline = time.monotonic() + PATIENCE
        while in_flight(caller) == 1:
            assert time.monotonic() < deadline, "it never began"
        while in_flight(caller) > 1:
            assert time.monotonic() < deadline, "it is never given up"
            time.sleep(0.05)
