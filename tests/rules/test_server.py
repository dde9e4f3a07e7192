"""Bugzilla.*: what the server tells about itself."""

from datetime import UTC, datetime, timedelta

import pytest
from calling import Caller


def test_version(caller: Caller) -> None:
    assert caller.agreed("Bugzilla.version", {}).result == {"version": "5.2"}


def test_extensions(caller: Caller) -> None:
    assert caller.agreed("Bugzilla.extensions", {}).result == {"extensions": {"Example": {"version": "1.0"}}}


def test_timezone(caller: Caller) -> None:
    assert caller.agreed("Bugzilla.timezone", {}).result == {"timezone": "+0000"}


def test_time(caller: Caller) -> None:
    for answer in caller.everywhere("Bugzilla.time", {}):
        result = answer.result
        assert result["db_time"] == result["web_time"] == result["web_time_utc"]
        assert abs(result["db_time"] - datetime.now(UTC)) < timedelta(minutes=1)
        assert (result["tz_name"], result["tz_short_name"], result["tz_offset"]) == ("UTC", "UTC", "+0000")


FOR_ALL = {"maintainer", "requirelogin"}


@pytest.mark.parametrize(
    ("who", "shown", "hidden"),
    [
        ("", FOR_ALL, {"insidergroup", "maxattachmentsize"}),
        ("stranger", FOR_ALL | {"insidergroup", "maxattachmentsize"}, set()),
        ("admin", FOR_ALL | {"insidergroup", "maxattachmentsize"}, set()),
    ],
)
def test_parameters(caller: Caller, who: str, shown: set[str], hidden: set[str]) -> None:
    parameters = caller.agreed("Bugzilla.parameters", {}, who).result["parameters"]
    assert parameters.keys() >= shown
    assert not parameters.keys() & hidden
    assert (parameters["maintainer"], parameters["requirelogin"]) == ("admin@example.com", "0")
