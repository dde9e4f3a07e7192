"""Content negotiation (RFC 9110 section 12.4.2): which of two types a client would rather have."""

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from gateway.protocols import negotiation

WADL, JSON = "application/vnd.sun.wadl+xml", "application/json"


@pytest.mark.parametrize(
    ("accept", "wadl"),
    [
        ("", False),
        ("*/*", False),
        (WADL, True),
        (WADL.upper(), True),
        (f"text/html, {WADL}", True),
        (f"{WADL};q=0", False),
        (f"{WADL};q=0.001", True),
        (f"{WADL}; Q=0.001", True),
        (f"{WADL};q=often", False),
        (f"{WADL};charset=utf-8;q=0", False),
        # a type without a weight has that of 1
        (f"{WADL}, {JSON}", True),
        (f"{JSON}, {WADL}", True),
        (f"{WADL};q=1, {JSON}", True),
        (f"{WADL}, {JSON};q=1", True),
        (f"{WADL};q=1.000, {JSON};q=1", True),
        (f"{WADL};q=0.999, {JSON}", False),
        (f"{WADL};q=0.999, {JSON};q=1", False),
        (f"{WADL}, {JSON};q=0.999", True),
        (f"{WADL};q=0.5, {JSON};q=0.5", True),
        (f"{WADL};q=0.4, {JSON};q=0.5", False),
    ],
)
def test_the_preferred_type(accept: str, wadl: bool) -> None:
    request = make_mocked_request("OPTIONS", "/", CIMultiDict({"Accept": accept}))
    assert negotiation.prefers(request, WADL, JSON) is wadl


@pytest.mark.parametrize(
    ("known", "same"),
    [
        ("", False),
        ('"tag"', True),
        ("tag", True),  # as Bugzilla writes its own
        ('W/"tag"', True),
        ('"other", "tag"', True),
        ('"other" , W/"tag" ', True),
        ("*", True),
        ('"other"', False),
        ('"tagged"', False),
    ],
)
def test_the_tag_that_a_client_has(known: str, same: bool) -> None:
    request = make_mocked_request("GET", "/", CIMultiDict({"If-None-Match": known}))
    assert negotiation.is_known(request, '"tag"') is same
