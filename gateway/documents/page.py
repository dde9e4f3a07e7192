"""A page for people: the WADL document through XSLT (lxml), without script."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from lxml import etree

_HERE = Path(__file__).parent


@cache
def _style() -> str:
    return (_HERE / "page.css").read_text(encoding="utf-8")


@cache
def _transform() -> etree.XSLT:
    denied = dict.fromkeys(("read_file", "write_file", "create_dir", "read_network", "write_network"), False)
    nothing = etree.XSLTAccessControl(**denied)
    return etree.XSLT(etree.parse(_HERE / "page.xsl"), access_control=nothing)


def page(wadl: bytes) -> bytes:
    """The page that shows a WADL document."""
    return bytes(_transform()(etree.fromstring(wadl), style=etree.XSLT.strparam(_style())))


def policy() -> str:
    """A Content-Security-Policy under which the page has its style, and nothing else has any effect."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
