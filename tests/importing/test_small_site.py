"""A small Bugzilla of the project's own: options, times, damage and refusals of `gateway import`."""

import json
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from importing_command import dump
from running import copied

from gateway.cli import main
from scripts.benchmark.bugzilla_dump import SiteSize, write_dump

SIZE = SiteSize(bugs=12, comments_per_bug=4, attachments_per_bug=2, attachment_size=100, users=5)
UTC = ("--timezone", "UTC")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dump of a small Bugzilla, without damage."""
    path = tmp_path_factory.mktemp("dump") / "bugs.sql"
    with path.open("wb") as out:
        write_dump(out, SIZE)
    return path


@dataclass(frozen=True, slots=True)
class Imported:
    """An import that was run: its exit code and output, its report, and where the site is."""

    code: int
    output: str
    report: dict[str, Any]
    database: Path

    def left(self, table: str) -> list[tuple[str, list[str]]]:
        return [(each["reason"], each["examples"]) for each in self.report["left_out"] if each["table"] == table]


def run(
    path: Path | str, folder: Path, *words: object, params: str | None = '{"insidergroup": "security"}'
) -> Imported:
    """Import a dump with these options."""
    report, database = folder / "report.json", folder / "gateway.db"
    given = [*words, "--report", report, "--database", database]
    if params is not None:
        (folder / "params.json").write_text(params)
        given += ["--params", folder / "params.json"]
    done = CliRunner().invoke(main, ["import", str(path), *map(str, given)])
    assert done.exception is None or isinstance(done.exception, SystemExit | click.ClickException), done.exc_info
    read = json.loads(report.read_text()) if report.exists() else {}
    return Imported(done.exit_code, done.output, read, database)


def changed(whole: Path, folder: Path, *statements: str) -> Path:
    """A copy of the dump, with statements added at its end."""
    path = folder / "changed.sql"
    path.write_bytes(whole.read_bytes() + "".join(f"{each};\n" for each in statements).encode())
    return path


def test_every_row_is_taken(whole: Path, tmp_path: Path) -> None:
    done = run(whole, tmp_path, *UTC)
    assert done.code == 0, done.output
    tables = done.report["tables"]
    assert {name for name, each in tables.items() if each["taken"] != each["rows"]} == {"email_setting"}
    assert done.left("email_setting") == [("are about mail, which the gateway does not send", [])]
    found = dump(done.database)
    sizes = {name: len(found[name]) for name in ("bugs", "comments", "attachments", "users", "changes")}
    assert sizes == {"bugs": 12, "comments": 48, "attachments": 24, "users": 5, "changes": 36}
    assert {each["size"] for each in found["attachments"]} == {100}
    assert found["params"]["insidergroup"] == "security"
    assert next(bug for bug in found["bugs"] if bug["id"] == 10)["depends_on"] == [9]


@pytest.mark.parametrize(("of_reporter", "of_cc", "is_confirmed"), [(1, 0, 0), (0, 1, 0), (0, 0, 1)])
def test_the_columns_of_a_bug_are_told_apart(
    of_reporter: int, of_cc: int, is_confirmed: int, whole: Path, tmp_path: Path
) -> None:
    added = (
        "INSERT INTO `bugs` VALUES (900,1,'https://x.test/','major','CONFIRMED','2026-01-01','2026-01-02',"  # noqa: S608
        "'the summary','Linux','P1',1,'PC',2,'unspecified',1,'','---',NULL,'the notes',"
        f"{is_confirmed},{of_reporter},{of_cc},'1.00','2.00',NULL)"
    )
    done = run(changed(whole, tmp_path, added), tmp_path, *UTC)
    (found,) = [each for each in dump(done.database)["bugs"] if each["id"] == 900]
    wanted = {
        "url": "https://x.test/",
        "whiteboard": "the notes",
        "summary": "the summary",
        "op_sys": "Linux",
        "platform": "PC",
        "severity": "major",
        "priority": "P1",
        "reporter_accessible": bool(of_reporter),
        "cclist_accessible": bool(of_cc),
        "is_confirmed": bool(is_confirmed),
    }
    assert {name: found[name] for name in wanted} == wanted


def test_a_dry_run_writes_nothing(whole: Path, tmp_path: Path) -> None:
    done = run(whole, tmp_path, *UTC, "--dry-run")
    assert done.code == 0
    assert done.report["tables"]["longdescs"] == {"rows": 48, "taken": 48}
    assert not done.database.exists()


ZONES = [
    (("--timezone", "America/New_York"), "2020-01-01T05:01:00Z"),
    (("--timezone", "Asia/Kolkata"), "2019-12-31T18:31:00Z"),
    (UTC, "2020-01-01T00:01:00Z"),
]


@pytest.mark.parametrize(("words", "time"), ZONES)
def test_times_are_of_the_zone(words: tuple[str, str], time: str, whole: Path, tmp_path: Path) -> None:
    found = dump(run(whole, tmp_path, *words).database)
    assert found["bugs"][0]["creation_time"] == time


def test_a_doubled_hour_is_told(whole: Path, tmp_path: Path) -> None:
    comment = "INSERT INTO `longdescs` VALUES (900,1,1,'2026-10-25 02:30:00','0.00','x',0,0,NULL)"
    done = run(changed(whole, tmp_path, comment), tmp_path, "--timezone", "Europe/Berlin")
    told = "1 times are in the hour that comes twice when a clock is put back; the first was taken."
    assert told in done.report["remarks"]


GONE = "refer to what does not exist"
NOBODY = "are of a bug or a user that does not exist"
DAMAGE = [
    ("INSERT INTO `longdescs` VALUES (900,999,1,'2026-01-01','0.00','x',0,0,NULL)", "longdescs", NOBODY, "900"),
    ("INSERT INTO `longdescs` VALUES (900,1,999,'2026-01-01','0.00','x',0,0,NULL)", "longdescs", NOBODY, "900"),
    (
        "INSERT INTO `longdescs` VALUES (900,1,1,'2026-01-01','0.00','x',0,5,'999')",
        "longdescs",
        "are about what is not here, and became normal comments",
        "900",
    ),
    ("INSERT INTO `bugs_activity` VALUES (900,999,NULL,1,'2026-01-01',1,'a','b',NULL)", "bugs_activity", GONE, "900"),
    ("INSERT INTO `bugs_activity` VALUES (900,1,NULL,1,'2026-01-01',99,'a','b',NULL)", "bugs_activity", GONE, "900"),
    ("INSERT INTO `cc` VALUES (1,999)", "cc", GONE, "1"),
    ("INSERT INTO `bug_group_map` VALUES (1,999)", "bug_group_map", GONE, "1"),
    ("INSERT INTO `flags` VALUES (900,9,'?',1,NULL,'2026-01-01',NULL,1,NULL)", "flags", GONE, "900"),
    (
        "INSERT INTO `attachments` VALUES (900,1,'2026-01-01','2026-01-01','a','b',0,'c',1,0,0);\n"
        "INSERT INTO `attach_data` VALUES (900,'')",
        "attachments",
        "have no content: a local file may be lost, and they are empty as in Bugzilla",
        "900",
    ),
    ("INSERT INTO `attachments` VALUES (900,9,0,0,'a','b',0,'c',999,0,0)", "attachments", NOBODY, "900"),
    (
        "INSERT INTO `profiles` VALUES (900,'off','*','','',0,NULL,0)",
        "profiles",
        "are disabled without a text, and got one",
        "900",
    ),
    ("INSERT INTO `user_group_map` VALUES (1,999,0,0)", "user_group_map", "name a group that does not exist", "1"),
    ("INSERT INTO `dependencies` VALUES (1,999)", "dependencies", "refer to a bug that does not exist", None),
    ("INSERT INTO `user_api_keys` VALUES (900,999,'x','',0,NULL)", "user_api_keys", "are of nobody", None),
    (
        "CREATE TABLE `votes` (\n  `who` int,\n  `bug_id` int\n) CHARSET=utf8mb4;\nINSERT INTO `votes` VALUES (1,1)",
        "votes",
        "are of a table that the gateway does not know",
        None,
    ),
]


@pytest.mark.parametrize(("statement", "table", "reason", "row"), DAMAGE)
def test_damage_is_told_and_the_rest_comes(
    statement: str, table: str, reason: str, row: str | None, whole: Path, tmp_path: Path
) -> None:
    done = run(changed(whole, tmp_path, statement), tmp_path, *UTC)
    assert done.code == 0, done.output
    assert done.left(table) == [(reason, [row] if row else [])]
    assert f"{table}: 1 {reason}" in done.output
    assert done.report["tables"]["bugs"]["taken"] == 12


def test_columns_that_are_not_taken_are_told(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "wide.sql"
    text = whole.read_bytes()
    path.write_bytes(
        text.replace(b"  `is_enabled` tinyint", b"  `mfa` varchar(8),\n  `is_enabled` tinyint").replace(
            b"'',0,NULL,1)", b"'',0,NULL,'',1)"
        )
    )
    done = run(path, tmp_path, *UTC)
    assert done.code == 0, done.output
    assert [each for each in done.report["remarks"] if each.startswith("profiles")] == [
        "profiles: these columns have no place in the gateway: mfa."
    ]
    again = run(path, tmp_path, *UTC)
    assert not [each for each in again.report["remarks"] if "no place" in each]
    assert "does not know" not in again.output


def test_what_refers_to_no_bug_is_left_out_with_the_bug(whole: Path, tmp_path: Path) -> None:
    dump_without_component = re.sub(rb"\(2,'Manual'.*?\)", b"(3,'Manual',1,1,2,'',1)", whole.read_bytes())
    path = tmp_path / "damaged.sql"
    path.write_bytes(dump_without_component)
    done = run(path, tmp_path, *UTC)
    assert done.code == 0, done.output
    assert done.left("bugs") == [
        ("name a component or a user that does not exist", [str(number) for number in range(1, 12, 2)])
    ]


REFUSED: list[tuple[tuple[str, ...], str | None, str]] = [
    (UTC, None, "--params"),
    ((), "{}", "--timezone"),
    (("--timezone", "Mars/Olympus"), "{}", "no time zone Mars/Olympus"),
    ((*UTC, "--attachments", "/nowhere"), "{}", "no folder /nowhere"),
    ((*UTC, "--extension", "QA"), "{}", "NAME=VERSION"),
    (UTC, "[1]", "has no parameters"),
    (UTC, "{", "cannot be read"),
    (UTC, "%param = (1", "cannot be read"),
]


@pytest.mark.parametrize(("words", "params", "message"), REFUSED, ids=[message for *_, message in REFUSED])
def test_refusals(words: tuple[str, ...], params: str | None, message: str, whole: Path, tmp_path: Path) -> None:
    done = run(whole, tmp_path, *words, params=params)
    assert done.code in (1, 2)
    assert message in " ".join(done.output.split())
    assert not done.database.exists()


SOURCES = [
    ("ftp://example.com/bugs", "ftp:// is no address of a database"),
    ("/nowhere/bugs.db", "no file /nowhere/bugs.db"),
    ("/tmp", "no localconfig"),
    ("mysql://nobody@127.0.0.1:1/bugs", "127.0.0.1:1/bugs cannot be reached"),
    ("postgresql://nobody:secret@127.0.0.1:1/bugs", "nobody@127.0.0.1:1/bugs cannot be reached"),
]


@pytest.mark.parametrize(("source", "message"), SOURCES)
def test_sources_that_are_none(source: str, message: str, tmp_path: Path) -> None:
    done = run(source, tmp_path, *UTC)
    assert done.code == 1
    assert message in " ".join(done.output.split())
    assert "secret" not in done.output


def test_a_database_of_something_else(tmp_path: Path, loaded_database: Path) -> None:
    done = run(loaded_database, tmp_path, *UTC)
    assert done.code == 1
    assert "is not the database of a Bugzilla" in " ".join(done.output.split())


COMPARED = [
    ("UPDATE bugs SET summary = 'x' WHERE id = 3", "bug 3 differs"),
    ("UPDATE comments SET text = 'x' WHERE id = 5", "comment 5: other text, type or time"),
    ("UPDATE comments SET is_private = 1 - is_private WHERE id = 5", "comment private 5, "),
    ("UPDATE attachments SET sha256 = replace(sha256, 'a', 'b') WHERE id = 7", "attachment 7: other content"),
    ("UPDATE attachments SET summary = 'x' WHERE id = 7", "attachment 7 differs"),
    ("DELETE FROM changes WHERE id = 4", "change 4 is missing"),
    ("DELETE FROM bug_cc WHERE bug_id = 5", "bug 5 differs"),
    ("UPDATE users SET real_name = 'x' WHERE id = 2", "user 2 differs"),
    ("DELETE FROM api_keys", "api key 1 is missing"),
    ("UPDATE groups SET description = 'x' WHERE id = 2", "group 2 differs"),
    ("UPDATE components SET is_active = 0 WHERE id = 2", "component 2 differs"),
    ("UPDATE flags SET status = '+' WHERE id = 1", "flag 1 differs"),
]


@pytest.fixture(scope="module")
def imported(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the small site; to be copied."""
    return run(whole, tmp_path_factory.mktemp("imported"), *UTC).database


def compared(whole: Path, database: Path) -> tuple[int, str]:
    words = ["doctor", "--database", database, "--imported-from", whole]
    done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, done.output


def test_the_doctor_finds_an_import_equal_to_its_source(whole: Path, imported: Path) -> None:
    code, output = compared(whole, imported)
    assert code == 0, output
    assert "it may be switched" in output


@pytest.mark.parametrize(("statement", "message"), COMPARED, ids=[message for _, message in COMPARED])
def test_the_doctor_finds_each_difference(
    statement: str, message: str, whole: Path, imported: Path, tmp_path: Path
) -> None:
    database = copied(imported, tmp_path / "gateway.db")
    with sqlite3.connect(database) as connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()
    code, output = compared(whole, database)
    assert code == 1
    assert message in output


def test_the_doctor_compares_only_what_was_imported(whole: Path, loaded_database: Path, tmp_path: Path) -> None:
    code, output = compared(whole, copied(loaded_database, tmp_path / "own.db"))
    assert code == 1
    assert "the site was not imported" in output
