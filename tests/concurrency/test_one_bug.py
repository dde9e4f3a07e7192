"""Many clients write on one bug at once, over all protocols: everything that succeeds is there once, all else is not.

A real Bugzilla fails four of five such calls, and stores some of those all the same.
"""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from calling import Caller
from running import ROOT, account, copied, load, running
from wire import PROTOCOLS

from gateway.methods.catalogue import METHODS

CLIENTS = 32
ROUNDS = 3
BUG = 5
SPOKEN = ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest")


@dataclass
class Tally:
    """What clients were told: what they made and set, and which calls failed or not.

    `aliases` are those of the bug, `addresses` of related bugs, and `comments` the texts of comments of their own.
    """

    summaries: dict[int, str] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)
    flagged: Counter[str] = field(default_factory=Counter)
    aliases: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    comments: Counter[str] = field(default_factory=Counter)
    answered: Counter[tuple[str, str, int]] = field(default_factory=Counter)


class Client:
    """One of the clients, who speaks one protocol and is the editor."""

    def __init__(self, number: int, session: aiohttp.ClientSession, tally: Tally) -> None:
        self._number = number
        self._session = session
        self._tally = tally
        self._protocol = SPOKEN[number % len(SPOKEN)]

    async def work(self, shared: int) -> None:
        """Make calls one after the other; three of each round have to fail, whatever others do."""
        for each in range(ROUNDS):
            name = f"client {self._number} round {each}"
            await self._add(name)
            await self._flag(shared)
            await self._update(name)
            assert (await self._call("Bug.add_attachment", self._new("half", bugs=[BUG, 99999])))[0] == 101
            number = await self._add(f"{name} again")
            bad = {"ids": [number], "summary": "half", "flags": [{"name": "no such flag", "status": "+"}]}
            assert (await self._call("Bug.update_attachment", bad))[0] == 51

    async def _add(self, name: str) -> int:
        """Add an attachment, and change its summary."""
        new = self._new(f"{name}: old")
        code, result = await self._call("Bug.add_attachment", new)
        assert code == 0
        (number,) = result["ids"]
        assert number not in self._tally.summaries, "two attachments have one number"
        code, _ = await self._call("Bug.update_attachment", {"ids": [number], "summary": name, "comment": name})
        assert code == 0
        self._tally.summaries[number] = name
        self._tally.contents[number] = new["data"]
        return int(number)

    async def _update(self, name: str) -> None:
        """Add to the lists of the bug and comment on it, which changes another bug too; then fail to."""
        alias, address = name.replace(" ", "-"), f"https://github.com/a/{name.replace(' ', '-')}/issues/1"
        change = {
            "ids": [BUG],
            "alias": {"add": [alias]},
            "see_also": {"add": [address]},
            "depends_on": {"add" if self._number % 2 else "remove": [1]},
            "whiteboard": name,
            "comment": {"body": name},
        }
        code, _ = await self._call("Bug.update", change)
        assert code == 0
        self._tally.aliases.add(alias)
        self._tally.addresses.add(address)
        self._tally.comments[name] += 1
        half = {"ids": [BUG, 1], "comment": {"body": "half"}, "keywords": {"add": ["no such keyword"]}}
        assert (await self._call("Bug.update", half))[0] == 51

    async def _flag(self, shared: int) -> None:
        """Set one more flag on the attachment that all of them share."""
        flag = {"name": "review", "status": "+", "new": 1}
        code, _ = await self._call("Bug.update_attachment", {"ids": [shared], "flags": [flag]})
        assert code == 0
        self._tally.flagged["review+"] += 1

    def _new(self, summary: str, bugs: Any = BUG) -> dict[str, Any]:
        data = f"{summary} ".encode() * 300
        return {"ids": bugs, "data": data, "file_name": "a.txt", "summary": summary, "content_type": "text/plain"}

    async def _call(self, name: str, params: dict[str, Any]) -> tuple[int, Any]:
        write, read = PROTOCOLS[self._protocol]
        method = METHODS.get(name)
        assert method
        request = write(method, {**params, "Bugzilla_api_key": account("editor").api_key})
        assert request
        path, body, headers = request.path, request.body, request.headers
        async with self._session.request(request.verb, path, data=body, headers=headers) as answer:
            code, result, _ = read(await answer.read())
        self._tally.answered[self._protocol, name, code] += 1
        return code, result


