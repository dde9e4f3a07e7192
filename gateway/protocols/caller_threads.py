"""Work in threads that computes: one piece at a time for a client, because all threads share one interpreter."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from aiohttp import web

from gateway.protocols.request_context import BUDGET

P = ParamSpec("P")
T = TypeVar("T")

_turns: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()
"""Held while work of a client is done, by the loop and the client's network."""


async def run_in_thread(request: web.Request, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function for a request in a thread, and return what it returns. Raises what it raises."""
    key = id(asyncio.get_running_loop()), request[BUDGET].caller
    turn = _turns.get(key)
    if turn is None:
        turn = _turns[key] = asyncio.Lock()
    async with turn:
        return await asyncio.to_thread(function, *args, **kwargs)
