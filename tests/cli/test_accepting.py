"""Connections are accepted in portions, so that many at once keep nobody waiting."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from gateway.cli import accepting
from gateway.cli.accepting import Acceptor
from gateway.loop_turns import AT_ONCE, LoopTurns

MANY = 60


class Rounds(asyncio.Protocol):
    """Notes in which round of the loop each connection was set up."""

    def __init__(self) -> None:
        self.round = 0
        self.made = list[int]()
        self._count()

    def _count(self) -> None:
        self.round += 1
        asyncio.get_running_loop().call_soon(self._count)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.made.append(self.round)


def connected(stack: ExitStack, address: Any) -> None:
    """Connect to the listener."""
    stack.enter_context(socket.create_connection(address))


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for it."""
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 (rounds of the loop are what counts here)
            await asyncio.sleep(0)


async def test_a_round_of_the_loop_sets_up_a_few_connections() -> None:
    protocol: Any = Rounds()
    with socket.create_server(("127.0.0.1", 0), backlog=MANY) as listener, ExitStack() as stack:
        for _ in range(MANY):
            connected(stack, listener.getsockname())
        acceptor = Acceptor(listener, lambda: protocol, LoopTurns())
        await until(lambda: len(protocol.made) == MANY)
        await acceptor.close()
    most = max(protocol.made.count(each) for each in protocol.made)
    assert 1 < most <= AT_ONCE + 1


async def test_what_waits_when_it_closes_is_still_served() -> None:
    protocol: Any = Rounds()
    with socket.create_server(("127.0.0.1", 0), backlog=MANY) as listener, ExitStack() as stack:
        acceptor = Acceptor(listener, lambda: protocol, LoopTurns())
        for _ in range(MANY):
            connected(stack, listener.getsockname())
        await acceptor.close()
        assert len(protocol.made) == MANY
        assert listener.fileno() == -1


async def test_accepting_goes_on_once_there_are_files_again(monkeypatch: Any) -> None:
    protocol: Any = Rounds()
    monkeypatch.setattr(accepting, "PAUSE", 0.001)
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as stack:
        acceptor = Acceptor(listener, lambda: protocol, LoopTurns())
        real, refused = acceptor._listener, list[int]()

        class Full:
            """A listener without file descriptors, twice."""

            def accept(self) -> Any:
                if len(refused) < 2:
                    refused.append(1)
                    raise OSError(24, "Too many open files")
                return real.accept()

            def fileno(self) -> int:
                return real.fileno()

            def close(self) -> None:
                real.close()

        acceptor._listener = Full()  # type: ignore[assignment]
        connected(stack, listener.getsockname())
        await until(lambda: bool(protocol.made))
        await acceptor.close()
    assert len(refused) == 2
