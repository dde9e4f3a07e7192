"""`gateway doctor --front` before sites of all kinds."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from commandline import Run, told
from http_server import http_server
from running import Gateway, account, mozilla_site
from test_doctor_command import in_front_of

LOOKED_AT = {
    *("site", "latency", "reads", "long addresses", "writes", "custom fields", "passwords", "key", "methods"),
}
MAY_WARN = {"latency", "custom fields", "methods"}
"""The subjects of which a site may have a warning and still be well: it may be slow, or lack methods."""


def looked(run: Run, url: str, *arguments: str, code: int = 0) -> dict[str, str]:
    """The verdicts by what they are about."""
    seen = told(run("doctor", "--json", "--front", url, *arguments, code=code))
    return {each["about"]: each["verdict"] for each in seen}


@pytest.mark.parametrize(("key", "verdict"), [("", "ok"), (account("editor").api_key, "ok"), ("wrong" * 8, "wrong")])
def test_a_site_that_a_front_can_stand_before(
    run: Run, standing_gateway: Gateway, tmp_path: Path, key: str, verdict: str
) -> None:
    file = tmp_path / "key"
    file.write_text(key)
    arguments = ["--api-key-file", str(file)] if key else []
    found = looked(run, standing_gateway.url, *arguments, code=int(verdict == "wrong"))
    assert found.keys() == LOOKED_AT
    assert found["key"] == verdict
    if verdict == "ok":
        assert {each for each, verdict in found.items() if verdict != "ok"} <= MAY_WARN


def test_a_site_of_mozillas_family_lacks_methods(run: Run, standing_gateway: Gateway) -> None:
    with mozilla_site(standing_gateway.url) as url:
        result = told(run("doctor", "--json", "--front", url))
    found = {each["about"]: each for each in result}
    assert "Mozilla" in found["site"]["found"] or "mozilla" in found["site"]["found"]
    assert (found["methods"]["verdict"], "Bugzilla.parameters" in found["methods"]["found"]) == ("warning", True)


@contextmanager
def site_without(resource: str, *, with_options: bool) -> Iterator[str]:
    """A site of Bugzilla 5 that lacks a resource, and one that may refuse OPTIONS."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(200, {"version": "5.2", "fields": []})

        def do_PUT(self) -> None:
            self.answer(401, {"error": True, "code": 410})

        def do_OPTIONS(self) -> None:
            is_there = self.path != f"/rest/{resource}"
            document = None if is_there else {"error": True, "code": 32614}
            self.answer((200 if is_there else 404) if with_options else 405, document)

        def answer(self, status: int, document: dict[str, Any] | None) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response_only(status)
            self.end_headers()
            self.wfile.write(b"" if document is None else json.dumps(document).encode())

        def log_message(self, *_: object) -> None:
            pass

    with http_server(Handler) as url:
        yield url


@pytest.mark.parametrize(
    ("with_options", "told_of_it"), [(True, "not Bug.update_tags, Component"), (False, "not tell")]
)
def test_the_site_is_asked_for_each_resource(run: Run, with_options: bool, told_of_it: str) -> None:
    with site_without("component", with_options=with_options) as url:
        (methods,) = (each for each in told(run("doctor", "--json", "--front", url)) if each["about"] == "methods")
    assert (methods["verdict"], told_of_it in methods["found"]) == ("warning", True)


def test_a_site_that_does_not_answer_is_wrong(run: Run) -> None:
    assert looked(run, "http://127.0.0.1:9/", code=1) == {"site": "wrong"}


def test_a_proxy_that_refuses_long_addresses_is_wrong(run: Run, standing_gateway: Gateway) -> None:
    with in_front_of(standing_gateway, **{"0": (414, {})}) as url:
        found = looked(run, url, code=1)
    assert found["site"] == "ok"
    assert "wrong" in found.values()


@pytest.mark.parametrize("url", ["nowhere", "ftp://a/", "https://user:password@a/", "https://a/?b"])
def test_an_address_that_is_none_is_told(run: Run, url: str) -> None:
    assert "Invalid value" in run("doctor", "--front", url, code=2).stderr
    assert "Invalid value" in run("front", url, code=2).stderr
