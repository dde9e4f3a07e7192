"""Translation of the shared statements to PostgreSQL, where its SQL differs from SQLite's."""

from functools import cache

from gateway.store.sql.conversions import AMONG
from gateway.store.sql.searching.criteria import COMMENTS_WITH, SUMMARIES_WITH

_DIFFERENT = {
    f"IN {AMONG}": "= ANY (translate(?, '[]', '{}')::bigint[])",
    "json_group_array(groups.name)": "coalesce(json_agg(groups.name), '[]')::text",
    "json_group_array(users.login)": "coalesce(json_agg(users.login), '[]')::text",
    "instr(": "strpos(",
    "page_count * page_size AS size FROM pragma_page_count, pragma_page_size": "pg_database_size(current_database())",
    " LIKE ": " ILIKE ",
    SUMMARIES_WITH[""]: "SELECT bugs.id FROM bugs WHERE words(bugs.summary) @@ phrase(?)",
    SUMMARIES_WITH["*"]: "SELECT bugs.id FROM bugs WHERE words(bugs.summary) @@ phrase_start(?)",
    COMMENTS_WITH[""]: "SELECT comments.bug_id FROM comments WHERE words(comments.text) @@ phrase(?)",
    COMMENTS_WITH["*"]: "SELECT comments.bug_id FROM comments WHERE words(comments.text) @@ phrase_start(?)",
    "?": "%s",
}
"""Replacements, from the shared text to PostgreSQL's, in this order."""


def translated_once(sql: str) -> str:
    """Return a shared statement with psycopg's placeholders."""
    for theirs, ours in _DIFFERENT.items():
        sql = sql.replace(theirs, ours)
    return sql


def numbered_once(sql: str) -> str:
    """Return a shared statement with PostgreSQL's own placeholders, $1, $2 and so on."""
    first, *others = translated_once(sql).split("%s")
    return first + "".join(f"${number}{part}" for number, part in enumerate(others, 1))


translated, numbered = cache(translated_once), cache(numbered_once)
"""The same for statements that are constants, which are kept."""
