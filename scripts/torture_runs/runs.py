"""The runs by name. A run is a module; this is what it has.

'''One line that `--help` shows, then what it does and what it compares.'''
def add_arguments(parser): ...                # what can be chosen, beside --seed and --folder
def go(folder, chance, options, report): ...  # do it; figures and problems go into the report
"""

import argparse
import random
from pathlib import Path
from typing import Protocol

from scripts.torture_runs import backup, crowd, faults, hostile, kill, power
from scripts.torture_runs.report import Report


class Run(Protocol):
    """A module that is a run."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what can be chosen."""

    def go(self, folder: Path, chance: random.Random, options: argparse.Namespace, report: Report) -> None:
        """Run, with files in `folder` only."""


RUNS: dict[str, Run] = {
    "kill": kill,
    "power": power,
    "disk": faults,
    "backup": backup,
    "hostile": hostile,
    "crowd": crowd,
}
