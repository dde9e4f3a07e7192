"""What HTTP can do, through nginx to two nodes over PostgreSQL and a bucket: calls come to each of them in turn."""

import base64
import hashlib
import http.client
import json
import time
import urllib.request
import xmlrpc.client
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from bucket_server import Buckets
from calling import Caller
from deployed import Deployment, deployed
from postgresql_server import Server
from running import PATIENCE, account
from wire import PROTOCOLS

from gateway.methods.catalogue import METHODS
from gateway.methods.identity import MAX_FAILURES

EDITOR, LOCKED = account("editor"), account("lockme")
BUG = 2
LARGE = bytes(range(256)) * (4 * 1024 * 30)
"""30 MiB."""
NEW = {"ids": [BUG], "summary": "a", "file_name": "a", "content_type": "application/x-bytes"}
JSON = {"Content-Type": "application/json", "X-Bugzilla-API-Key": EDITOR.api_key}
TIMES = 4
"""Calls of which each node gets some."""


@pytest.fixture(scope="module")
def site(postgresql_server: Server, buckets: Buckets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("nodes")
    with deployed(postgresql_server, buckets, folder, "--max-attachment-size=50MiB") as site:
        yield site


class Client:
    """Someone at an address of this machine, who keeps a connection to nginx."""

    def __init__(self, site: Deployment, address: str = "127.0.0.1") -> None:
        url = urlsplit(site.proxy.url)
        self._path = url.path
        self._connection = http.client.HTTPSConnection(
            "localhost", url.port, timeout=PATIENCE, source_address=(address, 0), context=site.proxy.trust
        )
        self._connection.connect()
        self._socket = self._connection.sock

    def call(
        self, verb: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body of the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(verb, self._path + path, body, named)
        response = self._connection.getresponse()
        return response.status, response.headers, response.read()

    @property
    def kept(self) -> bool:
        """Whether there has been one connection only, which is there still."""
        return self._connection.sock is self._socket

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def client(site: Deployment) -> Iterator[Client]:
    with closing(Client(site)) as client:
        yield client


def nodes_of(site: Deployment) -> list[Caller]:
    """Each of the nodes itself."""
    return [Caller(node.gateway.url) for node in site.two]


def content(caller: Caller, number: int) -> bytes:
    data = caller.attachment(number)["data"]
    assert isinstance(data, bytes)
    return data


def test_calls_on_one_connection_come_to_both_nodes_beside_many_that_are_idle(site: Deployment, client: Client) -> None:
    before = [node.calls() for node in site.two]
    idle = [site.proxy.connection() for _ in range(200)]
    try:
        for _ in range(20):
            assert client.call("GET", f"rest/bug/{BUG}")[0] == 200
        assert client.kept
    finally:
        for each in idle:
            each.close()
    assert all(node.calls() >= count + 5 for node, count in zip(site.two, before, strict=True))


@pytest.mark.parametrize(
    "path", ["rest/bug/1", "attachment.cgi?id=1", "application.wadl", "healthz", "rest/bug/999999"]
)
def test_head_is_get_without_a_body(client: Client, path: str) -> None:
    for _ in range(TIMES):
        status, headers, body = client.call("GET", path)
        without = client.call("HEAD", path)
        assert body
        assert (without[0], without[2]) == (status, b"")
        for name in ("Content-Type", "Content-Length", "ETag"):
            assert without[1][name] == headers[name]
    assert client.kept


def test_what_has_not_changed_has_not_on_the_other_node_either(client: Client) -> None:
    for path in ("rest/bug/1", "attachment.cgi?id=1"):
        tag = client.call("GET", path)[1]["ETag"]
        assert [client.call("GET", path, If_None_Match=tag)[0] for _ in range(TIMES)] == [304] * TIMES


def test_who_waits_for_100_is_told_to_go_on(site: Deployment) -> None:
    body = json.dumps({**NEW, "data": "eA=="}).encode()
    head = f"POST /bugzilla/rest/bug/{BUG}/attachment HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
    named = "".join(f"{name}: {value}\r\n" for name, value in JSON.items())
    for _ in range(TIMES):
        with site.proxy.connection() as waiting:
            waiting.sendall(f"{head}{named}Content-Length: {len(body)}\r\n\r\n".encode())
            assert waiting.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            waiting.sendall(body)
            assert waiting.recv(65536).startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize("protocol", ["xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest"])
def test_bodies_come_in_chunks(site: Deployment, client: Client, protocol: str) -> None:
    write, read = PROTOCOLS[protocol]
    declared = METHODS.get("Bug.add_attachment")
    assert declared
    request = write(declared, {**NEW, "data": LARGE[:300_000], "Bugzilla_api_key": EDITOR.api_key})
    assert request
    for _ in range(TIMES):
        pieces = (request.body[at : at + 50_000] for at in range(0, len(request.body), 50_000))
        answer = client.call(request.verb, request.path.removeprefix("/"), pieces, **request.headers)[2]
        code, result, _ = read(answer)
        assert code == 0
        assert [content(node, int(result["ids"][0])) for node in nodes_of(site)] == [LARGE[:300_000]] * 2


def test_a_put_comes_in_chunks(site: Deployment, client: Client) -> None:
    number = Caller(site.url).attach()
    for turn in range(TIMES):
        body = json.dumps({"summary": f"turn {turn}"}).encode()
        assert client.call("PUT", f"rest/bug/attachment/{number}", iter((body[:5], body[5:])), **JSON)[0] == 200
        assert [node.attachment(number)["summary"] for node in nodes_of(site)] == [f"turn {turn}"] * 2


def test_30_mib_go_on_to_a_node_as_they_arrive_and_come_back_from_both(site: Deployment, client: Client) -> None:
    body = json.dumps({**NEW, "data": base64.b64encode(LARGE).decode()}).encode()

    def pieces() -> Iterator[bytes]:
        yield body[:1_000_000]
        until_it_arrives(site)
        yield body[1_000_000:]

    added = client.call("POST", f"rest/bug/{BUG}/attachment", pieces(), **JSON)
    assert added[0] == 201
    [number] = json.loads(added[2])["ids"]
    proxy: Any = xmlrpc.client.ServerProxy(
        f"{site.proxy.url}xmlrpc.cgi", context=site.proxy.trust, use_builtin_types=True
    )
    for _ in range(2):
        whole = client.call("GET", f"attachment.cgi?id={number}")
        assert whole[0] == 200
        assert hashlib.sha256(whole[2]).digest() == hashlib.sha256(LARGE).digest()
        part = client.call("GET", f"attachment.cgi?id={number}", Range="bytes=20000000-20000999")
        assert (part[0], part[2]) == (206, LARGE[20_000_000:20_001_000])
        assert proxy.Bug.attachments({"attachment_ids": [number]})["attachments"][str(number)]["data"] == LARGE


def until_it_arrives(site: Deployment) -> None:
    """Wait until one of the nodes is at work on a call, beside the one that asks for that."""
    deadline = time.monotonic() + PATIENCE
    while not any("gateway_requests_in_flight 2.0" in metrics(node.gateway.url) for node in site.two):
        assert time.monotonic() < deadline, "It does not arrive."


def metrics(url: str) -> str:
    with urllib.request.urlopen(f"{url}metrics", timeout=PATIENCE) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize(
    ("path", "content_type", "status", "told"),
    [
        ("Ketura/API/Issues/1/Attachments", "multipart/form-data; boundary=9", 401, b"Log in"),
        ("rest/bug/1/nothing", "application/json", 404, b"32614"),
        ("xmlrpc.cgi", "text/plain", 200, b"<fault>"),
    ],
)
def test_who_uploads_in_vain_is_told_why(
    site: Deployment, path: str, content_type: str, status: int, told: bytes
) -> None:
    for _ in range(TIMES):
        with closing(Client(site)) as client:
            found = client.call("POST", path, LARGE[:9_000_000], Content_Type=content_type)
            assert found[0] == status
            assert told in found[2]


def test_a_token_is_good_until_its_logout(client: Client) -> None:
    def signed_in(token: str) -> list[int]:
        path = f"rest/valid_login?login={EDITOR.login}&token={token}"
        return [client.call("GET", path)[0] for _ in range(TIMES)]

    document = client.call("GET", f"rest/login?login={EDITOR.login}&password={EDITOR.password}")[2]
    token = json.loads(document)["token"]
    assert signed_in(token) == [200] * TIMES
    assert client.call("GET", f"rest/logout?token={token}")[0] == 200
    assert signed_in(token) == [400] * TIMES


def test_wrong_passwords_lock_an_account_on_both_nodes_for_the_address_that_they_came_from(site: Deployment) -> None:
    def tried(client: Client, password: str) -> int:
        return client.call("GET", f"rest/login?login={LOCKED.login}&password={password}")[0]

    with closing(Client(site, "127.0.0.2")) as guessing, closing(Client(site, "127.0.0.3")) as other:
        assert [tried(guessing, "wrong") for _ in range(MAX_FAILURES)] == [401] * (MAX_FAILURES - 1) + [400]
        assert [tried(guessing, LOCKED.password) for _ in range(TIMES)] == [400] * TIMES
        assert [tried(other, LOCKED.password) for _ in range(TIMES)] == [200] * TIMES
