"""An import that ended early continues, and a later one brings what has changed since and overwrites nothing."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from importing_command import comparable
from running import copied
from sites import attachments, needs_sites, site, unpacked

from gateway.cli import main
from gateway.importing import steps
from gateway.importing.import_context import ImportContext
from gateway.importing.sources.sqlite_source import connect
from gateway.store.interface import Writer

pytestmark = needs_sites

STEPS = [import_module(f"{steps.__name__}.{each.name}") for each in iter_modules(steps.__path__)]


@pytest.fixture(autouse=True)
def many_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of five rows, so that a small site has many."""
    for module in STEPS:
        for constant in {"_BATCH", "_FLAGS"} & {*vars(module)}:
            monkeypatch.setattr(module, constant, 5)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return attachments("rich/bugzilla-5.2-data-attachments.tar.gz", tmp_path_factory.mktemp("files"))


@pytest.fixture
def bugzilla(tmp_path: Path) -> Path:
    """A SQLite database of a Bugzilla, which the test may change."""
    return unpacked("rich/bugzilla-5.2-sqlite.db.gz", tmp_path)


def run(bugzilla: Path, files: Path, database: Path) -> dict[str, Any]:
    """Import, and return the report."""
    report = database.with_suffix(".report")
    params = site("rich/bugzilla-5.2-sqlite-params.json")
    words = ["import", bugzilla, "--database", database, "--params", params, "--attachments", files]
    main([*map(str, words), "--timezone", "UTC", "--report", str(report)], standalone_mode=False)
    read: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return read


class Killed(BaseException):
    """The end of an import, which nothing catches."""


