"""Long hostile runs against a gateway, each for one way in which the world may treat it.

A run starts gateways as a user does, on a site and a port of their own, prints figures at the end, and ends with 1
where something was lost or went wrong. The seed decides what clients send and when the run strikes; what is under way
at that moment is not the same each time, so a seed brings back the plan of a run, not every detail of it. Ctrl-C ends a
run early, with the figures so far.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from scripts.torture_runs.report import Report
from scripts.torture_runs.runs import RUNS


def main() -> int:
    """Run what the command line names; 1 where it found a problem."""
    options = _parser().parse_args()
    seed = random.randrange(2**32) if options.seed is None else options.seed
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="gateway-torture-", dir=options.folder))
    report = Report({"run": options.run, "seed": str(seed)})
    try:
        RUNS[options.run].go(folder, random.Random(seed), options, report)
    except KeyboardInterrupt:
        report.figures["stopped"] = "before its end"
    report.figures["seconds"] = round(time.monotonic() - started)
    print(*report.lines(), sep="\n")
    if report.problems:
        print(f"What the run left behind is in {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/torture", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    runs = parser.add_subparsers(dest="run", required=True, metavar="RUN", title="runs")
    for name, run in RUNS.items():
        told = run.__doc__ or ""
        one = runs.add_parser(
            name,
            help=told.partition("\n")[0],
            description=told,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        one.add_argument("--seed", type=int, help="a number that another run has printed, to repeat its plan")
        one.add_argument("--folder", type=Path, help="where databases are made; by default with temporary files")
        run.add_arguments(one)
    return parser


sys.exit(main())
