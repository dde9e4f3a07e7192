"""What is asked: the same requests for the gateway and for the floor."""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from scripts.benchmark.load import ONE_OF_MANY, UNIQUE

API_KEY = "B" * 40
WHEN = "2026-01-02 03:04:05"
PROTOCOLS = ("XML-RPC", "JSON-RPC", "REST")
HUGE = 10 << 20
"""Bytes of the largest attachment that is measured."""

_KEY = {"Bugzilla_api_key": API_KEY}
_LISTING = {"ids": [5], "exclude_fields": ["data"]}
NEVER_THE_SAME = {"ids": [5], "exclude_fields": ["data", UNIQUE.decode()]}
"""A listing that nothing can be kept for."""


@dataclass(frozen=True, slots=True)
class Workload:
    """One request, asked over and over: its name, protocol and bytes.

    It is compared with the floor, if that answers it, or with copies of `copied` bytes.
    """

    name: str
    protocol: str
    request: bytes
    has_floor: bool = True
    copied: int = 0


def workloads() -> Iterator[Workload]:
    """Everything that is measured for speed."""
    small, large, huge = (_upload(size) for size in (1024, 1 << 20, HUGE))
    change = {"ids": [12], "summary": UNIQUE.decode(), **_KEY}
    for protocol in PROTOCOLS:
        yield _workload("listing", protocol, "Bug.attachments", _LISTING)
        yield _workload("listing, never the same", protocol, "Bug.attachments", NEVER_THE_SAME)
        yield _workload("listing, with a key", protocol, "Bug.attachments", {**_LISTING, **_KEY})
        yield _workload("100 KB with data", protocol, "Bug.attachments", {"attachment_ids": [11]})
        yield _workload("upload of 1 KB", protocol, "Bug.add_attachment", small)
        yield _workload("upload of 1 MB", protocol, "Bug.add_attachment", large)
        yield _workload("new summary", protocol, "Bug.update_attachment", change)
    for protocol in PROTOCOLS:
        asked = request(protocol, "Bug.add_attachment", huge)
        yield Workload("upload of 10 MB", protocol, asked, has_floor=False, copied=HUGE)
    for name, size in (("upload of 1 KB", 1024), ("upload of 1 MB", 1 << 20)):
        yield Workload(name, "Ketura", ketura_upload(os.urandom(size)), has_floor=False)


def on_many_bugs(size: int, protocol: str) -> Workload:
    """Uploads to the bugs 1 to `--among` of the load, one after the other."""
    params = {**_upload(size), "ids": [ONE_OF_MANY.decode()]}
    return _workload(f"upload of {size >> 10} KB, many bugs", protocol, "Bug.add_attachment", params)


def site(bugs_in_all: int = 0) -> dict[str, Any]:
    """The site that the gateway is measured on, as a file for `gateway load`; with the bugs from 1 to `bugs_in_all`."""
    bugs = dict.fromkeys(range(1, bugs_in_all + 1), "one of many")
    bugs |= {5: "ten attachments", 6: "a large one", 10: "written to"}
    ten = [_attachment(number, 5, b"x" * 700) for number in range(1, 11)]
    return {
        "params": {"maxattachmentsize": str(20 << 10)},
        "groups": [{"id": 1, "name": "editbugs"}],
        "users": [
            {
                "id": 1,
                "login": "me@example.com",
                "real_name": "Me",
                "password": "a password",
                "groups": ["editbugs"],
                "api_keys": [{"api_key": API_KEY}],
            }
        ],
        "products": [{"id": 1, "name": "Widgets"}],
        "components": [{"id": 1, "name": "Core", "product": "Widgets"}],
        "bugs": [_bug(number, summary) for number, summary in bugs.items()],
        "attachments": [
            *ten,
            _attachment(11, 6, bytes(range(256)) * 400),
            _attachment(12, 10, b"x" * 1024),
        ],
    }


