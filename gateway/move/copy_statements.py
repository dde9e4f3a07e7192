"""Statements that copy rows of any table; the names of tables and columns in them are the schema's."""

from collections.abc import Sequence


def select(table: str, columns: Sequence[str], lead: str) -> str:
    """Select the rows between two values of the column `lead`, the first of them excluded."""
    return f"SELECT {', '.join(columns)} FROM {table} WHERE {lead} > ? AND {lead} <= ?"  # noqa: S608


def insert(table: str, columns: Sequence[str]) -> str:
    """Add a row with these columns."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"  # noqa: S608


def update(table: str, columns: Sequence[str], key: Sequence[str]) -> str:
    """Set these columns of the row with this key; their values come first."""
    return f"UPDATE {table} SET {', '.join(f'{each} = ?' for each in columns)} WHERE {_is(key)}"  # noqa: S608


def delete(table: str, key: Sequence[str]) -> str:
    """Remove the row with this key."""
    return f"DELETE FROM {table} WHERE {_is(key)}"  # noqa: S608


def _is(key: Sequence[str]) -> str:
    return " AND ".join(f"{each} = ?" for each in key)
