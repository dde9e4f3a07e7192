"""What large uploads and downloads, and a listing with much data, take of memory."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.benchmark.servers import Server, gateway
from scripts.benchmark.workloads import API_KEY, PROTOCOLS, ketura_upload, request

SIZE = 100 * 1024 * 1024
LISTED = 10 * 1024 * 1024
_KEY = {"Bugzilla_api_key": API_KEY}


def measure(folder: Path, show: Callable[[str, float], None]) -> None:
    """Show for each workload by how many MiB it raised the peak of a server that has answered before."""
    with gateway(folder, "--max-attachment-size", str(SIZE), "--max-ketura-size", str(SIZE)) as server:
        ask(server, request("XML-RPC", "Bug.attachments", {"ids": [5], **_KEY}))
        content = os.urandom(SIZE)
        for protocol in PROTOCOLS:
            with rise(server, f"upload of 100 MB, {protocol}", show):
                ask(server, request(protocol, "Bug.add_attachment", upload(content)))
        with rise(server, "upload of 100 MB, Ketura", show):
            ask(server, ketura_upload(content))
        for protocol in PROTOCOLS:
            with rise(server, f"download of 100 MB, {protocol}", show):
                received = ask(server, request(protocol, "Bug.attachments", {"attachment_ids": [13], **_KEY}))
            if received < SIZE * 4 // 3:
                raise SystemExit(f"Only {received} bytes came back.")
        for _ in range(10):
            ask(server, request("XML-RPC", "Bug.add_attachment", {**upload(content[:LISTED]), "ids": [6]}))
        for protocol in PROTOCOLS:
            with rise(server, f"listing with 10 x 10 MB of data, {protocol}", show):
                ask(server, request(protocol, "Bug.attachments", {"ids": [6], **_KEY}))


def upload(content: bytes) -> dict[str, object]:
    """The parameters of an upload."""
    named = {"file_name": "f.bin", "summary": "s", "content_type": "application/octet-stream"}
    return {"ids": [10], "data": content, **named, **_KEY}


@contextmanager
def rise(server: Server, name: str, show: Callable[[str, float], None]) -> Iterator[None]:
    """Show by how many MiB this block raised the peak of a server."""
    server.forget_peak()
    before = server.peak()
    yield
    show(name, server.peak() - before)


def ask(server: Server, asked: bytes) -> int:
    """Send a request, read all of the answer, and count its bytes."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(asked.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        received, head = 0, b""
        while data := connection.recv(1 << 20):
            head = head or data
            received += len(data)
    if head[9:10] != b"2" or b"<fault>" in head or b'"error":{' in head:
        raise SystemExit(f"The gateway answered {head[:300]!r}")
    return received
