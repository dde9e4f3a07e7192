"""`gateway check` on files that are damaged in every way: it ends with findings or with one line that says why."""

import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from running import SITE

from gateway.cli import main
from gateway.store.sqlite.connection import PAGE_BYTES

Damage = Callable[[bytearray, random.Random], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a sound database, which has free pages."""
    path = tmp_path_factory.mktemp("sound") / "site.db"
    assert CliRunner().invoke(main, ["load", str(SITE), "--database", str(path)]).exit_code == 0
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE unused (data BLOB)")
        connection.execute("INSERT INTO unused VALUES (zeroblob(40000))")
        connection.execute("DROP TABLE unused")
        connection.execute("PRAGMA journal_mode = DELETE")
    return path.read_bytes()


def check(path: Path) -> Result:
    """Run `gateway check`, which must end without a traceback."""
    result = CliRunner().invoke(main, ["check", "--database", str(path)])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code in (0, 1)
    if result.exit_code == 1 and "Problems found" not in result.stderr:
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
    return result


def pages(content: bytearray) -> range:
    """Where pages begin, but for the first."""
    return range(PAGE_BYTES, len(content), PAGE_BYTES)


def truncate(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


def flip_header(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 5)):
        content[chance.randrange(100)] ^= 1 << chance.randrange(8)


def flip_schema(content: bytearray, chance: random.Random) -> None:
    """Flip bits in the text of the schema, or near it."""
    start = content.index(b"CREATE TABLE users")
    for _ in range(chance.randrange(1, 20)):
        content[start + chance.randrange(-500, 1500)] ^= 1 << chance.randrange(8)


def flip_anywhere(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randrange(20, 400)):
        content[chance.randrange(PAGE_BYTES, len(content))] ^= 1 << chance.randrange(8)


def spoil_page_headers(content: bytearray, chance: random.Random) -> None:
    for page in chance.sample(pages(content), 5):
        content[page : page + 12] = chance.randbytes(12)


def spoil_free_list(content: bytearray, chance: random.Random) -> None:
    page = int.from_bytes(content[32:36], "big")
    content[(page - 1) * PAGE_BYTES : (page - 1) * PAGE_BYTES + 16] = chance.randbytes(16)


def zero_pages(content: bytearray, chance: random.Random) -> None:
    for page in chance.sample(pages(content), 5):
        content[page : page + PAGE_BYTES] = bytes(PAGE_BYTES)


def swap_pages(content: bytearray, chance: random.Random) -> None:
    one, other = chance.sample(pages(content), 2)
    first, second = (slice(start, start + PAGE_BYTES) for start in (one, other))
    content[first], content[second] = content[second], content[first]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "damage",
    [
        *(truncate, flip_header, flip_schema, flip_anywhere),
        *(spoil_page_headers, spoil_free_list, zero_pages, swap_pages),
    ],
)
def test_a_damaged_file_ends_in_findings_or_in_a_line(tmp_path: Path, sound: bytes, damage: Damage, seed: int) -> None:
    content = bytearray(sound)
    damage(content, random.Random(seed))  # noqa: S311 (it is to be the same each time)
    path = tmp_path / "site.db"
    path.write_bytes(content)
    result = check(path)
    if damage in (truncate, spoil_free_list, zero_pages):  # others may hit what nothing depends on
        assert result.exit_code == 1


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("damage", [truncate, flip_header, flip_schema, flip_anywhere, spoil_page_headers, zero_pages])
def test_a_damaged_file_can_be_replaced_by_a_backup_and_replaces_nothing(
    tmp_path: Path, sound: bytes, damage: Damage, seed: int
) -> None:
    content = bytearray(sound)
    damage(content, random.Random(seed))  # noqa: S311 (it is to be the same each time)
    damaged, other = tmp_path / "damaged.db", tmp_path / "sound.db"
    damaged.write_bytes(content)
    other.write_bytes(sound)
    command = ["restore", str(damaged), "--discard", "--database", str(other)]
    refused = CliRunner().invoke(main, command)
    assert check(other).exit_code == 0
    if damage is not flip_header:  # which may be harmless
        assert refused.exit_code == 1
        assert refused.stderr.startswith("Error: ")
        assert refused.stderr.count("\n") == 1
    assert CliRunner().invoke(main, ["restore", str(other), "--database", str(damaged)]).exit_code == 0
    assert check(damaged).exit_code == 0


def tables() -> Iterator[str]:
    """The names of all tables."""
    folder = Path(__file__).parents[2] / "gateway" / "store" / "sqlite" / "migrations"
    with closing(sqlite3.connect(":memory:")) as connection:
        for script in sorted(folder.glob("*.sql")):
            connection.executescript(script.read_text(encoding="utf-8"))
        yield from (name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"))


@pytest.mark.parametrize("table", [name for name in tables() if not name.startswith("sqlite_")])
def test_a_missing_table_is_noticed(tmp_path: Path, sound: bytes, table: str) -> None:
    path = tmp_path / "site.db"
    path.write_bytes(sound)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"PRAGMA foreign_keys = OFF; DROP TABLE {table}")
    result = check(path)
    assert result.exit_code == 1
    assert re.sub("_words_.*", "_words", table) in result.output  # a part of a full-text index is told as the index


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE pieces SET data = 'text'", "holds no bytes"),
        ("UPDATE pieces SET data = x''", "holds no bytes"),
        ("UPDATE attachments SET size = 'many'", "size that is no number"),
        ("UPDATE attachments SET sha256 = x'00'", "SHA-256"),
        ("UPDATE attachments SET sha256 = CAST(x'ff' AS TEXT)", "not UTF-8"),
        ("UPDATE bugs SET summary = CAST(x'fffe' AS TEXT)", "bugs.summary\thas text that is not UTF-8"),
        ("ALTER TABLE flags RENAME COLUMN status TO estate", "table flags.status\tis missing"),
        ("UPDATE site SET parameters = 'none'", "malformed JSON"),
    ],
)
def test_a_value_of_another_type_is_found(tmp_path: Path, sound: bytes, change: str, told: str) -> None:
    path = tmp_path / "site.db"
    path.write_bytes(sound)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON;")
        strict = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql LIKE '%STRICT%'").fetchall()
        connection.execute("UPDATE sqlite_schema SET sql = replace(replace(sql, 'STRICT, ', ''), ' STRICT', '')")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA ignore_check_constraints = ON; {change}; PRAGMA writable_schema = ON")
        if "ALTER" not in change:
            connection.executemany("UPDATE sqlite_schema SET sql = ?2 WHERE name = ?1", strict)
    result = check(path)
    assert result.exit_code == 1
    assert told in result.output
