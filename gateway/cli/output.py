"""The output of commands: results on standard output, remarks and progress on standard error.

On a terminal a result is a table. Otherwise it is one line per record, with columns separated by tabs, for `cut` and
`awk`, and no progress is shown.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

OutputRow = Mapping[str, object]


def show(rows: Sequence[OutputRow], as_json: bool, styles: Mapping[str, str] | None = None) -> None:
    """Print records that have the same columns; `styles` has rich's styles for values to highlight."""
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False, default=str))
        return
    console = Console()
    if console.is_terminal:
        console.print(_table(rows, styles or {}) if rows else "There are none.")
        return
    for row in rows:
        click.echo("\t".join(map(_plain, row.values())))


def show_one(row: OutputRow, as_json: bool) -> None:
    """Print one record, with one line per column."""
    if as_json:
        click.echo(json.dumps(row, indent=2, ensure_ascii=False, default=str))
    else:
        show([{"": name, " ": value} for name, value in row.items()], as_json=False)


def remark(text: str) -> None:
    """Print a message to standard error."""
    click.echo(text, err=True)


def _table(rows: Sequence[OutputRow], styles: Mapping[str, str]) -> Table:
    table = Table(*rows[0], box=None, header_style="bold", show_header=any(name.strip() for name in rows[0]))
    for row in rows:
        table.add_row(*(Text(plain, styles.get(plain, "")) for plain in map(_plain, row.values())))
    return table


def _plain(value: object) -> str:
    """Write a value on one line, without control characters."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    text = "" if value is None else str(value)
    return "".join(character if character.isprintable() else " " for character in text)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar for each task that is reported as (name, done, total), if there is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks = {}

        def update(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield update


@contextmanager
def waiting(message: str) -> Iterator[None]:
    """Show a message while the block runs, if there is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(message):
        yield
