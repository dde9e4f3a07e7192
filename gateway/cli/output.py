"""What commands print: results on the standard output, remarks and progress on the standard error.

On a terminal a result is a table. Elsewhere it is a line a record, its columns separated by tabs, for `cut` and `awk`;
there is no progress then.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

Record = Mapping[str, object]


def show(rows: Sequence[Record], as_json: bool, styles: Mapping[str, str] | None = None) -> None:
    """Print records that have the same columns; `styles` are those of rich's for values that are to catch the eye."""
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False, default=str))
        return
    console = Console()
    if console.is_terminal:
        console.print(_table(rows, styles or {}) if rows else "There are none.")
        return
    for row in rows:
        click.echo("\t".join(map(_plain, row.values())))


def show_one(row: Record, as_json: bool) -> None:
    """Print one record, a line a column."""
    if as_json:
        click.echo(json.dumps(row, indent=2, ensure_ascii=False, default=str))
    else:
        show([{"": name, " ": value} for name, value in row.items()], as_json=False)


def remark(text: str) -> None:
    """Say something to the person at the terminal, if there is one."""
    click.echo(text, err=True)


def _table(rows: Sequence[Record], styles: Mapping[str, str]) -> Table:
    table = Table(*rows[0], box=None, header_style="bold", show_header=any(name.strip() for name in rows[0]))
    for row in rows:
        table.add_row(*(Text(plain, styles.get(plain, "")) for plain in map(_plain, row.values())))
    return table


def _plain(value: object) -> str:
    """A value on one line, without anything that a terminal would obey."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    text = "" if value is None else str(value)
    return "".join(character if character.isprintable() else " " for character in text)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar for each thing that is said to be done, as (what, done, total); nothing where nobody looks."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks = {}

        def update(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield update


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say what is being done as long as it takes, to whoever looks."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield
