"""Cached reference data is right on SQLite: triggers change the stamp, and each transaction looks at it."""

import asyncio
import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from reference_data import CHANGES_OF_KEYS, NEW_KEY, TABLES, everything, fill_all
from store_samples import Sample

from gateway.model import Component, Group, Site, User
from gateway.store.interface import Reader, Writer
from gateway.store.sql.reading import people_reader, product_reader
from gateway.store.sql.transaction import STAMP
from gateway.store.sqlite import SqliteStore, open_store

ROOT = Path(__file__).parents[2]

STATEMENTS = """
    UPDATE site SET version = '7'
    DELETE FROM site
    INSERT INTO site VALUES (1, '8', '{}', '{}', '')
    UPDATE groups SET name = 'crew' WHERE name = 'staff'
    INSERT INTO groups VALUES (99, 'new', '', 0, '', 1)
    DELETE FROM groups WHERE id = 99
    INSERT INTO group_grants VALUES (1, 2, 'member')
    UPDATE group_grants SET kind = 'bless'
    DELETE FROM group_grants
    INSERT INTO classifications VALUES (99, 'New', '', 0)
    UPDATE classifications SET name = 'Newer' WHERE id = 99
    DELETE FROM classifications WHERE id = 99
    INSERT INTO products VALUES (99, 'Gadget', '', 1, NULL, '---', 1)
    UPDATE products SET description = 'Other' WHERE name = 'Widget'
    DELETE FROM products WHERE id = 99
    INSERT INTO components VALUES (99, 1, 'Third', '', NULL, NULL, 1)
    INSERT INTO component_cc VALUES (99, 1)
    UPDATE component_cc SET user_id = 2
    DELETE FROM component_cc
    UPDATE components SET default_assignee_id = 1 WHERE id = 99
    DELETE FROM components WHERE id = 99
    UPDATE group_controls SET can_edit = 0
    DELETE FROM group_controls
    INSERT INTO group_controls VALUES (1, 1, 0, 0, 0, 0, 0, 0, 0)
    INSERT INTO versions VALUES (99, 1, '3.0', 1)
    UPDATE versions SET name = '3.1' WHERE id = 99
    DELETE FROM versions WHERE id = 99
    INSERT INTO milestones VALUES (99, 1, 'M3', 1, 0)
    UPDATE milestones SET name = 'M4' WHERE id = 99
    DELETE FROM milestones WHERE id = 99
    INSERT INTO flag_types VALUES (99, 'approval', '', 'bug', 0, 1, 1, 1, 1, NULL, NULL, '')
    UPDATE flag_types SET is_requestable = 0 WHERE id = 99
    INSERT INTO flag_type_scopes VALUES (99, 99, 0, NULL, NULL)
    UPDATE flag_type_scopes SET is_exclusion = 1 WHERE id = 99
    DELETE FROM flag_type_scopes WHERE id = 99
    DELETE FROM flag_types WHERE id = 99
    INSERT INTO bug_fields VALUES (1, 'bug_id', '', 0, 0, 0, 0, 0, 0, 0, 0, '', NULL, NULL, '[]', NULL)
    UPDATE bug_fields SET description = 'Number'
    DELETE FROM bug_fields
    INSERT INTO field_values VALUES (1, 'priority', 'P1', 0, 1, 1, NULL)
    UPDATE field_values SET name = 'P2'
    DELETE FROM field_values
    INSERT INTO status_transitions VALUES (1, NULL, 'NEW', 0)
    UPDATE status_transitions SET new_status = 'OLD'
    DELETE FROM status_transitions
    INSERT INTO keywords VALUES (1, 'crash', '', 1)
    UPDATE keywords SET name = 'hang'
    DELETE FROM keywords
    UPDATE users SET login = 'robert@my.company' WHERE id = 2
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    """The sample site, with all its reference data remembered on both connections."""
    store = await open_store(path, create=True)
    await store.write(fill_all)
    await store.write(lambda tx: tx.set_site(Site("5.2")))
    assert await store.read(everything) == await store.write(everything)
    yield store
    await store.close()


@pytest.fixture
def other(path: Path, store: SqliteStore) -> Iterator[sqlite3.Connection]:
    """Somebody else's connection to the same database."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


