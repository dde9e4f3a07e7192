"""The pages in a real browser, with and without script, on a desk and on a phone, in the light and in the dark.

Pictures of what is seen are left in `.screenshots/`, to be looked at; nothing compares them.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE
from playwright.sync_api import Browser, BrowserContext, Page, expect
from running import ROOT, demo

from gateway.demo_site import LOGIN, PASSWORD

SCREENSHOTS = ROOT / ".screenshots"
PATCH = b"""diff --git a/engine.c b/engine.c
--- a/engine.c
+++ b/engine.c
@@ -1,3 +1,4 @@ int speed(void)
 int speed(void) {
-    return 0;
+    /* as fast as light, or nearly; this line is wider than the screen of a telephone, and then some */
+    return 299792457;
 }
"""

ODD_PATCH = (
    "A message.\n\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-\tadmin = 1;  \n+        \u0430dmin = 1;\n"
    "-if (admin) {\n+/* \u202e } \u2066if (admin)\u2069 */\n+beyond the hunk ".encode()
    + b"\xe9\n\ndiff --git a/b.bin b/b.bin\nGIT binary patch\nliteral 5\nMcmZQzWMT#Y01f~L\n"
)

Look = Callable[[str, str], None]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration site."""
    with demo(tmp_path_factory.mktemp("demo")) as printed:
        yield printed.partition("Listening on ")[2].splitlines()[0]


AT_A_DESK = pytest.mark.long("half a minute: the same on a large screen in light colours")


@pytest.fixture(
    params=[
        pytest.param(("dark", PHONE), id="dark-phone"),
        pytest.param(("light", DESK), id="light-desk", marks=AT_A_DESK),
    ]
)
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    scheme, size = request.param
    with browser.new_context(color_scheme=scheme, viewport=size) as context:
        context.set_default_timeout(20_000)
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may be amiss, such as what its policy forbids."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert not [each for each in said if "Failed to load resource" not in each], "the browser complains"


@pytest.fixture
def look(page: Page, request: pytest.FixtureRequest) -> Look:
    """Opens an address, looks whether all is well with what is seen, and takes a picture of it."""

    def look(path: str, name: str) -> None:
        if path:
            page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        results = Axe().run(page)
        assert results.violations_count == 0, f"{name}: {results.generate_report()}"
        SCREENSHOTS.mkdir(exist_ok=True)
        kind = request.node.callspec.id
        page.screenshot(path=SCREENSHOTS / f"{name}-{kind}.png", full_page=True)

    return look


