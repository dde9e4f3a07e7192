"""Every statement of the SQLite backend finds its rows by an index, and stands where this test sees it."""

import ast
import re
import sqlite3
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

from gateway.store import sqlite
from gateway.store.sqlite.migrate import scripts

STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")

SMALL = {"products", "groups", "types", "scopes", "site", "json_each"}
"""What stays small however long a site lives, by the names in the statements."""

FULL = {
    "reading.people.USERS_MATCHING": "text in the middle of a name is in no index; it stops at its limit",
    "check.COUNT_PIECES": "an integrity check looks at everything",
}


def modules() -> list[str]:
    return [module.name for module in walk_packages(sqlite.__path__, sqlite.__name__ + ".")]


def statements() -> Iterator[tuple[str, str]]:
    for name in modules():
        for constant, value in vars(import_module(name)).items():
            for key, sql in value.items() if isinstance(value, dict) else [("", value)]:
                if not constant.startswith("_") and isinstance(sql, str) and STATEMENT.match(sql):
                    yield f"{name.removeprefix(sqlite.__name__ + '.')}.{constant}{key and f'[{key}]'}", sql


STATEMENTS = dict(statements())


@pytest.fixture(scope="module")
def database() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    for script in scripts():
        database.executescript(script)
    return database


def plan(database: sqlite3.Connection, sql: str) -> list[str]:
    numbered = set(re.findall(r"\?\d+", sql))
    parameters = [None] * (len(numbered) or sql.count("?"))
    return [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]


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
    assert scanned(plan(database, "SELECT id FROM flags WHERE requestee_id = ?")) == {"flags"}


@pytest.mark.parametrize("name", modules())
def test_no_statement_hides_in_a_function(name: str) -> None:
    file = import_module(name).__file__
    assert file
    functions = [
        node for node in ast.walk(ast.parse(Path(file).read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
    ]
    hidden = [
        text.value
        for function in functions
        for text in ast.walk(function)
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and STATEMENT.match(text.value)
    ]
    assert hidden == []
