"""Requests as they are written, and answers with every byte that came: nothing is followed, joined or left out."""

import json
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlsplit

from running import PATIENCE, Gateway


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; the names of headers are in lower case, and the time of the answer is left out."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Line:
    """A connection to a gateway, for one request after the other."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 0)
        self._socket: socket.socket | None = None
        self._stream: IO[bytes] | None = None
        self._verb = ""

    def write(self, verb: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> None:
        """Send a request."""
        if self._socket is None:
            self._socket = socket.create_connection(self._address, PATIENCE)
            self._stream = self._socket.makefile("rb")
        heads = {"Host": "{}:{}".format(*self._address), "Content-Length": str(len(body)), **headers}
        lines = [f"{verb} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in heads.items()), "", ""]
        self._socket.sendall("\r\n".join(lines).encode() + body)
        self._verb = verb

    def read(self) -> Answer:
        """The answer to the request that was sent."""
        assert self._stream is not None
        status, headers = int(self._stream.readline().split()[1]), {}
        while line := self._stream.readline().rstrip(b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            assert name.lower() not in headers or name.lower() == "set-cookie", line
            headers[name.lower()] = "; ".join([*filter(None, [headers.get(name.lower())]), value.strip()])
        assert "transfer-encoding" not in headers, headers
        bodiless = self._verb == "HEAD" or status in (204, 304)
        answer = Answer(status, headers, b"" if bodiless else self._stream.read(int(headers["content-length"])))
        headers.pop("date")
        if headers.pop("connection", "") == "close":
            self.close()
        return answer

    def close(self) -> None:
        """Close the connection; another request opens another one."""
        if self._socket is not None and self._stream is not None:
            self._stream.close()
            self._socket.close()
        self._socket = self._stream = None


def ask(gateway: Gateway, verb: str, path: str, headers: Mapping[str, str], document: Any = None) -> Answer:
    """One request over a connection of its own, with a JSON document where one is given."""
    body = b"" if document is None else json.dumps(document).encode()
    typed = {} if document is None else {"Content-Type": "application/json"}
    with closing(Line(gateway.url)) as line:
        line.write(verb, path, {**typed, **headers}, body)
        return line.read()
