"""Several slashes in a path are one, everywhere: clients append `/xmlrpc.cgi` to an address that ends in a slash.

One behind a script that programs call means nothing.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from running import copied
from yarl import URL

from gateway.settings import Settings
from gateway.store.sqlite import open_store
from gateway.web import application

Site = tuple[TestClient[Any, Any], str]

CALL = b"<methodCall><methodName>Bugzilla.version</methodName></methodCall>"


@pytest.fixture(params=["", "/bugzilla"])
async def site(request: pytest.FixtureRequest, loaded_database: Path, tmp_path: Path) -> AsyncIterator[Site]:
    """A client, and the address of a site, without a slash at its end."""
    settings = Settings(database=copied(loaded_database, tmp_path / "gateway.db"), path_prefix=request.param)
    store = await open_store(settings.database)
    async with TestClient(TestServer(application(store, settings))) as client:
        yield client, str(client.make_url(request.param)).rstrip("/")
    await store.close()


@pytest.mark.parametrize(
    ("verb", "path", "status", "body"),
    [
        ("POST", "//xmlrpc.cgi", 200, b"<string>5.2</string>"),
        ("POST", "///xmlrpc.cgi", 200, b"<string>5.2</string>"),
        ("GET", "//jsonrpc.cgi?method=Bugzilla.version&params=[{}]", 200, b'"5.2"'),
        ("GET", "//rest/version", 200, b'"5.2"'),
        ("GET", "/rest//version", 200, b'"5.2"'),
        ("GET", "//rest.cgi///version", 200, b'"5.2"'),
        ("GET", "//rest//bug//1//attachment?exclude_fields=data", 200, b'"bugs"'),
        ("OPTIONS", "//Ketura//API//Issues//1//Attachments", 200, b"application"),
        ("GET", "//attachment.cgi?id=1", 200, b"hello"),
        ("GET", "//application.wadl//Bug.get.json", 200, b"Bug.get"),
        ("GET", "//docs", 200, b"<html"),
        ("GET", "//show_bug.cgi?id=1", 200, b"<html"),
        ("GET", "//", 200, b"<html"),
        ("GET", "//healthz", 200, b"ok"),
        ("POST", "/xmlrpc.cgi/", 200, b"<string>5.2</string>"),
        ("POST", "//xmlrpc.cgi//", 200, b"<string>5.2</string>"),
        ("GET", "/jsonrpc.cgi/?method=Bugzilla.version&params=[{}]", 200, b'"5.2"'),
        ("GET", "/rest.cgi/", 404, b"GET /."),
        ("GET", "/rest/version/", 404, b"/version/"),
        ("GET", "/xmlrpc.cgi/more", 404, b"fault"),
        ("GET", "//nowhere", 404, b""),
        ("GET", "//rest//nowhere?a=//b", 404, b"/nowhere"),
        ("DELETE", "//attachment.cgi", 405, b""),
    ],
)
async def test_a_path_with_several_slashes(site: Site, verb: str, path: str, status: int, body: bytes) -> None:
    client, address = site
    url = URL(address + path, encoded=True)
    sent: dict[str, Any] = {"data": CALL, "headers": {"Content-Type": "text/xml"}} if verb == "POST" else {}
    answer = await client.session.request(verb, url, **sent)
    assert answer.status == status
    assert body in await answer.read()
