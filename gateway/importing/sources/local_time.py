"""The times of a Bugzilla database, which are in the zone of its server, in UTC."""

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.source import SourceValue


def find_zone(name: str) -> ZoneInfo:
    """Return the zone with this name. Raises `ImportRefused`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise ImportRefused(
            f"There is no time zone {name}. Name one as in Europe/Berlin, the zone of the Bugzilla server."
        ) from problem


def machine_zone() -> str | None:
    """Return the name of the zone of this machine; None if it is not known."""
    zone = datetime.now(UTC).astimezone().tzinfo
    if str(zone) in ("UTC", "GMT"):
        return "UTC"
    return _linked_zone()


def _linked_zone() -> str | None:
    from pathlib import Path

    try:
        name = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2]
    except OSError:
        return None
    return name or None


class LocalTimes:
    """Turns the times of a source into UTC, and counts those that its zone has twice or never.

    When a clock is put back, an hour comes twice. Nothing tells which one a time is of: the first is taken. A time
    that a clock leaves out is read as if the clock had not been put forward.
    """

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._is_utc = str(zone) == "UTC"
        self.doubled = 0
        self.skipped = 0
        self.unreadable = 0

    def utc(self, value: SourceValue) -> datetime | None:
        """Return a time of the database in UTC; None for NULL and for what is no time, such as 0000-00-00."""
        found = _time(value)
        if found is None:
            self.unreadable += value is not None
            return None
        if found.tzinfo is not None:
            return found.astimezone(UTC).replace(microsecond=0)
        if self._is_utc:
            return found.replace(tzinfo=UTC, microsecond=0)
        first, second = (found.replace(tzinfo=self._zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        self._count(found, first, second)
        return first.replace(microsecond=0)

    def _count(self, found: datetime, first: datetime, second: datetime) -> None:
        if first == second:
            return
        if first.astimezone(self._zone).replace(tzinfo=None) == found:
            self.doubled += 1
        else:
            self.skipped += 1

    def day(self, value: SourceValue) -> date | None:
        """Return a date of the database, as its server shows it; None for NULL and for what is no date."""
        found = _time(value)
        if found is None:
            return None
        return (found.astimezone(self._zone) if found.tzinfo else found).date()


def _time(value: SourceValue) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if not isinstance(value, str):
        return None
    for read in _FORMS:
        try:
            return read(value.strip())
        except ValueError:
            continue
    return None


_FORMS: tuple[Callable[[str], datetime], ...] = (
    datetime.fromisoformat,
    lambda text: datetime.strptime(text, "%Y%m%d%H%M%S"),
)
