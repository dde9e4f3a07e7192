"""Calls as clients of each protocol make them. An answer that is none of its protocol is a mistake of the gateway."""

import base64
import json
import xmlrpc.client
from collections.abc import Mapping
from typing import Any

import aiohttp

from scripts.torture_runs.site import API_KEY

PROTOCOLS = ("XML-RPC", "JSON-RPC", "REST", "Ketura")
CUT_OFF = (aiohttp.ClientError, ConnectionError, TimeoutError)
"""What a client meets where the gateway is gone: whether the call was carried out, it cannot know."""

BUSY = "The server is busy: its store cannot be used right now. Try again in a moment."
"""What every protocol says where the disk or the database fails."""

Params = Mapping[str, Any]


class Refused(Exception):  # noqa: N818 (an error of a protocol, which may be just what is wanted)
    """The gateway answered with an error, in the form of the protocol."""

    def __init__(self, protocol: str, status: int, code: int, message: str) -> None:
        super().__init__(f"{protocol} {status}, error {code}: {message}")
        self.code = code
        self.message = message


class NotOfProtocol(Exception):  # noqa: N818 (the gateway's mistake, told as a problem of the run)
    """An answer that is no answer of the protocol."""


async def call(session: aiohttp.ClientSession, protocol: str, method: str, params: Params) -> Any:
    """Call Bug.attachments, Bug.add_attachment or Bug.update_attachment, and return its result; in Ketura only to add.

    Raises `Refused`, `NotOfProtocol` and, where the connection broke, one of `CUT_OFF`.
    """
    speak = {"XML-RPC": _xmlrpc, "JSON-RPC": _jsonrpc, "REST": _rest, "Ketura": _ketura}[protocol]
    return await speak(session, method, params)


async def _xmlrpc(session: aiohttp.ClientSession, method: str, params: Params) -> Any:
    body = xmlrpc.client.dumps(({**params, "Bugzilla_api_key": API_KEY},), method).encode()
    async with session.post("/xmlrpc.cgi", data=body, headers={"Content-Type": "text/xml"}) as answer:
        text = await _body("XML-RPC", answer, "text/xml", 200)
    try:
        (result,), _ = xmlrpc.client.loads(text, use_builtin_types=True)
    except xmlrpc.client.Fault as fault:
        raise Refused("XML-RPC", 200, fault.faultCode, fault.faultString) from None
    return result


async def _jsonrpc(session: aiohttp.ClientSession, method: str, params: Params) -> Any:
    document = {"jsonrpc": "2.0", "method": method, "params": {**params, "Bugzilla_api_key": API_KEY}, "id": 1}
    headers = {"Content-Type": "application/json"}
    async with session.post("/jsonrpc.cgi", data=_json(document), headers=headers) as answer:
        read = json.loads(await _body("JSON-RPC", answer, "application/json", 200))
    if error := read.get("error"):
        raise Refused("JSON-RPC", 200, error["code"], error["message"])
    return read["result"]


async def _rest(session: aiohttp.ClientSession, method: str, params: Params) -> Any:
    verb, path = _resource(method, params)
    headers = {"Content-Type": "application/json", "X-Bugzilla-API-Key": API_KEY}
    async with session.request(verb, path, data=None if verb == "GET" else _json(params), headers=headers) as answer:
        status = answer.status
        read = json.loads(await _body("REST", answer, "application/json", *range(200, 600)))
    if read.get("error"):
        raise Refused("REST", status, read["code"], read["message"])
    if status >= 300:
        raise NotOfProtocol(f"REST answered {status} with {read}")
    return read


def _resource(method: str, params: Params) -> tuple[str, str]:
    (number,) = params["ids"]
    if method == "Bug.update_attachment":
        return "PUT", f"/rest/bug/attachment/{number}"
    return "GET" if method == "Bug.attachments" else "POST", f"/rest/bug/{number}/attachment"


async def _ketura(session: aiohttp.ClientSession, _: str, params: Params) -> None:
    form = aiohttp.FormData()
    form.add_field("Description", params["summary"])
    form.add_field("File", params["data"], filename=params["file_name"], content_type=params["content_type"])
    path, headers = f"/Ketura/API/Issues/{params['ids'][0]}/Attachments", {"X-Bugzilla-API-Key": API_KEY}
    async with session.post(path, data=form, headers=headers) as answer:
        text = await answer.text()
        if answer.status >= 400 and answer.content_type in ("text/plain", "text/html"):
            raise Refused("Ketura", answer.status, answer.status, text)
        if answer.status != 204 or text:
            raise NotOfProtocol(f"Ketura answered {answer.status} with {text[:300]}")


async def _body(protocol: str, answer: aiohttp.ClientResponse, content_type: str, *statuses: int) -> str:
    text = await answer.text()
    if answer.status not in statuses or answer.content_type != content_type:
        raise NotOfProtocol(f"{protocol} answered {answer.status} {answer.content_type} with {text[:300]}")
    return text


def _json(document: Any) -> bytes:
    return json.dumps(document, default=lambda content: base64.b64encode(content).decode()).encode()
