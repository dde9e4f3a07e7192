"""A backup under load, in short; and that what it lacks would be noticed."""

import random
from pathlib import Path

import pytest

from scripts.torture_runs import site
from scripts.torture_runs.backup import back_up_once
from scripts.torture_runs.clients import SMALL, Client, Load, connected
from scripts.torture_runs.ledger import Ledger
from scripts.torture_runs.report import Report
from scripts.torture_runs.server import Server


async def test_a_backup_under_load_holds_what_was_acknowledged_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report()
    await back_up_once(tmp_path, random.Random(1), report)
    with capsys.disabled():
        print("", *report.lines(), sep="\n")
    assert report.problems == []
    assert float(report.figures["changes acknowledged before a backup began"]) > 0
    assert float(report.figures["changes acknowledged while it was made"]) > 0


async def test_what_a_copy_lacks_is_noticed(original: Path, tmp_path: Path) -> None:
    """A copy is held against what was acknowledged before, and against what was only later."""
    database, ledger = site.make(tmp_path, bugs=1), Ledger()
    server = Server(database, tmp_path / "log")
    try:
        async with connected(server.url()) as session:
            client = Client("one", random.Random(3), session, Load(1, ledger, SMALL))
            begun = ledger.moment()
            assert [await client.step() for _ in range(10)] == [True] * 10
            ended = ledger.moment()
            assert await ledger.compare_copy(session, 1, ended) == []
    finally:
        server.kill()
    empty = Server(original, tmp_path / "log")
    try:
        async with connected(empty.url()) as session:
            assert await ledger.compare_copy(session, 1, begun) == []
            assert len(await ledger.compare_copy(session, 1, ended)) == len(ended) > 0
    finally:
        empty.stop()
