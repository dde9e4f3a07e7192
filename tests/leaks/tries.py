"""Requests with a secret in every place that takes one, and in places where it got by mistake. Each has its own."""

import base64
import json
import xmlrpc.client
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from running import account

STRANGER = account("stranger")

FORMS: Mapping[str, Mapping[str, str]] = {
    "login and password": {"login": STRANGER.login, "password": "{}"},
    "an unknown login": {"login": "nobody@example.com", "password": "{}"},
    "a password with Bugzilla's name": {"Bugzilla_login": STRANGER.login, "Bugzilla_password": "{}"},
    "a password for a login": {"Bugzilla_login": "{}", "Bugzilla_password": "{}"},
    "a key": {"api_key": "{}"},
    "a key with Bugzilla's name": {"Bugzilla_api_key": "{}"},
    "a token": {"token": "3-{}"},
    "a token with Bugzilla's name": {"Bugzilla_token": "3-{}"},
    "a token of no form": {"Bugzilla_token": "{}"},
}
HEADERS: Mapping[str, Mapping[str, str]] = {
    "a key": {"X-Bugzilla-API-Key": "{}"},
    "a token": {"X-Bugzilla-Token": "3-{}"},
    "a password": {"X-Bugzilla-Login": STRANGER.login, "X-Bugzilla-Password": "{}"},
    "a bearer": {"Authorization": "Bearer {}"},
    "Basic that is not base64": {"Authorization": "Basic {}"},
    "another scheme": {"Authorization": "Digest {}"},
    "a cookie": {"Cookie": "Bugzilla_logincookie={}"},
}
_JSON, _XML = {"Content-Type": "application/json"}, {"Content-Type": "text/xml"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_MULTIPART = {"Content-Type": "multipart/form-data; boundary=between"}
_METHOD = "Bug.update_attachment"
_NEW = {"ids": [2], "file_name": "a", "summary": "a", "content_type": "text/plain"}
_KEY = {"X-Bugzilla-API-Key": account("editor").api_key}
_UPLOAD = "/Ketura/API/Issues/2/Attachments"
_WRONG: Mapping[str, Mapping[str, Any]] = {
    "no such flag": {"flags": [{"name": "none"}]},
    "no name": {"file_name": ""},
    "no such bug": {"ids": [99]},
}

_XML_BODIES = (
    "<a>{}</b>",
    "&{};",
    "<a>&{};</a>",
    "<a xmlns:b='{}'><c:d/></a>",
    "<!DOCTYPE {} SYSTEM '{}'><a/>",
    "<!DOCTYPE a [<!ENTITY b '{}'>]><a>&b;</a>",
)
_XML_NAMES = ("<{}", "<a {}>", "<a {}='1' {}='2'/>", "<?xml version='1.0' encoding='{}'?><a/>")
"""Names that the parser quotes when it says what is wrong with them."""

_XML_VALUES = ("<{}/>", "<int>{}</int>", "<dateTime.iso8601>{}</dateTime.iso8601>", "<base64>{}!</base64>")
_JSON_BODIES = ("{", '{"password": "{}"', '{"password": {}}', '["{}", ]', "{}", '"{}"', '{"params": "{}"}')
_FORM_BODIES = (
    "{}",
    "--between\r\n{}",
    "--between\r\n{}: {}\r\n\r\n",
    "--between\r\nContent-Disposition: {}\r\n\r\n",
)
_PATHS = (
    "/rest/login&login=a&password={}",
    "/rest/login%3Flogin=a&password={}",
    "/rest/bug/1;api_key={}",
    "/rest/{}/bug/1",
    "/xmlrpc.cgi&Bugzilla_api_key={}",
    "/api_key={}",
    "//user:{}@bugs.example/rest/bug/1",
)
_HEADS = (
    "{}",
    "GET /?api_key={}",
    "GET /?api_key={} HTTP/9.9",
    "GET /?a= {} HTTP/1.1",
    "GET ?{} HTTP/1.1",
    "GET / HTTP/1.1\r\nAuthorization {}",
    "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\x01",
    "GET / HTTP/1.1\r\nHost: x\r\n Authorization: Bearer {}",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: {}",
    "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {}",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: {}",
    "POST /xmlrpc.cgi HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    "POST /xmlrpc.cgi HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: {}",
    "CONNECT {}:80 HTTP/1.1\r\nHost: x",
    "GET http://user:{}@bugs.example/rest/bug/1 HTTP/1.1\r\nHost: x",
    "GET / HTTP/1.1\r\nHost: x\r\nX: {}" + "a" * 9000,
)
"""What is no HTTP, or hardly."""


@dataclass(frozen=True, slots=True)
class Try:
    """Bytes of a request, and the secret in them.

    `echoed`: the answer may quote what was asked, that place included; `is_cut`: more seems to come, and does not.
    """

    place: str
    secret: str
    data: bytes
    echoed: bool = False
    is_cut: bool = False


class Tries:
    """Makes them: every secret is new, so that one that is found tells where it came from."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._count = 0

    def all(self) -> Iterator[Try]:
        """Every one of them."""
        for form, fields in FORMS.items():
            yield from self._calls(form, fields)
        for form, heads in HEADERS.items():
            yield from self._with_headers(form, heads)
        yield from self._basic()
        yield from self._uploads()
        yield from self._unreadable()
        yield from self._misplaced()
        yield from self._no_http()

    def _try(self, place: str, verb: str, path: str, heads: Mapping[str, str], body: str, echoed: bool = False) -> Try:
        """A request with {} where the secret goes."""
        secret = self._secret()
        sent = body.replace("{}", secret).encode()
        lines = {"Host": "bugs.example", "Connection": "close", "Content-Length": str(len(sent)), **heads}
        head = [f"{verb} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), "", ""]
        return Try(place, secret, "\r\n".join(head).replace("{}", secret).encode() + sent, echoed)

    def _secret(self) -> str:
        self._count += 1
        return f"Hush{self._run}N{self._count:04}Hush"

    def _calls(self, form: str, fields: Mapping[str, str]) -> Iterator[Try]:
        """A call that has to be logged in, with the credentials in its parameters, in every protocol."""
        for method in (_METHOD, "Bug.attachments", "User.login", "User.logout"):
            params: dict[str, Any] = {"ids": [1], **fields}
            body = xmlrpc.client.dumps((params,), method)
            yield self._try(f"XML-RPC {method}: {form}", "POST", "/xmlrpc.cgi", _XML, body)
            document = {"method": method, "params": [params], "id": 1}
            yield self._try(f"JSON-RPC 1.0 {method}: {form}", "POST", "/jsonrpc.cgi", _JSON, json.dumps(document))
            document = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
            yield self._try(f"JSON-RPC 2.0 {method}: {form}", "POST", "/jsonrpc.cgi", _JSON, json.dumps([document]))
            query = urlencode({"method": method, "params": json.dumps([params])}, safe="{}")
            yield self._try(f"JSON-RPC GET {method}: {form}", "GET", f"/jsonrpc.cgi?{query}", {}, "")
        query = urlencode(fields, safe="{}@")
        for path in ("/rest/bug/1/attachment", "/rest/login", "/rest/valid_login", "/attachment.cgi", "/xmlrpc.cgi"):
            yield self._try(f"GET {path}: {form}", "GET", f"{path}?id=1&{query}", {}, "")
        for verb, path in (("PUT", "/rest/bug/attachment/1"), ("POST", "/rest/bug/2/attachment")):
            yield self._try(f"{verb} {path}, query: {form}", verb, f"{path}?{query}", _JSON, "{}")
            yield self._try(f"{verb} {path}, JSON: {form}", verb, path, _JSON, json.dumps(dict(fields)))
            yield self._try(f"{verb} {path}, form: {form}", verb, path, _FORM, query)

    def _with_headers(self, form: str, heads: Mapping[str, str]) -> Iterator[Try]:
        calls = [
            ("POST", "/xmlrpc.cgi", _XML, xmlrpc.client.dumps(({"ids": [1]},), _METHOD)),
            ("POST", "/jsonrpc.cgi", _JSON, json.dumps({"method": _METHOD, "params": [{"ids": [1]}], "id": 1})),
            ("PUT", "/rest/bug/attachment/1", _JSON, "[]"),
            ("GET", "/rest/bug/1", {}, ""),
            ("GET", "/attachment.cgi?id=1", {}, ""),
            ("POST", "/Ketura/API/Issues/2/Attachments", _MULTIPART, "--between--"),
            ("GET", "/docs", {}, ""),
            ("GET", "/nowhere", {}, ""),
        ]
        for verb, path, typed, body in calls:
            yield self._try(f"{verb} {path}, header: {form}", verb, path, {**typed, **heads}, body)

    def _basic(self) -> Iterator[Try]:
        """Login and password in base64; that is sought too."""
        for path in ("/Ketura/API/Issues/2/Attachments", "/xmlrpc.cgi", "/jsonrpc.cgi", "/rest/bug/1"):
            for login in (STRANGER.login, "nobody@example.com"):
                secret = self._secret()
                word = base64.b64encode(f"{login}:{secret}".encode()).decode()
                head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n"
                yield Try(f"{path}: Basic", secret, f"{head}Authorization: Basic {word}\r\n\r\n".encode())

    def _uploads(self) -> Iterator[Try]:
        """Uploads whose content is the secret; they fail, at the end and in the middle."""
        for name, wrong in _WRONG.items():
            params = {**_NEW, **wrong, "data": "{}"}
            body = xmlrpc.client.dumps((params,), "Bug.add_attachment")
            yield self._try(f"XML-RPC upload, {name}", "POST", "/xmlrpc.cgi", {**_XML, **_KEY}, body)
            yield self._try(f"XML-RPC upload, {name}, cut", "POST", "/xmlrpc.cgi", {**_XML, **_KEY}, body[:-30])
            call = json.dumps({"method": "Bug.add_attachment", "params": [params], "id": 1})
            yield self._try(f"JSON-RPC upload, {name}", "POST", "/jsonrpc.cgi", {**_JSON, **_KEY}, call)
            rest = json.dumps(params)
            yield self._try(f"REST upload, {name}", "POST", "/rest/bug/2/attachment", {**_JSON, **_KEY}, rest)
        for name in ("File", "Description", "Other"):
            body = f'--between\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{{}}\r\n--between--'
            yield self._try(f"Ketura {name}", "POST", _UPLOAD, {**_MULTIPART, **_KEY}, body)

    def _unreadable(self) -> Iterator[Try]:
        """Bodies that cannot be read, with the secret where the parser stumbles."""
        for body in _XML_BODIES:
            yield self._try(f"XML {body}", "POST", "/xmlrpc.cgi", _XML, body)
        for body in _XML_NAMES:
            yield self._try(f"XML {body}", "POST", "/xmlrpc.cgi", _XML, body, echoed=True)
        for body in _XML_VALUES:
            param = f"<param><value>{body}</value></param>"
            call = f"<methodCall><methodName>User.login</methodName><params>{param}</params></methodCall>"
            yield self._try(f"XML {body}", "POST", "/xmlrpc.cgi", _XML, call, echoed=True)
        for body in _JSON_BODIES:
            for path in ("/jsonrpc.cgi", "/rest/bug/2/attachment"):
                yield self._try(f"JSON {body}", "POST", path, _JSON, body)
        yield self._try("JSON in a query", "GET", "/jsonrpc.cgi?method=User.login&params=[{}", {}, "")
        for body in _FORM_BODIES:
            yield self._try(f"multipart {body}", "POST", _UPLOAD, {**_MULTIPART, **_KEY}, body)

    def _misplaced(self) -> Iterator[Try]:
        """A secret that became part of an address, by a wrong separator or wrong quoting."""
        for path in _PATHS:
            yield self._try(f"GET {path}", "GET", path, {}, "", echoed=True)
        yield self._try("a host", "GET", "/docs", {"Host": "user:{}@bugs.example"}, "", echoed=True)
        yield self._try("a name of a method", "POST", "/xmlrpc.cgi", _XML, xmlrpc.client.dumps((), "{}"), echoed=True)
        yield self._try("a verb", "{}", "/rest/bug/1", {}, "", echoed=True)

    def _no_http(self) -> Iterator[Try]:
        for head in _HEADS:
            secret = self._secret()
            data = f"{head}\r\nConnection: close\r\n\r\n".replace("{}", secret).encode()
            yield Try(f"no HTTP: {head[:70]!r}", secret, data, echoed=True, is_cut=True)
