"""Where requests come from, and bodies that keep nobody else waiting."""

import asyncio
import gzip
from dataclasses import replace
from ipaddress import ip_network
from typing import cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from multidict import CIMultiDict

from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.service import Service
from gateway.protocols import transport
from gateway.protocols.unpacking import STEP
from gateway.settings import Settings
from gateway.store.interface import Store
from gateway.web.metrics import Metrics

PROXIES = tuple(ip_network(each) for each in ("127.0.0.1", "10.0.0.0/8", "::1"))


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("192.0.2.1", ["198.51.100.1"], "192.0.2.1"),  # no proxy
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["203.0.113.9", "198.51.100.1, 10.0.0.1"], "198.51.100.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("::1", ["2001:db8::1"], "2001:db8::1"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:192.0.2.1", [], "192.0.2.1"),
    ],
)
def test_the_address_of_a_client(remote: str, forwarded: list[str], address: str) -> None:
    headers = CIMultiDict([("X-Forwarded-For", line) for line in forwarded])
    request = make_mocked_request("GET", "/", headers).clone(remote=remote)
    assert transport.client_address(request, Settings(trusted_proxies=PROXIES)) == address


@pytest.mark.parametrize(
    ("remote", "headers", "url"),
    [
        ("127.0.0.1", {}, "http://bugs.example.com/bugzilla/"),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, "https://bugs.example.com/bugzilla/"),
        ("127.0.0.1", {"X-Forwarded-Proto": "javascript"}, "http://bugs.example.com/bugzilla/"),
        ("127.0.0.1", {"X-Forwarded-Proto": "http, https"}, "https://bugs.example.com/bugzilla/"),
        ("127.0.0.1", {"X-Forwarded-Host": "evil.example, old.example.com"}, "http://old.example.com/bugzilla/"),
        ("192.0.2.1", {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "x"}, "http://bugs.example.com/bugzilla/"),
    ],
)
def test_the_address_of_the_site(remote: str, headers: dict[str, str], url: str) -> None:
    request = make_mocked_request("GET", "/", CIMultiDict({"Host": "bugs.example.com", **headers})).clone(remote=remote)
    settings = Settings(trusted_proxies=PROXIES, path_prefix="/bugzilla")
    assert transport.site_url(request, settings) == url
    assert transport.site_url(request, replace(settings, url_base="https://set.example/")) == "https://set.example/"


class Steps:
    """A reader that notes how often everything else had its turn before each of its steps."""

    def __init__(self) -> None:
        self.turns = 0
        self.at: list[int] = []

    def feed(self, data: bytes) -> None:
        self.at.append(self.turns)
        assert len(data) <= STEP

    async def count(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.turns += 1


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_a_body_lets_others_have_their_turn_however_much_of_it_is_there(coding: str) -> None:
    service = Service(cast("Store", None), Settings(), METHODS, ISSUES, Metrics())
    steps = Steps()

    async def handler(request: web.Request) -> web.Response:
        counting = asyncio.create_task(steps.count())
        await transport.receive(request, steps, service)
        counting.cancel()
        return web.Response()

    app = web.Application(handler_args={"auto_decompress": False})
    app.router.add_post("/", handler)
    async with TestClient(TestServer(app, handler_args={"auto_decompress": False})) as client:
        body = bytes(50 * STEP)
        sent = gzip.compress(body) if coding == "gzip" else body
        assert (await client.post("/", data=sent, headers={"Content-Encoding": coding})).status == 200
    service.close()
    assert len(steps.at) >= 50
    assert len(set(steps.at)) >= len(steps.at) - 1
