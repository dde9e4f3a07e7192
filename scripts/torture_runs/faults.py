"""A disk that fails in all ways, while clients write over all protocols.

The database is on a disk (FUSE, in memory) that fails as it is told to. Each round lets eight clients write, lets the
disk fail in one way (I/O errors when it reads, writes or syncs, no room, read-only; always or now and then) for a
while, and mends it. Every call that fails meanwhile has to be refused in the words of its protocol, the gateway has to
live on and take changes again, and then everything that was acknowledged has to be there, nothing that was refused, and
`gateway check` has to be clean. It needs Debian's fuse3, and root.
"""

import argparse
import asyncio
import random
import shutil
from pathlib import Path

from scripts.torture_runs import site
from scripts.torture_runs.calls import BUSY, CUT_OFF, PROTOCOLS
from scripts.torture_runs.clients import Client, Load, connected, writing
from scripts.torture_runs.disk import WRITING, Disk, mounted
from scripts.torture_runs.ledger import Ledger
from scripts.torture_runs.report import Report
from scripts.torture_runs.server import Server

FAULTS = {
    "I/O errors when it writes": (WRITING, "EIO"),
    "I/O errors when it syncs": (("fsync",), "EIO"),
    "I/O errors when it reads": (("read",), "EIO"),
    "I/O errors of all kinds": (("read", "fsync", *WRITING), "EIO"),
    "no room": (WRITING, "ENOSPC"),
    "read-only": (WRITING, "EROFS"),
}
"""Ways in which a disk fails: the operations, and the error."""

_ON_ONE_DISK = 10
"""Rounds on one disk: `gateway check` reads all of it after each."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("--rounds", type=int, default=60, help="how often the disk fails (60)")


def go(folder: Path, chance: random.Random, options: argparse.Namespace, report: Report) -> None:
    """Run."""
    original = site.make(folder, _ON_ONE_DISK)
    for first in range(0, options.rounds, _ON_ONE_DISK):
        rounds = min(_ON_ONE_DISK, options.rounds - first)
        report.say(f"rounds {first + 1} to {first + rounds} of {options.rounds}")
        place = folder / f"from-{first + 1}"
        place.mkdir()
        asyncio.run(_fail_on_one_disk(place, original, chance, rounds, report))
        if report.problems:
            return


async def _fail_on_one_disk(folder: Path, original: Path, chance: random.Random, rounds: int, report: Report) -> None:
    ledger, disk_folder = Ledger(), folder / "disk"
    disk_folder.mkdir()
    with mounted(disk_folder) as disk:
        database = disk.folder / original.name
        shutil.copyfile(original, database)
        server = Server(database, folder / "gateway.log", "--workers", str(chance.choice((1, 2))))
        try:
            for number in range(1, rounds + 1):
                await _fail_once(server, disk, Load(number, ledger), chance, report)
                await _compare(server, number, ledger, report)
                site.command(database, "check")
                report.count("clean checks")
                if report.problems:
                    return
            server.stop()
        finally:
            server.kill()
    ledger.sum_up(report)


async def _fail_once(server: Server, disk: Disk, load: Load, chance: random.Random, report: Report) -> None:
    fault, probability = chance.choice(list(FAULTS)), chance.choice((1.0, 0.2, 0.02))
    async with writing(server.url(), f"{load.bug}", chance, load) as clients:
        await asyncio.sleep(0.3)
        disk.fail(*FAULTS[fault], probability)
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        disk.heal()
        load.enough = True
        ended = [each for each in await asyncio.gather(*clients, return_exceptions=True) if each is not None]
    report.count(f"rounds with {fault}")
    report.count("calls refused, all as they should be", load.refusals.total())
    report.count("answers that broke off", len(ended))
    report.problems += [f"{fault}: {each!r}" for each in ended if not isinstance(each, CUT_OFF)]
    report.problems += [f"{fault}: {refusal}" for refusal in load.refusals if BUSY not in refusal]


async def _compare(server: Server, bug: int, ledger: Ledger, report: Report) -> None:
    """Everything works again, and nothing is lost."""
    async with connected(server.url()) as session:
        client = Client(f"{bug}-again", random.Random(bug), session, Load(bug, ledger))
        report.problems += [f"{each} fails after the fault" for each in PROTOCOLS if not await client.upload(each)]
        report.problems += await ledger.compare(session, [bug])
