"""Nodes: gateways that can be stopped, killed and started again at the same address."""

import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from ports import free_port
from running import PATIENCE, Gateway, running


class Node:
    """A gateway at one address, which runs from time to time."""

    def __init__(self, database: str, *flags: str) -> None:
        self.port = free_port()
        self._database = database
        self._flags = (*flags, f"--port={self.port}")
        self._running: AbstractContextManager[Gateway] | None = None
        self.gateway: Gateway

    def start(self) -> None:
        """Serve, and return once it answers."""
        self._running = running(self._database, *self._flags)
        self.gateway = self._running.__enter__()

    def stop(self) -> None:
        """Tell it to end, which it must do well. One that does not run is left alone."""
        if self._running is not None:
            ended, self._running = self._running, None
            ended.__exit__(None, None, None)

    def kill(self) -> None:
        """End it with SIGKILL."""
        self.gateway.process.kill()
        with pytest.raises(AssertionError, match="ended with -9"):
            self.stop()

    def calls(self) -> int:
        """How many calls it has answered since it was started."""
        with urllib.request.urlopen(f"{self.gateway.url}metrics", timeout=PATIENCE) as answer:
            lines = answer.read().decode().splitlines()
        return int(sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("gateway_calls_total")))


@contextmanager
def nodes(database: str, *flags: str) -> Iterator[tuple[Node, Node]]:
    """Two nodes over one database, until the end of the block."""
    two = Node(database, *flags), Node(database, *flags)
    try:
        for node in two:
            node.start()
        yield two
    finally:
        for node in two:
            node.stop()
