"""What PostgreSQL says differently from SQLite, in the statements that both share."""

from functools import cache

from gateway.store.sql.conversions import AMONG

_DIFFERENT = {
    f"IN {AMONG}": "= ANY (translate(?, '[]', '{}')::bigint[])",
    "json_group_array(groups.name)": "coalesce(json_agg(groups.name), '[]')::text",
    "instr(": "strpos(",
    "?": "%s",
}
"""From what a statement has to what PostgreSQL is told, in this order."""


@cache  # statements are constants
def translated(sql: str) -> str:
    """A shared statement as PostgreSQL and psycopg want it."""
    for theirs, ours in _DIFFERENT.items():
        sql = sql.replace(theirs, ours)
    return sql


@cache
def numbered(sql: str) -> str:
    """A shared statement as PostgreSQL alone wants it, with $1, $2 and so on for values."""
    first, *others = translated(sql).split("%s")
    return first + "".join(f"${number}{part}" for number, part in enumerate(others, 1))