async def test_it_is_read_once(store: SqliteStore) -> None:
    statements: list[str] = []

    def trace(tx: Reader, into: Callable[[str], None] | None) -> None:
        tx._statements.connection.set_trace_callback(into)  # type: ignore[attr-defined]

    await store.read(lambda tx: trace(tx, statements.append))
    await store.read(lambda tx: everything(tx)[:2])
    await store.read(lambda tx: trace(tx, None))
    assert {each for each in statements if "SELECT" in each} == {
        STAMP,
        product_reader.PRODUCT_BY_NAME.replace("?", "'Gadget'"),
        people_reader.API_KEY_AND_USER.replace("?", f"'{NEW_KEY}'"),
    }


async def test_a_change_after_one_that_was_undone_is_another(store: SqliteStore) -> None:
    def add(name: str, *, undone: bool) -> Callable[[Writer], list[str]]:
        def work(tx: Writer) -> list[str]:
            tx.add_component("Widget", Component(0, name))
            product = tx.product("Widget")
            assert product
            if undone:
                raise KeyError(name)
            return [component.name for component in product.components]

        return work

    with pytest.raises(KeyError):
        await store.write(add("undone", undone=True))
    assert await store.write(add("kept", undone=False)) == ["Core", "Edge", "kept"]
    # Those that wait together share a transaction.
    works = [store.write(add(f"{number}", undone=number % 2 == 0)) for number in range(5)]
    _, one, _, three, _ = await asyncio.gather(*works, return_exceptions=True)
    assert one == ["Core", "Edge", "kept", "1"]
    assert three == ["Core", "Edge", "kept", "1", "3"]
    assert await store.read(lambda tx: tx.product("Widget")) == await store.write(lambda tx: tx.product("Widget"))


async def test_a_change_of_another_process_is_seen(store: SqliteStore, path: Path) -> None:
    command = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    statement = "UPDATE products SET description = 'Other'"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", command, path, statement, cwd=ROOT)
    assert await process.wait() == 0
    for run in (store.read, store.write):
        product = await run(lambda tx: tx.product("Widget"))
        assert product
        assert product.description == "Other"


async def test_every_kind_of_change_is_noticed(store: SqliteStore, other: sqlite3.Connection) -> None:
    for statement in [*STATEMENTS.strip().splitlines(), *CHANGES_OF_KEYS]:
        before = other.execute("SELECT stamp FROM reference").fetchone()
        assert other.execute(statement).rowcount > 0, statement
        assert other.execute("SELECT stamp FROM reference").fetchone() != before, statement


async def test_every_change_of_a_key_that_calls_no_trigger_of_its_own_is_noticed(other: sqlite3.Connection) -> None:
    for statement in (
        "INSERT OR REPLACE INTO api_keys (id, user_id, key_hash, description, revoked) VALUES (1, 1, 'dd', '', TRUE)",
        "INSERT OR REPLACE INTO users SELECT * FROM users WHERE id = 1",
        "DELETE FROM users WHERE id = 1",  # while SQLite enforces no references, which is its default
    ):
        before = other.execute(STAMP).fetchone()
        assert other.execute(statement).rowcount > 0, statement
        assert other.execute(STAMP).fetchone() != before, statement


def test_every_kind_of_change_was_tried() -> None:
    tried = set(re.findall(r"(INSERT|UPDATE|DELETE)(?: INTO| FROM|) (\w+)", STATEMENTS))
    expected = {(verb, table) for table in TABLES for verb in ("INSERT", "UPDATE", "DELETE")}
    assert tried == expected | {("UPDATE", "users")}


async def test_what_happens_all_the_time_changes_no_stamp(store: SqliteStore, other: sqlite3.Connection) -> None:
    def work(tx: Writer) -> None:
        alice, bob = tx.user(1), tx.user(2)
        assert alice
        assert bob
        sample = Sample(alice, alice, 1, 2, 1)
        attachment_id = tx.add_attachment(sample.attachment(), None)
        tx.set_attachment(sample.attachment(id=attachment_id, summary="Other"))
        tx.add_comment(sample.comment())
        tx.add_flag(sample.flag())
        tx.touch_bug(1)
        tx.add_user(User(0, "new@my.company", ""), None)
        tx.set_user(replace(bob, real_name="Other"))
        tx.set_direct_groups(2, ["editbugs"])
        tx.set_password_hash(1, "$new")
        tx.note_key_use(1)

    before = other.execute("SELECT stamp FROM reference").fetchone()
    await store.write(work)
    assert other.execute("SELECT stamp FROM reference").fetchone() == before
    await store.write(lambda tx: tx.add_group(Group(0, "more")))
    assert other.execute("SELECT stamp FROM reference").fetchone() != before
