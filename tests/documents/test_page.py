"""The page for people, in a real browser, and the examples that it gives."""

import json
import re
import shlex
import subprocess
import urllib.request
import xmlrpc.client
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE
from fetching import fetch
from lxml import etree, html
from playwright.sync_api import Browser, Page
from programs import program
from running import Gateway, account

from gateway.methods.catalogue import ISSUES, METHODS

NAMESPACES = {"w": "http://wadl.dev.java.net/2009/02"}


@pytest.fixture(params=[("light", DESK), ("dark", PHONE)], ids=["light desk", "dark phone"])
def page(browser: Browser, standing_gateway: Gateway, request: pytest.FixtureRequest) -> Iterator[Page]:
    scheme, size = request.param
    context = browser.new_context(color_scheme=scheme, viewport=size)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{standing_gateway.url}docs")
    yield page
    assert not said, "the browser complains"
    context.close()


def open_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def test_nothing_is_wider_than_the_screen(page: Page) -> None:
    open_everything(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_it_is_accessible(page: Page) -> None:
    """Try a few of the methods: all are made of the same pieces."""
    page.evaluate("[...document.querySelectorAll('article')].slice(4, -2).forEach(each => each.remove())")
    assert page.locator("article").count() == 6
    _assert_accessible(page)


@pytest.mark.long("half a minute in all")
def test_all_of_it_is_accessible(page: Page) -> None:
    assert page.locator("article").count() > 50
    _assert_accessible(page)


def _assert_accessible(page: Page) -> None:
    open_everything(page)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_it_follows_the_color_scheme(page: Page, request: pytest.FixtureRequest) -> None:
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    lightness = max(int(part) for part in re.findall(r"\d+", ground)[:3])
    assert (lightness > 200) == ("light" in request.node.name)


def test_the_keyboard_reaches_the_methods(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#methods")


def test_every_link_within_it_leads_somewhere(page: Page) -> None:
    broken = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.getElementById(a.hash.slice(1)))"
    assert page.evaluate(f"{broken}.length") == 0


def test_a_part_opens_when_it_is_asked_for(page: Page) -> None:
    part = page.locator("#Bug\\.update_attachment details").filter(has_text="form-urlencoded").first
    assert not part.locator("dl").is_visible()
    part.locator("summary").click()
    assert part.locator("dl").is_visible()


# ---- what it says


class Text(HTMLParser):
    """The text of a page, and the elements that are in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.elements = "", set[str]()
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)


def test_it_tells_of_everything_without_script(standing_gateway: Gateway) -> None:
    answer = fetch(standing_gateway, "GET", "docs")
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    shown = Text(answer.body.decode())
    assert not shown.elements & {"script", "iframe", "object", "img"}
    for registry in (METHODS, ISSUES):
        for route, method in registry.routes().items():
            assert re.search(re.sub(r"\\{\w+\\}", r"{\\w+}", re.escape(route.template)), shown.text)
            assert method.doc.partition("\n")[0] in shown.text
            for param in method.params:
                assert param.doc in shown.text
            for kind in method.errors:
                assert kind.text in shown.text


# ---- the examples


def examples(gateway: Gateway) -> list[str]:
    whole = etree.fromstring(fetch(gateway, "GET", "application.wadl?detail=true").body)
    return [str(each) for each in whole.xpath("//w:method/w:doc[@title = 'Example']/text()", namespaces=NAMESPACES)]


ADMINISTERS = re.compile(r"(POST|PUT|-d) .*rest/(user|group|product|component|flag_type)\b|rest/group\b")
"""An example for those who administer a site."""


def test_every_example_works(module_gateway: Gateway, tmp_path: Path) -> None:
    """With a user's own credentials in the place of those in the example."""
    program("curl", "curl")
    (tmp_path / "notes.txt").write_text("notes")
    editor, admin, tried = account("editor"), account("admin"), 0
    for example in examples(module_gateway):
        key = admin.api_key if ADMINISTERS.search(example) else editor.api_key
        command = example.replace("your-api-key", key).replace("me@example.com", editor.login)
        words = shlex.split(command.replace("secret", editor.password))
        assert words[0] == "curl"
        options = ["-sS", "-o", "answer", "-w", "%{http_code}"]
        done = subprocess.run([words[0], *options, *words[1:]], cwd=tmp_path, capture_output=True, text=True)
        answer = (tmp_path / "answer").read_text() if (tmp_path / "answer").exists() else ""
        assert done.stdout in ("200", "201", "204"), (example, done.stdout, done.stderr, answer)
        assert "<fault>" not in answer
        assert '"error":{' not in answer
        tried += 1
    assert tried > 30


def calls(gateway: Gateway) -> list[tuple[str, str]]:
    """The worked calls of the page: the protocol, and the command or program."""
    page = html.fromstring(fetch(gateway, "GET", "docs").body.decode())
    found = page.xpath("//article[starts-with(@id, 'call.')]//pre")
    return [(str(each.get("aria-label")), str(each.text_content())) for each in found]


def test_every_method_has_a_call_in_each_protocol_that_works(module_gateway: Gateway) -> None:
    editor, refused = account("editor"), dict[str, int]()
    shown = calls(module_gateway)
    assert len(shown) == 2 * len([*METHODS])
    for label, call in shown:
        name, _, protocol = label.partition(" over ")
        own = call.replace("your-api-key", editor.api_key).replace("me@example.com", editor.login)
        own = own.replace("secret", editor.password)
        if protocol == "JSON-RPC":
            _, _, header, _, body, url = shlex.split(own)
            request = urllib.request.Request(url, body.encode(), dict([header.split(": ")]))
            with urllib.request.urlopen(request) as answer:
                code = (json.load(answer)["error"] or {"code": 0})["code"]
        else:
            printed: list[object] = []
            try:
                exec(own, {"print": printed.append})  # noqa: S102 (the program is the page's own)
                code = 0
            except xmlrpc.client.Fault as fault:
                code = fault.faultCode
        if code:
            refused[name] = code
    assert refused == REFUSED


REFUSED = {
    "Group.get": 805,
    **{f"{name}.create": 304 for name in ("Component", "FlagType", "Group", "Product", "User")},
    **{f"{name}.update": 304 for name in ("FlagType", "Group", "Product", "User")},
}
"""The codes of calls that need other rights than the editor's, by method."""


@pytest.mark.parametrize(
    ("words", "found", "lacking"),
    [("update ATTACHMENT", "Bug.update_attachment", "User.login"), ("nosuch", "", "Bug.get")],
)
def test_methods_are_found_by_words(standing_gateway: Gateway, words: str, found: str, lacking: str) -> None:
    page = html.fromstring(fetch(standing_gateway, "GET", f"docs?find={quote(words)}").body.decode())
    said = page.xpath("string(//nav)")
    assert found in said
    assert lacking not in said
    assert page.xpath("//input[@id='find']/@value") == [words]
    assert fetch(standing_gateway, "GET", "docs?find=%00%3Cscript%3E").status == 200


def test_the_address_of_the_site_leads_to_it(page: Page, standing_gateway: Gateway) -> None:
    page.goto(standing_gateway.url)
    page.get_by_role("navigation").get_by_role("link", name="API", exact=True).click()
    assert page.url == f"{standing_gateway.url}docs"
    page.get_by_role("link", name="Front page").click()
    assert page.url == standing_gateway.url
