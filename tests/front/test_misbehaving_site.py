"""A site that misbehaves: each call gets an error of its own protocol, and no write is sent twice."""

import asyncio
import json
import xmlrpc.client
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from scripted_site import Answer, ScriptedSite, fronted, fronted_at

from gateway.front.site_client import MOST_WAITS, without_address

KEY = {"Bugzilla_api_key": "k" * 40}
READ = ("Bug.comments", {"ids": [1], **KEY}, "GET /bug/1/comment")
WRITE = ("Bug.update_attachment", {"ids": [1], "summary": "new", **KEY}, "PUT /bug/attachment/0")
ATTACH = (
    "Bug.add_attachment",
    {"ids": [1], "data": b"x", "file_name": "f", "summary": "s", "content_type": "text/plain", **KEY},
    "POST /bug/0/attachment",
)

BUSY, UNUSABLE, LOST = "The server is busy", "gives no usable answer", "may have been made"


async def silent(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError


async def stopping(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"bugs":')
    await asyncio.sleep(60)
    raise AssertionError


async def cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"bugs":')
    await asyncio.sleep(0.01)
    assert request.transport is not None
    request.transport.abort()
    return response


async def reset(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def answering(status: int, body: str | bytes, content_type: str = "text/html", **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        data = body.encode() if isinstance(body, str) else body
        return web.Response(status=status, body=data, content_type=content_type, headers=headers)

    return answer


def json_of(document: Any, status: int = 200) -> Answer:
    return answering(status, json.dumps(document), "application/json")


PAGE = "<html><body>Something went wrong.</body></html>"
PERL = {"error": True, "code": 100500, "message": None}
ODD_ERROR = {"error": 1, "code": True, "message": ["a"]}
WITH_USER = "http://ada:secret@other.invalid/rest/?token=secret"

MISBEHAVING: list[tuple[str, Answer, str, str]] = [
    ("silent", silent, BUSY, LOST),
    ("stops in its answer", stopping, BUSY, LOST),
    ("cuts its answer", cut, BUSY, LOST),
    ("resets the connection", reset, BUSY, LOST),
    ("429", answering(429, PAGE), BUSY, BUSY),
    ("429 for an hour", answering(429, PAGE, **{"Retry-After": "3600"}), BUSY, BUSY),
    ("503", answering(503, PAGE), BUSY, BUSY),
    ("502", answering(502, PAGE), BUSY, LOST),
    ("500", answering(500, PAGE), UNUSABLE, LOST),
    ("414", answering(414, PAGE), UNUSABLE, UNUSABLE),
    ("413", answering(413, PAGE), "so large a request", "so large a request"),
    ("413 in JSON", json_of({"error": True, "code": 58, "message": "Too large."}, 413), "Too large", "Too large"),
    ("403", answering(403, PAGE), UNUSABLE, UNUSABLE),
    ("a page", answering(200, PAGE), UNUSABLE, LOST),
    ("nothing", answering(200, ""), "it is empty", LOST),
    ("half of JSON", answering(200, '{"bugs": {"1"', "application/json"), UNUSABLE, LOST),
    ("deep JSON", answering(200, "[" * 100_000, "application/json"), UNUSABLE, LOST),
    ("no UTF-8", answering(200, b'{"bugs": {"\xff": []}}', "application/json"), UNUSABLE, LOST),
    ("a number", json_of(5), UNUSABLE, LOST),
    ("nothing of a result", json_of({"other": 5}), UNUSABLE, LOST),
    ("a number that nobody can read", json_of({"bugs": {"1": {"comments": [{"id": 10**30}]}}}), UNUSABLE, LOST),
    ("40 MiB", answering(200, b'{"bugs": {' + b" " * (40 * 2**20), "application/json"), "longer than 32 MiB", LOST),
    ("other types", json_of({"bugs": 5, "attachments": 5, "ids": {}}), UNUSABLE, LOST),
    ("a failed document", json_of({"bugs": {}}, 400), UNUSABLE, UNUSABLE),
    ("a redirect", answering(302, "", Location="http://other.invalid/rest/"), UNUSABLE, UNUSABLE),
    ("a redirect to a user", answering(302, "", Location=WITH_USER), "http://other.invalid/rest/;", UNUSABLE),
    ("an error in a success", json_of(PERL), "The site failed", "The site failed"),
    ("an error of other types", json_of(ODD_ERROR), "The site failed", "The site failed"),
]


@pytest.mark.parametrize("call", [READ, WRITE, ATTACH], ids=["read", "write", "attach"])
@pytest.mark.parametrize(
    ("answer", "for_read", "for_write"), [m[1:] for m in MISBEHAVING], ids=[m[0] for m in MISBEHAVING]
)
async def test_a_call_gets_an_error_of_its_protocol(
    tmp_path: Path, answer: Answer, for_read: str, for_write: str, call: tuple[str, dict[str, Any], str]
) -> None:
    method, params, request = call
    site = ScriptedSite(answers={request: answer})
    expected = for_read if call is READ else for_write
    never_answers = answer in (silent, stopping)
    async with fronted(site, tmp_path, timeout=0.5 if never_answers else 30.0) as front:
        while isinstance(await front.xmlrpc("Bugzilla.version", {}), xmlrpc.client.Fault):  # a busy machine
            pass
        fault = await front.xmlrpc(method, params)
        first = len(site.sent(request))
        plain = {name: value.decode() if isinstance(value, bytes) else value for name, value in params.items()}
        error = (await front.jsonrpc(method, {**plain, "data": "eA=="} if call is ATTACH else plain)).get("error")
    assert isinstance(fault, xmlrpc.client.Fault)
    assert expected in fault.faultString
    assert error is not None
    assert expected in error["message"]
    assert "k" * 40 not in fault.faultString
    assert first <= (2 if call is READ else 1)
    assert never_answers or len(site.sent(request)) == 2 * first > 0


@pytest.mark.parametrize(
    "answer",
    [
        b"GET /rest/bug/1/comment\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
    ],
    ids=["no HTTP", "bad chunk", "bad length", "cut"],
)
async def test_what_is_no_answer_is_logged_without_the_credentials_in_the_address(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, answer: bytes
) -> None:
    version = b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"version":"5.2"}'

    async def answering_so(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(version if b"/version" in head else answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answering_so, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server, fronted_at(url, tmp_path) as front:
        assert BUSY in (await front.xmlrpc("Bug.comments", READ[1])).faultString
        login = {"login": "ada@example.com", "password": "a long password"}
        assert BUSY in (await front.xmlrpc("User.login", login)).faultString
    assert "the connection to the site broke" in caplog.text
    for secret in ("k" * 40, "a long password", "a+long+password", "a%20long%20password"):
        assert secret not in caplog.text


def test_a_problem_is_told_without_an_address() -> None:
    told = without_address(aiohttp.ConnectionTimeoutError("Connection timeout to host http://a/?Bugzilla_api_key=k"))
    assert told == "ConnectionTimeoutError"


COMMENTS = {"bugs": {"1": {"comments": []}}, "comments": {}}


def once(answer: Answer, then: Any) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The first answer is that; those after it are a document."""
    asked: list[web.Request] = []

    async def answered(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        return await answer(request) if len(asked) == 1 else web.json_response(then)

    return answered


@pytest.mark.parametrize(
    "first",
    [cut, reset, answering(503, PAGE, **{"Retry-After": "0"}), answering(429, PAGE, **{"Retry-After": "0"})],
    ids=["cut", "reset", "503", "429"],
)
async def test_a_read_is_tried_again(tmp_path: Path, first: Answer) -> None:
    site = ScriptedSite(answers={"GET /bug/1/comment": once(first, COMMENTS)})
    async with fronted(site, tmp_path) as front:
        assert await front.xmlrpc("Bug.comments", {"ids": [1]}) == COMMENTS
    assert len(site.asked) == 2


async def test_a_site_that_is_always_busy_is_not_asked_without_end(tmp_path: Path) -> None:
    site = ScriptedSite(answers={"GET /bug/1/comment": answering(503, PAGE, **{"Retry-After": "0"})})
    async with fronted(site, tmp_path) as front:
        assert BUSY in (await front.xmlrpc("Bug.comments", {"ids": [1]})).faultString
        async with front.client.get("/metrics") as response:
            metrics = await response.text()
    assert len(site.asked) == 1 + MOST_WAITS
    assert f'gateway_site_seconds_count{{outcome="503"}} {1 + MOST_WAITS}.0' in metrics


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (json_of(COMMENTS), "200"),
        (json_of(PERL), "failed"),
        (json_of({"error": True, "code": 101, "message": "None."}, 404), "404"),
        (answering(200, PAGE), "unusable"),
        (answering(302, "", Location="http://other.invalid/"), "unusable"),
        (answering(500, PAGE), "500"),
        (reset, "broken"),
    ],
)
async def test_requests_are_counted_by_their_outcome(tmp_path: Path, answer: Answer, outcome: str) -> None:
    site = ScriptedSite(answers={"GET /bug/1/comment": answer})
    async with fronted(site, tmp_path) as front:
        await front.xmlrpc("Bug.comments", {"ids": [1]})
        async with front.client.get("/metrics") as response:
            metrics = await response.text()
    tries = 2 if answer is reset else 1
    versions = 1 if outcome == "200" else 0
    assert f'gateway_site_seconds_count{{outcome="{outcome}"}} {tries + versions}.0' in metrics
    assert "gateway_site_requests_in_flight 0.0" in metrics


async def test_a_redirect_gets_no_credentials(tmp_path: Path) -> None:
    elsewhere = ScriptedSite()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", elsewhere.handle)
    async with TestServer(app) as other:
        redirect = answering(302, "", Location=str(other.make_url("/rest/bug/1/comment?token=secret")))
        site = ScriptedSite(answers={"*": redirect})
        async with fronted(site, tmp_path) as front:
            fault = await front.xmlrpc("Bug.comments", {"ids": [1], **KEY})
    assert "redirects to" in fault.faultString
    assert "secret" not in fault.faultString
    assert elsewhere.asked == []


async def test_a_site_that_is_down_is_told_in_every_protocol(tmp_path: Path) -> None:
    async with TestServer(web.Application()) as server:
        url = str(server.make_url("/"))
    async with fronted_at(url, tmp_path) as front:
        fault = await front.xmlrpc("Bug.comments", {"ids": [1]})
        assert (fault.faultCode, BUSY in fault.faultString) == (-32000, True)
        assert BUSY in (await front.jsonrpc("Bug.get", {"ids": [1]}))["error"]["message"]
        status, document = await front.rest("/bug/1")
        assert (status, document["error"], document["code"]) == (503, True, -32000)
        async with front.client.get("/readyz") as response:
            assert response.status == 503


async def test_cookies_of_the_site_go_back_to_nobody(tmp_path: Path) -> None:
    site = ScriptedSite(answers={"GET /bug/1/comment": answering(200, json.dumps(COMMENTS), **{"Set-Cookie": "a=b"})})
    async with fronted(site, tmp_path) as front:
        for _ in range(2):
            await front.xmlrpc("Bug.comments", {"ids": [1]})
    assert not any("Cookie" in each.headers for each in site.asked)


@pytest.mark.parametrize("size", [10, 8 * 1024**2])
async def test_a_site_that_does_not_take_an_upload_is_given_up(tmp_path: Path, size: int) -> None:
    version = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{"version":"5.2"}'

    async def stuck(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"GET"):
            writer.write(version)
        await asyncio.sleep(3)
        writer.close()

    server = await asyncio.start_server(stuck, "127.0.0.1", 0, limit=2**16)
    async with (
        server,
        fronted_at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", tmp_path, timeout=1.0) as front,
    ):
        fault = await front.xmlrpc("Bug.add_attachment", {**ATTACH[1], "data": bytes(size)})
    assert LOST in fault.faultString
