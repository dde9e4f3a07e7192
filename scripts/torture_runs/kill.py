"""SIGKILL at random moments, while clients write over all protocols.

Each round lets eight clients upload, update and set flags over XML-RPC, JSON-RPC, REST and Ketura, kills every process
of the gateway at a random moment, and starts it again; now and then it is killed while it starts, too. Then every
change that was acknowledged has to be there, with the same bytes, and every call that was not answered has to be
carried out whole or not at all; `gateway check` has to be clean, and no file may be left beside the database. After
20 rounds everything is compared once more, and the next begin on a new site.
"""

import argparse
import asyncio
import random
import shutil
from pathlib import Path

from scripts.torture_runs import site
from scripts.torture_runs.calls import CUT_OFF
from scripts.torture_runs.clients import Load, connected, writing
from scripts.torture_runs.ledger import Ledger
from scripts.torture_runs.report import Report
from scripts.torture_runs.server import Server

_LONGEST = 1.2
"""Seconds that clients write in one round, at most."""

_KILLED_TWICE = 0.1
"""How many of the rounds kill it again while it starts."""

_ON_ONE_SITE = 20
"""Rounds on one site: `gateway check` reads all of it after each."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be chosen."""
    parser.add_argument("--rounds", type=int, default=200, help="how often it is killed at work (200)")


def go(folder: Path, chance: random.Random, options: argparse.Namespace, report: Report) -> None:
    """Run."""
    for first in range(0, options.rounds, _ON_ONE_SITE):
        rounds = min(_ON_ONE_SITE, options.rounds - first)
        report.say(f"rounds {first + 1} to {first + rounds} of {options.rounds}")
        place = folder / f"from-{first + 1}"
        place.mkdir()
        asyncio.run(_Killing(place, chance, rounds, report).go())
        if report.problems:
            break
        shutil.rmtree(place)


class _Killing:
    """Rounds on one site."""

    def __init__(self, folder: Path, chance: random.Random, rounds: int, report: Report) -> None:
        self._folder = folder
        self._chance = chance
        self._rounds = rounds
        self._report = report
        self._ledger = Ledger()
        self._database = site.make(folder, rounds)

    async def go(self) -> None:
        """Write, kill, start, compare, again and again."""
        server = self._start()
        try:
            for number in range(1, self._rounds + 1):
                await self._write_until_killed(server, number)
                if self._chance.random() < _KILLED_TWICE:
                    await self._kill_while_it_starts()
                server = self._start()
                await self._compare(server, range(number, number + 1), f"after round {number}")
                site.command(self._database, "check")
                self._report.count("clean checks")
                if self._report.problems:
                    return
            await self._compare(server, range(1, self._rounds + 1), "at the end")
            server.stop()
        finally:
            server.kill()
            self._ledger.sum_up(self._report)

    def _start(self) -> Server:
        workers = self._chance.choice((1, 2))
        self._report.count(f"starts with {workers} process{'es' * (workers - 1)}")
        return Server(self._database, self._folder / "gateway.log", "--workers", str(workers))

    async def _write_until_killed(self, server: Server, number: int) -> None:
        load, moment = Load(number, self._ledger), self._chance.uniform(0.05, _LONGEST)
        async with writing(server.url(), f"{number}", self._chance, load) as clients:
            await asyncio.sleep(moment)
            ended = [client for client in clients if client.done()]
            server.kill()
            self._report.count("killed at work")
            outcomes = await asyncio.gather(*clients, return_exceptions=True)
        self._report.problems += [f"round {number}: {refusal}" for refusal in load.refusals]
        self._report.problems += [f"round {number}: a client ended early: {client.exception()!r}" for client in ended]
        unknown = [each for each in outcomes if not isinstance(each, CUT_OFF)]
        self._report.problems += [f"round {number}: {each!r}" for each in unknown]
        if "Traceback" in server.said():
            self._report.problems.append(f"round {number}: {server.said()}")

    async def _kill_while_it_starts(self) -> None:
        server = self._start()
        await asyncio.sleep(self._chance.uniform(0.0, 1.5))
        server.kill()
        self._report.count("killed while it starts")

    async def _compare(self, server: Server, bugs: range, when: str) -> None:
        async with connected(server.url()) as session:
            problems = await self._ledger.compare(session, bugs)
        self._report.problems += [f"{when}: {problem}" for problem in problems]
        left = {path.name for path in self._folder.iterdir()} - {"gateway.log", *_files(self._database)}
        self._report.problems += [f"{when}: {name} was left behind" for name in left]


def _files(database: Path) -> set[str]:
    return {database.name, f"{database.name}-wal", f"{database.name}-shm"}
