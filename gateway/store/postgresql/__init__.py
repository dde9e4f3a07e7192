"""The store on PostgreSQL 15 or later, through psycopg: for a site that outgrows one machine."""

from gateway.store.postgresql.store import PostgresqlStore, open_store

__all__ = ["PostgresqlStore", "open_store"]
