"""Redirects to the bucket (`content_redirects`): for long public downloads only, and nothing of theirs runs there."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import hostile
import pytest
from bucket_server import Buckets
from lines import Answer, ask
from playwright.sync_api import Browser, Page
from running import Gateway, account, copied, load, running, site
from signatures import right_signature, signature_of

LONG = 1024**2 + 5
PUBLIC, SECRET = 2, 3
"""A bug for all, and a bug in a group."""


@pytest.fixture(scope="module")
def reachable(buckets: Buckets) -> Iterator[Buckets]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in buckets.environment.items():
            patch.setenv(name, value)
        yield buckets


@contextmanager
def serving(loaded_database: Path, folder: Path, buckets: Buckets, *flags: str) -> Iterator[Gateway]:
    database = copied(loaded_database, folder / "gateway.db")
    limit = ("--max-attachment-size", "4MiB")
    with running(database, "--content", buckets.new(), *limit, *flags) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def redirecting(
    loaded_database: Path, tmp_path_factory: pytest.TempPathFactory, reachable: Buckets
) -> Iterator[Gateway]:
    """A gateway whose redirects live for a minute."""
    with serving(
        loaded_database, tmp_path_factory.mktemp("redirecting"), reachable, "--content-redirects", "1min"
    ) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def archive(redirecting: Gateway) -> int:
    """A long download that anybody may see."""
    return attach(redirecting)


def key(who: str) -> dict[str, str]:
    return {"X-Bugzilla-API-Key": account(who).api_key} if who else {}


def attach(
    gateway: Gateway,
    data: bytes = b"a" * LONG,
    content_type: str = "application/x-tar",
    who: str = "editor",
    bug: int = PUBLIC,
    **fields: object,
) -> int:
    new = {"file_name": "ä.tar", "summary": "a", "content_type": content_type, **fields}
    new["data"] = base64.b64encode(data).decode()
    answer = ask(gateway, "POST", f"/rest/bug/{bug}/attachment", key(who), new)
    number: int = answer.json["ids"][0]
    return number


def get(gateway: Gateway, number: int, verb: str = "GET", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(gateway, verb, f"/attachment.cgi?id={number}", named)


def elsewhere(answer: Answer) -> Answer:
    """What the bucket answers where it is redirected to."""
    assert (answer.status, answer.body, answer.headers["cache-control"]) == (302, b"", "no-store")
    place = urlsplit(answer.headers["location"])
    bucket = Gateway(f"http://{place.netloc}/", "", None)  # type: ignore[arg-type] # asked as a gateway is
    return ask(bucket, "GET", f"{place.path}?{place.query}", {})


def test_a_long_public_download_is_in_the_bucket(redirecting: Gateway, archive: int, reachable: Buckets) -> None:
    answer, told = get(redirecting, archive), get(redirecting, archive, "HEAD")
    address = answer.headers["location"]
    assert address.startswith(f"{reachable.url}/bucket-")
    assert parse_qs(urlsplit(address).query)["X-Amz-Expires"] == ["60"]
    assert signature_of(address) == right_signature(address, reachable.config["secret_access_key"])
    there = elsewhere(answer)
    assert (there.status, there.body) == (200, b"a" * LONG)
    assert told.status == 200
    for name in ("content-type", "content-disposition", "cache-control", "content-length"):
        assert there.headers[name] == told.headers[name]


def test_a_client_that_has_it_is_told_so(redirecting: Gateway, archive: int) -> None:
    tag = get(redirecting, archive, "HEAD").headers["etag"]
    assert get(redirecting, archive, If_None_Match=tag).status == 304
    assert get(redirecting, archive, If_None_Match='"another"').status == 302


def test_ranges_are_for_the_bucket(redirecting: Gateway, archive: int) -> None:
    assert get(redirecting, archive, Range="bytes=0-3").status == 302
    assert get(redirecting, archive, "HEAD", Range="bytes=0-3").status == 200


@pytest.mark.parametrize(
    ("who", "bug", "private"),
    [("insider", PUBLIC, True), ("secret-member", SECRET, False)],
)
def test_what_only_some_may_see_is_never_redirected(redirecting: Gateway, who: str, bug: int, private: bool) -> None:
    number = attach(redirecting, who=who, bug=bug, is_private=private)
    assert get(redirecting, number).status == 404
    by_query = f"/attachment.cgi?id={number}&Bugzilla_api_key={account(who).api_key}"
    for verb in ("GET", "HEAD"):
        shown = ask(redirecting, verb, by_query, {})
        assert (shown.status, shown.headers["cache-control"]) == (200, "no-store")
    for path, headers in ((by_query, {"Range": "bytes=0-3"}), (f"/attachment.cgi?id={number}", key(who))):
        assert ask(redirecting, "GET", path, headers).status in (200, 206)


def test_where_all_must_log_in_nothing_is_redirected(tmp_path: Path, reachable: Buckets) -> None:
    file, content = tmp_path / "site.json", ("--content", reachable.new())
    file.write_text(json.dumps({**site(), "params": {**site()["params"], "requirelogin": "1"}}), encoding="utf-8")
    load(tmp_path / "gateway.db", file, *content)
    flags = (*content, "--content-redirects", "1min", "--max-attachment-size", "4MiB")
    with running(tmp_path / "gateway.db", *flags) as gateway:
        number = attach(gateway)
        by_query = f"/attachment.cgi?id={number}&Bugzilla_api_key={account('editor').api_key}"
        assert ask(gateway, "GET", by_query, {}).status == 200
        assert get(gateway, number).status != 302


def test_what_becomes_private_is_redirected_no_more(redirecting: Gateway) -> None:
    number = attach(redirecting)
    assert get(redirecting, number).status == 302
    ask(redirecting, "PUT", f"/rest/bug/attachment/{number}", key("insider"), {"ids": [number], "is_private": 1})
    assert get(redirecting, number).status == 404
    by_query = f"/attachment.cgi?id={number}&Bugzilla_api_key={account('insider').api_key}"
    assert ask(redirecting, "GET", by_query, {}).status == 200


@pytest.mark.parametrize("content_type", ["text/plain", "image/png", "image/gif"])
def test_what_a_browser_shows_is_streamed(redirecting: Gateway, content_type: str) -> None:
    assert get(redirecting, attach(redirecting, content_type=content_type)).status == 200


def test_what_is_short_or_in_the_database_is_streamed(redirecting: Gateway) -> None:
    assert get(redirecting, attach(redirecting, b"short")).status == 200
    assert get(redirecting, 2).status == 200


@pytest.mark.parametrize("where", ["script", "style", "object", "embed", "iframe", "image", "video"])
def test_what_a_page_embeds_is_streamed_with_its_guards(redirecting: Gateway, archive: int, where: str) -> None:
    answer = get(redirecting, archive, Sec_Fetch_Dest=where)
    assert (answer.status, answer.headers["x-content-type-options"]) == (200, "nosniff")
    assert get(redirecting, archive, Sec_Fetch_Dest="document").status == 302


def test_no_credentials_are_sent_along(redirecting: Gateway, archive: int) -> None:
    """Whoever shows them in a header is not redirected; those of an address are not in the next one."""
    insider = account("insider")
    basic = base64.b64encode(f"{insider.login}:{insider.password}".encode()).decode()
    login = {"X-Bugzilla-Login": insider.login, "X-Bugzilla-Password": insider.password}
    for headers in (key("insider"), {"Authorization": f"Basic {basic}"}, login, {"X-Bugzilla-Token": "none"}):
        assert get(redirecting, archive, **headers).status == 200
    answer = ask(redirecting, "GET", f"/attachment.cgi?id={archive}&Bugzilla_api_key={insider.api_key}", {})
    assert answer.status == 302
    assert insider.api_key not in answer.headers["location"]
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_host_for_content_redirects_and_knows_nobody(
    loaded_database: Path, tmp_path: Path, reachable: Buckets
) -> None:
    flags = ("--content-redirects", "5s", "--attachment-base", "https://files.example/")
    with serving(loaded_database, tmp_path, reachable, *flags) as gateway:
        public, private = attach(gateway), attach(gateway, who="insider", is_private=1)
        assert get(gateway, public).headers["location"] == f"https://files.example/attachment.cgi?id={public}"
        there = get(gateway, public, Host="files.example")
        assert parse_qs(urlsplit(there.headers["location"]).query)["X-Amz-Expires"] == ["5"]
        by_query = f"/attachment.cgi?id={private}&Bugzilla_api_key={account('insider').api_key}"
        assert ask(gateway, "GET", by_query, {"Host": "files.example"}).status == 404
        assert ask(gateway, "GET", by_query, {}).status == 200


def test_nothing_is_redirected_by_default(loaded_database: Path, tmp_path: Path, reachable: Buckets) -> None:
    with serving(loaded_database, tmp_path, reachable) as gateway:
        answer = get(gateway, attach(gateway))
        assert (answer.status, len(answer.body)) == (200, LONG)


# ---- in a browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def long(page: bytes) -> bytes:
    return page + b"\n" * LONG


def test_a_page_in_the_bucket_is_saved_and_not_shown(redirecting: Gateway, reachable: Buckets, page: Page) -> None:
    called = f"{reachable.url}/called"
    number = attach(redirecting, long(hostile.html(called)), "text/html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(f"<a href='{redirecting.url}attachment.cgi?id={number}'>a file</a>")
    with page.expect_download() as download:
        page.click("a")
    assert download.value.url.startswith(f"{reachable.url}/bucket-")
    assert download.value.suggested_filename == "ä.tar"
    assert Path(download.value.path()).read_bytes() == long(hostile.html(called))
    assert not [each for each in asked if each.startswith(called)]


def test_it_would_run_if_the_bucket_showed_it(redirecting: Gateway, reachable: Buckets, page: Page) -> None:
    """moto's server does not look at signatures, so that an address can be had that says nothing of a download."""
    called = f"{reachable.url}/called"
    number = attach(redirecting, long(hostile.html(called)), "text/html")
    address = get(redirecting, number).headers["location"]
    shown = "&".join(each for each in address.split("&") if not each.startswith("response-content-disposition"))
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_request(lambda request: request.url.startswith(called)):
        page.goto(shown, wait_until="commit")
