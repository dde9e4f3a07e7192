"""Requests that no HTTP library would send, byte by byte, and an upload for each endpoint to make them of."""

import http.client
import json
import select
import socket
import xmlrpc.client
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from running import account
from wire import to_json

PATIENCE = 30.0
"""Seconds after which an answer is taken not to come."""

LIMIT = 1024 * 1024
"""Bytes of the largest attachment of the test site."""

MAX_BODY = LIMIT * 3 // 2 + 1024 * 1024
"""Bytes of the largest body that is taken."""


class Raw:
    """A connection to a gateway, to write on as one likes."""

    def __init__(self, url: str, source: str = "") -> None:
        """Connect from the address `source`, if it is given: on Linux any of 127.0.0.0/8 will do."""
        parts = urlsplit(url)
        own = (source, 0) if source else None
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE, source_address=own)

    def send(self, data: bytes) -> bool:
        """Send bytes; whether the gateway still took them."""
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def is_answered(self) -> bool:
        """Whether something has come back."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def end(self) -> None:
        """Send no more."""
        self._socket.shutdown(socket.SHUT_WR)

    def answer(self) -> tuple[int, bytes] | None:
        """Status and body of the answer; None where the connection ends without one."""
        response = http.client.HTTPResponse(self._socket)
        try:
            response.begin()
            return response.status, response.read()
        except (http.client.HTTPException, ConnectionResetError):
            return None

    def everything(self) -> bytes:
        """All that comes until the connection ends."""
        received = b""
        with suppress(ConnectionResetError):
            while data := self._socket.recv(1 << 16):
                received += data
        return received

    def is_asked(self) -> bool:
        """Whether the gateway asks for the body that was announced (100 Continue)."""
        return self._socket.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()


@dataclass(frozen=True)
class Endpoint:
    """Where an upload can go to, and how it is written there."""

    name: str
    path: str
    content_type: str

    def head(self, **headers: object) -> bytes:
        """A request line with headers; an underscore in their names stands for a dash."""
        lines = [f"POST {self.path} HTTP/1.1", "Host: localhost", f"Content-Type: {self.content_type}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def upload(self, content: bytes, summary: str = "should not be there") -> bytes:
        """The body of a call that adds an attachment to bug 2."""
        params = {
            "Bugzilla_api_key": account("editor").api_key,
            "ids": ["2"],
            "file_name": "a.bin",
            "summary": summary,
            "content_type": "application/octet-stream",
            "data": content,
        }
        return self._written(params).encode()

    def _written(self, params: Mapping[str, Any]) -> str:
        method = "Bug.add_attachment"
        match self.name:
            case "xmlrpc":
                return xmlrpc.client.dumps((dict(params),), method)
            case "jsonrpc-1.0":
                return to_json({"method": method, "params": [params], "id": 1})
            case "jsonrpc-2.0":
                return to_json({"jsonrpc": "2.0", "method": method, "params": params, "id": 1})
            case "rest":
                return to_json({name: value for name, value in params.items() if name != "ids"})
        return urlencode({name: value for name, value in json.loads(to_json(params)).items() if name != "ids"})

    def code(self, body: bytes) -> int:
        """The code of the error in an answer, which must be in the form of the protocol; 0 for success."""
        if self.name == "xmlrpc":
            try:
                xmlrpc.client.loads(body)
            except xmlrpc.client.Fault as fault:
                return fault.faultCode
            return 0
        document = json.loads(body)
        error = document if self.name.startswith("rest") else document.get("error")
        return int(error["code"]) if error and "code" in error else 0


ENDPOINTS = (
    Endpoint("xmlrpc", "/xmlrpc.cgi", "text/xml"),
    Endpoint("jsonrpc-1.0", "/jsonrpc.cgi", "application/json"),
    Endpoint("jsonrpc-2.0", "/jsonrpc.cgi", "application/json"),
    Endpoint("rest", "/rest/bug/2/attachment", "application/json"),
    Endpoint("rest form", "/rest/bug/2/attachment", "application/x-www-form-urlencoded"),
)
