"""Work in threads: one piece at a time for a client, others at the same time."""

import asyncio
import threading
from typing import Any

from aiohttp.test_utils import make_mocked_request

from gateway.budget import Budget
from gateway.protocols.caller_threads import run_in_thread
from gateway.protocols.request_context import BUDGET


async def test_a_client_has_one_thread_at_a_time() -> None:
    running, most, both = list[str](), list[int](), threading.Barrier(2, timeout=60)

    def work(caller: str, *, meets: bool) -> str:
        running.append(caller)
        most.append(running.count(caller))
        if meets:
            both.wait()  # for one of the other client
        running.remove(caller)
        return caller

    def request(caller: str) -> Any:
        made = make_mocked_request("GET", "/")
        made[BUDGET] = Budget(caller)
        return made

    calls = [run_in_thread(request(caller), work, caller, meets=n == 0) for n in range(5) for caller in ("a", "b")]
    assert await asyncio.gather(*calls) == ["a", "b"] * 5
    assert most == [1] * 10
