"""One call, made through every protocol: a small client that knows a method by its declaration alone.

Whatever a rule table asks, the client looks at more: every answer has the status and the content type of its protocol,
every result the types that its method declares, and every error is one that the method declares or any call can meet.
"""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from results import plain
from running import account
from wire import PROTOCOLS, Params, Request, to_json

from gateway.methods.catalogue import METHODS
from gateway.methods.declaration import Method, Type

HTTP_STATUS = {
    **dict.fromkeys((51, 101), 404),
    **dict.fromkeys((102, 106, 109, 110, 113, 115, 120, 300, 301, 302, 303, 304, 410, 504, 505), 401),
}
"""The status of a REST answer with an error of this code; 400 for all others."""

IDLE = 30.0
"""Seconds after which a connection is not used again: the gateway closes one that is idle for 75."""

OF_ANY_CALL = {53, 300, 301, 306, 410, 32000}
"""Errors that need no declaration: of credentials, and of a list or a struct where a text belongs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call. `code` is that of its error, 0 for success; `result` is in plain values.

    `status` is that of HTTP, and `body` what came over the wire.
    """

    protocol: str
    code: int
    result: Any
    message: str
    status: int
    body: bytes = field(repr=False)


class Caller:
    """Calls one site, over one connection; `url` ends with a slash."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._before = urlsplit(url).path.removesuffix("/")
        self._connection = self._connected()
        self._used = time.monotonic()

    def _connected(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    @contextmanager
    def _fresh(self) -> Iterator[http.client.HTTPConnection]:
        """The connection, for one request: opened anew after one that failed, and when it has been idle for long."""
        if time.monotonic() > self._used + IDLE:
            self._connection.close()
        try:
            yield self._connection
        except BaseException:
            self._connection.close()
            raise
        self._used = time.monotonic()

    def another(self) -> AbstractContextManager[http.client.HTTPConnection]:
        """A connection beside that for calls, until the end of the block."""
        return closing(self._connected())

    def everywhere(self, method: str, params: Params, who: str = "", headers: Params | None = None) -> Iterator[Answer]:
        """Call through every protocol in which this can be said, each when its answer is asked for.

        `who` is a user of the test site, who shows their API key.
        """
        for protocol in PROTOCOLS:
            answer = self.through(protocol, method, params, who, headers)
            if answer is not None:
                yield answer

    def agreed(self, method: str, params: Params, who: str = "", headers: Params | None = None) -> Answer:
        """Call through every protocol in which this can be said; all must come to the same."""
        first, *others = self.everywhere(method, params, who, headers)
        for other in others:
            assert (other.code, other.result) == (first.code, first.result), f"{other}\n{first}"
        return first

    def result(self, method: str, params: Params, who: str = "") -> Any:
        """The result of a call that must succeed, in whichever protocol."""
        answer = self.through("jsonrpc-2.0", method, params, who)
        assert answer is not None
        assert answer.code == 0, answer
        return answer.result

    def attach(self, who: str = "editor", bug: int | str = 2, **fields: Any) -> int:
        """The number of a new attachment."""
        params = {"ids": [bug], "data": b"content", "file_name": "a.txt", "summary": "a", "content_type": "text/plain"}
        number: int = self.result("Bug.add_attachment", {**params, **fields}, who)["ids"][0]
        return number

    def attachment(self, number: int) -> dict[str, Any]:
        """An attachment as an insider sees it."""
        shown: dict[str, Any] = self.result("Bug.attachments", {"attachment_ids": [number]}, "insider")
        return shown["attachments"][str(number)]

    def through(
        self, protocol: str, method: str, params: Params, who: str = "", headers: Params | None = None
    ) -> Answer | None:
        """Call through one protocol; None where it has no way to say this."""
        declared = METHODS.get(method)
        assert declared is not None, method
        if who:
            params = {**params, "Bugzilla_api_key": _key(who)}
        write, read = PROTOCOLS[protocol]
        request = write(declared, params)
        if request is None:
            return None
        status, content_type, body = self.send(request, headers)
        code, raw, message = read(body)
        wanted = (HTTP_STATUS.get(code, 400) if code else request.success) if protocol == "rest" else 200
        assert status == wanted, (protocol, status, body)
        assert content_type == ("text/xml" if protocol == "xmlrpc" else "application/json"), (protocol, content_type)
        if code:
            assert code in OF_ANY_CALL | _codes(declared), f"{method} declares no error {code}"
            return Answer(protocol, code, None, message, status, body)
        chosen = "include_fields" in params or "exclude_fields" in params
        result = plain(declared.result, _unwrapped(protocol, declared.result, raw), chosen)
        return Answer(protocol, 0, result, "", status, body)

    def send(self, request: Request, headers: Params | None = None) -> tuple[int, str, bytes]:
        """Send a request as it is; status, media type and body of the answer."""
        path = self._before + request.path
        with self._fresh() as connection:
            connection.request(request.verb, path, request.body, {**request.headers, **(headers or {})})
            response = connection.getresponse()
            return response.status, response.headers.get_content_type(), response.read()

    def get_json(self, path: str, headers: Params | None = None) -> tuple[int, str, Any]:
        """GET a path as it is; status, media type and document of the answer."""
        status, content_type, body = self.send(Request("GET", path), headers)
        return status, content_type, json.loads(body)

    def headers(self, verb: str, path: str, headers: Params | None = None) -> Mapping[str, str]:
        """The headers of the answer to a request without a body."""
        with self._fresh() as connection:
            connection.request(verb, self._before + path, headers=headers or {})
            response = connection.getresponse()
            response.read()
            return response.headers

    def send_json(self, verb: str, path: str, document: Any, who: str = "") -> tuple[int, Any]:
        """Send a JSON document to a path as it is; status and document of the answer."""
        if who:
            document = {**document, "Bugzilla_api_key": _key(who)}
        request = Request(verb, path, to_json(document).encode(), {"Content-Type": "application/json"})
        status, _, answer = self.send(request)
        return status, json.loads(answer)


@cache
def _key(who: str) -> str:
    return account(who).api_key


def _codes(method: Method) -> set[int]:
    return {code for kind in method.errors for code in (kind.code, kind.jsonrpc1_code)}


def _unwrapped(protocol: str, kind: Type, raw: Any) -> Any:
    """A result without what stands for it where a protocol cannot carry it alone: REST's object, XML-RPC's nothing."""
    if protocol == "rest" and kind.name not in ("struct", "map", "array"):
        assert list(raw) == ["result"], raw
        return raw["result"]
    return raw