def login(page: Page, url: str) -> None:
    page.goto(f"{url}login")
    page.get_by_label("Login", exact=True).fill(LOGIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def open_form(page: Page, url: str) -> None:
    """Log in and open the form for uploads."""
    login(page, url)
    page.goto(f"{url}show_bug.cgi?id=1")
    page.get_by_text("Attach files").click()


def test_every_page_is_accessible_and_fits(page: Page, look: Look, url: str) -> None:
    look(url, "front")
    look(f"{url}show_bug.cgi?id=1", "bug-of-anybody")
    look(f"{url}show_bug.cgi?id=2", "not-found")
    look(f"{url}login", "login")
    page.get_by_label("Login", exact=True).fill("nobody@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    look("", "login-failed")
    login(page, url)
    look(f"{url}show_bug.cgi?id=1", "bug")
    look(f"{url}attachment.cgi?id=2&action=edit", "attachment")
    look(f"{url}attachment.cgi?id=2&action=diff", "diff")
    look(f"{url}attachment.cgi?id=2&action=diff&view=side&wrap=1", "diff-side-by-side")
    look(f"{url}attachment.cgi?oldid=2&newid=2&action=interdiff", "interdiff-same")
    look(f"{url}attachment.cgi?id=3&action=edit", "picture")
    page.goto(f"{url}keys")
    page.get_by_label("Purpose").fill("nightly build")
    page.get_by_role("button", name="Make a key").click()
    look("", "keys")
    look(f"{url}account", "account")
    look(f"{url}buglist.cgi?quicksearch=e", "bugs")


def test_an_odd_patch_is_accessible_and_fits(page: Page, look: Look, url: str) -> None:
    """With hidden characters, lines that look the same, binary content, and what is not understood."""
    open_form(page, url)
    page.get_by_label("Files", exact=True).set_input_files(
        {"name": "evil\u202e" + "\u2066" * 40 + "txt.patch", "mimeType": "text/plain", "buffer": ODD_PATCH}
    )
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Attached: 1 file.")
    look("", "odd-name")
    page.locator(".attachments").get_by_role("link", name=re.compile("^evil")).first.click()
    page.get_by_text("Binary content, 3 lines").click()
    look("", "odd-diff")
    page.get_by_role("link", name="See where").click()
    expect(page.locator("#unknown")).to_be_in_viewport()
    expect(page.locator("#unknown tr").first).to_have_text("Not understood: +beyond the hunk \\xE9")


def test_it_follows_the_color_scheme(page: Page, url: str, request: pytest.FixtureRequest) -> None:
    page.goto(url)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    lightness = max(int(part) for part in re.findall(r"\d+", ground)[:3])
    assert (lightness > 200) == ("light" in request.node.name)


def test_the_keyboard_is_enough(page: Page, url: str) -> None:
    """From the address of the site to a bug, its attachment and its form, by keys alone."""
    page.goto(url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Find bugs")).to_be_focused()
    page.keyboard.type("rattle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The engine rattles")
    page.get_by_role("link", name="Makes it faster").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Makes it faster")


def test_pictures_are_seen_and_text_is_text(page: Page, url: str) -> None:
    page.goto(f"{url}show_bug.cgi?id=1")
    picture = page.locator("#a3 img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("each => each.naturalWidth") == 1
    page.goto(f"{url}attachment.cgi?id=3&action=edit")
    assert page.locator(".picture img").evaluate("each => each.decode().then(() => each.naturalWidth)") == 1
    page.goto(f"{url}attachment.cgi?id=1&action=edit")
    expect(page.locator("pre.content")).to_have_text("rattle rattle rattle")


def test_a_diff_is_coloured(page: Page, url: str) -> None:
    page.goto(f"{url}attachment.cgi?id=2&action=diff")
    colours = [
        page.locator(f"tr.{kind} .code").first.evaluate("each => getComputedStyle(each).backgroundColor")
        for kind in ("same", "removed", "added")
    ]
    assert len(set(colours)) == 3
    expect(page.locator("tr.added .code")).to_have_text("+    return 88;")


def test_patches_are_compared_and_files_folded(page: Page, look: Look, url: str) -> None:
    open_form(page, url)
    second = PATCH.replace(b"nearly", b"almost") + b"--- a/new.c\n+++ b/new.c\n@@ -1 +1 @@\n-a\n+b\n"
    for name, data in (("first.patch", PATCH), ("second.patch", second)):
        page.get_by_label("Files", exact=True).set_input_files({"name": name, "mimeType": "text/plain", "buffer": data})
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Attached: 2 files.")
    page.locator(".attachments").get_by_role("link", name="second.patch", exact=True).last.click()
    file = page.locator("details.file").first
    file.locator("summary").click()
    expect(file.locator("table")).to_be_hidden()
    page.locator("select[name=oldid]").select_option(index=0)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two patches compared")
    expect(page.get_by_text("only in the newer one")).to_have_count(1)
    look("", "interdiff")
    tab_to(page, "1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#f1o2$"))
    expect(page.locator(".number:target a")).to_be_focused()


# ---- uploads

DROP = """([area, files]) => {
  const dropped = new DataTransfer();
  for (const [name, text] of files) dropped.items.add(new File([text], name, {type: "text/plain"}));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    area.dispatchEvent(new DragEvent(kind, {dataTransfer: dropped, bubbles: true, cancelable: true}));
  }
}"""


def test_files_are_dropped_described_removed_and_sent(
    page: Page, look: Look, url: str, request: pytest.FixtureRequest
) -> None:
    replaced, row = ("What it sounds like", "#a1") if "light" in request.node.name else ("A very small picture", "#a3")
    login(page, url)
    page.goto(f"{url}show_bug.cgi?id=1")
    area = page.locator("body").element_handle()
    page.evaluate(DROP, [area, [["dropped-1.txt", "one"], ["dropped-2.patch", "two"], ["unwanted.txt", "x"]]])
    page.evaluate(DROP, [area, [["dropped-3.txt", "three"]]])
    rows = page.locator(".file-row")
    expect(rows).to_have_count(4)
    page.get_by_role("button", name="Remove unwanted.txt").click()
    expect(rows).to_have_count(3)
    expect(rows.nth(1).get_by_label("Patch", exact=True)).to_be_checked()
    rows.nth(0).get_by_label("Summary").fill("dropped here")
    rows.nth(2).get_by_label("Private").check()
    page.get_by_text("Make others obsolete").click()
    page.get_by_label(replaced).check()
    page.get_by_text("Flags", exact=True).click()
    page.get_by_label("review", exact=True).select_option("?")
    asked = page.get_by_label("User to ask for review")
    with page.expect_response("**/people?**") as found:
        asked.press_sequentially("admin")
    assert found.value.json() == {"people": [{"login": "admin@example.com", "name": "Ada Admin"}]}
    expect(page.locator("#people option")).to_have_attribute("value", "admin@example.com")
    asked.fill("admin@example.com")
    look("", "files-chosen")
    seen: list[bool] = []

    def hold(route) -> None:  # type: ignore[no-untyped-def]
        seen.append(page.locator("progress").is_visible())
        route.continue_()

    page.route("**/attach?**", hold)
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Attached: 3 files.")
    assert seen == [True]
    for name in ("dropped-1.txt", "dropped-2.patch", "dropped-3.txt"):
        expect(page.locator(".attachments").get_by_text(name, exact=True).first).to_be_visible()
    expect(page.locator(row)).to_have_count(0)
    expect(page.locator(".attachments .flag").filter(has_text="asks Ada Admin")).not_to_have_count(0)
    look("", "files-attached")
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)


def test_text_and_pictures_are_pasted(page: Page, url: str) -> None:
    open_form(page, url)
    page.evaluate("""() => {
      const clipboard = new DataTransfer();
      clipboard.items.add(new File([new Uint8Array([1, 2, 3])], "image.png", {type: "image/png"}));
      document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: clipboard, bubbles: true}));
      const text = new DataTransfer();
      text.setData("text/plain", "--- a/x\\n+++ b/x\\n".replaceAll("\\\\n", String.fromCharCode(10)));
      document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: text, bubbles: true}));
    }""")
    expect(page.locator(".file-row legend bdi").nth(0)).to_have_text(re.compile(r"pasted-[0-9]{8}-[0-9]{6}\.png"))
    expect(page.locator(".file-row legend bdi").nth(1)).to_have_text("pasted.diff")


def test_what_goes_wrong_is_told_and_nothing_typed_is_lost(page: Page, look: Look, url: str) -> None:
    open_form(page, url)
    files = page.get_by_label("Files", exact=True)
    files.set_input_files({"name": "empty.txt", "mimeType": "text/plain", "buffer": b""})
    expect(page.get_by_role("alert")).to_have_text("empty.txt: this file is empty.")
    page.get_by_role("button", name="Remove empty.txt").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    files.set_input_files({"name": "large.bin", "mimeType": "text/plain", "buffer": bytes(10 * 1024 * 1024 + 1)})
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("large.bin: this file has 10.0 MiB; at most 10.0 MiB are taken.")
    page.get_by_role("button", name="Remove large.bin").click()
    files.set_input_files({"name": "odd.txt", "mimeType": "text/plain", "buffer": b"a"})
    page.get_by_label("Summary").first.fill("kept")
    page.get_by_label("Type").first.fill("nonsense")
    page.get_by_role("button", name="Attach", exact=True).click()
    told = "odd.txt: 'nonsense' is not a valid attachment content type."
    expect(page.locator(".file-row").get_by_role("alert")).to_have_text(told)
    expect(page.get_by_label("Summary").first).to_have_value("kept")
    expect(page.get_by_role("button", name="Attach", exact=True)).to_be_enabled()
    look("", "upload-failed")


def test_a_session_that_ends_asks_for_a_login_in_the_form(page: Page, look: Look, url: str) -> None:
    open_form(page, url)
    page.get_by_label("Files", exact=True).set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    page.get_by_label("Comment on the files").fill("typed before the session ended")
    page.context.clear_cookies()
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("You are no longer logged in.")
    look("", "upload-without-session")
    page.get_by_label("Login", exact=True).fill(LOGIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Attached: 1 file.")
    expect(page.get_by_text("typed before the session ended").first).to_be_visible()


def test_an_upload_can_be_cancelled_and_leaving_warns(page: Page, url: str) -> None:
    open_form(page, url)
    page.get_by_label("Files", exact=True).set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    page.route("**/attach?**", lambda route: None)
    page.get_by_role("button", name="Attach", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_have_text("Cancelled: nothing was attached.")
    asked: list[str] = []

    def stay(dialog) -> None:  # type: ignore[no-untyped-def]
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    page.goto(url)
    assert asked == ["beforeunload"]


def test_a_connection_that_breaks_is_told(page: Page, url: str) -> None:
    open_form(page, url)
    page.get_by_label("Files", exact=True).set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    page.route("**/attach?**", lambda route: route.abort())
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The connection broke.")


def test_a_form_is_filled_in_and_sent_by_keys_alone(page: Page, url: str) -> None:
    """From the bug to the form at its top, a comment typed, a text attached, and the flag of the result set."""
    login(page, url)
    page.goto(f"{url}show_bug.cgi?id=1")
    tab_to(page, "Attach files")
    page.keyboard.press("Enter")
    tab_to(page, "Text instead of a file")
    page.keyboard.press("Enter")
    tab_to(page, "text-0")
    page.keyboard.type("typed by hand")
    tab_to(page, "attach-comment")
    page.keyboard.type("by keys")
    tab_to(page, "Attach")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Attached: 1 file.")
    link = page.locator(".attachments").get_by_role("link", name="pasted.txt", exact=True).last
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("pre.content")).to_have_text("typed by hand")
    tab_to(page, "type-2")
    page.keyboard.press("+")
    tab_to(page, "comment")
    page.keyboard.type("approved")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Saved: flags, comment.")


def tab_to(page: Page, focused: str) -> None:
    """Press Tab until the element with this id or text is focused."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()") == focused:
            return
    raise AssertionError(focused)


@pytest.mark.parametrize("view", ["", "&view=side"])
def test_a_review_is_written_by_keys_alone(page: Page, url: str, view: str) -> None:
    """A line is linked to, a file folded, and the form filled in and sent; the lines of a file are one tab stop."""
    login(page, url)
    address = f"{url}attachment.cgi?id=2&action=diff{view}"
    page.goto(address)
    numbers = page.locator(".number a")
    tab_to(page, "1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#f1[on]\d+$"))
    expect(page.locator(".number:target a")).to_be_focused()
    page.keyboard.press("End")
    expect(numbers.last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("details.file table")).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.number a')")
    tab_to(page, "comment")
    page.keyboard.type("seen")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Saved: comment.")


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2026-11-01 10:20 UTC"),
        ("Europe/Paris", "2026-11-01 11:20 (10:20 UTC)"),
        ("Pacific/Kiritimati", "2026-11-02 00:20 (2026-11-01 10:20 UTC)"),
    ],
)
def test_times_are_in_the_zone_of_the_reader(browser: Browser, url: str, zone: str, shown: str) -> None:
    with browser.new_context(timezone_id=zone) as context:
        page = context.new_page()
        page.goto(f"{url}attachment.cgi?id=2&action=edit")
        expect(page.locator(".title time").first).to_have_text(shown)


# ---- without script


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A page of a browser that runs no script."""
    with browser.new_context(java_script_enabled=False, viewport=PHONE) as context:
        context.set_default_timeout(20_000)
        yield context.new_page()


def test_everything_works_without_script(plain: Page, url: str) -> None:
    def shown(name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        plain.screenshot(path=SCREENSHOTS / f"{name}-without-script.png", full_page=True)

    login(plain, url)
    plain.get_by_label("Find bugs").fill("rattles")
    plain.get_by_role("button", name="Find").click()
    plain.get_by_role("link", name="The engine rattles").click()
    plain.get_by_text("Attach files").click()
    plain.get_by_label("File", exact=True).first.set_input_files(
        {"name": "light.patch", "mimeType": "", "buffer": PATCH}
    )
    plain.get_by_text("More files").click()
    html = {"name": "plain.html", "mimeType": "text/html", "buffer": b"<script>document.title = 'taken'</script>"}
    plain.get_by_label("File", exact=True).nth(1).set_input_files(html)
    plain.get_by_label("Summary").nth(1).fill("Without script")
    plain.get_by_label("Comment on the files").fill("Sent by hand.")
    plain.context.clear_cookies()
    plain.get_by_role("button", name="Attach", exact=True).click()
    expect(plain.get_by_text("light.patch").first).to_be_visible()
    expect(plain.get_by_role("alert")).to_contain_text("Log in here to send it: nothing of it is lost.")
    shown("upload-again")
    plain.get_by_label("Login", exact=True).fill(LOGIN)
    plain.get_by_label("Password").fill(PASSWORD)
    plain.get_by_role("button", name="Log in and attach").click()
    expect(plain.get_by_role("status")).to_have_text("Attached: 2 files.")
    expect(plain.get_by_text("Sent by hand.")).to_be_visible()

    plain.get_by_role("link", name="Without script").first.click()
    expect(plain.locator("pre.content")).to_have_text("<script>document.title = 'taken'</script>")
    plain.go_back()
    plain.get_by_role("link", name="light.patch", exact=True).first.click()
    expect(plain.locator("tr.added")).to_have_count(2)
    expect(plain.locator(".number a").first).to_have_js_property("tabIndex", 0)
    plain.get_by_role("link", name="Details").click()
    with plain.expect_download() as download:
        plain.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "light.patch"
    assert download.value.path().read_bytes() == PATCH

    plain.get_by_label("Comment", exact=True).fill("typed")
    plain.context.clear_cookies()
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_label("Comment", exact=True)).to_have_value("typed")
    shown("change-again")
    plain.get_by_label("Login", exact=True).fill(LOGIN)
    plain.get_by_label("Password").fill(PASSWORD)
    plain.get_by_role("button", name="Log in and send it").click()
    expect(plain.get_by_role("status")).to_have_text("Saved: comment.")
    plain.get_by_label("Summary").fill("As fast as light")
    plain.get_by_label("Obsolete").check()
    plain.get_by_label("review", exact=True).select_option("?")
    plain.get_by_label("User to ask for review").fill("admin@example.com")
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("status")).to_have_text("Saved: summary, obsolete mark, flags.")
    expect(plain.get_by_role("heading", level=1)).to_contain_text("As fast as light")
    expect(plain.locator(".title .flags")).to_contain_text("Dana Developer asks Ada Admin")

    plain.get_by_role("link", name="Account").click()
    plain.get_by_role("link", name="look at them").click()
    plain.get_by_label("Purpose").fill("by hand")
    plain.get_by_role("button", name="Make a key").click()
    assert re.fullmatch("[A-Za-z0-9]{40}", plain.get_by_role("status").locator("code").text_content() or "")
    plain.get_by_role("button", name="Revoke").first.click()
    expect(plain.get_by_text("Revoked", exact=True)).to_have_count(1)
    plain.get_by_role("button", name="Log out").click()
    expect(plain.get_by_role("link", name="Log in").first).to_be_visible()


def test_another_site_cannot_have_a_browser_do_anything(browser: Browser, url: str) -> None:
    """A form on another site is sent without the session; a page of this site is in no frame."""
    with browser.new_context() as context:
        page = context.new_page()
        login(page, url)
        address = f"{url}change?id=1"
        elsewhere = "http://elsewhere.example/"
        body = f'<form method="post" action="{address}"><input name="summary" value="forged"><button>x</button></form>'
        framed = f'<iframe src="{url}show_bug.cgi?id=1"></iframe><script src="{url}pages/copy.js"></script>'
        page.route(elsewhere, lambda route: route.fulfill(body=body + framed, content_type="text/html"))
        page.goto(elsewhere)
        assert "The engine rattles" not in (page.frames[-1].content() if len(page.frames) > 1 else "")
        page.get_by_role("button").click()
        expect(page.get_by_role("alert")).to_contain_text("This form has expired")
        page.goto(f"{url}show_bug.cgi?id=1")
        expect(page.get_by_role("button", name="Log out")).to_be_visible()
        expect(page.get_by_text("forged")).to_have_count(0)
