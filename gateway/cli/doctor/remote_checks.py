"""Checks of a running site from outside: one real call over each protocol, through any proxies.

They use Python's HTTP client and codecs, not the gateway's own.
"""

import http.client
import json
import xmlrpc.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from gateway.cli.doctor.observation import Observation, ok, warning, wrong
from gateway.model import Site

TIMEOUT = 10.0
"""Seconds to wait for a response."""

MAX_CLOCK_DIFFERENCE = 5.0
"""Seconds that two clocks may differ."""

_KETURA = "Ketura/API/Issues/1/Attachments"
_BOUNDARY = "gateway-doctor"
_START = "Start it with `gateway serve`, or name its URL with --url; its log says why it fails."


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An HTTP response."""

    status: int
    headers: Message
    body: bytes


class RemoteSite:
    """A client of the site at a URL, which ends with a slash."""

    def __init__(self, url: str) -> None:
        self.url = url if url.endswith("/") else f"{url}/"
        self._parts = urlsplit(self.url)

    def ask(
        self, verb: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        """Send a request and return the response. Raises `OSError` and `http.client.HTTPException`."""
        connect = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = connect(self._parts.netloc, timeout=TIMEOUT)
        try:
            connection.request(verb, self._parts.path + path, body, dict(headers or {}))
            answer = connection.getresponse()
            return HttpAnswer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


def look(url: str, local: Site | None, limit: int) -> Iterator[Observation]:
    """Run all checks of the site at a URL.

    `local` is the site in the local database (None if that cannot be read), and `limit` the size limit of its
    attachments, in bytes.
    """
    site = RemoteSite(url)
    try:
        health = site.ask("GET", "healthz")
    except (OSError, http.client.HTTPException) as problem:
        yield wrong("site", f"{site.url} does not answer: {problem}", _START)
        return
    if health.status != http.HTTPStatus.OK or b"ok" not in health.body:
        advice = "Something else answers there: check path_prefix, here and in the proxy."
        yield wrong("site", f"{site.url}healthz answers {health.status}", advice)
        return
    yield ok("site", f"{site.url} answers")
    yield _clock(health)
    for about, check in _CHECKS.items():
        yield _tried(about, check, site, local)
    yield _largest(site, limit)


def _tried(
    about: str, check: Callable[[RemoteSite, Site | None], Observation], site: RemoteSite, local: Site | None
) -> Observation:
    try:
        return check(site, local)
    except Exception as problem:  # a response of some other server may contain anything
        return wrong(about, f"{type(problem).__name__}: {problem}", f"Check what answers at {site.url}, and its log.")


def _clock(answer: HttpAnswer) -> Observation:
    try:
        told = parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, TypeError, ValueError):
        return warning("clock of the site", "its responses have no date", "Have the proxy pass on the header Date.")
    apart = abs((datetime.now(UTC) - told).total_seconds())
    if apart > MAX_CLOCK_DIFFERENCE:
        found = f"it says {told:%F %T} UTC, {apart:.0f} s from the local clock"
        return wrong("clock of the site", found, "Keep both clocks right with NTP.")
    return ok("clock of the site", f"agrees with the local clock: {told:%F %T} UTC")


def _ready(site: RemoteSite, local: Site | None) -> Observation:
    answer = site.ask("GET", "readyz")
    if answer.status != http.HTTPStatus.OK:
        return wrong("store of the site", f"readyz answers {answer.status}", "Its log says why this fails.")
    if local is None:
        return ok("store of the site", "can be read")
    uid = json.loads(answer.body).get("site")
    if uid != local.uid:
        found = f"another site is served there: its id is {uid}, that of the local database {local.uid}"
        return wrong("store of the site", found, "Name the database that is served with --database, or another --url.")
    return ok("store of the site", f"can be read, and is the local database: both have the id {uid}")


def _xmlrpc(site: RemoteSite, local: Site | None) -> Observation:
    call = xmlrpc.client.dumps((), "Bugzilla.version").encode()
    answer = site.ask("POST", "xmlrpc.cgi", call, {"Content-Type": "text/xml"})
    (result,), _ = xmlrpc.client.loads(answer.body)
    return _version("XML-RPC", result, local)


def _jsonrpc(site: RemoteSite, local: Site | None) -> Observation:
    call = json.dumps({"jsonrpc": "2.0", "method": "Bugzilla.version", "id": 1}).encode()
    answer = site.ask("POST", "jsonrpc.cgi", call, {"Content-Type": "application/json"})
    return _version("JSON-RPC", json.loads(answer.body)["result"], local)


def _rest(site: RemoteSite, local: Site | None) -> Observation:
    return _version("REST", json.loads(site.ask("GET", "rest/version").body), local)


def _version(protocol: str, result: Any, local: Site | None) -> Observation:
    told = str(result["version"])
    if local is not None and told != local.version:
        found = f"answers as Bugzilla {told}, but the local database is of Bugzilla {local.version}"
        return wrong(protocol, found, "Another site answers there: check --database and --url.")
    return ok(protocol, f"answers as Bugzilla {told}")


def _wadl(site: RemoteSite, _: Site | None) -> Observation:
    answer = site.ask("GET", "application.wadl")
    root = etree.fromstring(answer.body, etree.XMLParser(resolve_entities=False, no_network=True))
    bases = [each.get("base", "") for each in root.iter("{*}resources")]
    if not bases or not all(base.startswith(site.url) for base in bases):
        return warning(
            "WADL",
            f"sends clients of {site.url} to {', '.join(bases) or 'no URL'}",
            "Have the proxy pass on Host and X-Forwarded-Proto and name it in trusted_proxies, or set url_base.",
        )
    return ok("WADL", f"describes {bases[0]}")


def _ketura(site: RemoteSite, _: Site | None) -> Observation:
    part = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="Description"\r\n\r\nx\r\n--{_BOUNDARY}--\r\n'
    answer = site.ask("POST", _KETURA, part.encode(), _form())
    if answer.status != http.HTTPStatus.UNAUTHORIZED:
        found = f"answers {answer.status} to an upload without a login, not 401"
        return wrong("Ketura", found, "Check what answers there: uploads must reach the gateway.")
    return ok("Ketura", "refuses an upload without a login")


def _largest(site: RemoteSite, limit: int) -> Observation:
    """Announce an upload of the largest allowed size, and check that it would reach the gateway.

    Because of the header `Expect`, the body need not be sent.
    """
    about = "largest upload"
    try:
        answer = site.ask("POST", _KETURA, b"", {**_form(), "Content-Length": str(limit), "Expect": "100-continue"})
    except TimeoutError:
        advice = "Have the proxy pass on uploads as they arrive (nginx: proxy_request_buffering off)."
        return warning(about, "a proxy waits for the whole upload before it passes it on", advice)
    except (OSError, http.client.HTTPException) as problem:
        return wrong(about, f"{type(problem).__name__}: {problem}", f"Check what answers at {site.url}, and its log.")
    if answer.status != http.HTTPStatus.UNAUTHORIZED:
        found = f"{limit} bytes get the answer {answer.status} before they reach the gateway"
        return wrong(
            about, found, "Raise the limit of the proxy (nginx: client_max_body_size; Apache: LimitRequestBody)."
        )
    return ok(about, f"{limit} bytes would reach the gateway")


def _form() -> dict[str, str]:
    return {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}


_CHECKS: Mapping[str, Callable[[RemoteSite, Site | None], Observation]] = {
    "store of the site": _ready,
    "XML-RPC": _xmlrpc,
    "JSON-RPC": _jsonrpc,
    "REST": _rest,
    "WADL": _wadl,
    "Ketura": _ketura,
}
