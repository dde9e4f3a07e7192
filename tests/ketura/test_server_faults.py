"""What goes wrong with an upload on the server's side: told in plain text, without internals, and nothing is stored."""

import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer
from forms import CONTENT_TYPE, upload
from running import Gateway, account, copied, running
from site_access import attachments, basic, new_bug, only_attachment, path, post

from gateway.methods.catalogue import METHODS
from gateway.methods.declaration import FILE, STRING, Call, Param, Registry, Route, writes
from gateway.settings import Settings
from gateway.store.interface import Writer
from gateway.store.sqlite import open_store
from gateway.values import Value
from gateway.web.application import application


@pytest.fixture(scope="module")
def narrow_gateway(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway without room and without patience."""
    database = copied(loaded_database, tmp_path_factory.mktemp("narrow") / "gateway.db")
    with running(database, "--upload-allowance", "100KiB", "--body-timeout", "1s") as gateway:
        yield gateway


def test_a_server_without_room_is_busy_and_recovers(narrow_gateway: Gateway) -> None:
    bug = new_bug(narrow_gateway)
    answer = post(narrow_gateway, bug, upload(os.urandom(300_000)))
    assert (answer.status, answer.media_type) == (503, "text/plain")
    assert attachments(narrow_gateway, bug) == []
    assert post(narrow_gateway, bug, upload(b"x" * 90_000)).status == 204
    assert only_attachment(narrow_gateway, bug)["size"] == 90_000


def test_a_body_that_stops_is_given_up(narrow_gateway: Gateway) -> None:
    parts, bug = urlsplit(narrow_gateway.url), new_bug(narrow_gateway)
    head = {**basic(account("editor")), "Content-Type": CONTENT_TYPE, "Content-Length": "1000"}
    lines = [f"POST /{path(bug)} HTTP/1.1", f"Host: {parts.netloc}", *(f"{name}: {head[name]}" for name in head)]
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + upload(b"x" * 900)[:500])
        assert connection.recv(65_536).startswith(b"HTTP/1.1 408 ")
    assert attachments(narrow_gateway, bug) == []


def test_a_body_that_is_cut_stores_nothing(narrow_gateway: Gateway) -> None:
    parts, bug = urlsplit(narrow_gateway.url), new_bug(narrow_gateway)
    head = {**basic(account("editor")), "Content-Type": CONTENT_TYPE, "Content-Length": "1000"}
    lines = [f"POST /{path(bug)} HTTP/1.1", f"Host: {parts.netloc}", *(f"{name}: {head[name]}" for name in head)]
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + upload(b"x" * 900)[:500])
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65_536)
    assert attachments(narrow_gateway, bug) == []


@pytest.fixture
async def failing_client(loaded_database: Path, tmp_path: Path) -> AsyncIterator[TestClient[Any, Any]]:
    """A client of a gateway whose upload has a mistake in it."""
    issues = Registry()

    @writes(
        "Issue.add_attachment",
        registry=issues,
        params=(Param("id", STRING, "The issue."), Param("File", FILE, "The file.")),
        routes=(Route("POST", "/Issues/{id}/Attachments", status=204),),
    )
    def add_attachment(call: Call[Writer]) -> Value:
        """Fail."""
        raise RuntimeError("the secret is in /etc/secret")

    settings = Settings(database=copied(loaded_database, tmp_path / "gateway.db"))
    store = await open_store(settings.database)
    async with TestClient(TestServer(application(store, settings, METHODS, issues))) as client:
        yield client
    await store.close()


async def test_a_mistake_of_the_server_is_told_without_internals(failing_client: TestClient[Any, Any]) -> None:
    answer = await failing_client.post(f"/{path(1)}", data=upload(b"x"), headers={"Content-Type": CONTENT_TYPE})
    assert (answer.status, answer.content_type) == (500, "text/plain")
    text = await answer.text()
    assert "secret" not in text
    assert "Traceback" not in text
