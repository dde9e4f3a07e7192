"""What a run found: figures, and problems if there were any."""

import sys
from dataclasses import dataclass, field

Figure = str | float


@dataclass
class Report:
    """What came of a run, filled while it goes on. It has passed when there are no problems.

    `table` has the lines of a table in Markdown, for the documentation.
    """

    figures: dict[str, Figure] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    table: list[str] = field(default_factory=list)

    def count(self, name: str, amount: float = 1) -> None:
        """Add to a figure, which begins at 0."""
        self.figures[name] = float(self.figures.get(name, 0)) + amount

    def say(self, text: str) -> None:
        """Tell the person at the terminal how far the run is."""
        print(text, file=sys.stderr, flush=True)

    def lines(self) -> list[str]:
        """The figures and the problems, for people."""
        width = max(map(len, self.figures), default=0)
        figures = [f"{name:{width}}  {_written(value)}" for name, value in self.figures.items()]
        return [*figures, *self.table, *(f"PROBLEM  {problem}" for problem in self.problems)]


def _written(value: Figure) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
