"""Translation of the shared statements to PostgreSQL, where its SQL differs from SQLite's."""

from functools import cache

from gateway.store.sql.conversions import AMONG

_DIFFERENT = {
    f"IN {AMONG}": "= ANY (translate(?, '[]', '{}')::bigint[])",
    "json_group_array(groups.name)": "coalesce(json_agg(groups.name), '[]')::text",
    "json_group_array(users.login)": "coalesce(json_agg(users.login), '[]')::text",
    "instr(": "strpos(",
    "page_count * page_size AS size FROM pragma_page_count, pragma_page_size": "pg_database_size(current_database())",
    "?": "%s",
}
"""Replacements, from the shared text to PostgreSQL's, in this order."""


@cache  # statements are constants
def translated(sql: str) -> str:
    """Return a shared statement with psycopg's placeholders."""
    for theirs, ours in _DIFFERENT.items():
        sql = sql.replace(theirs, ours)
    return sql


@cache
def numbered(sql: str) -> str:
    """Return a shared statement with PostgreSQL's own placeholders, $1, $2 and so on."""
    first, *others = translated(sql).split("%s")
    return first + "".join(f"${number}{part}" for number, part in enumerate(others, 1))
