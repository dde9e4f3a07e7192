"""Requests as they are written, and answers with every byte that came: nothing is followed, read or left out."""

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from running import Gateway


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
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def send(self, verb: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        self._connection.request(verb, path, body or None, dict(headers))
        response = self._connection.getresponse()
        heads = {name.lower(): value for name, value in response.getheaders() if name.lower() != "date"}
        return Answer(response.status, heads, response.read())

    def close(self) -> None:
        self._connection.close()


def ask(gateway: Gateway, verb: str, path: str, headers: Mapping[str, str], document: Any = None) -> Answer:
    """One request over a connection of its own, with a JSON document where one is given."""
    body = b"" if document is None else json.dumps(document).encode()
    typed = {} if document is None else {"Content-Type": "application/json"}
    with closing(Line(gateway.url)) as line:
        return line.send(verb, path, {**typed, **headers}, body)
