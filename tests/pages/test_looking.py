"""What pages show, to whom, and under which guards."""

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from calling import Caller
from programs import program, run
from running import Gateway, account, copied, load, running, site
from visiting import Seen, Visitor

PAGES = [
    "./",
    "login",
    "keys",
    "account",
    "requests",
    "show_bug.cgi?id=1",
    "show_bug.cgi?id=3",
    "attachment.cgi?id=1&action=edit",
    "attachment.cgi?id=3&action=diff",
    "attachment.cgi?id=99&action=edit",
]

HIDDEN = {
    "": {"private.txt", "mine.txt", "<bdi>a restricted bug</bdi></h1>", "secret.txt"},
    "stranger": {"private.txt", "<bdi>a restricted bug</bdi></h1>", "secret.txt"},
    "editor": {"private.txt", "mine.txt", "<bdi>a restricted bug</bdi></h1>", "secret.txt"},
    "insider": {"<bdi>a restricted bug</bdi></h1>", "secret.txt"},
    "secret-member": {"private.txt", "mine.txt"},
}
"""What these users must not find on any page."""


def every_page() -> Iterator[str]:
    yield from PAGES
    for number in range(1, len(site()["bugs"]) + 1):
        yield f"show_bug.cgi?id={number}"
    for number in range(1, len(site()["attachments"]) + 1):
        yield f"attachment.cgi?id={number}&action=edit"
        yield f"attachment.cgi?id={number}&action=diff"


