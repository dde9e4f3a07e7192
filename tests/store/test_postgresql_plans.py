"""Every statement that PostgreSQL runs finds its rows by an index, and stands where tests see it."""

from collections.abc import Iterator

import pytest
from postgresql_server import Server
from statements import hidden, modules, statements

from gateway.store import postgresql
from gateway.store.postgresql.connection import PostgresqlConnection, connect
from gateway.store.postgresql.dialect import numbered
from gateway.store.postgresql.migrate import migrate

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

PARAMETERS = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'planned'"

STATEMENTS = dict(statements(postgresql))


@pytest.fixture(scope="module")
def connection(postgresql_server: Server) -> Iterator[PostgresqlConnection]:
    """A database that autovacuum has not seen yet, so that a scan is planned only if there is no other way."""
    url = postgresql_server.new_database()
    with connect(url) as connection:
        migrate(connection, url, create=True)
        yield connection


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


def test_the_statements_were_found() -> None:
    assert len(STATEMENTS) > 60
    assert set(FULL) <= set(STATEMENTS)


def test_a_scan_would_be_seen(connection: PostgresqlConnection) -> None:
    assert set(whole(plan(connection, "SELECT id FROM flags WHERE modification_date = ?"))) == {"flags"}


@pytest.mark.parametrize("name", modules(postgresql))
def test_no_statement_hides_in_a_function(name: str) -> None:
    assert hidden(name) == []
