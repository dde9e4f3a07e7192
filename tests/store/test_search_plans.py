"""A search by one field finds its bugs by an index, or docs/performance.md says why it does not."""

import re
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_sqlite_plans import plan_of, scanned

from gateway.model.bug_query import BugQuery, Clause, Condition, Operator, Term, ValueTest
from gateway.store.sql.reading import SqlReader
from gateway.store.sql.searching.search_columns import FIELDS
from gateway.store.sql.searching.terms import Kind
from gateway.store.sql.transaction import ReferenceCache
from gateway.store.sqlite.functions import add_functions
from gateway.store.sqlite.migrate import scripts
from gateway.store.sqlite.statements import SqliteStatements

SMALL = {"found", "components", "keywords", "groups"}
"""Tables that stay small, and the few values of a column of bugs, each found by its index."""

DOCUMENTED = Path(__file__).parents[2] / "docs" / "performance.md"
_ROW = re.compile(r"^\| `([a-z_., `]+)` \| reads ", re.MULTILINE)

VALUES: Mapping[Kind, str | int | datetime] = {
    Kind.TEXT: "x",
    Kind.NAMED: "x",
    Kind.NUMBER: 1,
    Kind.HOURS: 1,
    Kind.TIME: datetime(2026, 1, 1, tzinfo=UTC),
}


@pytest.fixture(scope="module")
def database() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    for script in scripts():
        database.executescript(script)
    add_functions(database)
    return database


def documented() -> set[str]:
    """The fields of which the page says that all their values are read, beside texts that few bugs have."""
    rows = _ROW.findall(DOCUMENTED.read_text("utf-8"))
    return {name.strip("` ") for row in rows for name in row.split(",")}


@pytest.mark.parametrize("name", FIELDS)
def test_a_search_by_one_field_uses_an_index(database: sqlite3.Connection, name: str) -> None:
    kind = FIELDS[name].kind
    operator = Operator.GREATER_OR_EQUAL if kind is Kind.TIME else Operator.EQUALS
    condition = Condition(name, (ValueTest((Term(operator, VALUES[kind]),), any=True),))
    reader = SqlReader(SqliteStatements(database), ReferenceCache())
    sql, values = reader.statement(BugQuery(Clause((condition,)), 5, limit=10))
    whole = scanned(plan_of(database, sql, values)) - SMALL
    assert bool(whole) == (name in documented() or FIELDS[name].is_sparse), whole


def test_the_page_names_fields_only() -> None:
    assert documented() <= set(FIELDS)