def _bug(number: int, summary: str) -> dict[str, Any]:
    people = {"reporter": "me@example.com", "assigned_to": "me@example.com"}
    times = {"creation_time": WHEN, "last_change_time": WHEN}
    return {"id": number, "product": "Widgets", "component": "Core", "summary": summary, **people, **times}


def _attachment(number: int, bug: int, content: bytes) -> dict[str, Any]:
    return {
        "id": number,
        "bug_id": bug,
        "file_name": f"file{number}.txt",
        "summary": f"number {number}",
        "content_type": "text/plain",
        "creator": "me@example.com",
        "data_b64": base64.b64encode(content).decode(),
        "creation_time": WHEN,
        "last_change_time": WHEN,
    }


def _upload(size: int) -> dict[str, Any]:
    return {
        "ids": [10],
        "data": os.urandom(size),
        "file_name": "f.bin",
        "summary": "s",
        "content_type": "application/octet-stream",
        **_KEY,
    }


def _workload(name: str, protocol: str, method: str, params: Mapping[str, Any]) -> Workload:
    return Workload(name, protocol, request(protocol, method, params))


def request(protocol: str, method: str, params: Mapping[str, Any]) -> bytes:
    """The bytes of an HTTP request that makes this call; bytes in `params` are content."""
    if protocol == "XML-RPC":
        return _http("POST", "/xmlrpc.cgi", "text/xml", _xml_call(method, params))
    in_json = {name: _in_json(value) for name, value in params.items()}
    if protocol == "JSON-RPC":
        call = {"method": method, "params": [in_json], "id": 1}
        return _http("POST", "/jsonrpc.cgi", "application/json", json.dumps(call).encode())
    return _rest(method, in_json)


def _rest(method: str, params: dict[str, Any]) -> bytes:
    if method == "Bug.add_attachment":
        (bug,) = params.pop("ids")
        return _http("POST", f"/rest/bug/{bug}/attachment", "application/json", json.dumps(params).encode())
    if method == "Bug.update_attachment":
        (attachment,) = params.pop("ids")
        return _http("PUT", f"/rest/bug/attachment/{attachment}", "application/json", json.dumps(params).encode())
    path = f"/rest/bug/{params.pop('ids')[0]}/attachment" if "ids" in params else ""
    path = path or f"/rest/bug/attachment/{params.pop('attachment_ids')[0]}"
    return _http("GET", f"{path}?{urlencode(params, doseq=True, safe='#@')}")


def ketura_upload(content: bytes) -> bytes:
    """An upload over Ketura's API."""
    parts = (
        b'--x\r\nContent-Disposition: form-data; name="Description"\r\n\r\na file\r\n'
        b'--x\r\nContent-Disposition: form-data; name="File"; filename="f.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n--x--\r\n"
    )
    headers = f"X-Bugzilla-API-Key: {API_KEY}\r\n"
    return _http("POST", "/Ketura/API/Issues/10/Attachments", "multipart/form-data; boundary=x", parts, headers)


def _in_json(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _xml_call(method: str, params: Mapping[str, Any]) -> bytes:
    members = "".join(
        f"<member><name>{name}</name><value>{_xml(value)}</value></member>" for name, value in params.items()
    )
    return (
        f'<?xml version="1.0"?><methodCall><methodName>{method}</methodName><params><param><value>'
        f"<struct>{members}</struct></value></param></params></methodCall>"
    ).encode()


def _xml(value: Any) -> str:
    if isinstance(value, bytes):
        return f"<base64>{base64.b64encode(value).decode()}</base64>"
    if isinstance(value, list):
        return f"<array><data>{''.join(f'<value>{_xml(each)}</value>' for each in value)}</data></array>"
    return f"<int>{value}</int>" if isinstance(value, int) else f"<string>{escape(value)}</string>"


def _http(verb: str, path: str, content_type: str = "", body: bytes = b"", headers: str = "") -> bytes:
    head = f"{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}"
    if body:
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body
