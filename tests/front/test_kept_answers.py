"""The answers of a site that a front keeps: whose they are, and how much they may take."""

import pytest

from gateway.front.kept_answers import LONGEST, TOTAL, KeptAnswers
from gateway.front.site_client import SiteAnswer
from gateway.front.site_requests import SiteRequest


def request(number: int = 1, **headers: str) -> SiteRequest:
    return SiteRequest("Bug.get", "GET", f"/bug/{number}", headers=headers, retries=True)


def answer(size: int = 1, etag: str = '"a"') -> SiteAnswer:
    return SiteAnswer(200, {"bugs": []}, size, etag)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (request(key="mine"), True),
        (request(key="another"), False),
        (request(token="mine"), False),
        (request(), False),
        (request(2, key="mine"), False),
    ],
)
def test_an_answer_is_for_the_same_request_with_the_same_credentials(other: SiteRequest, same: bool) -> None:
    kept = KeptAnswers()
    kept.keep(kept.key(request(key="mine")), answer())
    assert (kept.get(kept.key(other)) is not None) is same


@pytest.mark.parametrize(
    ("size", "etag", "is_kept"), [(1, '"a"', True), (LONGEST, '"a"', True), (LONGEST + 1, '"a"', False), (1, "", False)]
)
def test_a_short_answer_with_an_etag_is_kept(size: int, etag: str, is_kept: bool) -> None:
    kept = KeptAnswers()
    for _ in range(2):
        kept.keep(b"a", answer())
        kept.keep(b"a", answer(size, etag))  # an earlier answer is no longer the site's
        assert (kept.get(b"a") is not None) is is_kept


def test_what_was_not_asked_for_longest_gives_way() -> None:
    kept, most = KeptAnswers(), TOTAL // LONGEST
    keys = [b"%d" % number for number in range(most + 1)]
    for key in keys[:most]:
        for _ in range(2):  # the second takes the place of the first
            kept.keep(key, answer(LONGEST))
    assert kept.get(keys[0])
    kept.keep(keys[most], answer(LONGEST))
    assert [key for key in keys if kept.get(key) is None] == [keys[1]]
