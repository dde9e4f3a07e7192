"""One attack on a gateway, over a connection of its own: what was answered, and what it took of the process."""

import http.client
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scripts.torture_runs.attacks.attack import Attack
from scripts.torture_runs.attacks.endpoints import Target

PATIENCE = 60.0
"""Seconds after which no answer comes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; status 0 where the connection ended without one."""

    status: int = 0
    content_type: str = ""
    body: bytes = b""


def attacked(port: int, target: Target, attack: Attack, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send the body of an attack to a target."""
    all_headers = {
        "Host": "localhost",
        "Connection": "close",
        "Content-Type": attack.content_type,
        "Content-Length": str(len(body)),
        **headers,
        **attack.headers,
    }
    lines = [f"{target.verb} {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in all_headers.items())]
    return exchanged(port, "\r\n".join([*lines, "", ""]).encode() + body, target.verb)


def exchanged(port: int, sent: bytes, verb: str = "GET") -> Answer:
    """Send bytes, and read the first answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        with suppress(ConnectionError):  # it may be answered, and closed, before it is sent
            connection.sendall(sent)
        response = http.client.HTTPResponse(connection, method=verb)
        try:
            response.begin()
            return Answer(response.status, response.headers.get_content_type(), response.read())
        except (http.client.HTTPException, ConnectionError):
            return Answer()


def complaint(target: Target, attack: Attack, answer: Answer) -> str:
    """What is wrong with an answer; nothing where it is right."""
    if not answer.status:
        return "there was no answer"
    if target.understands(attack) and attack.is_refused and not target.is_error(answer.status, answer.body):
        return f"it was accepted: {answer.body[:200]!r}"
    return target.complaint(answer.status, answer.content_type, answer.body)


class Memory:
    """The memory of a process, in MiB (Linux)."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")
        self._before = 0.0

    def begin(self) -> None:
        """Forget the peak so far."""
        (self._folder / "clear_refs").write_text("5")
        self._before = self._read("VmRSS")

    def rise(self) -> float:
        """By how much the peak since then is above what was held then."""
        return self.peak() - self._before

    def peak(self) -> float:
        """The most that was held since then."""
        return self._read("VmHWM")

    def _read(self, name: str) -> float:
        found = re.search(rf"{name}:\s+(\d+) kB", (self._folder / "status").read_text())
        return int(found[1]) / 1024 if found else 0.0
