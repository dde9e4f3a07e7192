"""Backups while clients write over all protocols, restored elsewhere.

Each round lets eight clients write, has `gateway backup` copy the database at a random moment, and serves the copy. It
has to hold everything that was acknowledged before the backup began, and of what was under way or came later each
change whole or not at all; `gateway check` has to be clean.
"""

import argparse
import asyncio
import random
from pathlib import Path

from scripts.torture_runs import site
from scripts.torture_runs.clients import Load, connected, writing
from scripts.torture_runs.ledger import Ledger, Moment
from scripts.torture_runs.report import Report
from scripts.torture_runs.server import Server


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("--rounds", type=int, default=20, help="how many backups are made (20)")


def go(folder: Path, chance: random.Random, options: argparse.Namespace, report: Report) -> None:
    """Run."""
    for number in range(1, options.rounds + 1):
        place = folder / f"round-{number}"
        place.mkdir()
        asyncio.run(back_up_once(place, chance, report))
        if report.problems:
            return


async def back_up_once(folder: Path, chance: random.Random, report: Report) -> None:
    """One round: what is wrong with the copy is a problem of the report."""
    database, copy, ledger = site.make(folder, 1), folder / "elsewhere" / "copy.db", Ledger()
    copy.parent.mkdir()
    server = Server(database, folder / "gateway.log", "--workers", str(chance.choice((1, 2))))
    try:
        load = Load(1, ledger)
        async with writing(server.url(), "client", chance, load) as clients:
            await asyncio.sleep(chance.uniform(0.5, 3.0))
            begun, before = ledger.moment(), ledger.acknowledged.total()
            await asyncio.to_thread(site.command, database, "backup", str(copy))
            report.count("changes acknowledged before a backup began", before)
            report.count("changes acknowledged while it was made", ledger.acknowledged.total() - before)
            report.problems += [f"a client ended early: {each.exception()!r}" for each in clients if each.done()]
        report.problems += [f"a call failed: {refusal}" for refusal in load.refusals]
        server.stop()
    finally:
        server.kill()
    await _compare(copy, folder / "copy.log", ledger, begun, report)


async def _compare(copy: Path, log: Path, ledger: Ledger, begun: Moment, report: Report) -> None:
    site.command(copy, "check")
    report.count("backups that `gateway check` finds clean")
    server = Server(copy, log)
    try:
        async with connected(server.url()) as session:
            report.problems += await ledger.compare_copy(session, 1, begun)
        server.stop()
    finally:
        server.kill()
