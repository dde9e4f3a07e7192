"""The calls of public programs, in `calls.jsonl`, made one after the other."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matching import differences
from speaking import ask

CALLS = Path(__file__).with_name("calls.jsonl")

USERS = {"optional": "OPTION", "manager": "MANAGR", "insider": "INSIDER"}
"""Users of the wide site who have `Wide Pass 1` as password; an API key is this word repeated."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The differences between the answer that a call got and the one recorded; none if all is well."""

    program: str
    method: str
    source: str
    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "\n  ".join((f"{self.method} ({self.source})", *self.problems))


def calls() -> Iterator[dict[str, Any]]:
    """Every call, in the order in which they were recorded: some depend on what those before them left."""
    with CALLS.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def play(url: str) -> Iterator[Outcome]:
    """Make all calls to the site at `url`, which holds the wide site and nothing else."""
    program, known = "", dict[str, Any]()
    for call in calls():
        if call["program"] != program:
            program, known = call["program"], {}
        known |= _credentials(call["user"])
        answer = ask(url, call, known)
        problems = [*_remembered(call, answer, known), *differences(call["answer"], answer, known)]
        yield Outcome(program, call["method"], call["source"] or program, tuple(problems))


def _credentials(user: str) -> dict[str, str]:
    word = USERS[user]
    return {"login": f"{user}@my.company", "password": "WidePass1", "key": (word * 40)[:40]}


def _remembered(call: Mapping[str, Any], answer: Mapping[str, Any], known: dict[str, Any]) -> Iterator[str]:
    """Keep what the program uses later; say what the answer lacks of it."""
    for name, path in call.get("keep", {}).items():
        value = answer.get("result")
        try:
            for step in path.split("."):
                value = value[int(step) if isinstance(value, list) else step]  # type: ignore[index, call-overload]
        except (KeyError, IndexError, TypeError):
            yield f"answer lacks {path}: {answer}"
        else:
            known |= {name: value, f"{name}_text": str(value)}
