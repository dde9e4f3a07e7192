"""Every statement that SQLite runs finds its rows by an index, and stands where this test sees it."""

import re
import sqlite3
from collections.abc import Sequence

import pytest
from statements import hidden, modules, statements

from gateway.store import sqlite
from gateway.store.sqlite.migrate import scripts

SMALL = {"products", "groups", "flag_types", "scopes", "site", "json_each", "sqlite_sequence"}
SMALL |= {"sqlite_master", "pragma_table_info", "pragma_page_count", "pragma_page_size"}
SMALL |= {"bug_fields", "classifications", "flag_type_scopes", "group_grants", "keywords", "status_transitions"}
SMALL |= {"wanted", "numbered", "effective", "locked"}  # what a statement makes of the rows that it is asked for
SMALL |= {"comment_words", "summary_words"}  # a virtual table is scanned, through its index
"""Tables that stay small however long a site lives, by the names in the statements."""

FULL = {
    "sql.reading.people_reader.USERS_MATCHING": "text in the middle of a name is in no index; it stops at its limit",
    "sql.reading.bug_detail_reader.TAGS_MATCHING": "text in the middle of a tag is in no index",
    "sql.reading.people_reader.LAST_AUDITS": "reads its index alone, of a log of what administrators do",
    "sql.reading.people_reader.LOCKOUTS": "a metric; there are records of one day alone",
    "sql.reading.attachment_reader.TOTALS": "a metric, which is asked for once a minute",
    "sql.content_check.COUNT_PIECES": "an integrity check looks at everything",
}

STATEMENTS = dict(statements(sqlite))


@pytest.fixture(scope="module")
def database() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    for script in scripts():
        database.executescript(script)
    return database


def plan(database: sqlite3.Connection, sql: str) -> list[str]:
    return plan_of(database, sql, [None] * sql.count("?"))


def plan_of(database: sqlite3.Connection, sql: str, values: Sequence[object]) -> list[str]:
    return [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def scanned(steps: list[str]) -> set[str]:
    return {match[1] for step in steps if (match := re.match(r"SCAN (\w+)", step))}


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_reads_a_growing_table_from_end_to_end(database: sqlite3.Connection, name: str) -> None:
    steps = plan(database, STATEMENTS[name])
    if name in FULL:
        assert scanned(steps), "this exception is needed no more"
    else:
        assert scanned(steps) <= SMALL, steps


def test_the_statements_were_found() -> None:
    assert len(STATEMENTS) > 60
    assert set(FULL) <= set(STATEMENTS)


def test_a_scan_would_be_seen(database: sqlite3.Connection) -> None:
    assert scanned(plan(database, "SELECT id FROM flags WHERE modification_date = ?")) == {"flags"}


@pytest.mark.parametrize("name", modules(sqlite))
def test_no_statement_hides_in_a_function(name: str) -> None:
    assert hidden(name) == []