# ---- guards


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["anybody", "insider"])
def test_every_page_is_guarded(request: pytest.FixtureRequest, who: str, path: str) -> None:
    visitor: Visitor = request.getfixturevalue(who)
    seen = visitor.get(path)
    assert seen.headers.get_content_type() == "text/html"
    policy = dict(each.strip().partition(" ")[::2] for each in seen.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == policy["img-src"] == policy["connect-src"] == "'self'"
    nonce = re.fullmatch(r"'nonce-([\w-]{20,})'", policy["script-src"])
    assert nonce
    assert policy["style-src"] == policy["script-src"]
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert seen.headers["Referrer-Policy"] == "same-origin"
    assert seen.headers["X-Frame-Options"] == "DENY"
    loaded = seen.page.xpath("//script | //link[@rel='stylesheet']")
    assert {each.get("nonce") for each in loaded} == {nonce[1]}
    assert not any((each.text or "").strip() for each in loaded)
    assert not seen.page.xpath("//style | //@style | //@*[starts-with(name(), 'on')] | //iframe | //object")
    assert visitor.get(path).headers["Content-Security-Policy"] != seen.headers["Content-Security-Policy"]


def test_styles_and_scripts_may_be_kept(anybody: Visitor) -> None:
    page = anybody.get("show_bug.cgi?id=1").page
    found = [*page.xpath("//link/@href"), *page.xpath("//script/@src"), "pages/upload.js"]
    assert len(found) >= 3
    for path in found:
        seen = anybody.get(path)
        assert seen.status == 200
        assert "immutable" in seen.headers["Cache-Control"]
        assert seen.headers["X-Content-Type-Options"] == "nosniff"


def test_the_command_line_does_without_templates() -> None:
    """They take time to import, which only `serve` needs."""
    run([sys.executable, "-c", "import gateway.cli, sys; assert not {'jinja2', 'gateway.pages'} & set(sys.modules)"])


@pytest.mark.parametrize("path", ["pages/none.css", "pages/..%2Ftemplates%2Fbase.html", "pages/"])
def test_nothing_else_is_among_them(anybody: Visitor, path: str) -> None:
    assert anybody.get(path).status == 404


# ---- who sees what


@pytest.mark.parametrize("who", HIDDEN)
def test_nobody_finds_what_they_may_not_see(module_gateway: Gateway, who: str) -> None:
    visitor = Visitor(module_gateway.url)
    if who:
        visitor.login(who)
    told = "".join(visitor.get(path).text for path in every_page())
    found = {name for name in HIDDEN[""] if name in told}
    assert found == HIDDEN[""] - HIDDEN[who]


def test_what_may_not_be_seen_is_as_if_it_did_not_exist(editor: Visitor) -> None:
    """Bug 3 is in a group and attachment 4 is private; there is no bug 9999 and no attachment 9999."""
    for there, nowhere in (
        ("show_bug.cgi?id=3", "show_bug.cgi?id=9999"),
        ("show_bug.cgi?id=3", "show_bug.cgi?id=no-such-alias"),
        ("attachment.cgi?id=4&action=edit", "attachment.cgi?id=9999&action=edit"),
        ("attachment.cgi?id=8&action=diff", "attachment.cgi?id=9999&action=diff"),
    ):
        hidden, missing = editor.get(there), editor.get(nowhere)
        assert hidden.status == missing.status == 404
        assert hidden.said == missing.said


def test_the_owner_of_a_private_attachment_sees_that_it_is_there(stranger: Visitor) -> None:
    """As `Bug.attachments` has it: in the list of the bug, not by its number."""
    [entry] = stranger.get("show_bug.cgi?id=1").page.xpath("//li[@id='a5']")
    assert "mine.txt" in entry.text_content()
    assert not entry.xpath(".//a | .//img | .//pre")


def test_addresses_of_people_are_for_who_is_logged_in(anybody: Visitor, editor: Visitor) -> None:
    assert not any("@example.com" in anybody.get(path).said for path in every_page() if path != "./")
    name = {each["login"]: each["real_name"] for each in site()["users"]}
    reporter = next(each["reporter"] for each in site()["bugs"] if each["id"] == 1)
    assert f"Reported by {name[reporter] or reporter}" in editor.get("show_bug.cgi?id=1").said


def test_a_site_that_requires_logins_asks_for_one(loaded_database: Path, tmp_path: Path) -> None:
    database = copied(loaded_database, tmp_path / "gateway.db")
    run([sys.executable, "-m", "gateway", "param", "set", "requirelogin", "1", "--database", str(database)])
    with running(database) as gateway:
        visitor = Visitor(gateway.url)
        assert visitor.get("./").status == 200
        seen = visitor.get("show_bug.cgi?id=1")
        assert seen.url == gateway.url + "login?to=show_bug.cgi%3Fid%3D1"
        user = account("editor")
        assert "a public bug" in visitor.submit(seen, "login", login=user.login, password=user.password).said


# ---- what is shown


def test_a_bug_shows_its_attachments(anybody: Visitor) -> None:
    seen = anybody.get("show_bug.cgi?id=1")
    assert listed(seen) == ["a1", "a2", "a3", "a7"]
    assert "1 obsolete attachment is hidden." in seen.said
    seen = anybody.get("show_bug.cgi?id=1&obsolete=1")
    assert listed(seen) == ["a1", "a2", "a3", "a6", "a7"]
    entry = seen.page.get_element_by_id("a3")
    text = " ".join(entry.text_content().split())
    assert "Patch" in text
    assert "fix.patch text/plain" in text
    assert entry.xpath(".//a/@href") == [
        "attachment.cgi?id=3&action=diff",
        "attachment.cgi?id=3&action=edit",
        "attachment.cgi?id=3",
    ]
    assert "content deleted" in seen.page.get_element_by_id("a6").text_content()
    assert "hello world" in seen.page.get_element_by_id("a1").text_content()
    assert "naïve 世界 😀.txt" in seen.said
    assert not seen.page.get_element_by_id("a2").xpath(".//pre")


def listed(seen: Seen) -> list[str]:
    return [each.get("id") for each in seen.page.xpath("//ul[starts-with(@class, 'attachments')]/li")]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("kind=patch", ["a3"]),
        ("kind=text&obsolete=1", ["a1", "a7"]),
        ("kind=picture", []),
        ("find=FIX.patch", ["a3"]),
        ("find=no+such", []),
        ("order=newest", ["a7", "a3", "a2", "a1"]),
        ("order=size", ["a2", "a1", "a3", "a7"]),
        ("order=name&obsolete=1", ["a2", "a3", "a6", "a1", "a7"]),
        ("order=nonsense&kind=nonsense", ["a1", "a2", "a3", "a7"]),
    ],
)
def test_attachments_are_filtered_and_sorted(anybody: Visitor, query: str, shown: list[str]) -> None:
    assert listed(anybody.get(f"show_bug.cgi?id=1&{query}")) == shown


