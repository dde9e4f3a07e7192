"""A site that answers as a test says, and a front before it, both in the loop of the test."""

import json
import xmlrpc.client
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.front.front_options import FrontOptions
from gateway.settings import Settings
from gateway.web import front_application

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that the site got."""

    verb: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


@dataclass
class ScriptedSite:
    """The site: `answers` has a function, or a document, by "VERB /path"; anything else is not found."""

    version: str = "5.2"
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/rest")
        if path == "/version" and "GET /version" not in self.answers:
            return web.json_response({"version": self.version})
        text = await request.text()
        body = json.loads(text) if text else None
        self.asked.append(Asked(request.method, path, dict(request.query), body, dict(request.headers)))
        answer = self.answers.get(f"{request.method} {path}", self.answers.get("*"))
        if answer is None:
            return web.json_response(
                {"error": True, "code": 32614, "message": "There is no such resource."}, status=404
            )
        if callable(answer):
            answered: web.StreamResponse = await answer(request)
            return answered
        return web.json_response(answer)

    def sent(self, verb_and_path: str) -> list[Asked]:
        """The requests for a path."""
        return [each for each in self.asked if f"{each.verb} {each.path}" == verb_and_path]


class Front:
    """Calls a front."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client

    async def xmlrpc(self, method: str, params: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        """The result of a call, or its fault."""
        body = xmlrpc.client.dumps((params,), method, allow_none=True)
        sent = {"Content-Type": "text/xml", **(headers or {})}
        async with self.client.post("/xmlrpc.cgi", data=body, headers=sent) as response:
            assert response.status == 200
            try:
                (result,), _ = xmlrpc.client.loads(await response.read(), use_builtin_types=True)
            except xmlrpc.client.Fault as fault:
                return fault
            return result

    async def jsonrpc(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The answer to a call in JSON-RPC 2.0."""
        document = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        async with self.client.post("/jsonrpc.cgi", json=document) as response:
            assert response.status == 200
            answer: dict[str, Any] = await response.json()
            return answer

    async def rest(self, path: str, **options: Any) -> tuple[int, Any]:
        """The status and the document of a GET."""
        async with self.client.get(f"/rest{path}", **options) as response:
            return response.status, await response.json()


@asynccontextmanager
async def fronted(site: ScriptedSite, tmp_path: Path, **options: Any) -> AsyncIterator[Front]:
    """A front before the site, until the end of the block."""
    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", "/{path:.*}", site.handle)
    async with TestServer(app) as server, fronted_at(str(server.make_url("/")), tmp_path, **options) as front:
        yield front


@asynccontextmanager
async def fronted_at(
    url: str, tmp_path: Path, settings: dict[str, Any] | None = None, **options: Any
) -> AsyncIterator[Front]:
    """A front before the site at a URL, with these settings."""
    app = front_application(FrontOptions(url=url, **options), Settings(spool_directory=tmp_path, **(settings or {})))
    async with TestClient(TestServer(app, handler_args={"auto_decompress": False})) as client:
        yield Front(client)
