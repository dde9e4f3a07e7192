"""Values of searches, read as Bugzilla and MariaDB read them: times, numbers, texts."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from gateway import errors
from gateway.methods.params import text
from gateway.values import Value

LONG_AGO = datetime.fromtimestamp(0, UTC)
"""The time for which MariaDB takes a text that is no time, about: before all others."""

_RELATIVE = re.compile(r"([+-])?(\d{1,6})([hdwmy])(s)?", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?=\d|\.)\d*(?:\.\d*)?(?:[Ee][+-]?\d+)?")
_TIME = re.compile(
    r"(?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{8})(?:[T ]+(?P<clock>\d{1,2}(?::\d{1,2}){0,2}|\d{6})(?:\.\d+)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_NO_DATE = re.compile(r"\d{4}|\d{1,2}:\d{2}(?::\d{2})?")
"""A time of day, which 2026 is too: Bugzilla puts it into the year 1900."""


def as_text(value: Value) -> str:
    """Return a value as text; a nested one as a text that nothing has, as Perl does."""
    return "ARRAY(0x1)" if isinstance(value, list) else "HASH(0x1)" if isinstance(value, dict) else _scalar(value)


def _scalar(value: Value) -> str:
    return text(value, "") or ""


def texts(value: Value) -> list[str]:
    """Return a list as texts, a scalar as a list of one, and None as an empty list."""
    if isinstance(value, list):
        return [as_text(each) for each in value]
    return [] if value is None else [as_text(value)]


def is_number(value: str) -> bool:
    """Tell whether a text is a number as a whole."""
    return _NUMBER.fullmatch(value) is not None and value.strip("+-.") != ""


def leading_number(value: str) -> int | Decimal:
    """Return the number with which a text begins, 0 if there is none."""
    found = _NUMBER.match(value.strip())
    if found is None or not is_number(found[0]) or len(found[0]) > 30:
        return 0
    number = Decimal(found[0])
    if not -(10**15) < number < 10**15:
        return 10**15
    return int(number) if number == number.to_integral_value() else number


def time_of(value: str) -> datetime | None:
    """Return the time that a text is, in UTC unless it has a zone; None if it is none."""
    found = _TIME.fullmatch(value.strip())
    if found is None:
        return None
    day = found["date"]
    parts = re.split(r"[-/.]", day) if len(day) != 8 or not day.isdigit() else (day[:4], day[4:6], day[6:])
    clock = found["clock"] or "0"
    if ":" not in clock and len(clock) == 6:
        clock = f"{clock[:2]}:{clock[2:4]}:{clock[4:]}"
    try:
        time = datetime(*map(int, parts), *map(int, clock.split(":")), tzinfo=UTC)  # type: ignore[misc, arg-type]
        return time - _offset(found["zone"] or "Z")
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta:
    if zone[0] not in "+-":
        return timedelta(0)
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def sent_time(value: Value) -> datetime:
    """Return the time of the parameter creation_time or last_change_time. Raises ILLEGAL_DATE."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, datetime):
        return value
    written = as_text(value).strip()
    if _NO_DATE.fullmatch(written):
        return LONG_AGO
    found = time_of(written)
    if found is None:
        raise errors.ILLEGAL_DATE(value=f"'{written}'")
    return found


def relative_time(value: str, now: datetime) -> datetime | None:
    """Return the time of a text such as -1w, 2d or now; None if it is none of these."""
    if value.lower() == "now":
        return now.replace(hour=0, minute=0, second=0)
    found = _RELATIVE.fullmatch(value)
    if found is None:
        return None
    amount = -int(found[2]) if found[1] == "+" else int(found[2])
    try:
        return _before(now, amount, found[3].lower(), is_start=bool(found[4]) or amount == 0)
    except (OverflowError, ValueError):
        return LONG_AGO


def _before(now: datetime, amount: int, unit: str, *, is_start: bool) -> datetime:
    """Return the time a number of units before now, or the beginning of that unit."""
    if unit == "h":
        found = now - timedelta(hours=amount)
        return found.replace(minute=0, second=0) if is_start else found
    midnight = now.replace(hour=0, minute=0, second=0)
    if unit in "dw":
        days = amount * (7 if unit == "w" else 1) + (now.isoweekday() % 7 if unit == "w" and is_start else 0)
        return (midnight if is_start else now) - timedelta(days=days)
    months = now.year * 12 + now.month - 1 - amount * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    if is_start:
        return midnight.replace(year=year, month=1 if unit == "y" else month + 1, day=1)
    days_over = now.day - 1
    return now.replace(year=year, month=month + 1, day=1) + timedelta(days=days_over)


def chart_time(value: str, now: datetime) -> datetime:
    """Return the time of a chart that is compared with a log: relative, or not. Raises ILLEGAL_DATE."""
    found = relative_time(value, now) or time_of(value)
    if found is None:
        raise errors.ILLEGAL_DATE(value=f"'{value}'")
    return found


def words_of(value: str) -> list[str]:
    """Return the words of a text, between which are blanks and commas."""
    return [word for word in re.split(r"[\s,]+", value) if word]