FEWER = pytest.mark.long("10 s: one process has fewer ways to go wrong than two")


@pytest.mark.parametrize(
    ("backend", "workers", "nodes"),
    [
        ("sqlite", 2, 1),
        ("postgresql", 2, 1),
        pytest.param("sqlite", 1, 1, marks=FEWER),
        pytest.param("postgresql", 1, 1, marks=FEWER),
        pytest.param(
            "postgresql", 1, 2, marks=pytest.mark.long("10 s: two nodes are two processes, as two workers are")
        ),
    ],
)
def test_many_clients_on_one_bug(
    backend: str,
    workers: int,
    nodes: int,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    database: Path | str
    if backend == "sqlite":
        database = copied(request.getfixturevalue("loaded_database"), tmp_path / "gateway.db")
    else:
        load(database := request.getfixturevalue("postgresql_server").new_database())
    tally = Tally()
    with ExitStack() as stack:
        gateways = [stack.enter_context(running(database, "--workers", str(workers))) for _ in range(nodes)]
        callers = [Caller(gateway.url) for gateway in gateways]
        shared = callers[0].attach("editor", BUG, summary="shared")
        started = time.perf_counter()
        asyncio.run(_work([gateway.url for gateway in gateways], shared, tally))
        seconds = time.perf_counter() - started
        for caller in callers:
            _check_what_is_there(caller, shared, tally)
    checked = subprocess.run(
        [sys.executable, "-m", "gateway", "check", "--database", str(database)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout
    calls, succeeded = tally.answered.total(), sum(n for (_, _, code), n in tally.answered.items() if code == 0)
    with capsys.disabled():
        print(
            f"\n{backend}, {CLIENTS} clients, processes: {workers}, nodes: {nodes}: {calls} calls "
            f"in {seconds:.1f} s, {succeeded} succeeded and are there once, "
            f"{calls - succeeded} had to fail and left nothing"
        )


async def _work(urls: Sequence[str], shared: int, tally: Tally) -> None:
    """Let all work, each client at one of the gateways."""
    async with AsyncExitStack() as stack:
        connectors = [aiohttp.TCPConnector(limit=CLIENTS) for _ in urls]
        sessions = [
            await stack.enter_async_context(aiohttp.ClientSession(url, connector=connector))
            for url, connector in zip(urls, connectors, strict=True)
        ]
        spread = [sessions[number // len(SPOKEN) % len(sessions)] for number in range(CLIENTS)]
        clients = [Client(number, session, tally) for number, session in enumerate(spread)]
        await asyncio.gather(*(client.work(shared) for client in clients))


def _check_what_is_there(caller: Caller, shared: int, tally: Tally) -> None:
    expected = CLIENTS * ROUNDS * 2
    listed = caller.agreed("Bug.attachments", {"ids": [BUG]}).result["bugs"][str(BUG)]
    mine = {each["id"]: each for each in listed if each["id"] != shared}
    assert len(listed) == expected + 1
    assert {number: each["summary"] for number, each in mine.items()} == tally.summaries
    assert {number: each["data"] for number, each in mine.items()} == tally.contents
    flags = next(each["flags"] for each in listed if each["id"] == shared)
    assert Counter(each["name"] + each["status"] for each in flags) == tally.flagged
    assert not any(each["flags"] for each in mine.values())
    comments = caller.result("Bug.comments", {"ids": [BUG]})["bugs"][str(BUG)]["comments"]
    about = Counter((each.get("attachment_id"), each["text"].startswith("Created")) for each in comments)
    assert about[None, False] == 1 + tally.comments.total()
    assert Counter(each["text"] for each in comments if each["text"] in tally.comments) == tally.comments
    for number in mine:
        assert (about[number, True], about[number, False]) == (1, 1)
    assert len(comments) == 1 + 1 + 2 * expected + tally.comments.total()
    assert [each["count"] for each in comments] == list(range(len(comments)))
    bug, other = caller.agreed("Bug.get", {"ids": [BUG, 1]}).result["bugs"]
    assert ({*bug["alias"]}, {*bug["see_also"]}) == (tally.aliases, tally.addresses)
    assert (bug["depends_on"] == [1]) == (other["blocks"] == [BUG])
    assert bug["whiteboard"] in tally.comments
