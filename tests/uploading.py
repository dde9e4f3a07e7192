"""Clients who add attachments as long as they are told to, and remember what they were told."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from calling import Caller
from running import account
from wire import PROTOCOLS

from gateway import errors
from gateway.methods.catalogue import METHODS

CLIENTS = 16
BUG = 5
SPOKEN = ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest")
PATIENCE = aiohttp.ClientTimeout(total=60)
"""An answer that takes longer is none."""


@dataclass
class Tally:
    """What clients were told."""

    attempted: list[str] = field(default_factory=list)
    acknowledged: dict[str, int] = field(default_factory=dict)
    refused: Counter[tuple[str, int]] = field(default_factory=Counter)


class Load:
    """Clients who add attachments, each one after the other, until they are told to stop."""

    def __init__(self, session: aiohttp.ClientSession, name: str = "client") -> None:
        self.tally = Tally()
        self._name = name
        self._session = session
        self._stopped = False
        self._clients = [asyncio.create_task(self._client(number)) for number in range(CLIENTS)]

    async def succeeds(self, times: int) -> None:
        """Wait until so many more calls have succeeded."""
        enough = len(self.tally.acknowledged) + times
        await self._until(lambda: len(self.tally.acknowledged) >= enough)

    async def fails(self, times: int) -> None:
        """Wait until so many more calls have been refused."""
        enough = self.tally.refused.total() + times
        await self._until(lambda: self.tally.refused.total() >= enough)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await asyncio.sleep(0.01)
            for client in self._clients:
                assert not client.done() or client.result()

    async def stop(self) -> Tally:
        """End it once every call is answered."""
        self._stopped = True
        await asyncio.gather(*self._clients)
        return self.tally

    async def _client(self, number: int) -> None:
        protocol = SPOKEN[number % len(SPOKEN)]
        sent = 0
        while not self._stopped:
            summary = f"{self._name} {number} call {sent}"
            sent += 1
            self.tally.attempted.append(summary)
            code, result = await self._add(protocol, summary)
            if code == 0:
                self.tally.acknowledged[summary] = int(result["ids"][0])
            else:
                self.tally.refused[protocol, code] += 1

    async def _add(self, protocol: str, summary: str) -> tuple[int, Any]:
        write, read = PROTOCOLS[protocol]
        method = METHODS.get("Bug.add_attachment")
        assert method
        params = {"ids": [BUG], "data": data_of(summary), "file_name": "a.txt", "summary": summary}
        params |= {"content_type": "text/plain", "Bugzilla_api_key": account("editor").api_key}
        request = write(method, params)
        assert request
        path, body, headers = request.path.removeprefix("/"), request.body, request.headers
        async with self._session.request(request.verb, path, data=body, headers=headers) as answer:
            code, result, _ = read(await answer.read())
        return code, result


def data_of(summary: str) -> bytes:
    return summary.encode() * 100


def together(*tallies: Tally) -> Tally:
    """What the clients of several nodes were told."""
    whole = Tally()
    for each in tallies:
        whole.attempted += each.attempted
        whole.acknowledged |= each.acknowledged
        whole.refused += each.refused
    return whole


def verify(tally: Tally, url: str, *also: errors.ErrorKind) -> int:
    """All that was acknowledged is there, once, and refusals were BUSY; how much is there that nobody was told of.

    Refusals may have been errors of kinds that are named `also`.
    """
    listed = Caller(url).result("Bug.attachments", {"ids": [BUG]})["bugs"][str(BUG)]
    stored = {each["id"]: each for each in listed}
    summaries = Counter(each["summary"] for each in listed)
    assert set(summaries) <= set(tally.attempted)
    assert set(summaries.values()) == {1}
    for summary, number in tally.acknowledged.items():
        assert stored[number]["summary"] == summary
        assert stored[number]["data"] == data_of(summary)
    assert {code for _, code in tally.refused} <= {kind.code for kind in (errors.BUSY, *also)}, tally.refused
    return len(summaries) - len(tally.acknowledged)