def test_comments_and_attachments_lead_to_each_other(editor: Visitor, module_gateway: Gateway) -> None:
    caller = Caller(module_gateway.url)
    number = caller.attach("editor", bug=5, comment="see bug 1 comment 2, Attachment 3 and https://example.com/a_(b).")
    [link] = editor.get("show_bug.cgi?id=5").page.xpath(f"//li[@id='a{number}']//p[@class='help']/a/@href")
    [comment] = editor.get("show_bug.cgi?id=5").page.xpath(f"//li[@id='{link[1:]}']")
    assert comment.xpath(".//a/@href") == [
        f"#a{number}",
        link,
        "show_bug.cgi?id=1#c2",
        "attachment.cgi?id=3&action=edit",
        "https://example.com/a_(b)",
    ]
    seen = editor.get(f"attachment.cgi?id={number}&action=edit")
    [about] = seen.page.xpath("//ol[@class='comments']/li")
    assert f"show_bug.cgi?id=5{link}" in about.xpath(".//a/@href")


def test_ones_own_work_is_found(editor: Visitor, stranger: Visitor, module_gateway: Gateway) -> None:
    caller, asked = Caller(module_gateway.url), account("stranger").login
    flags = [{"name": "review", "status": "?", "requestee": asked}]
    number = caller.attach("editor", bug=2, summary="please look", flags=flags)
    for visitor, lists in ((editor, ("by-me", "attached-by-me")), (stranger, ("of-me",))):
        for path in ("./", "requests"):
            page = visitor.get(path).page
            for each in ("of-me", "by-me", "attached-by-me"):
                links = page.xpath(f"//section[@aria-labelledby='{each}']//a/@href")
                assert (f"attachment.cgi?id={number}&action=edit" in links) == (each in lists), (path, each)
    caller.result("Bug.update_attachment", {"ids": [number], "is_private": True}, "insider")
    assert "please look" not in stranger.get("requests").said
    assert "please look" in editor.get("requests").said


def test_a_bug_of_many_attachments_is_brief(editor: Visitor, module_gateway: Gateway) -> None:
    """The form is before them, the obsolete ones are hidden, and each of the others has a line and no excerpt."""
    caller = Caller(module_gateway.url)
    numbers = [caller.attach("editor", bug=6) for _ in range(40)]
    caller.result("Bug.update_attachment", {"ids": numbers[:10], "is_obsolete": True}, "editor")
    seen = editor.get("show_bug.cgi?id=6")
    assert listed(seen) == [f"a{each}" for each in numbers[10:]]
    assert "10 obsolete attachments are hidden." in seen.said
    assert not seen.page.xpath("//pre")
    before = seen.text.partition('class="attachments')[0]
    assert "Attach files" in before
    assert before.count("<a ") + before.count("<summary") < 20


def test_of_many_long_comments_the_newest_are_shown(editor: Visitor, module_gateway: Gateway) -> None:
    caller = Caller(module_gateway.url)
    number = caller.attach("editor", bug=6)
    for count in range(18):
        change = {"ids": [number], "comment": f"number {count} " + "long " * 13_000}
        caller.result("Bug.update_attachment", change, "editor")
    for path in ("show_bug.cgi?id=6", f"attachment.cgi?id={number}&action=edit"):
        seen = editor.get(path)
        assert "The newest 16 are shown." in seen.said
        assert [f"number {count} " in seen.said for count in range(18)] == [False] * 2 + [True] * 16


@pytest.mark.parametrize(("allowance", "status"), [(500_000, 503), (5_000_000, 200)])
def test_a_long_page_is_charged_until_it_is_taken(tmp_path: Path, allowance: int, status: int) -> None:
    long = [
        {"bug_id": 1, "creator": "editor@example.com", "creation_time": "2026-01-02 03:04:05", "text": f"{n}" * 60_000}
        for n in range(5)
    ]
    file, database = tmp_path / "site.json", tmp_path / "gateway.db"
    file.write_text(json.dumps({**site(), "comments": [*site()["comments"], *long]}))
    load(database, file)
    with running(database, "--memory-allowance", str(allowance)) as gateway:
        seen = Visitor(gateway.url).get("show_bug.cgi?id=1")
        assert seen.status == status
        assert seen.text.rstrip().endswith("</html>")
        assert all((each["text"] in seen.text) == (status == 200) for each in long)


def test_a_bug_goes_by_its_alias(insider: Visitor) -> None:
    aliased = next(each for each in site()["bugs"] if each.get("aliases") and not each.get("groups"))
    assert aliased["summary"] in insider.get(f"show_bug.cgi?id={aliased['aliases'][0]}").said


