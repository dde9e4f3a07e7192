"""The other addresses of a front: uploads of Ketura, documents, and the way to the pages of the site."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from calling import Caller
from running import Gateway, account, copied, fronting, running
from wire import Request

EDITOR = account("editor")
_FORM = (
    b'--b\r\nContent-Disposition: form-data; name="Description"\r\n\r\nNotes\r\n'
    b'--b\r\nContent-Disposition: form-data; name="File"; filename="n.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nhi\r\n--b--\r\n"
)


@pytest.fixture(scope="module")
def site(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(copied(loaded_database, tmp_path_factory.mktemp("site") / "site.db")) as site:
        yield site


@pytest.fixture(scope="module")
def front(site: Gateway) -> Iterator[Caller]:
    with fronting(site.url, "--workers", "2") as front:
        yield Caller(front.url)


@pytest.mark.parametrize(
    ("issue", "key", "status"),
    [("5", EDITOR.api_key, 204), ("5", "", 401), ("5", "wrong", 401), ("999", EDITOR.api_key, 404)],
)
def test_ketura_uploads(site: Gateway, front: Caller, issue: str, key: str, status: int) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b", **({"X-Bugzilla-API-Key": key} if key else {})}
    answered, _, body = front.send(Request("POST", f"/Ketura/API/Issues/{issue}/Attachments", _FORM, headers))
    assert (answered, body == b"") == (status, status == 204)
    if status == 204:
        shown = Caller(site.url).result("Bug.attachments", {"ids": [issue]}, "editor")["bugs"][issue][-1]
        found = {name: shown[name] for name in ("file_name", "summary", "content_type", "creator", "data")}
        wanted = {"file_name": "n.txt", "summary": "Notes", "content_type": "text/plain"}
        assert found == {**wanted, "creator": EDITOR.login, "data": b"hi"}


@pytest.mark.parametrize(
    ("path", "content_type", "told"),
    [
        ("/", "text/plain", b"xmlrpc.cgi"),
        ("/application.wadl", "application/vnd.sun.wadl+xml", b"attachment"),
        ("/openapi.json", "application/json", b"/rest/bug/"),
        ("/openrpc.json", "application/json", b"Bug.add_attachment"),
        ("/docs", "text/html", b"Bug.add_attachment"),
        ("/healthz", "application/json", b"ok"),
        ("/readyz", "application/json", b"ok"),
        ("/metrics", "text/plain", b"gateway_site_seconds"),
    ],
)
def test_the_addresses_of_a_gateway_are_there(front: Caller, path: str, content_type: str, told: bytes) -> None:
    status, found, body = front.send(Request("GET", path))
    assert (status, found, told in body) == (200, content_type, True)


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/show_bug.cgi?id=1", "show_bug.cgi?id=1"),
        ("/buglist.cgi?product=a%20b", "buglist.cgi?product=a%20b"),
        ("/index.cgi", "index.cgi"),
        ("/a%0d%0aB:%20c.cgi", "a%0D%0AB%3A%20c.cgi"),
        ("/show_bug.cgi?id=1&Bugzilla_api_key=k", "show_bug.cgi"),
    ],
)
def test_pages_are_those_of_the_site(site: Gateway, front: Caller, path: str, location: str) -> None:
    assert front.headers("GET", path)["Location"] == site.url + location


@pytest.mark.parametrize("path", ["/nothing", "/x/y.cgi", "/show_bug"])
def test_there_are_no_other_pages(front: Caller, path: str) -> None:
    assert front.send(Request("GET", path))[0] == 404


def test_a_private_attachment_is_downloaded_with_the_clients_key(site: Gateway, front: Caller) -> None:
    for key, status in ((account("insider").api_key, 200), ("", 404)):
        headers = {"X-Bugzilla-API-Key": key} if key else {}
        request = urllib.request.Request(f"{front.url}attachment.cgi?id=4", headers=headers)
        direct = urllib.request.Request(f"{site.url}attachment.cgi?id=4", headers=headers)
        assert [_status(request), _status(direct)] == [status, status]


def _status(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
