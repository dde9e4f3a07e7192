"""Power cuts at random moments, while clients write over all protocols.

The database is on a disk (FUSE, in memory) that knows what was synced. Each round begins on a new disk, lets eight
clients write, cuts the power at a random moment, and starts the gateway on what that leaves: everything that was
synced, and of what was not none, all or any of its sectors, as chance has it. Then every change that was acknowledged
has to be there, every other one whole or not at all, and `gateway check` has to be clean.

With --no-durable, which promises less, changes are found missing: so it can be seen that the run would notice. (All
uploads are small then, for SQLite syncs what it has whenever its log has grown by 4 MB.)

It needs Debian's fuse3, and root.
"""

import argparse
import asyncio
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from scripts.torture_runs import site
from scripts.torture_runs.calls import CUT_OFF, Refused
from scripts.torture_runs.clients import SMALL, Load, connected, writing
from scripts.torture_runs.disk import Disk, mounted
from scripts.torture_runs.ledger import Ledger
from scripts.torture_runs.report import Report
from scripts.torture_runs.server import Server

_FEWEST, _MOST = 20, 400
"""Changes that are acknowledged before the power is cut."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("--rounds", type=int, default=100, help="how often the power is cut (100)")
    parser.add_argument(
        "--no-durable", action="store_true", help="run the gateway so, to see that the run finds losses"
    )


def go(folder: Path, chance: random.Random, options: argparse.Namespace, report: Report) -> None:
    """Run."""
    database = site.make(folder, 1)
    for number in range(1, options.rounds + 1):
        place = folder / f"round-{number}"
        place.mkdir()
        asyncio.run(cut_once(place, database, chance, report, durable=not options.no_durable))
        if report.problems:
            break
        shutil.rmtree(place)
        if number % 10 == 0:
            report.say(f"{number} of {options.rounds} rounds")


async def cut_once(
    folder: Path, original: Path, chance: random.Random, report: Report, *, durable: bool = True
) -> None:
    """One round, on a copy of a database: losses are problems of the report. Raises `DiskUnavailable`."""
    ledger, left, disk_folder = Ledger(), folder / "left", folder / "disk"
    left.mkdir()
    disk_folder.mkdir()
    workers, survives = chance.choice((1, 2)), chance.choice((0.0, 0.0, 0.5, 1.0, chance.random()))
    flags = ("--workers", str(workers), "--durable" if durable else "--no-durable")
    load = Load(1, ledger) if durable else Load(1, ledger, SMALL)
    with mounted(disk_folder) as disk:
        _copy_synced(original, disk.folder)
        server = Server(disk.folder / original.name, folder / "gateway.log", *flags)
        try:
            report.problems += await _write_until_cut(server, disk, left, load, chance, survives if durable else 0.0)
        finally:
            server.kill()
    report.problems += [f"before the cut: {refusal}" for refusal in load.refusals]
    report.count("power cuts")
    report.count(f"power cuts with {workers} process{'es' * (workers - 1)}")
    await _compare(left / original.name, folder / "again.log", ledger, report)
    ledger.sum_up(report)


def _copy_synced(database: Path, folder: Path) -> None:
    shutil.copyfile(database, folder / database.name)
    for path in (folder / database.name, folder):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


async def _write_until_cut(
    server: Server, disk: Disk, left: Path, load: Load, chance: random.Random, survives: float
) -> list[str]:
    """What went wrong before the cut."""
    wanted = chance.randint(_FEWEST, _MOST)
    async with writing(server.url(), "client", chance, load) as clients:
        await _until(lambda: any(each.done() for each in clients) or load.ledger.acknowledged.total() >= wanted)
        problems = [f"a client ended early: {each.exception()!r}" for each in clients if each.done()]
        disk.cut(left, chance.randrange(2**32), survives)
        load.ended = True
        server.kill()
        outcomes = await asyncio.gather(*clients, return_exceptions=True)
    return problems + [repr(each) for each in outcomes if not isinstance(each, (*CUT_OFF, Refused))]


async def _until(reached: Callable[[], bool]) -> None:
    while not reached():  # noqa: ASYNC110 (who counts does not know who waits)
        await asyncio.sleep(0.001)


async def _compare(database: Path, log: Path, ledger: Ledger, report: Report) -> None:
    server = Server(database, log)
    try:
        async with connected(server.url()) as session:
            report.problems += await ledger.compare(session, [1])
        site.command(database, "check")
        report.count("clean checks")
        server.stop()
    finally:
        server.kill()