def test_without_a_number_there_is_a_place_for_one(anybody: Visitor) -> None:
    for path in ("show_bug.cgi", "show_bug.cgi?id=", "show_bug.cgi?id=+"):
        assert anybody.get(path).url == anybody.url


def test_the_bytes_stay_where_they_are(anybody: Visitor) -> None:
    for path in ("attachment.cgi?id=1", "attachment.cgi?id=1&action=view", "attachment.cgi?id=1&action="):
        seen = anybody.get(path)
        assert (seen.status, seen.body) == (200, b"hello world\n")


@pytest.mark.parametrize(
    ("content_type", "among_others", "alone"),
    [
        ("image/png", True, "img"),
        ("IMAGE/JPEG; charset=utf-8", True, "img"),
        ("image/svg+xml", False, "img"),
        ("application/pdf", False, "iframe"),
        ("text/html", False, ""),
        ("application/zip", False, ""),
    ],
)
def test_only_what_is_safe_is_shown(
    insider: Visitor, module_gateway: Gateway, content_type: str, among_others: bool, alone: str
) -> None:
    number = Caller(module_gateway.url).attach("insider", bug=2, content_type=content_type, is_private=1)
    address = f"attachment.cgi?id={number}&action=preview"
    listed = insider.get("show_bug.cgi?id=2").page.xpath(f"//*[@src='{address}']")
    assert [each.tag for each in listed] == (["img"] if among_others else [])
    page = insider.get(f"attachment.cgi?id={number}&action=edit")
    assert [each.tag for each in page.page.xpath(f"//*[@src='{address}']")] == ([alone] if alone else [])
    assert ("frame-src 'self'" in page.headers["Content-Security-Policy"]) == (alone == "iframe")
    seen = insider.get(address)
    assert seen.status == (200 if alone else 404)
    assert Visitor(insider.url).get(address).status == 404
    if alone:
        assert seen.body == b"content"
        assert seen.headers["Content-Type"] == content_type.partition(";")[0].lower()
        assert (seen.headers["Cache-Control"], seen.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
        policy = seen.headers["Content-Security-Policy"]
        assert "script-src 'none'" in policy if alone == "iframe" else "default-src 'none'" in policy
        assert ("sandbox" in policy) == (alone == "img")


@pytest.mark.parametrize(
    ("text", "found", "lacking"),
    [
        ("# Title\n\n*a* **b**", "<h3>Title</h3>\n<p><em>a</em> <strong>b</strong></p>", "<h1>Title"),
        ("<script>x</script>\n\n<b onclick=x>y</b>", "&lt;script&gt;", "<b onclick"),
        ("[x](https://example.com/?a=1&b=2)", 'href="https://example.com/?a=1&amp;b=2" rel="nofollow', "<span>x"),
        ("[x](javascript:alert%281%29) [y](data:text/html,x)", "[x](javascript", 'href="javascript'),
        ("[x](logout) [y](//example.com)", "<span>x</span> <span>y</span>", 'href="//'),
        ("![x](https://example.com/a.png)", "!<a", "<img"),
        ("`a<b>\u202e`", '<code>a&lt;b&gt;<span class="control">U+202E</span></code>', "\u202e"),
        ("a|b\n-|-\n<i>|2", "<td>&lt;i&gt;</td>", "<i>"),
    ],
)
def test_markdown_is_shown_as_nothing_but_text(
    anybody: Visitor, module_gateway: Gateway, text: str, found: str, lacking: str
) -> None:
    number = Caller(module_gateway.url).attach("editor", bug=2, file_name="README.md", data=text.encode())
    shown = anybody.get(f"attachment.cgi?id={number}&action=edit").text.partition('class="card formatted">')[2]
    shown = shown.partition("</section>")[0]
    assert found in shown
    assert lacking not in shown
    [source] = anybody.get(f"attachment.cgi?id={number}&action=edit&source=1").page.xpath("//pre[@class='content']")
    assert len(source.text_content()) >= len(text) - 1


@pytest.mark.parametrize("path", [*PAGES, "pages/style.css"])
def test_a_head_is_that_of_the_page(anybody: Visitor, path: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(anybody.url).netloc)
    connection.request("HEAD", "/" + path.removeprefix("./"))
    answer = connection.getresponse()
    assert answer.status in (200, 303, 404)
    assert answer.read() == b""
    connection.close()


def test_errors_show_nothing_of_the_inside(anybody: Visitor) -> None:
    for path in ("attachment.cgi?id=abc&action=edit", "show_bug.cgi?id=%00", "attachment.cgi?action=diff"):
        seen = anybody.get(path)
        assert seen.status in (400, 404)
        assert "Traceback" not in seen.text
        assert "gateway." not in seen.text


def test_what_is_typed_into_an_address_is_text(anybody: Visitor) -> None:
    for path in ("show_bug.cgi?id=%3Cscript%3Ealert(1)%3C/script%3E", "attachment.cgi?id=%3Cb%3E&action=edit"):
        assert not anybody.get(path).page.xpath("//main//script | //main//b")


# ---- where it is


@pytest.fixture(scope="module")
def below(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Somebody at a site under a path."""
    database = copied(loaded_database, tmp_path_factory.mktemp("below") / "gateway.db")
    with running(database, "--path-prefix", "/bugs/zilla") as gateway:
        yield Visitor(gateway.url.rstrip("/").removesuffix("/bugs/zilla") + "/bugs/zilla/")


def links(seen: Seen) -> list[str]:
    found: list[str] = seen.page.xpath("//@href[not(contains(../@rel, 'nofollow'))] | //@src | //@action")
    return found


def test_a_path_prefix_is_in_every_address(below: Visitor) -> None:
    below.login("insider")
    assert "Log out" in below.get("./").said
    shown = [below.get(path) for path in every_page()]
    assert {each.status for each in shown} == {200, 404}
    addresses = {link for seen in shown for link in links(seen)}
    assert len(addresses) > 40
    for address in addresses:
        assert not address.startswith("/")
        assert "//" not in address
    for address in sorted({each.partition("#")[0] for each in addresses} - {"", "logout"}):
        if not address.startswith(("attach?", "change?")):
            seen = below.get(address)
            assert seen.url.startswith(below.url), address
    assert below.get("../zilla").url == below.url
    assert {each.path for each in below.jar} == {"/bugs/zilla"}


def test_a_prefix_that_only_the_proxy_knows_does_no_harm(anybody: Visitor) -> None:
    """All addresses are relative, and all pages in one folder."""
    for path in every_page():
        for address in links(anybody.get(path)):
            assert not re.match(r"[a-z]+:|/|\.\./", address), address


def test_the_front_page_names_the_site_as_clients_find_it(loaded_database: Path, tmp_path: Path) -> None:
    database = copied(loaded_database, tmp_path / "gateway.db")
    with running(database, "--url-base", "https://bugs.example.com/bugzilla/") as gateway:
        said = Visitor(gateway.url).get("./").said
    assert "https://bugs.example.com/bugzilla/xmlrpc.cgi" in said
    assert "curl https://bugs.example.com/bugzilla/rest/version" in said
    assert "127.0.0.1" not in said


def test_the_examples_of_the_front_page_work(anybody: Visitor, tmp_path: Path) -> None:
    program("curl", "curl")
    examples = anybody.get("./").page.xpath("//div[@class='example']//code")
    assert len(examples) == 4
    (tmp_path / "notes.txt").write_text("notes")
    editor = account("editor")
    for example in examples:
        command = example.text.replace("me@example.com", f"{editor.login}:{editor.password}")
        command = command.replace("curl ", "curl -sS --fail ").replace("python3 ", f"{sys.executable} ")
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stderr)
        assert "5.2" in done.stdout or "Ketura" in command, done.stdout
    assert "notes.txt" in anybody.get("show_bug.cgi?id=1").said
    for address in anybody.get("./").page.xpath("//a[@class='run']/@href"):
        assert "5.2" in anybody.get(address.replace("[{}]", "%5B%7B%7D%5D")).text


@pytest.mark.parametrize("host", ["a;id", "$(id)", "`id`", "a'b", "a&b", "<b>"])
def test_a_strange_name_of_the_site_does_no_harm_in_a_shell(anybody: Visitor, host: str) -> None:
    seen = anybody.get("./", {"Host": host})
    assert not seen.page.xpath("//b")
    for example in seen.page.xpath("//div[@class='example']//code"):
        [named] = re.findall("http://(.*?)/(?:rest|jsonrpc|xmlrpc|Ketura)", example.text)
        assert named == quote(host)
