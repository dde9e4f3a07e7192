"""The run that kills, in short; and that it would notice what it looks for."""

import argparse
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from scripts.torture_runs import kill, site
from scripts.torture_runs.clients import SMALL, Client, Load, connected
from scripts.torture_runs.ledger import Ledger
from scripts.torture_runs.report import Report
from scripts.torture_runs.server import Server


def test_nothing_is_lost_by_sigkill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    kill.go(tmp_path, random.Random(1), argparse.Namespace(rounds=3), report)
    with capsys.disabled():
        print("", *report.lines(), sep="\n")
    assert report.problems == []
    assert report.figures["killed at work"] == report.figures["clean checks"] == 3
    assert float(report.figures["acknowledged changes, all together"]) > 0


Harm = Callable[[Path], None]


def changed(sql: str) -> Harm:
    def harm(database: Path) -> None:
        with closing(sqlite3.connect(database)) as connection, connection:
            assert connection.execute(sql).rowcount > 0

    return harm


HARMS = {
    "a summary is another": changed("UPDATE attachments SET summary = 'another' WHERE id = 3"),
    "the bytes are others": changed("UPDATE pieces SET data = zeroblob(length(data)) WHERE attachment_id = 3"),
    "a flag is gone": changed("DELETE FROM flags WHERE id = (SELECT max(id) FROM flags)"),
    "a comment is gone": changed("DELETE FROM comments WHERE attachment_id = 3"),
    "a comment is about another": changed("UPDATE comments SET attachment_id = 4 WHERE attachment_id = 3"),
    "an attachment has another name": changed("UPDATE attachments SET file_name = 'another' WHERE id = 3"),
    "an attachment has the name of another": changed(
        "UPDATE attachments SET file_name = (SELECT file_name FROM attachments WHERE id = 4) WHERE id = 3"
    ),
}


@pytest.mark.parametrize("harm", HARMS)
async def test_what_is_lost_is_noticed(tmp_path: Path, harm: str) -> None:
    database, load = site.make(tmp_path, bugs=1), Load(1, Ledger(), SMALL)
    server = Server(database, tmp_path / "log")
    try:
        async with connected(server.url()) as session:
            client = Client("one", random.Random(3), session, load)
            assert [await client.step() for _ in range(20)] == [True] * 20
            assert await load.ledger.compare(session, [1]) == []
            HARMS[harm](database)
            assert await load.ledger.compare(session, [1]) != []
    finally:
        server.kill()
