"""Content on its way between a client and the site, in a spool."""

import asyncio
from collections.abc import AsyncIterator

from gateway.content import StoredContent
from gateway.spools import Spool


class SpooledContent(StoredContent):
    """Content in a spool. Writers of answers and of requests leave a place for it and stream it later."""

    __slots__ = ("spool",)

    def __init__(self, spool: Spool) -> None:
        super().__init__(0, spool.size, spool.sha256)
        self.spool = spool

    async def stream(self) -> AsyncIterator[bytes]:
        """The bytes in pieces; other tasks run in between."""
        for piece in self.spool.pieces():
            yield piece
            await asyncio.sleep(0)
