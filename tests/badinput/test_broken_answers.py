"""Answers that cannot be finished: the client goes away, or content is deleted while it is on its way.

A client must never take half of an answer for all of it, and nobody else may notice.
"""

import http.client
import json
import sqlite3
import xmlrpc.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from calling import Caller
from running import Gateway, copied, running

BUG = 5
CONTENT = bytes(range(256)) * 4000
ATTACHMENTS = 16
"""Together much more than the system keeps of an answer that nobody reads."""

CALL = xmlrpc.client.dumps(({"ids": [BUG]},), "Bug.attachments").encode()
BATCH = json.dumps([{"jsonrpc": "2.0", "method": "Bug.attachments", "params": {"ids": [BUG]}, "id": 1}]).encode()
QUERY = urlencode({"method": "Bug.attachments", "params": json.dumps([{"ids": BUG}])})
REQUESTS = {
    "xmlrpc": ("POST", "/xmlrpc.cgi", CALL, {"Content-Type": "text/xml"}),
    "jsonrpc": ("POST", "/jsonrpc.cgi", BATCH, {"Content-Type": "application/json"}),
    "jsonrpc get": ("GET", "/jsonrpc.cgi?" + QUERY, b"", {}),
    "rest": ("GET", f"/rest/bug/{BUG}/attachment", b"", {}),
    "file": ("GET", "/attachment.cgi?id={last}", b"", {}),
}
LISTS = [name for name in REQUESTS if name != "file"]


@pytest.fixture(scope="module")
def full(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, list[int]]]:
    """A gateway with a bug that has large attachments, and their numbers."""
    database = copied(loaded_database, tmp_path_factory.mktemp("broken") / "gateway.db")
    with running(database) as gateway:
        caller = Caller(gateway.url)
        yield gateway, [caller.attach(bug=BUG, data=CONTENT) for _ in range(ATTACHMENTS)]
        assert caller.agreed("Bugzilla.version", {}).code == 0


def begun(gateway: Gateway, name: str, last: int) -> http.client.HTTPResponse:
    """An answer of which the first bytes were read."""
    verb, path, body, headers = REQUESTS[name]
    host, _, port = gateway.url.removeprefix("http://").rstrip("/").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    connection.request(verb, path.format(last=last), body, headers)
    response = connection.getresponse()
    assert response.status == 200
    response.read(1000)
    return response


@pytest.mark.parametrize("name", REQUESTS)
def test_a_client_that_stops_reading(full: tuple[Gateway, list[int]], name: str) -> None:
    gateway, numbers = full
    begun(gateway, name, numbers[-1]).close()


@pytest.mark.parametrize("name", LISTS)
def test_content_that_vanishes(full: tuple[Gateway, list[int]], name: str) -> None:
    gateway, numbers = full
    response = begun(gateway, name, 0)
    with sqlite3.connect(gateway.database) as database:
        kept = database.execute("SELECT * FROM pieces WHERE attachment_id = ?", (numbers[-1],)).fetchall()
        database.execute("DELETE FROM pieces WHERE attachment_id = ?", (numbers[-1],))
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        response.read()
    with sqlite3.connect(gateway.database) as database:
        database.executemany("INSERT INTO pieces VALUES (?, ?, ?, ?)", kept)
    assert len(begun(gateway, name, 0).read()) > ATTACHMENTS * len(CONTENT)
