"""Answers that are given again: only to the same request, in the same state of the store, in the same second."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from running import account, copied
from wire import PROTOCOLS, Request, jsonrpc

from gateway.methods.catalogue import METHODS
from gateway.settings import Settings
from gateway.store.interface import Store
from gateway.store.sqlite import open_store
from gateway.web import application

LISTING: dict[str, Any] = {"ids": [1], "exclude_fields": ["data"]}

Between = Callable[[], None]


class Site:
    """A gateway in this process, whose pieces of work in the store are counted."""

    def __init__(self, database: Path, store: Store, client: ClientSession) -> None:
        self.database = database
        self._store = store
        self._client = client
        self._works = 0
        for name in ("read", "write"):
            setattr(store, name, self._counted(getattr(store, name)))

    def _counted(self, run: Callable[..., Any]) -> Callable[..., Any]:
        async def counted(*given: Any, **how: Any) -> Any:
            self._works += 1
            return await run(*given, **how)

        return counted

    async def change(self) -> None:
        """Change something, in another connection, that no answer here shows."""
        other = await open_store(self.database)
        await other.write(lambda tx: tx.add_login_failure(1, "192.0.2.1"))
        await other.close()

    async def ask(self, request: Request) -> bytes:
        """The body of the answer."""
        async with self._client.request(
            request.verb, request.path, data=request.body or None, headers=request.headers
        ) as answer:
            return await answer.read()

    async def works(self, *requests: Request | None) -> list[int]:
        """How many pieces of work each request took, all in one second; None makes a change instead."""
        while True:
            counts, second = [], int(time.time())
            for request in requests:
                before = self._works
                await (self.change() if request is None else self.ask(request))
                counts.append(self._works - before)
            if int(time.time()) == second:
                return [count for count, request in zip(counts, requests, strict=True) if request]
            await asyncio.sleep(1.01 - time.time() % 1)  # the last of them may have been kept in the second that began


@pytest.fixture
async def site(loaded_database: Path, tmp_path: Path) -> AsyncIterator[Site]:
    database = copied(loaded_database, tmp_path / "gateway.db")
    store = await open_store(database)
    server = TestServer(application(store, Settings(database=database)))
    await server.start_server()
    async with ClientSession(base_url=server.make_url("/")) as client:
        yield Site(database, store, client)
    await server.close()
    await store.close()


def asked(protocol: str, method: str, params: dict[str, Any]) -> Request:
    declared = METHODS.get(method)
    assert declared is not None
    request = PROTOCOLS[protocol][0](declared, params)
    assert request is not None
    return request


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_the_same_request_is_answered_by_the_same_bytes_without_the_store(site: Site, protocol: str) -> None:
    request = asked(protocol, "Bug.attachments", LISTING)
    assert await site.works(None, request, request, request) == [1, 1, 0]  # the second sees that there was a change
    assert await site.ask(request) == await site.ask(request)


async def test_a_change_by_whomever_ends_it(site: Site) -> None:
    request = asked("xmlrpc", "Bug.attachments", LISTING)
    assert (await site.works(request, None, request))[1] == 1


async def test_the_next_second_ends_it(site: Site) -> None:
    request = asked("xmlrpc", "Bugzilla.time", {})
    first = await site.ask(request)
    await asyncio.sleep(1)
    assert await site.ask(request) != first


async def test_everybody_has_answers_of_their_own(site: Site) -> None:
    anonymous = asked("rest", "Bug.attachments", LISTING)
    keys = [{"X-Bugzilla-API-Key": account(name).api_key} for name in ("admin", "editor")]
    others = [Request(anonymous.verb, anonymous.path, headers=key) for key in keys]
    for each in others:
        await site.ask(each)  # the first use of a key is noted, which is a change
    assert await site.works(None, anonymous, anonymous, *others, anonymous, *others) == [1, 1, 1, 1, 0, 0, 0]


async def test_what_fails_is_tried_anew(site: Site) -> None:
    missing = asked("xmlrpc", "Bug.attachments", {"ids": [123456]})
    wrong_key = asked("xmlrpc", "Bug.attachments", {**LISTING, "Bugzilla_api_key": "x" * 40})
    assert await site.works(missing, missing, wrong_key, wrong_key) == [1, 1, 1, 1]


async def test_a_batch_of_which_one_call_fails_is_tried_anew(site: Site) -> None:
    calls = [
        {"jsonrpc": "2.0", "id": number, "method": "Bug.attachments", "params": {"ids": [bug]}}
        for number, bug in enumerate((1, 123456))
    ]
    assert await site.works(jsonrpc(calls), jsonrpc(calls)) == [2, 2]


async def test_what_may_change_something_is_done_anew(site: Site) -> None:
    params = {"ids": [1], "summary": "one", "Bugzilla_api_key": account("admin").api_key}
    request = asked("xmlrpc", "Bug.update_attachment", params)
    await site.ask(request)  # the first use of a key is noted
    assert await site.works(request, request) == [1, 1]


async def test_a_repeated_answer_is_counted_as_a_call(site: Site) -> None:
    request = asked("xmlrpc", "Bug.attachments", LISTING)
    for _ in range(10):
        await site.ask(request)
    page = (await site.ask(Request("GET", "/metrics"))).decode()
    assert 'gateway_calls_total{method="Bug.attachments",protocol="xmlrpc"} 10.0' in page


async def test_long_bodies_and_answers_are_left_alone(site: Site) -> None:
    long = asked("xmlrpc", "Bug.attachments", {**LISTING, "include_fields": ["id"] + [f"f{n}" for n in range(200)]})
    assert len(long.body) > 1024
    assert await site.works(long, long) == [1, 1]
