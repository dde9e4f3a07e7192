"""A small client that knows nothing but WADL: it makes calls from a description, and holds the answers against it."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from lxml import etree

NAMESPACES = {"w": "http://wadl.dev.java.net/2009/02"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the server; `body` is decoded JSON."""

    status: int
    body: Any


class WadlClient:
    """Makes the calls that a WADL document describes, by the ids of their methods."""

    def __init__(self, document: bytes) -> None:
        self._root = etree.fromstring(document)
        self._base = str(self._one(self._root, "w:resources").get("base"))

    @property
    def ids(self) -> list[str]:
        """The methods that there are."""
        return [str(each) for each in self._root.xpath("//w:method/@id", namespaces=NAMESPACES)]

    def call(self, method_id: str, **values: Any) -> Answer:
        """Make a call. Every value goes where the description has a parameter of its name, a dash for an underscore."""
        method = self._one(self._root, f"//w:method[@id='{method_id}']")
        resource = method.getparent()
        path, left = resource.get("path"), dict(values)
        for name in self._names(resource, "template"):
            path = path.replace(f"{{{name}}}", quote(str(left.pop(name)), safe=""))
        request = method.find("w:request", NAMESPACES)
        headers = {
            name: left.pop(name.replace("-", "_"))
            for name in self._names(request, "header")
            if name.replace("-", "_") in left
        }
        body = self._json(request, left)
        if body is not None:
            headers["Content-Type"] = "application/json"
        query = {name: left.pop(name) for name in self._names(request, "query") if name in left}
        assert not left, f"{method_id} does not take {left.keys()}"
        address = self._base + path + (f"?{urlencode(query, doseq=True)}" if query else "")
        return self._exchange(method, urllib.request.Request(address, body, headers, method=method.get("name")))

    def _json(self, request: etree._Element, left: dict[str, Any]) -> bytes | None:
        found = request.xpath("w:representation[@mediaType='application/json']", namespaces=NAMESPACES)
        if not found:
            return None
        document = {}
        for param in found[0].findall("w:param", NAMESPACES):
            name = param.get("name")
            assert param.get("style") == "plain"
            assert param.get("path") == f"$.{name}"
            if name in left:
                document[name] = left.pop(name)
            else:
                assert param.get("required") != "true", f"{name} is required"
        return json.dumps(document).encode()

    def _exchange(self, method: etree._Element, request: urllib.request.Request) -> Answer:
        try:
            response = urllib.request.urlopen(request)
        except urllib.error.HTTPError as problem:
            response = problem
        with response:
            described = self._one(method, f"w:response[@status='{response.status}']")
            media_type = response.headers.get_content_type()
            types = [each.get("mediaType") for each in described.findall("w:representation", NAMESPACES)]
            assert media_type in types, (response.status, media_type, types)
            return Answer(response.status, json.loads(response.read()))

    def _names(self, parent: etree._Element, style: str) -> list[str]:
        return [str(each) for each in parent.xpath(f"w:param[@style='{style}']/@name", namespaces=NAMESPACES)]

    def _one(self, parent: etree._Element, path: str) -> etree._Element:
        [found] = parent.xpath(path, namespaces=NAMESPACES)
        return found
