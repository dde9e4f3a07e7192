"""Tables: for a terminal, and the one in docs/clients.md."""

from collections.abc import Iterable, Mapping, Sequence

from catalogue import ROOT, STEPS, WAYS, Client, clients

PAGE = ROOT / "docs" / "clients.md"
BEGIN, END = "<!-- table: written by `scripts/clients --write` -->", "<!-- end of table -->"


def plain(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table for a terminal."""
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def write(results: Mapping[str, str]) -> None:
    """Write the table of all clients into the page, with their results by name."""
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    PAGE.write_text(f"{head}{BEGIN}\n{markdown(results)}{END}{tail}", encoding="utf-8")


def markdown(results: Mapping[str, str]) -> str:
    """The table in Markdown."""
    head = ("client", "version", "how it calls", "what it does here", "result")
    rows = [head, ("---",) * len(head), *(_row(client, results[client.name]) for client in clients())]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(client: Client, result: str) -> Sequence[str]:
    title = f"{client.title} (`{client.name}`)"
    how = f"{client.protocol}: {client.calls}" if client.calls else client.protocol
    return title, client.version, how, _does(client), result


def _does(client: Client) -> str:
    does = "all" if client.does == STEPS else ", ".join(client.does)
    ways = "" if client.ways == WAYS else f"; by {client.ways[0]} only"
    return does + ways + (f". {client.without}" if client.without else "")
