"""The `gateway` command for tests."""

import json
from typing import Any, Protocol

from click.testing import Result


class Run(Protocol):
    """Runs the `gateway` command in an empty directory of its own."""

    def __call__(self, *arguments: str, code: int = 0, typed: str | None = None) -> Result:
        """Run it with these arguments; `typed` is its standard input, `code` the exit code that is expected."""
        ...


def told(result: Result) -> Any:
    """What a command said in JSON."""
    return json.loads(result.stdout)
