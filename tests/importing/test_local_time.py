"""Times of a Bugzilla server in UTC."""

from datetime import UTC, date, datetime

import pytest

from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.local_time import LocalTimes, find_zone
from gateway.importing.sources.source import SourceValue

TIMES: list[tuple[str, SourceValue, str | None, tuple[int, int, int]]] = [
    ("America/New_York", "2026-11-01 10:20:30", "2026-11-01T15:20:30+00:00", (0, 0, 0)),
    ("Asia/Kolkata", "2026-11-01 10:20:30", "2026-11-01T04:50:30+00:00", (0, 0, 0)),
    ("Asia/Kolkata", datetime(2026, 11, 1, 10, 20, 30), "2026-11-01T04:50:30+00:00", (0, 0, 0)),
    ("Asia/Kolkata", datetime(2026, 11, 1, 10, 20, 30, tzinfo=UTC), "2026-11-01T10:20:30+00:00", (0, 0, 0)),
    ("Asia/Kolkata", "2026-11-01 10:20:30+00:00", "2026-11-01T10:20:30+00:00", (0, 0, 0)),
    ("UTC", "20040203040506", "2004-02-03T04:05:06+00:00", (0, 0, 0)),
    ("Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25T00:30:00+00:00", (1, 0, 0)),
    ("Europe/Berlin", "2026-10-25 03:00:00", "2026-10-25T02:00:00+00:00", (0, 0, 0)),
    ("Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29T01:30:00+00:00", (0, 1, 0)),
    ("UTC", "0000-00-00 00:00:00", None, (0, 0, 1)),
    ("UTC", None, None, (0, 0, 0)),
]


@pytest.mark.parametrize(("zone", "value", "utc", "counted"), TIMES)
def test_times(zone: str, value: SourceValue, utc: str | None, counted: tuple[int, int, int]) -> None:
    times = LocalTimes(find_zone(zone))
    found = times.utc(value)
    assert (found.isoformat() if found else None) == utc
    assert (times.doubled, times.skipped, times.unreadable) == counted


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-12-24 00:00:00", date(2026, 12, 24)),
        (date(2026, 12, 24), date(2026, 12, 24)),
        ("2026-12-23 18:30:00+00:00", date(2026, 12, 24)),
        (None, None),
    ],
)
def test_days_are_those_of_the_server(value: SourceValue, day: date | None) -> None:
    assert LocalTimes(find_zone("Asia/Kolkata")).day(value) == day


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd"])
def test_a_zone_that_does_not_exist(name: str) -> None:
    with pytest.raises(ImportRefused, match="no time zone"):
        find_zone(name)
