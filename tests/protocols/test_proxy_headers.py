"""The addresses of clients and of the site, directly and behind proxies."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from gateway.protocols import proxy_headers
from gateway.settings import Settings

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
    assert proxy_headers.client_address(request, Settings(trusted_proxies=PROXIES)) == address


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
    assert proxy_headers.site_url(request, settings) == url
    assert proxy_headers.site_url(request, replace(settings, url_base="https://set.example/")) == "https://set.example/"
