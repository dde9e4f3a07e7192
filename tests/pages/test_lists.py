"""The list of bugs: what is found, in which order, and what its addresses mean."""

import pytest
from visiting import Seen, Visitor


def listed(seen: Seen) -> list[int]:
    return [int(each) for each in seen.page.xpath("//table[@class='bugs']/tbody/tr/td[1]/a/text()")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("quicksearch=public", [1]),
        ("quicksearch=bug+attachments", [5]),
        ("quicksearch=nosuchword", []),
        ("product=Locked", [4]),
        ("id=1,2,9999&by=id", [1, 2]),
        ("id=1,2,9999&by=id&desc=1", [2, 1]),
        ("id=1,2&by=nonsense&offset=x&nonsense=1", [1, 2]),
        ("id=1,2&by=id&offset=1", [2]),
        ("id=3", []),
        ("", []),
    ],
)
def test_bugs_are_found_and_sorted(anybody: Visitor, query: str, found: list[int]) -> None:
    seen = anybody.get(f"buglist.cgi?{query}")
    assert seen.status == 200
    assert listed(seen) == found
    assert ("No bug was found." in seen.said) == (not found and bool(query))


@pytest.mark.parametrize(
    ("words", "leads_to"), [("2", "show_bug.cgi?id=2"), ("write-bug", "show_bug.cgi?id=write-bug")]
)
def test_a_number_or_an_alias_leads_to_the_bug(anybody: Visitor, words: str, leads_to: str) -> None:
    seen = anybody.get(f"buglist.cgi?quicksearch={words}")
    assert seen.url == anybody.url + leads_to


def test_a_column_sorts_and_sorts_the_other_way(anybody: Visitor) -> None:
    seen = anybody.get("buglist.cgi?id=1,2,5")
    [link] = [each for each in seen.page.xpath("//thead//a/@href") if "by=summary" in each]
    up = anybody.get(link)
    [again] = [each for each in up.page.xpath("//thead//a/@href") if "by=summary" in each]
    down = anybody.get(again)
    assert listed(up) == listed(down)[::-1]
    assert up.page.xpath("//th/@aria-sort") == ["ascending"]
    assert down.page.xpath("//th/@aria-sort") == ["descending"]


def test_what_cannot_be_read_is_told_beside_the_words(anybody: Visitor) -> None:
    seen = anybody.get("buglist.cgi?quicksearch=nosuchfield:x")
    assert seen.status == 400
    assert seen.page.xpath("//*[@role='alert']")
    assert seen.page.xpath("//input[@id='words']/@value") == ["nosuchfield:x"]


def test_nobody_finds_what_they_may_not_see(anybody: Visitor) -> None:
    seen = anybody.get("buglist.cgi?quicksearch=ALL+restricted")
    assert listed(seen) == []
    assert "@example.com" not in anybody.get("buglist.cgi?quicksearch=bug").said
