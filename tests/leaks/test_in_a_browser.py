"""Files from anybody, opened in a real browser: nothing in them runs, and nothing in them reaches anything.

The same files are served by a server that sends the bytes and the type, and nothing else: there they do.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlencode, urlsplit

import hostile
import pytest
from http_server import http_server
from lines import ask
from playwright.sync_api import Browser, Error, Page
from running import Gateway, account

EMBEDDED = (
    "<iframe src='{0}'></iframe><object data='{0}'></object><embed src='{0}'><img src='{0}'><video src='{0}'></video>"
    "<link rel='stylesheet' href='{0}'><script src='{0}'></script><script type='module' src='{0}'></script>"
)
"""A page that takes a file in every way it can."""


@dataclass(slots=True)
class Elsewhere:
    """Another site: it notes who calls it, has pages that embed a file, and sends files of the gateway bare."""

    gateway: Gateway
    url: str = ""
    called: list[str] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator[None]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content_type, body = site.answer(self.path)
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(ConnectionError):
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with http_server(Handler) as self.url:
            yield

    def answer(self, path: str) -> tuple[str, bytes]:
        parts = urlsplit(path)
        if parts.path == "/embed":
            return "text/html", "".join(EMBEDDED.format(each) for each in parse_qs(parts.query)["file"]).encode()
        if parts.path == "/attachment.cgi":
            sent = ask(self.gateway, "GET", path, {})
            return sent.headers["content-type"], sent.body
        if parts.path.startswith("/called/"):
            self.called.append(parts.path.removeprefix("/called/"))
        return "text/plain", b""


@pytest.fixture(scope="module")
def elsewhere(module_gateway: Gateway) -> Iterator[Elsewhere]:
    site = Elsewhere(module_gateway)
    with site.serving():
        yield site


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(accept_downloads=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def files(module_gateway: Gateway, elsewhere: Elsewhere) -> dict[str, int]:
    """The numbers of the attachments, each file with each type, by a name of which its calls tell."""
    style = attach(module_gateway, hostile.stylesheet(), hostile.STYLE)
    numbers = {}
    for place, content_type in enumerate(hostile.TYPES):
        for make in hostile.FILES:
            name = f"{make.__name__}-{place}"
            numbers[name] = attach(module_gateway, make(f"{elsewhere.url}called/{name}"), content_type)
        data = hostile.styled(f"{elsewhere.url}called/styled-{place}", f"/attachment.cgi?id={style}")
        numbers[f"styled-{place}"] = attach(module_gateway, data, content_type)
    return numbers


def attach(gateway: Gateway, data: bytes, content_type: str) -> int:
    new = {"data": base64.b64encode(data).decode(), "file_name": "a", "summary": "a", "content_type": content_type}
    answer = ask(gateway, "POST", "/rest/bug/2/attachment", {"X-Bugzilla-API-Key": account("editor").api_key}, new)
    number: int = answer.json["ids"][0]
    return number


def calls_made(page: Page, elsewhere: Elsewhere, addresses: Iterable[str]) -> set[str]:
    """Who calls when these are opened. Calls outlive their page, and dialogs are calls too."""
    elsewhere.called.clear()
    page.on("dialog", lambda dialog: (elsewhere.called.append(f"{dialog.message}/dialog"), dialog.dismiss()))
    for address in addresses:
        with suppress(Error):  # a download is no page, and a page that leads elsewhere is left
            page.goto(address, wait_until="load")
    page.goto(f"{elsewhere.url}called/end", wait_until="networkidle")
    return set(elsewhere.called) - {"end"}


def embedding(elsewhere: Elsewhere, addresses: Sequence[str]) -> Iterator[str]:
    """Pages of the other site with some of these in each."""
    for start in range(0, len(addresses), 12):
        yield f"{elsewhere.url}embed?{urlencode([('file', each) for each in addresses[start : start + 12]])}"


def addresses(site: str, numbers: Iterable[int]) -> list[str]:
    return [f"{site}attachment.cgi?id={number}" for number in numbers]


def test_nothing_runs_when_it_is_opened(
    page: Page, module_gateway: Gateway, elsewhere: Elsewhere, files: dict[str, int]
) -> None:
    assert len(files) == len(hostile.TYPES) * (len(hostile.FILES) + 1)
    assert calls_made(page, elsewhere, addresses(module_gateway.url, files.values())) == set()


@pytest.mark.long("15 s: each file in eight ways")
def test_nothing_runs_in_the_page_of_another_site(
    page: Page, module_gateway: Gateway, elsewhere: Elsewhere, files: dict[str, int]
) -> None:
    pages = embedding(elsewhere, addresses(module_gateway.url, files.values()))
    assert calls_made(page, elsewhere, pages) == set()


def test_they_would_if_they_were_let(page: Page, elsewhere: Elsewhere, files: dict[str, int]) -> None:
    """Each of these as the first of its types that makes a page of it, and scripts in the page of another site."""
    pages = [f"{name}-{hostile.TYPES.index(content_type)}" for name, content_type in hostile.LIVE.items()]
    called = calls_made(page, elsewhere, addresses(elsewhere.url, (files[name] for name in pages)))
    assert {call.partition("/")[0] for call in called} == {*pages, "ran"}
    scripts = [f"{name}-{hostile.TYPES.index('text/javascript')}" for name in ("script", "gif_script", "pdf_script")]
    called = calls_made(page, elsewhere, embedding(elsewhere, addresses("/", (files[name] for name in scripts))))
    assert {call.partition("/")[0] for call in called} == set(scripts)
