"""One call of a program as it goes over the wire, and the answer as the program reads it.

A call of RPC has `params`; one of REST has `request`, with its verb, path, query and body. "$name" in either stands for
something that is known when the call is made: the credentials of the user who calls, or what an earlier answer told.
Answers are plain JSON values. Those of XML-RPC keep the types that JSON lacks: {"double": "1.50"},
{"dateTime": "20261101T10:20:30"}, {"base64": "..."}.
"""

import base64
import http.client
import json
import re
import xmlrpc.client
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.etree.ElementTree import Element, fromstring

Known = Mapping[str, Any]

_NAME = re.compile(r"\$(\w+)")
_SPECIAL = ("$base64", "$time")


def ask(url: str, call: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """Make a call to the site at `url`; the status of the answer, and its `result`, or the code of its `error`."""
    protocol = call["protocol"]
    verb, path, body, headers = _WRITERS[protocol](call, known)
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        connection.request(verb, parts.path.rstrip("/") + path, body, headers)
        response = connection.getresponse()
        status, content = response.status, response.read()
    finally:
        connection.close()
    return {"status": status, **_READERS[protocol](content)}


def filled(value: Any, known: Known) -> Any:
    """Return the value with what is known in place of its names."""
    if isinstance(value, dict):
        if not value.keys().isdisjoint(_SPECIAL):
            return value
        return {key: filled(each, known) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, known) for each in value]
    if not isinstance(value, str):
        return value
    if (whole := _NAME.fullmatch(value)) and whole[1] in known:
        return known[whole[1]]
    return _NAME.sub(lambda name: str(known.get(name[1], name[0])), value)


def _xmlrpc(call: Mapping[str, Any], known: Known) -> tuple[str, str, bytes, dict[str, str]]:
    params = () if call["params"] is None else (_typed(filled(call["params"], known)),)
    body = xmlrpc.client.dumps(params, call["method"], allow_none=True).encode()
    return "POST", "/xmlrpc.cgi", body, {"Content-Type": "text/xml"}


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        if "$base64" in value:
            return xmlrpc.client.Binary(base64.b64decode(value["$base64"]))
        if "$time" in value:
            return xmlrpc.client.DateTime(value["$time"])
        return {key: _typed(each) for key, each in value.items()}
    return [_typed(each) for each in value] if isinstance(value, list) else value


def _jsonrpc_1_0(call: Mapping[str, Any], known: Known) -> tuple[str, str, bytes, dict[str, str]]:
    return _jsonrpc({"method": call["method"], "params": [filled(call["params"], known)], "id": 11})


def _jsonrpc_2_0(call: Mapping[str, Any], known: Known) -> tuple[str, str, bytes, dict[str, str]]:
    return _jsonrpc({"jsonrpc": "2.0", "method": call["method"], "params": filled(call["params"], known), "id": 11})


def _jsonrpc(document: Any) -> tuple[str, str, bytes, dict[str, str]]:
    return "POST", "/jsonrpc.cgi", json.dumps(document).encode(), {"Content-Type": "application/json"}


def _rest(call: Mapping[str, Any], known: Known) -> tuple[str, str, bytes | None, dict[str, str]]:
    request = filled(call["request"], known)
    path = quote(request["path"], safe="/%@")
    if "query" in request:
        path += "?" + urlencode([(name, value) for name, value in request["query"]])
    headers = {"Accept": "application/json", **request.get("headers", {})}
    body = None
    if "json" in request:
        body, headers["Content-Type"] = json.dumps(request["json"]).encode(), "application/json"
    elif "form" in request:
        body, headers["Content-Type"] = (
            urlencode([(name, value) for name, value in request["form"]]).encode(),
            "application/x-www-form-urlencoded",
        )
    return request["verb"], path, body, headers


def _read_xmlrpc(content: bytes) -> dict[str, Any]:
    root = fromstring(content)  # noqa: S314 - from a server that the test started
    fault = root.find("fault/value")
    if fault is not None:
        return {"error": _value(fault)["faultCode"]}
    return {"result": _value(root.find("params/param/value"))}


def _value(node: Element | None) -> Any:
    assert node is not None
    if len(node) == 0:
        return node.text or ""
    kind = node[0]
    if kind.tag == "struct":
        return {member.findtext("name") or "": _value(member.find("value")) for member in kind}
    if kind.tag == "array":
        return [_value(each) for each in kind.iterfind("data/value")]
    text = kind.text or ""
    if kind.tag in ("int", "i4"):
        return int(text)
    if kind.tag == "boolean":
        return text == "1"
    if kind.tag == "base64":
        return {"base64": "".join(text.split())}
    if kind.tag == "nil":
        return None
    return text if kind.tag == "string" else {kind.tag.partition(".")[0]: text}


def _read_jsonrpc(content: bytes) -> dict[str, Any]:
    answer = json.loads(content)
    assert answer["id"] == 11, answer
    return {"error": answer["error"]["code"]} if answer.get("error") else {"result": answer["result"]}


def _read_rest(content: bytes) -> dict[str, Any]:
    answer = json.loads(content)
    return {"error": answer["code"]} if isinstance(answer, dict) and answer.get("error") else {"result": answer}


_WRITERS = {"xmlrpc": _xmlrpc, "jsonrpc-1.0": _jsonrpc_1_0, "jsonrpc-2.0": _jsonrpc_2_0, "rest": _rest}
_READERS = {
    "xmlrpc": _read_xmlrpc,
    "jsonrpc-1.0": _read_jsonrpc,
    "jsonrpc-2.0": _read_jsonrpc,
    "rest": _read_rest,
}
