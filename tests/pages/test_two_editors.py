"""Two people edit one attachment at the same time: nothing that was saved is undone by somebody who left it alone."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from random import Random

import pytest
from calling import Caller
from editing import BrowsingEditor, MakeEditor, Stored, VisitingEditor
from playwright.sync_api import Browser, Page
from running import Gateway
from visiting import Visitor

INTERLEAVINGS = range(200)


@pytest.fixture
def visitors(module_gateway: Gateway) -> Sequence[Visitor]:
    """Two sessions of one user."""
    found = [Visitor(module_gateway.url) for _ in range(2)]
    for visitor in found:
        visitor.login("insider")
    return found


@pytest.fixture
def pages(browser: Browser, visitors: Sequence[Visitor]) -> Iterator[Sequence[Page]]:
    """A page in a browser context of its own for each session."""
    with ExitStack() as contexts:
        found = []
        for visitor in visitors:
            context = contexts.enter_context(browser.new_context())
            context.set_default_timeout(60_000)
            context.add_cookies(
                [{"name": name, "value": value, "url": visitor.url} for name, value in visitor.cookies.items()]
            )
            found.append(context.new_page())
            found[-1].on("dialog", lambda dialog: dialog.accept())  # to leave what was typed
        yield found


@pytest.mark.parametrize(
    "seeds", [range(8), pytest.param(INTERLEAVINGS, marks=pytest.mark.long("10 s: more of the same"))], ids=len
)
def test_nothing_that_was_saved_is_undone(
    module_gateway: Gateway, visitors: Sequence[Visitor], seeds: Sequence[int]
) -> None:
    assert all(interleave(module_gateway, [partial(VisitingEditor, each) for each in visitors], seeds))


@pytest.mark.parametrize(
    "seeds", [(0, 2), pytest.param(INTERLEAVINGS, marks=pytest.mark.long("3 min: more of the same"))], ids=len
)
def test_nothing_that_was_saved_is_undone_by_another_browser(
    module_gateway: Gateway, pages: Sequence[Page], seeds: Sequence[int]
) -> None:
    assert all(interleave(module_gateway, [partial(BrowsingEditor, each, module_gateway.url) for each in pages], seeds))


def interleave(gateway: Gateway, editors: Sequence[MakeEditor], seeds: Sequence[int]) -> tuple[int, int]:
    """Play interleavings of two editors, and return how often one saved, and how often both values were shown."""
    played = [play(gateway, editors, seed) for seed in seeds]
    return sum(saved for saved, _ in played), sum(conflicts for _, conflicts in played)


def play(gateway: Gateway, editors: Sequence[MakeEditor], seed: int) -> tuple[int, int]:
    """Let two people open, fill in and save the form of one attachment in the order that chance takes."""
    chance, caller = Random(seed), Caller(gateway.url)  # noqa: S311 (a seed repeats it)
    number = caller.attach("insider", bug=2, flags=[{"name": "statement", "status": "+"}])
    people = [make(number, chance) for make in editors]
    count, expected = 0, Stored.of(caller.attachment(number))
    for editor in people:
        editor.open(expected)
    for _ in range(16):
        editor = chance.choice(people)
        action = chance.choice([editor.open, *[editor.fill] * 6, *[editor.save] * 3])
        saved = action(expected)
        now = Stored.of(caller.attachment(number))
        if saved is not None:
            expected, count = expected.after(saved), count + 1
        assert now.is_same(expected), (seed, saved)
        expected = now
        if saved is not None:
            editor.see(now)
    return count, sum(each.conflicts for each in people)
