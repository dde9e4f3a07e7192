"""A PostgreSQL database as the location of a store."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg

from gateway.database_url import DatabaseUrl
from gateway.store.interface import StoreRefused
from gateway.store.postgresql.connection import connect
from gateway.store.postgresql.endpoint import PostgresqlEndpoint, destination, source
from gateway.store.postgresql.migrate import EXISTS, is_incompatible, schema, scripts
from gateway.store.postgresql.replica import connect_to_replica
from gateway.store.postgresql.store import PostgresqlStore, open_store
from gateway.store.store_location import StoreStatus

FILLED = "SELECT EXISTS (SELECT 1 FROM site)"
IS_REPLICA = "SELECT pg_is_in_recovery()"
SIZE = "SELECT pg_database_size(current_database())"


class PostgresqlLocation:
    """`gateway.store.store_location.StoreLocation` in a PostgreSQL database, which may have a replica."""

    def __init__(self, database: DatabaseUrl, replica: DatabaseUrl | None = None) -> None:
        self._database = database
        self._replica = replica

    @property
    def name(self) -> str:
        """The address, without a password."""
        return str(self._database)

    def has_site(self) -> bool:
        """Tell whether a site was put into the database. Raises `StoreRefused` where it cannot be reached."""
        try:
            with connect(self._database.url) as connection:
                return all(connection.execute(sql).fetchall()[0][0] for sql in (EXISTS, FILLED))
        except psycopg.Error as error:
            raise StoreRefused(f"{self.name} cannot be used: {str(error).strip()}") from error

    @property
    def folder(self) -> None:
        """None: the files are the server's."""
        return

    def schema_is_current(self) -> bool:
        """Tell whether the schema is this program's, or one that a newer program has added to."""
        try:
            with connect(self._database.url) as connection:
                return (schema(connection) or 0) >= len(scripts()) and not is_incompatible(connection)
        except psycopg.Error:
            return False

    def status(self) -> StoreStatus:
        """Return the status of the database. Raises `StoreRefused`."""
        try:
            with connect(self._database.url) as connection:
                ((size,),) = connection.execute(SIZE).fetchall()
                found, beyond = schema(connection), is_incompatible(connection)
        except psycopg.Error as error:
            raise StoreRefused(f"{self.name} cannot be used: {str(error).strip()}") from error
        if found is None:
            raise StoreRefused(f"There is no store at {self.name}.")
        return StoreStatus(found, len(scripts()), size, is_incompatible=beyond)

    def warnings(self) -> Iterator[tuple[str, str]]:
        """Warn if the replica is not one or cannot be used."""
        if self._replica is None:
            return
        advice = "Mend it, or the setting replica. Meanwhile all content comes from the primary."
        try:
            with connect_to_replica(self._replica.url) as connection:
                ((is_replica,),) = connection.execute(IS_REPLICA).fetchall()
                if not is_replica:
                    yield (
                        f"{self._replica} is a server of its own, no replica.",
                        "Name a replica in the setting replica.",
                    )
                connection.execute(FILLED)
        except psycopg.Error as error:
            yield f"The replica {self._replica} cannot be used: {str(error).strip()}", advice

    async def open(self, *, create: bool = False, durable: bool = True) -> PostgresqlStore:
        """Open the store. Raises `StoreRefused`."""
        return await open_store(self._database.url, self.name, create=create, durable=durable, replica=self._replica)

    def source(self) -> AbstractContextManager[PostgresqlEndpoint]:
        """Open it as the source of a move. Raises `StoreRefused`."""
        return source(self._database.url, self.name)

    def destination(self) -> AbstractContextManager[PostgresqlEndpoint]:
        """Open it as the destination of a move. Raises `StoreRefused`."""
        return destination(self._database.url, self.name)

    def restore(self, backup: Path, progress: Callable[[int, int], None], *, keep: bool) -> Path | None:
        """Refuse: pg_restore does it. Raises `StoreRefused`."""
        raise StoreRefused(
            f"{self.name} is a PostgreSQL database, which pg_restore restores. Create an empty one with createdb, run "
            f"`pg_restore --exit-on-error --no-owner --dbname=NAME {backup}`, and start the gateway with it."
        )

    def remove(self) -> None:
        """Do nothing: empty tables are harmless."""
