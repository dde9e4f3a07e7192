"""Clients that write without a pause, one call after the other, and enter in the ledger what they are told."""

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from scripts.torture_runs.calls import PROTOCOLS, Refused, call
from scripts.torture_runs.ledger import Entry, Ledger, Shown
from scripts.torture_runs.site import FLAGS

CLIENTS = 8
PATIENCE = 60.0
"""Seconds after which a call that is not answered is taken to hang."""

_STATUSES = ("?", "+", "-", "X")  # X clears a flag

Sizes = tuple[tuple[int, int], ...]
"""How large what is sent may be: bytes, from and to. One of them is chosen for each upload."""

SMALL: Sizes = ((1, 2_000),)
OF_ALL_KINDS: Sizes = 5 * SMALL + 4 * ((2_000, 100_000),) + ((100_000, 2_500_000),)


@dataclass
class Load:
    """What clients share: the bug that they write on, the ledger, sizes of what they send, and errors that they met.

    Once it has `ended`, errors are those of a gateway that has lost its disk: they say nothing about what is on it.
    Where it is `enough`, clients make no more calls.
    """

    bug: int
    ledger: Ledger
    sizes: Sizes = OF_ALL_KINDS
    refusals: Counter[str] = field(default_factory=Counter)
    ended: bool = False
    enough: bool = False


class Client:
    """One of the clients: `name` begins the names of all that it sends."""

    def __init__(self, name: str, chance: random.Random, session: aiohttp.ClientSession, load: Load) -> None:
        self._name = name
        self._chance = chance
        self._session = session
        self._load = load
        self._own: list[str] = []
        self._sent = 0

    async def work(self) -> None:
        """Write until that is enough, the connection breaks (which raises one of `CUT_OFF`), or an answer is none."""
        while not self._load.enough:
            await self.step()

    async def step(self) -> bool:
        """Make one call; whether it succeeded."""
        if self._own and self._chance.random() < 0.5:
            name = self._chance.choice(self._own)
            return await self._update(name, self._load.ledger.entries[name])
        return await self.upload(self._chance.choice(PROTOCOLS))

    async def upload(self, protocol: str) -> bool:
        """Send something new; whether it was taken."""
        self._sent += 1
        name = f"{self._name}-{self._sent}"
        data = self._chance.randbytes(self._chance.randint(*self._chance.choice(self._load.sizes)))
        params: dict[str, Any] = {
            "ids": [self._load.bug],
            "data": data,
            "file_name": name,
            "summary": f"summary of {name}",
            "content_type": "application/octet-stream",
        }
        becomes = Shown(params["summary"], len(data), hashlib.sha256(data).hexdigest(), comments=(params["summary"],))
        if protocol != "Ketura":  # whose form has no place for these
            params["comment"] = f"comment on {name}"
            params["flags"] = [{"name": flag, "status": "?"} for flag in FLAGS if self._chance.random() < 0.3]
            flags = frozenset(flag["name"] + flag["status"] for flag in params["flags"])
            becomes = replace(becomes, comments=(params["comment"],), flags=flags)
        result = await self._send(protocol, "Bug.add_attachment", params, name, becomes, "uploads")
        if result is None:
            return False
        if protocol != "Ketura":
            self._load.ledger.entries[name].number = int(result["ids"][0])
            self._own.append(name)
        return True

    async def _update(self, name: str, entry: Entry) -> bool:
        """Change a summary, say something about it and set flags, or only set or clear a flag."""
        self._sent += 1
        now, protocol = entry.known(), self._chance.choice(PROTOCOLS[:3])
        flag = self._flag(now.flags)
        params: dict[str, Any] = {"ids": [entry.number], "flags": [flag]}
        becomes = replace(now, flags=_with(now.flags, flag))
        only_flag = self._chance.random() < 0.4
        if not only_flag:
            said = f"{name} at step {self._sent}"
            params |= {"summary": said, "comment": f"comment on {said}", "is_patch": not now.is_patch}
            comments = (*now.comments, params["comment"])
            becomes = replace(becomes, summary=said, is_patch=not now.is_patch, comments=comments)
        what = "flags alone" if only_flag else "updates"
        return await self._send(protocol, "Bug.update_attachment", params, name, becomes, what) is not None

    def _flag(self, now: frozenset[str]) -> dict[str, str]:
        """A change of a flag: one that is set may be cleared."""
        name = self._chance.choice(FLAGS)
        is_set = any(each.startswith(name) for each in now)
        return {"name": name, "status": self._chance.choice(_STATUSES if is_set else _STATUSES[:3])}

    async def _send(
        self, protocol: str, method: str, params: dict[str, Any], name: str, becomes: Shown, what: str
    ) -> Any:
        """The result of a call; None where it was refused. Raises `Refused` once the load has ended."""
        ledger = self._load.ledger
        ledger.sending(name, self._load.bug, becomes)
        try:
            result = await call(self._session, protocol, method, params)
        except Refused as refused:
            if self._load.ended:
                raise
            ledger.refuse(name)
            self._load.refusals[str(refused)] += 1
            return None
        ledger.acknowledge(name, f"{what}, {protocol}")
        return {} if result is None else result


def _with(flags: frozenset[str], change: dict[str, str]) -> frozenset[str]:
    others = frozenset(flag for flag in flags if not flag.startswith(change["name"]))
    return others if change["status"] == "X" else others | {change["name"] + change["status"]}


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Connections to a gateway."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(url, timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session


@asynccontextmanager
async def writing(
    url: str, name: str, chance: random.Random, load: Load, clients: int = CLIENTS
) -> AsyncIterator[Sequence[asyncio.Task[None]]]:
    """Clients that write until the end of the block, where calls under way are given up."""
    async with connected(url) as session:
        each = [Client(f"{name}-{n}", random.Random(chance.random()), session, load) for n in range(clients)]
        tasks = [asyncio.create_task(client.work()) for client in each]
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
