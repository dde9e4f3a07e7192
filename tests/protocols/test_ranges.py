"""Ranges, by the words of RFC 9110 section 14."""

import pytest

from gateway.protocols.ranges import UnsatisfiableError, part

SIZE = 12


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("bytes=0-3", slice(0, 4)),
        ("bytes=3-3", slice(3, 4)),
        ("bytes=6-", slice(6, 12)),
        ("bytes=0-", slice(0, 12)),
        ("bytes=6-1000", slice(6, 12)),
        ("bytes=-3", slice(9, 12)),
        ("bytes=-1000", slice(0, 12)),
        ("Bytes = 0-3", slice(0, 4)),
        # what cannot be read, or is of another unit, and several at once
        *((each, None) for each in ("", "bytes", "bytes=", "bytes=-", "bytes=3-1", "lines=0-3", "bytes=0-1,3-4")),
        *((each, None) for each in ("bytes=x-3", "bytes=0-3x", "bytes=--3", "bytes=+1-3", "bytes=٣-٤", "nonsense")),
        ("bytes=0-" + "9" * 5000, None),
    ],
)
def test_a_range(asked: str, wanted: slice | None) -> None:
    assert part(asked, SIZE) == wanted


@pytest.mark.parametrize("asked", ["bytes=12-", "bytes=12-20", "bytes=-0", "bytes=999999999999999999-"])
def test_a_range_outside_of_the_file(asked: str) -> None:
    with pytest.raises(UnsatisfiableError):
        part(asked, SIZE)


def test_an_empty_file() -> None:
    assert part("bytes=-5", 0) is None
    with pytest.raises(UnsatisfiableError):
        part("bytes=0-", 0)
