"""Two people edit one attachment at the same time: nothing that was saved is undone by somebody who left it alone."""

import random

import pytest
from calling import Caller
from running import Gateway
from visiting import Seen, Visitor

TEXTS, SWITCHES = ("summary", "file_name"), ("is_obsolete", "is_private", "is_patch")
FLAGS = ("type-7", "type-3")  # `statement` and `once`


class Editor:
    """Somebody with the page of an attachment open, who changes some of its fields and saves."""

    def __init__(self, visitor: Visitor, number: int, chance: random.Random) -> None:
        self._visitor, self._chance = visitor, chance
        self._address = f"attachment.cgi?id={number}&action=edit"
        self._page: Seen | None = None
        self._filled: dict[str, str | None] = {}

    def open(self) -> None:
        self._page, self._filled = self._visitor.get(self._address), {}

    def fill(self) -> None:
        if self._page is None:
            self.open()
        assert self._page is not None
        fields = self._page.form("change").fields
        name = self._chance.choice([*TEXTS, *SWITCHES, *(each for each in FLAGS if each in fields)])
        if name in TEXTS:
            self._filled[name] = f"{name}-{self._chance.randrange(10**9)}"
        elif name in SWITCHES:
            self._filled[name] = None if fields.get(name) else "1"
        else:
            self._filled[name] = self._chance.choice(["+", "-"])

    def save(self) -> dict[str, str | None] | None:
        """Save, and return what was filled in if that was acknowledged, None if nothing was changed."""
        if self._page is None or not self._filled:
            return None
        filled, page = self._filled, self._page
        seen = self._visitor.submit(page, "change", **filled)
        if seen.status == 409:
            fields = seen.form("change").fields  # both values are shown, and to save again is to decide
            self._page, self._filled = seen, {name: filled[name] for name in filled if name in fields}
            return None
        assert seen.status == 200, seen.said
        self._page, self._filled = None, {}
        return filled


def stored(caller: Caller, number: int) -> dict[str, str | None]:
    shown = caller.attachment(number)
    flags = {each["type_id"]: each["status"] for each in shown["flags"]}
    return {
        **{each: shown[each] for each in TEXTS},
        **{each: "1" if shown[each] else None for each in SWITCHES},
        **{each: flags.get(int(each.removeprefix("type-"))) for each in FLAGS},
    }


@pytest.fixture
def editors(module_gateway: Gateway) -> tuple[Visitor, Visitor]:
    found = Visitor(module_gateway.url), Visitor(module_gateway.url)
    for visitor in found:
        visitor.login("insider")
    return found


@pytest.mark.parametrize(
    "seeds", [range(8), pytest.param(range(8, 200), marks=pytest.mark.long("40 s: more of the same"))], ids=len
)
def test_nothing_that_was_saved_is_undone(
    module_gateway: Gateway, editors: tuple[Visitor, Visitor], seeds: range
) -> None:
    for seed in seeds:
        interleave(module_gateway, editors, seed)


def interleave(gateway: Gateway, editors: tuple[Visitor, Visitor], seed: int) -> None:
    """Let two people open, fill in and save the form of one attachment in the order that chance takes."""
    chance, caller = random.Random(seed), Caller(gateway.url)  # noqa: S311 (a seed repeats it)
    number = caller.attach("insider", bug=2)
    people = [Editor(each, number, chance) for each in editors]
    expected = stored(caller, number)
    for _ in range(12):
        editor = chance.choice(people)
        action = chance.choice([editor.open, editor.fill, editor.fill, editor.save])
        before = stored(caller, number)
        saved = action()
        now = stored(caller, number)
        if saved is None:
            assert now == before == expected, seed
            continue
        expected = {**before, **saved}
        assert now == expected, (seed, saved)
