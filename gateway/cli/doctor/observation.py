"""What the doctor says."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad something is: `WARNING` works, but might better be otherwise."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that was looked at, what was found, and what to do about it; that is empty where all is well."""

    about: str
    verdict: Verdict
    found: str
    advice: str = ""


def ok(about: str, found: str) -> Observation:
    """All is well."""
    return Observation(about, Verdict.OK, found)


def warning(about: str, found: str, advice: str) -> Observation:
    """It works, but."""
    return Observation(about, Verdict.WARNING, found, advice)


def wrong(about: str, found: str, advice: str) -> Observation:
    """It does not work, or will not for long."""
    return Observation(about, Verdict.WRONG, found, advice)
