"""People who edit an attachment by its form: by HTTP alone, and in Chromium."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from playwright.sync_api import Page
from visiting import Seen, Visitor

TEXTS, SWITCHES = ("summary", "file_name"), ("is_obsolete", "is_private", "is_patch")
NEW_FLAGS = ("type-7", "type-3")
"""`statement`, of which there can be several, and `once`."""

Values = dict[str, str]
"""Values by the names that they have in the form; checkboxes that are off are empty."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of an attachment: its fields, and the type and status of each flag."""

    fields: Values
    flags: Mapping[str, tuple[str, str]]

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> "Stored":
        """Take what Bug.attachments says."""
        switches = {each: "1" if shown[each] else "" for each in SWITCHES}
        flags = {f"flag-{each['id']}": (f"type-{each['type_id']}", each["status"]) for each in shown["flags"]}
        return cls({**{each: shown[each] for each in TEXTS}, **switches}, flags)

    def __getitem__(self, name: str) -> str:
        return self.fields[name] if name in self.fields else self.flags.get(name, ("", ""))[1]

    def after(self, saved: Values) -> "Stored":
        """Return what is stored after these changes alone."""
        flags = dict(self.flags)
        for name, value in saved.items():
            if name not in self.fields and (name in flags or name in NEW_FLAGS):
                flags[name] = (flags[name][0] if name in flags else name, value)
        fields = {name: saved.get(name, value) for name, value in self.fields.items()}
        return Stored(fields, {name: flag for name, flag in flags.items() if flag[1]})

    def is_same(self, other: "Stored") -> bool:
        """Compare them without the numbers of flags."""
        return self.fields == other.fields and sorted(self.flags.values()) == sorted(other.flags.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says after Save: what is at its top, what others changed meanwhile, and the form."""

    status: str
    alert: str
    conflicts: str
    form: Values


class Editor(ABC):
    """Somebody with the page of an attachment open, who changes some of its fields and saves."""

    def __init__(self, number: int, chance: Random) -> None:
        self.address = f"attachment.cgi?id={number}&action=edit"
        self._chance = chance
        self._shown: Stored
        self._filled: Values
        self.conflicts = 0
        """How often both values were shown."""

    @abstractmethod
    def load(self) -> None:
        """Load the page."""

    @abstractmethod
    def form(self) -> Values:
        """The values that would be sent now."""

    @abstractmethod
    def put(self, name: str, value: str) -> None:
        """Fill in one field."""

    @abstractmethod
    def send(self) -> Answer:
        """Click Save."""

    def open(self, now: Stored) -> None:
        """Open the page anew."""
        self.load()
        self.see(now)

    def see(self, now: Stored) -> None:
        """Have a page that was loaded when this was stored."""
        self._shown, self._filled = now, {}

    def fill(self, _: Stored) -> None:
        """Change a field that chance takes."""
        form = self.form()
        flags = [name for name in form if name in NEW_FLAGS or name.startswith("flag-")]
        name = self._chance.choice([*TEXTS * 2, *(each for each in (*SWITCHES, *flags) if each not in self._filled)])
        if name in TEXTS:
            value = f"{name}-{self._chance.randrange(10**9)}"
        elif name in SWITCHES:
            value = "" if form.get(name) else "1"
        else:
            value = self._chance.choice([each for each in ("+", "-", "") if each != form[name]])
        self.put(name, value)
        self._filled[name] = value

    def save(self, now: Stored) -> Values | None:
        """Save; return what was filled in if that was acknowledged, None if nothing was changed."""
        if not self._filled:
            return None
        filled, shown = self._filled, self._shown
        contested = {name for name in filled if now[name] not in (shown[name], filled[name])}
        answer = self.send()
        if answer.status:
            assert answer.status.startswith(("Saved: ", "Nothing was changed."))
            assert not contested, (contested, answer)
            return filled
        assert "Someone else changed this attachment in the meantime" in answer.alert, answer
        still = {name for name in filled if f"shown-{name}" in answer.form}
        gone = {name for name in filled if name not in still and filled[name] != now[name]}
        assert contested or gone
        for name in still:
            assert answer.form.get(name, "") == filled[name], name
        for name in contested & still:
            assert f"It is stored as: {now[name] or 'nothing'}" in answer.conflicts, name
        for name in gone:
            assert f"set to {filled[name] or 'nothing'}. The flags are now: " in answer.conflicts, name
        self.conflicts += 1
        self._shown = now  # both values are shown, and to save again is to decide
        self._filled = {name: filled[name] for name in filled if name in still and filled[name] != now[name]}
        return None


MakeEditor = Callable[[int, Random], Editor]


class VisitingEditor(Editor):
    """An editor without a browser."""

    def __init__(self, visitor: Visitor, number: int, chance: Random) -> None:
        super().__init__(number, chance)
        self._visitor = visitor
        self._seen: Seen
        self._changed: Values

    def load(self) -> None:
        """Load the page."""
        self._seen, self._changed = self._visitor.get(self.address), {}

    def form(self) -> Values:
        """The values that would be sent now."""
        fields = {**dict(self._seen.form("change").form_values()), **self._changed}
        return {name: str(value) for name, value in fields.items() if value or name not in SWITCHES}

    def put(self, name: str, value: str) -> None:
        """Fill in one field."""
        self._changed[name] = value

    def send(self) -> Answer:
        """Send the form."""
        changed = {name: None if name in SWITCHES and not value else value for name, value in self._changed.items()}
        self._seen = self._visitor.submit(self._seen, "change", **changed)
        self._changed = {}
        status, alert, conflicts = (
            " ".join(" ".join(each.text_content() for each in self._seen.page.xpath(path)).split())
            for path in ("//*[@role='status']", "//*[@role='alert']", "//*[@class='conflict']")
        )
        return Answer(status, alert, conflicts, self.form())


_FORM = "Object.fromEntries(new FormData(document.querySelector('form.edit')))"
_ANSWER = f"""() => {{
  const seen = (what) => [...document.querySelectorAll(what)].map((each) => each.innerText).join(" ");
  return [seen("[role=status]"), seen("[role=alert]"), seen(".conflict"), {_FORM}];
}}"""


class BrowsingEditor(Editor):
    """An editor in a browser."""

    def __init__(self, page: Page, url: str, number: int, chance: Random) -> None:
        super().__init__(number, chance)
        self._page, self._url = page, url

    def load(self) -> None:
        """Load the page, and leave what was typed."""
        self._page.goto(self._url + self.address, wait_until="domcontentloaded")

    def form(self) -> Values:
        """The values that would be sent now."""
        return dict(self._page.evaluate(_FORM))

    def put(self, name: str, value: str) -> None:
        """Fill in one field."""
        field = self._page.locator(f"form.edit [name='{name}']")
        if name in TEXTS:
            field.fill(value)
        elif name in SWITCHES:
            field.set_checked(bool(value))
        else:
            field.select_option(value)

    def send(self) -> Answer:
        """Click Save."""
        with self._page.expect_navigation(wait_until="domcontentloaded"):
            self._page.get_by_role("button", name="Save", exact=True).click()
        return Answer(*self._page.evaluate(_ANSWER))
