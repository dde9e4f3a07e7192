"""The bucket hangs, refuses or is gone under load: each call gets an error of its own protocol, and nothing is lost."""

import asyncio
import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import aiohttp
import pytest
from bucket_server import PATIENCE as SERVER_PATIENCE
from bucket_server import Buckets, running_buckets
from calling import Caller
from running import SITE, Gateway, load, running
from uploading import CLIENTS, PATIENCE, Load, Tally, verify
from wire import PROTOCOLS, Request

from gateway import errors
from gateway.methods.catalogue import METHODS

OF_A_HOP = {"connection", "transfer-encoding"}

Fault = Callable[["Between", bool], None]


class Between:
    """Stands between a gateway and its bucket: passes requests on, or refuses them, or does not listen."""

    def __init__(self, buckets: Buckets) -> None:
        self.buckets = buckets
        self.refuses = False
        self._server = self._listening(0)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def _listening(self, port: int) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._thread = Thread(target=server.serve_forever, args=(0.05,))
        self._thread.start()
        return server

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def start(self) -> None:
        self._server = self._listening(self._server.server_port)


def _handler(between: Between) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if between.refuses:
                self.send_response_only(503)
                self.end_headers()
                return
            connection = http.client.HTTPConnection(urlsplit(between.buckets.url).netloc, timeout=SERVER_PATIENCE)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in OF_A_HOP:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.read())
            connection.close()

        do_PUT = do_POST = do_DELETE = do_HEAD = do_GET  # noqa: N815 (http.server's names)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def hangs(between: Between, now: bool) -> None:
    (between.buckets.hang if now else between.buckets.go_on)()


def refuses(between: Between, now: bool) -> None:
    between.refuses = now


def is_gone(between: Between, now: bool) -> None:
    (between.stop if now else between.start)()


FAULTS = [
    pytest.param(hangs, marks=pytest.mark.long("20 s: waits until each call gives up the bucket")),
    pytest.param(refuses, marks=pytest.mark.long("15 s: waits while the bucket is asked again and again")),
    is_gone,
]


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """A service with buckets behind something that fails, as a gateway is told of it."""
    with running_buckets() as buckets:
        between = Between(buckets)
        for name, value in {**buckets.environment, "AWS_ENDPOINT_URL": between.url}.items():
            monkeypatch.setenv(name, value)
        yield between
        between.stop()


@contextmanager
def serving(between: Between, folder: Path) -> Iterator[Gateway]:
    """A gateway that waits two seconds for its bucket, on the test site."""
    content = ("--content", between.buckets.new())
    load(folder / "gateway.db", SITE, *content)
    with running(folder / "gateway.db", *content, "--content-timeout", "2s") as gateway:
        yield gateway


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost_and_nothing_is_there_twice(
    fault: Fault, between: Between, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(between, tmp_path) as gateway:
        tally = asyncio.run(under_load(gateway.url, between, fault))
        unknown = verify(tally, gateway.url)
    assert unknown == 0
    with capsys.disabled():
        counts = f"{len(tally.acknowledged)} acknowledged and there, {tally.refused.total()} refused"
        print(f"\nthe bucket {fault.__name__.replace('_', ' ')}: {counts}")


async def under_load(url: str, between: Between, fault: Fault) -> Tally:
    connector = aiohttp.TCPConnector(limit=CLIENTS)
    async with aiohttp.ClientSession(url, connector=connector, timeout=PATIENCE) as session:
        clients = Load(session)
        await clients.succeeds(50)
        for _ in range(2):
            fault(between, True)
            await clients.fails(CLIENTS)
            fault(between, False)
            await clients.succeeds(50)
        return await clients.stop()


@pytest.mark.long("8 s and more: each of many ways to read waits for the bucket")
@pytest.mark.parametrize("fault", FAULTS)
def test_reading_is_answered_and_what_needs_no_content_goes_on(fault: Fault, between: Between, tmp_path: Path) -> None:
    with serving(between, tmp_path) as gateway:
        caller = Caller(gateway.url)
        short, long = caller.attach(data=b"short"), caller.attach(data=b"long" * 20_000)
        fault(between, True)
        for number in (short, long):
            assert codes(caller, number) == dict.fromkeys(PROTOCOLS, errors.BUSY.code)
            assert caller.send(Request("GET", f"/attachment.cgi?id={number}"))[0] == 503
        shown = caller.agreed("Bug.attachments", {"attachment_ids": [short], "exclude_fields": ["data"]})
        assert shown.result["attachments"][str(short)]["size"] == 5
        fault(between, False)
        assert caller.attachment(short)["data"] == b"short"
        assert caller.attachment(long)["data"] == b"long" * 20_000


def codes(caller: Caller, number: int) -> dict[str, int]:
    """What each protocol answers who asks for an attachment."""
    method = METHODS.get("Bug.attachments")
    assert method
    found = {}
    for protocol, (write, read) in PROTOCOLS.items():
        request = write(method, {"attachment_ids": [number]})
        assert request
        _, _, body = caller.send(request)
        found[protocol] = read(body)[0]
    return found
