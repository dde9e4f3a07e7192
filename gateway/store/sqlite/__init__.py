"""The store on SQLite, through aiosqlite: everything in one file, and nothing to set up."""

from gateway.store.sqlite.store import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]
