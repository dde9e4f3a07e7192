"""The two families of sites."""

import pytest

from gateway.front.families import Family, family_of


@pytest.mark.parametrize(
    ("version", "family"),
    [
        ("5.0", Family.RELEASES),
        ("5.0.6", Family.RELEASES),
        ("5.2", Family.RELEASES),
        ("5.2+", Family.RELEASES),
        ("5.1.20200101.1", Family.RELEASES),
        ("20200805.1", Family.MOZILLA),
        ("20260820.1", Family.MOZILLA),
    ],
)
def test_a_version_tells_the_family(version: str, family: Family) -> None:
    assert family_of(version) is family
