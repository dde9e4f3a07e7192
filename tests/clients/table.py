"""Tables: for a terminal, and those in the README and docs/clients.md."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from catalogue import STEPS, WAYS, Client, clients
from running import ROOT

BEGIN, END = "<!-- table: written by `scripts/clients --write` -->", "<!-- end of table -->"

Results = Mapping[str, str]
"""The result of each client, by its name."""


def plain(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table for a terminal."""
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def write(results: Results) -> None:
    """Write the table of all clients into each page."""
    for page, table in PAGES.items():
        head, _, tail = _parts(page)
        page.write_text(f"{head}{BEGIN}\n{table(results)}{END}{tail}", encoding="utf-8")


def written(page: Path) -> str:
    """The table that a page has."""
    return _parts(page)[1]


def _parts(page: Path) -> tuple[str, str, str]:
    """Split a page into the text before the table, the table, and the text after it."""
    head, _, rest = page.read_text(encoding="utf-8").partition(f"{BEGIN}\n")
    table, _, tail = rest.partition(END)
    return head, table, tail


def long(results: Results) -> str:
    """The table in Markdown, with a row for each way in which a client is used."""
    head = ("client", "version", "how it calls", "what it does here", "result")
    rows = [
        (
            f"{client.title} (`{client.name}`)",
            client.version,
            _calls(client),
            _does_and_why(client),
            results[client.name],
        )
        for client in clients()
    ]
    return _markdown(head, rows)


def short(results: Results) -> str:
    """The table in Markdown, with a row for each client in all the ways in which it is used."""
    head = ("client", "version", "how it calls", "what it does", "result")
    rows = []
    for (title, version), group in groupby(clients(), lambda client: (client.title, client.version)):
        uses = list(group)
        result = {results[client.name]: None for client in uses}
        does = {_does(client): None for client in uses}
        rows.append((title, version, _all_calls(uses), "; ".join(does), "; ".join(result)))
    return _markdown(head, rows)


PAGES: Mapping[Path, Callable[[Results], str]] = {ROOT / "README.md": short, ROOT / "docs" / "clients.md": long}


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *rows))


def _calls(client: Client) -> str:
    return f"{client.protocol}: {client.calls}" if client.calls else client.protocol


def _all_calls(uses: Iterable[Client]) -> str:
    """Describe the calls of a client, with the protocol of each of its uses."""
    protocols = []
    for protocol, group in groupby(uses, lambda client: client.protocol):
        calls = "; ".join(client.calls for client in group if client.calls)
        protocols.append(f"{protocol}: {calls}" if calls else protocol)
    return "; ".join(protocols)


def _does(client: Client) -> str:
    does = "all" if client.does == STEPS else ", ".join(client.does)
    if client.works_with_bugs:
        does = f"bugs: {does}"
    if client.first:
        does = f"read, then {does}"
    return does if client.ways == WAYS else f"{does}; by {client.ways[0]} only"


def _does_and_why(client: Client) -> str:
    reasons = [f"It reads with {client.first}."] if client.first else []
    reasons += [client.without] if client.without else []
    return ". ".join([_does(client), " ".join(reasons)]) if reasons else _does(client)
