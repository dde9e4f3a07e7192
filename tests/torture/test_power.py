"""Power cuts, in short; and that what is not synced is seen to be lost."""

import random
import re
import shutil
from pathlib import Path

import pytest

from scripts.torture_runs.disk import Disk
from scripts.torture_runs.file import SECTOR, File
from scripts.torture_runs.power import cut_once
from scripts.torture_runs.report import Report
from scripts.torture_runs.server import Server


async def test_nothing_is_lost_when_the_power_is_cut(
    may_mount: None, original: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, chance = Report(), random.Random(1)
    for number in range(2):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        await cut_once(folder, original, chance, report)
    with capsys.disabled():
        print("", *report.lines(), sep="\n")
    assert report.problems == []
    assert report.figures["power cuts"] == report.figures["clean checks"] == 2


async def test_without_durability_the_last_changes_are_lost_and_no_half_is_left(
    may_mount: None, original: Path, tmp_path: Path
) -> None:
    report = Report()
    for seed in range(10):  # where a checkpoint has just synced all of it, nothing is lost
        folder = tmp_path / str(seed)
        folder.mkdir()
        await cut_once(folder, original, random.Random(seed), report, durable=False)
        if report.problems:
            break
    assert report.problems
    assert all(re.match(r"client-\d+-\d+ is .*; acknowledged was Shown", problem) for problem in report.problems)
    assert report.figures["clean checks"] == report.figures["power cuts"]


async def test_where_names_cannot_be_synced_nothing_is_served(original: Path, disk: Disk, tmp_path: Path) -> None:
    """SQLite does not heed such an error, and a power cut would then take its log."""
    shutil.copyfile(original, disk.folder / "site.db")
    disk.fail(("fsyncdir",), "EIO")
    server = Server(disk.folder / "site.db", tmp_path / "log")
    with pytest.raises(AssertionError, match="cannot be synced: Input/output error"):
        server.url()
    disk.heal()
    server = Server(disk.folder / "site.db", tmp_path / "log")
    assert server.url()
    server.stop()


def test_a_file_keeps_what_was_synced_and_whichever_sectors_chance_leaves() -> None:
    file = File(0o600)
    file.change((0, b"synced"))
    file.sync()
    file.change((2, b"Y" * 3 * SECTOR))
    assert file.after_cut(random.Random(1), survives=0.0) == b"synced"
    assert file.after_cut(random.Random(1), survives=1.0) == bytes(file.data) == b"sy" + b"Y" * 3 * SECTOR


def test_a_file_that_was_cut_short_may_be_long_again() -> None:
    file = File(0o600)
    file.change((0, b"X" * 3 * SECTOR))
    file.sync()
    file.change((1, None))
    assert bytes(file.data) == b"X"
    kept = {file.after_cut(random.Random(seed), survives=0.5) for seed in range(30)}
    assert kept == {b"X", b"X" * 3 * SECTOR}


def test_of_what_was_not_synced_any_sectors_may_survive() -> None:
    file = File(0o600)
    file.change((0, b"X" * 3 * SECTOR))
    kept = {file.after_cut(random.Random(seed), survives=0.5) for seed in range(60)}
    assert kept == {
        *(b"", b"X" * SECTOR, b"X" * 2 * SECTOR, b"X" * 3 * SECTOR),
        *(bytes(SECTOR) + b"X" * SECTOR, bytes(SECTOR) + b"X" * 2 * SECTOR),
        *(bytes(2 * SECTOR) + b"X" * SECTOR, b"X" * SECTOR + bytes(SECTOR) + b"X" * SECTOR),
    }
