"""Every statement that PostgreSQL runs finds its rows by an index, and stands where tests see it."""

import asyncio
from collections.abc import Iterator

import pytest
from postgresql_server import Server
from statements import hidden, modules, statements
from store_samples import fill

from gateway.store import postgresql
from gateway.store.postgresql.connection import PostgresqlConnection, connect
from gateway.store.postgresql.dialect import numbered
from gateway.store.postgresql.migrate import migrate
from gateway.store.sql.conversions import AMONG

SMALL = {"products", "components", "groups", "flag_types", "flag_type_scopes", "site", "gateway_migrations", "pg_class"}
SMALL |= {
    "bug_fields",
    "classifications",
    "group_grants",
    "keywords",
    "status_transitions",
    "members",
    "bug_fields_pkey",
}
"""Tables that stay small however long a site lives."""

FULL = {
    "sql.reading.people_reader.USERS_MATCHING": "text in the middle of a name is in no index; it stops at its limit",
    "sql.reading.bug_detail_reader.TAGS_MATCHING": "text in the middle of a tag is in no index",
    "sql.reading.people_reader.LAST_AUDITS": "reads its index alone, of a log of what administrators do",
    "sql.reading.attachment_reader.TOTALS": "a metric, which is asked for once a minute",
    "sql.content_check.COUNT_PIECES": "an integrity check looks at everything",
    "postgresql.location.FILLED": "it looks for one row of one table, which has one",
}

ABOUT_ONE_BUG = """
    INSERT INTO attachments (bug_id, file_name, summary, content_type, creator_id, size, sha256, is_patch, is_private,
                             is_obsolete, creation_time, last_change_time)
        SELECT 1 + (n % 500 = 0)::int, 'log', 'A log', 'text/plain', 1 + (n % 500 = 0)::int, 0, repeat('0', 64), false,
               false, false, n, n
        FROM generate_series(1, 5000) n;
    INSERT INTO comments (bug_id, creator_id, text, type, is_private, creation_time)
        SELECT 1 + (n % 500 = 0)::int, 1, 'Again', 'normal', false, n FROM generate_series(1, 5000) n;
    INSERT INTO changes (user_id, bug_id, field, removed, added, at)
        SELECT 1, 1 + (n % 500 = 0)::int, 'priority', 'P1', 'P2', n FROM generate_series(1, 5000) n;
    INSERT INTO flags (type_id, status, bug_id, setter_id, creation_date, modification_date)
        SELECT 1, '?', 1 + (n % 500 = 0)::int, 1, n, n FROM generate_series(1, 5000) n"""
"""As a program would write that reports nearly all of its failures to the same bug."""

PARAMETERS = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'planned'"

STATEMENTS = dict(statements(postgresql))


@pytest.fixture(scope="module")
def connection(postgresql_server: Server) -> Iterator[PostgresqlConnection]:
    """A database that autovacuum has not seen yet, so that a scan is planned only if there is no other way."""
    url = postgresql_server.new_database()
    with connect(url) as connection:
        migrate(connection, url, create=True)
        yield connection


@pytest.fixture(scope="module")
def known(postgresql_server: Server) -> Iterator[PostgresqlConnection]:
    """A database whose planner knows that nearly all is about one of two bugs."""
    url = postgresql_server.new_database()
    asyncio.run(fill_store(url))
    with connect(url) as connection:
        connection.execute(ABOUT_ONE_BUG, prepare=False)
        connection.execute("ANALYZE", prepare=False)
        yield connection


async def fill_store(url: str) -> None:
    store = await postgresql.open_store(url, "it", create=True)
    await store.write(fill)
    await store.close()


def plan(connection: PostgresqlConnection, sql: str) -> list[str]:
    """The lines of the plan for any values. (EXPLAIN of a statement that is prepared needs no types for them.)"""
    connection.execute(f"PREPARE planned AS {numbered(sql)}", prepare=False)  # type: ignore[call-overload]
    try:
        (count,) = connection.execute(PARAMETERS).fetchone()  # type: ignore[misc]
        nulls = f"({', '.join(['NULL'] * count)})" if count else ""
        answer = connection.execute(f"EXPLAIN EXECUTE planned {nulls}", prepare=False)  # type: ignore[call-overload]
        return [line for (line,) in answer.fetchall()]
    finally:
        connection.execute("DEALLOCATE planned", prepare=False)


def whole(lines: list[str]) -> Iterator[str]:
    """The tables that are read from end to end: without an index, or by one without a condition on it."""
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        _, scan, table = line.partition(" on ")
        if "Seq Scan" in line or ("Index" in line and scan and "Index Cond" not in below):
            yield table.split()[0]


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_reads_a_growing_table_from_end_to_end(connection: PostgresqlConnection, name: str) -> None:
    lines = plan(connection, STATEMENTS[name])
    if name in FULL:
        assert list(whole(lines)), "this exception is needed no more"
    else:
        assert set(whole(lines)) <= SMALL, "\n".join(lines)


@pytest.mark.parametrize("name", [name for name, sql in STATEMENTS.items() if name not in FULL and AMONG not in sql])
def test_what_belongs_to_one_is_found_by_it_where_nearly_all_belongs_to_another(
    known: PostgresqlConnection, name: str
) -> None:
    """Not so for a list of bugs: the planner takes it for ten, which are all that there are here."""
    lines = plan(known, STATEMENTS[name])
    assert not set(whole(lines)) & {"attachments", "comments", "changes", "flags"}, "\n".join(lines)


def test_the_statements_were_found() -> None:
    assert len(STATEMENTS) > 60
    assert set(FULL) <= set(STATEMENTS)


def test_a_scan_would_be_seen(connection: PostgresqlConnection) -> None:
    assert set(whole(plan(connection, "SELECT id FROM flags WHERE modification_date = ?"))) == {"flags"}


@pytest.mark.parametrize("name", modules(postgresql))
def test_no_statement_hides_in_a_function(name: str) -> None:
    assert hidden(name) == []
