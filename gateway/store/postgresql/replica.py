"""A replica of the database, from which content is streamed.

Content never changes, so a replica that is behind has the right bytes or none; if it has none, or does not answer, the
primary is asked. The hash shows that it is the same content: a replica that has left the history of its primary, as
after a failover, may have something else under the same id.
"""

import logging
import time
from functools import partial

from psycopg import conninfo

from gateway.content import StoredContent
from gateway.store.interface import StoreUnavailable
from gateway.store.postgresql.connection import PostgresqlConnection, connect_watched
from gateway.store.postgresql.connection_threads import Threads
from gateway.store.postgresql.statements import PostgresqlStatements
from gateway.store.sql.transaction import ReferenceCache

AWAY = 10.0
"""Seconds for which a replica that has failed is not asked."""

PIECE_OF = """
    SELECT pieces.data FROM pieces JOIN attachments ON attachments.id = pieces.attachment_id
    WHERE pieces.attachment_id = ? AND pieces.start = ? AND attachments.sha256 = ?"""

_PATIENCE = 2
"""Seconds to connect, and for a piece: there is a primary to ask instead."""

log = logging.getLogger(__name__)


def connect_to_replica(url: str) -> PostgresqlConnection:
    """Connect to a server that may be a replica. Parameters in the URL take precedence.

    Raises `psycopg.OperationalError`.
    """
    given = conninfo.conninfo_to_dict(url)
    options = f"-c statement_timeout={_PATIENCE}s {given.pop('options', None) or ''}"
    usual: dict[str, str | int | None] = {"target_session_attrs": "any", "connect_timeout": _PATIENCE}
    return connect_watched(conninfo.make_conninfo("", **{**usual, **given, "options": options}))


class Replica:
    """The replica at `url`, on at most `limit` connections; `name` is for the log."""

    def __init__(self, url: str, name: str, limit: int) -> None:
        self._name = name
        self._threads = Threads(partial(connect_to_replica, url), limit, patience=_PATIENCE)
        self._away_until = 0.0

    async def piece(self, content: StoredContent, start: int) -> bytes | None:
        """The piece of content from the byte `start` on; None where the primary is to be asked for it."""
        if time.monotonic() < self._away_until:
            return None
        try:
            return await self._threads.run(partial(_piece, content=content, start=start))
        except StoreUnavailable as problem:
            self._away_until = time.monotonic() + AWAY
            log.warning("The replica %s is not asked for %g s: %s", self._name, AWAY, problem)
            return None

    async def close(self) -> None:
        """Let go of all connections."""
        await self._threads.close()


def _piece(connection: PostgresqlConnection, _: ReferenceCache, content: StoredContent, start: int) -> bytes | None:
    statements = PostgresqlStatements(connection, careful=False)
    rows = statements.query(PIECE_OF, (content.attachment_id, start, content.sha256))
    return rows[0][0] if rows else None