def kill_at(step: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have the import end before it writes its batch of this number; return a list that grows with each batch."""
    write, written = ImportContext.write, list[int]()

    async def counting(
        context: ImportContext, work: Callable[[Writer], None], resources: ExitStack | None = None
    ) -> None:
        if len(written) == step:
            raise Killed
        written.append(step)
        await write(context, work, resources)

    monkeypatch.setattr(ImportContext, "write", counting)
    return written


def test_an_import_that_was_killed_continues(
    bugzilla: Path, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        counted = kill_at(-1, patch)
        run(bugzilla, files, tmp_path / "whole.db")
        batches = len(counted)
    assert batches > 50
    whole = comparable(tmp_path / "whole.db")
    for step in range(1, batches, 10):
        database = tmp_path / f"killed-{step}.db"
        with monkeypatch.context() as patch:
            kill_at(step, patch)
            with pytest.raises(Killed):
                run(bugzilla, files, database)
        run(bugzilla, files, database)
        assert comparable(database) == whole, step


CHANGES = """
UPDATE bugs SET short_desc = 'renamed', bug_status = 'RESOLVED', delta_ts = '2026-12-24 12:00' WHERE bug_id = 3
INSERT INTO cc (bug_id, who) VALUES (3, 5)
INSERT INTO longdescs (comment_id, bug_id, who, bug_when, thetext) VALUES (900, 3, 8, '2026-12-24 12:00', 'later')
INSERT INTO bugs_activity (id, bug_id, who, bug_when, fieldid, added) VALUES (900, 3, 8, '2026-12-24 12:00', 2, 'b')
UPDATE bugs SET delta_ts = '2026-12-24 12:00' WHERE bug_id IN (4, 7, 8)
DELETE FROM flags WHERE bug_id = 4
DELETE FROM dependencies WHERE blocked = 7
DELETE FROM duplicates WHERE dupe = 8
DELETE FROM keywords WHERE bug_id = 7
DELETE FROM bug_see_also WHERE bug_id = 7
UPDATE bugs SET cf_free = 'set later', cf_drop = '---' WHERE bug_id = 4
UPDATE longdescs SET isprivate = 1 - isprivate WHERE bug_id = 7
UPDATE attachments SET description = 'described later', isobsolete = 1 WHERE bug_id = 4
INSERT INTO attachments (attach_id, bug_id, creation_ts, modification_time, description, mimetype, filename, \
    submitter_id) \
    VALUES (900, 7, '2026-12-24 12:00', '2026-12-24 12:00', 'new', 'text/plain', 'new.txt', 8)
INSERT INTO attach_data (id, thedata) VALUES (900, x'00ff')
INSERT INTO longdescs (comment_id, bug_id, who, bug_when, thetext, type, extra_data) \
    VALUES (901, 7, 8, '2026-12-24 12:00', '', 5, '900')
INSERT INTO profiles (userid, login_name, cryptpassword, realname) VALUES (900, 'new@my.company', 'x', 'New')
INSERT INTO user_group_map (user_id, group_id, isbless, grant_type) VALUES (900, 1, 0, 0)
UPDATE profiles SET realname = 'Renamed', disabledtext = 'left', is_enabled = 0 WHERE userid = 5
DELETE FROM user_group_map WHERE user_id = 10
INSERT INTO user_api_keys (id, user_id, api_key) VALUES (900, 5, 'new key')
UPDATE user_api_keys SET revoked = 1 WHERE id = 1
UPDATE groups SET description = 'described later' WHERE id = 2
DELETE FROM group_group_map WHERE grant_type = 1
INSERT INTO versions (id, value, product_id) VALUES (900, 'later', 1)
UPDATE components SET isactive = 0 WHERE id = 1
UPDATE flagtypes SET is_active = 0 WHERE id = 2
INSERT INTO bug_severity (id, value, sortkey) VALUES (900, 'later', 900)
INSERT INTO keyworddefs (id, name, description) VALUES (900, 'later', '')
INSERT INTO tag (id, name, user_id) VALUES (900, 'mine', 8)
INSERT INTO bug_tag (bug_id, tag_id) VALUES (2, 900)
INSERT INTO namedqueries (id, userid, name, query) VALUES (900, 8, 'later', 'bug_id=1')
INSERT INTO longdescs_tags (id, comment_id, tag) VALUES (900, 900, 'later')
"""


def change(bugzilla: Path) -> None:
    with connect(bugzilla) as connection:
        connection.execute("PRAGMA foreign_keys = off")
        for statement in CHANGES.strip().splitlines():
            assert connection.execute(statement).rowcount > 0, statement
    connection.close()


def test_a_later_import_brings_what_has_changed(bugzilla: Path, files: Path, tmp_path: Path) -> None:
    run(bugzilla, files, tmp_path / "twice.db")
    change(bugzilla)
    report = run(bugzilla, files, tmp_path / "twice.db")
    assert report["tables"]["bugs"]["taken"] < 11
    run(bugzilla, files, tmp_path / "once.db")
    assert comparable(tmp_path / "twice.db") == comparable(tmp_path / "once.db")


def test_a_later_import_that_was_killed_continues(
    bugzilla: Path, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(bugzilla, files, tmp_path / "first.db")
    copied(tmp_path / "first.db", tmp_path / "whole.db")
    change(bugzilla)
    with monkeypatch.context() as patch:
        counted = kill_at(-1, patch)
        run(bugzilla, files, tmp_path / "whole.db")
        batches = len(counted)
    whole = comparable(tmp_path / "whole.db")
    for step in range(2, batches, 10):
        database = copied(tmp_path / "first.db", tmp_path / f"killed-{step}.db")
        with monkeypatch.context() as patch:
            kill_at(step, patch)
            with pytest.raises(Killed):
                run(bugzilla, files, database)
        report = run(bugzilla, files, database)
        assert not [each for each in report["left_out"] if "gateway has given" in each["reason"]]
        assert comparable(database) == whole, step


def given_by_gateway(database: Path) -> None:
    """Have the gateway comment on two bugs, and give numbers that the Bugzilla will give too."""
    with sqlite3.connect(database) as connection:
        for number, bug_id in ((900, 5), (800, 3)):
            connection.execute(
                "INSERT INTO comments (id, bug_id, creator_id, text, type, is_private, creation_time) "
                "VALUES (?, ?, 8, ?, 'normal', 0, 1)",
                (number, bug_id, f"on {bug_id}"),
            )
            connection.execute("UPDATE bugs SET last_change_time = last_change_time + 99 WHERE id = ?", (bug_id,))
        connection.execute(
            "INSERT INTO users (id, login, login_folded, real_name, real_name_folded, disabled_text, email_enabled) "
            "VALUES (900, 'other@my.company', 'other@my.company', '', '', '', 1)"
        )
        connection.execute(
            "INSERT INTO changes (id, user_id, bug_id, field, removed, added, at) VALUES (900, 8, 5, 'x', '', 'y', 1)"
        )
    connection.close()


def test_changes_of_the_gateway_are_never_overwritten(bugzilla: Path, files: Path, tmp_path: Path) -> None:
    database = tmp_path / "gateway.db"
    run(bugzilla, files, database)
    given_by_gateway(database)
    change(bugzilla)
    report = run(bugzilla, files, database)
    left = {(each["table"], each["reason"].partition(" that")[0]): each["examples"] for each in report["left_out"]}
    assert left["bugs", "were changed in the Bugzilla and in the gateway, and stay as in the gateway"] == ["3"]
    assert left["profiles", "have a number or a login"] == ["900"]
    lines = "\n".join(comparable(database))
    for text in ("on 3", "on 5"):
        assert f'"text":"{text}"' in lines
    assert '"login":"other@my.company"' in lines
    assert '"login":"new@my.company"' not in lines
    assert '"summary":"renamed"' not in lines
    assert '"text":"later"' not in lines
    assert '"summary":"described later"' in lines


def test_a_site_of_its_own_is_not_overwritten(
    bugzilla: Path, files: Path, tmp_path: Path, loaded_database: Path
) -> None:
    database = copied(loaded_database, tmp_path / "own.db")
    before = comparable(database)
    with pytest.raises(Exception, match="a site that was not imported"):
        run(bugzilla, files, database)
    assert comparable(database) == before


def test_another_bugzilla_is_not_mixed_in(bugzilla: Path, files: Path, tmp_path: Path) -> None:
    run(bugzilla, files, tmp_path / "site.db")
    with connect(bugzilla) as connection:
        connection.execute("UPDATE bugs SET reporter = 3 WHERE bug_id = 1")
    connection.close()
    with pytest.raises(Exception, match="another Bugzilla"):
        run(bugzilla, files, tmp_path / "site.db")
