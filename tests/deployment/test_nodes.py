"""Two nodes behind nginx, configured as the documentation says: calls are spread, and stops of a node lose nothing."""

import asyncio
import http.client
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from deployed import FLAGS, PAGE, behind_nginx
from node import Node, nodes
from postgresql_server import Server
from proxies import Proxy, shown
from running import PATIENCE, account, load, running
from uploading import CLIENTS, Load, verify

from gateway import errors

NEW = {"data": "eA==", "file_name": "a", "summary": "a", "content_type": "text/plain"}


class Behind(Load):
    """Clients of a proxy, which cannot answer a call that a node has begun and not finished."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        super().__init__(session)
        self.unanswered = 0

    async def _add(self, protocol: str, summary: str) -> tuple[int, Any]:
        try:
            return await super()._add(protocol, summary)
        except BadGatewayError:
            self.unanswered += 1
            return errors.BUSY.code, None


class BadGatewayError(Exception):
    """The proxy says that it had no answer."""


async def refuse_bad_gateways(answer: aiohttp.ClientResponse) -> None:
    if answer.status == 502:
        raise BadGatewayError


@pytest.fixture
def two(postgresql_server: Server) -> Iterator[tuple[Node, Node]]:
    database = postgresql_server.new_database()
    load(database)
    with nodes(database, *FLAGS) as two:
        yield two


def test_the_settings_of_the_nodes_are_those_that_are_shown() -> None:
    for flag in FLAGS:
        name = flag.removeprefix("--").partition("=")[0].replace("-", "_")
        assert f"\n{name} = " in f"\n{shown('toml', PAGE)}"


@pytest.mark.long("20 s: nodes are restarted and killed")
def test_a_restarted_node_loses_nothing_and_a_killed_one_only_what_it_was_doing(
    two: tuple[Node, Node], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with behind_nginx(two[0].port, two[1].port, tmp_path) as proxy:
        clients, lost = asyncio.run(under_load(proxy, two))
    with running(two[0].gateway.database) as third:  # without a path in front, which what verifies has not
        unknown = verify(clients.tally, third.url)
    assert lost == {"restarted": 0, "killed": clients.unanswered}
    assert clients.tally.refused.total() == clients.unanswered
    with capsys.disabled():
        print(
            f"\ntwo nodes behind nginx: {len(clients.tally.acknowledged)} acknowledged and there once; both restarted: "
            f"{lost['restarted']} calls lost; one killed: {lost['killed']} calls lost, {unknown} of them there"
        )


async def under_load(proxy: Proxy, two: tuple[Node, Node]) -> tuple[Behind, dict[str, int]]:
    """Restart both nodes, one after the other, and then kill one, under load."""
    connector = aiohttp.TCPConnector(limit=CLIENTS, ssl=proxy.trust)
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(
        proxy.url, connector=connector, timeout=timeout, raise_for_status=refuse_bad_gateways
    ) as session:
        clients = Behind(session)
        await clients.succeeds(50)
        for node in two:
            await until_calls_come(node)
        for node in two:
            await asyncio.to_thread(node.stop)
            await clients.succeeds(50)
            await asyncio.to_thread(node.start)
            await until_calls_come(node)
        restarted = clients.unanswered
        two[1].gateway.process.kill()
        await clients.succeeds(50)
        await asyncio.to_thread(two[1].kill)
        await asyncio.to_thread(two[1].start)
        await until_calls_come(two[1])
        await clients.stop()
    return clients, {"restarted": restarted, "killed": clients.unanswered - restarted}


async def until_calls_come(node: Node) -> None:
    """Wait until nginx gives a node calls."""
    before, deadline = await asyncio.to_thread(node.calls), time.monotonic() + PATIENCE
    while await asyncio.to_thread(node.calls) <= before:
        assert time.monotonic() < deadline, "it gets no calls"
        await asyncio.sleep(0.1)


class Dying:
    """What takes a whole request and closes the connection: a node that is killed while it works on it.

    Of a request whose body has not begun nothing can have been carried out, and nginx rightly sends it again.
    """

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Dying":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as request:
                if verb := request.readline().partition(b" ")[0].decode():
                    request.read(int(http.client.parse_headers(request).get("Content-Length", 0)))
                    self.taken[verb] += 1


def one_call(proxy: Proxy, verb: str, path: str, body: Any) -> int:
    """The status of the answer to a call."""
    data = json.dumps(body).encode() if body else None
    headers = {"Content-Type": "application/json", "X-Bugzilla-API-Key": account("editor").api_key}
    request = urllib.request.Request(proxy.url + path, data, headers, method=verb)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE, context=proxy.trust) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


@pytest.mark.parametrize(
    ("verb", "path", "body", "again"),
    [
        ("GET", "rest/bug/1", None, True),
        ("HEAD", "rest/bug/1", None, True),
        ("POST", "rest/bug/1/attachment", NEW, False),
        ("PUT", "rest/bug/attachment/1", {"comment": "once"}, False),
        ("PUT", "rest/bug/attachment/1?comment=once", None, False),
        ("POST", f"rest/bug/1/attachment?{urlencode(NEW)}", None, False),
    ],
)
def test_only_what_changes_nothing_is_sent_again(
    verb: str, path: str, body: Any, again: bool, two: tuple[Node, Node], tmp_path: Path
) -> None:
    with Dying() as dying, behind_nginx(dying.port, two[0].port, tmp_path) as proxy:
        statuses = [one_call(proxy, verb, path, body) for _ in range(2)]  # one of them comes to the node that dies
        assert dying.taken == {verb: 1}
    assert sorted(statuses) == ([200, 200] if again else [statuses_of(verb), 502])


def statuses_of(verb: str) -> int:
    return 201 if verb == "POST" else 200


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("POST", "rest/bug/1/attachment", NEW),
        ("PUT", "rest/bug/attachment/1", {"comment": "x"}),
        ("PUT", "rest/bug/attachment/1?comment=x", None),
    ],
)
def test_a_node_that_is_not_there_is_passed_over(
    verb: str, path: str, body: Any, two: tuple[Node, Node], tmp_path: Path
) -> None:
    two[0].stop()
    with behind_nginx(two[0].port, two[1].port, tmp_path) as proxy:
        statuses = [one_call(proxy, verb, path, body) for _ in range(2)]
    assert statuses == [statuses_of(verb)] * 2
