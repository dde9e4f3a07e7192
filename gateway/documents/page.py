"""A page for people: the WADL document through XSLT (lxml), without script."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from lxml import etree

from gateway.methods.declaration import Method

_HERE = Path(__file__).parent


def colours() -> str:
    """Return the style sheet with the colours of everything that people look at."""
    return (_HERE / "colours.css").read_text(encoding="utf-8")


@cache
def _style() -> str:
    return colours() + (_HERE / "page.css").read_text(encoding="utf-8")


@cache
def _transform() -> etree.XSLT:
    denied = dict.fromkeys(("read_file", "write_file", "create_dir", "read_network", "write_network"), False)
    nothing = etree.XSLTAccessControl(**denied)
    return etree.XSLT(etree.parse(_HERE / "page.xsl"), access_control=nothing)


def page(wadl: bytes, calls: Iterable[tuple[Method, str, str]], words: str = "") -> bytes:
    """The page that shows a WADL document and the calls of methods: each with examples in JSON-RPC and in XML-RPC.

    `words` limits it to methods whose description has all of them.
    """
    tree = etree.fromstring(wadl)
    for method, in_json, in_xml in calls:
        described = {"name": method.name, "doc": method.doc, "jsonrpc": in_json, "xmlrpc": in_xml}
        etree.SubElement(tree, "call", described)
    if words:
        _keep(tree, words.casefold().split())
    return bytes(_transform()(tree, style=etree.XSLT.strparam(_style()), words=etree.XSLT.strparam(_plain(words))))


def _plain(text: str) -> str:
    """Return a text without characters that XML cannot have."""
    return "".join(each for each in text if each.isprintable())


def _keep(tree: etree._Element, words: list[str]) -> None:
    """Remove the methods and calls that lack one of the words, and resources without a method."""
    for method in tree.findall(".//{*}method"):
        resource = method.getparent()
        if resource is not None and not _has(words, [resource.get("path", ""), *_texts(method)]):
            resource.remove(method)
            if resource.find("{*}method") is None:
                container = resource.getparent()
                if container is not None:
                    container.remove(resource)
    for call in tree.findall("call"):
        if not _has(words, [*_texts(call)]):
            tree.remove(call)


def _texts(element: etree._Element) -> Iterator[str]:
    for each in element.iter():
        yield from (str(value) for value in each.attrib.values())
        yield each.text or ""


def _has(words: list[str], texts: Iterable[str]) -> bool:
    text = " ".join(texts).casefold()
    return all(word in text for word in words)


def policy() -> str:
    """A Content-Security-Policy under which the page has its style, and nothing else has any effect."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'"
