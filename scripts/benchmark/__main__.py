"""Measure the gateway, and print what was measured as a table and as JSON."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from scripts.benchmark import fairness, front, growth, importing, memory, parts, searches, speed, wide
from scripts.benchmark.speed import Row

KINDS = ("speed", "memory", "growth", "fairness", "parts", "nodes", "sizes", "front", "searches", "import", "wide")
DATABASE = """an empty PostgreSQL database, such as postgresql://host/name, for speed, nodes or sizes; without it the
last two start a server of a wheel, or of the programs in the folder that GATEWAY_POSTGRESQL names"""
SHORT_ROUNDS, FULL_ROUNDS = 3, 9


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=KINDS, default="speed")
    parser.add_argument("--full", action="store_true", help=f"{FULL_ROUNDS} rounds of 10 seconds")
    parser.add_argument("--only", default="", help="only workloads whose name or protocol contains this")
    parser.add_argument("--workers", default="1", help="processes of the gateway")
    parser.add_argument("--no-durable", action="store_true", help="let a power cut take the last commits, of both")
    parser.add_argument("--json", type=Path, help="a file to write what was measured to")
    parser.add_argument("--folder", type=Path, help="where databases are made; by default where temporary files are")
    parser.add_argument("--database", default="", help=DATABASE)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gateway-bench-", dir=options.folder) as folder:
        rounds, seconds = (FULL_ROUNDS, 10.0) if options.full else (SHORT_ROUNDS, 2.0)
        match options.what:
            case "memory":
                _memory(Path(folder))
            case "growth" | "fairness" | "front":
                _in_rounds(options.what, Path(folder), rounds, seconds)
            case "searches":
                searches.measure(Path(folder), _say, full=options.full)
            case "import" | "wide":
                _table(Path(folder), options, rounds)
            case "parts":
                parts.measure(Path(folder), _say)
            case "nodes":
                _nodes(Path(folder), options, rounds, seconds)
            case "sizes":
                _sizes(options.database)
            case _:
                _speed(Path(folder), options, rounds, seconds)


def _in_rounds(what: str, folder: Path, rounds: int, seconds: float) -> None:
    match what:
        case "growth":
            growth.measure(folder, rounds, seconds, _say)
        case "fairness":
            fairness.measure(folder, rounds, 2 * seconds, _say)
        case _:
            front.measure(folder, rounds, seconds, _say)


def _nodes(folder: Path, options: argparse.Namespace, rounds: int, seconds: float) -> None:
    from scripts.benchmark import nodes  # it takes what only tests need: a PostgreSQL server

    with _live_table(f"medians of {rounds} rounds of {seconds:g} s", nodes.HEADINGS, options.json) as show:
        nodes.measure(folder, rounds, seconds, options.only, options.database, show)


def _table(folder: Path, options: argparse.Namespace, rounds: int) -> None:
    headings = importing.HEADINGS if options.what == "import" else wide.HEADINGS
    with _live_table(f"medians of {rounds} rounds", headings, options.json) as show:
        if options.what == "import":
            importing.measure(folder, rounds, show, full=options.full)
        else:
            wide.measure(folder, rounds, options.only, show)


def _sizes(database: str) -> None:
    from scripts.benchmark import sizes  # as above

    with _live_table("for each attachment", sizes.HEADINGS, None) as show:
        sizes.measure(database, show)


@contextmanager
def _live_table(title: str, headings: Sequence[str], path: Path | None) -> Iterator[Callable[[Sequence[str]], None]]:
    """Takes rows, tells each as it comes, and prints all of them at the end; and writes them to a file of JSON."""
    rows: list[Sequence[str]] = []

    def show(row: Sequence[str]) -> None:
        rows.append(row)
        print(" | ".join(row), file=sys.stderr, flush=True)

    yield show
    table = Table(*headings, title=title, box=MARKDOWN)
    for row in rows:
        table.add_row(*row)
    Console(width=160).print(table)
    if path:
        path.write_text(json.dumps([dict(zip(headings, row, strict=True)) for row in rows], indent=1))


def _say(line: str) -> None:
    print(line, flush=True)


def _speed(folder: Path, options: argparse.Namespace, rounds: int, seconds: float) -> None:
    rows: list[Row] = []

    def show(row: Row) -> None:
        rows.append(row)
        ratio = f"{row.ratio:5.2f}" if row.ratio is not None else "    -"
        print(f"{row.workload:23} {row.protocol:9} {row.connections:3}  {row.gateway:8.0f}/s  {ratio}", file=sys.stderr)

    of_both = ("--no-durable",) if options.no_durable else ()
    workers = ("--workers", options.workers)
    speed.measure(folder, rounds, seconds, options.only, workers, of_both, show, options.database)
    _print_table(rows, rounds, seconds)
    if options.json:
        options.json.write_text(speed.as_json(rows))


def _print_table(rows: list[Row], rounds: int, seconds: float) -> None:
    """Print the rows as docs/performance.md has them."""
    print(f"\nMedians of {rounds} rounds of {seconds:g} s. Uploads of 10 MB are compared with `cp` and `sync`.\n")
    print("| workload | protocol | connections | gateway/s | floor/s | ratio | spread | p50 ms | p99 ms | peak MiB |")
    print("| --- | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: |")
    for row in rows:
        compared = ["-", "-", "-"]
        if row.floor is not None and row.ratio is not None:
            compared = [f"{row.floor:.0f}", f"{row.ratio:.2f}", f"{row.lowest:.2f} to {row.highest:.2f}"]
        named = [row.workload, row.protocol, str(row.connections), f"{row.gateway:.0f}"]
        print("|", " | ".join([*named, *compared, f"{row.p50:.2f}", f"{row.p99:.2f}", f"{row.peak:.0f}"]), "|")


def _memory(folder: Path) -> None:
    print("how far the peak memory of the server rose, in MiB")
    memory.measure(folder, lambda name, rise: print(f"{name:45} {rise:6.1f}", flush=True))


main()
