"""The run of greedy callers, in short: a client beside them is served, and memory stays within its bounds."""

import argparse
import random
from pathlib import Path

import pytest

from scripts.torture_runs import crowd
from scripts.torture_runs.crowds import ATTACKS
from scripts.torture_runs.report import Report

SHORT = ("one bug 5,000 times, not read", "heads with one byte of body", "unfinished texts")
"""One for each of: answers, connections, memory."""


def problems(folder: Path, only: str, seconds: float) -> list[str]:
    """What is wrong, but for times, which are not the same on every machine."""
    report = Report()
    crowd.go(
        folder, random.Random(1), argparse.Namespace(seconds=seconds, comments=30, only=only, real_time=False), report
    )
    assert report.figures.keys() == {each.name for each in ATTACKS if only in each.name}
    return [each for each in report.problems if "waits" not in each and "step of the loop" not in each]


@pytest.mark.parametrize("only", SHORT)
def test_a_client_is_served_beside_greedy_callers(tmp_path: Path, only: str) -> None:
    assert problems(tmp_path, only, 0.6) == []


@pytest.mark.long
def test_a_client_is_served_beside_all_greedy_callers(tmp_path: Path) -> None:
    assert problems(tmp_path, "", 2.0) == []
