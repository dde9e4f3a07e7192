"""The observations of `gateway doctor`."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The severity of an observation: a `WARNING` works, but should be improved."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Observation:
    """The subject of a check, its result, and advice, which is empty if all is well."""

    about: str
    verdict: Verdict
    found: str
    advice: str = ""


def ok(about: str, found: str) -> Observation:
    """Report that all is well."""
    return Observation(about, Verdict.OK, found)


def warning(about: str, found: str, advice: str) -> Observation:
    """Report something that works but should be improved."""
    return Observation(about, Verdict.WARNING, found, advice)


def wrong(about: str, found: str, advice: str) -> Observation:
    """Report something that does not work, or will soon stop working."""
    return Observation(about, Verdict.WRONG, found, advice)
