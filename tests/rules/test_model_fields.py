"""Objects of the model as results: what is read, what is left out, and fields that a site adds at run time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.methods.bug_get import BUG
from gateway.methods.changes import changes
from gateway.methods.declaration import INT, STRING, Call
from gateway.methods.include_fields import CUSTOM, EXTRA, FIELDS_PARAMS, FieldFilter
from gateway.methods.model_fields import ModelField, ObjectType
from gateway.methods.params import Params
from gateway.model import Bug, Person, Site

NAMES = frozenset(param.name for param in FIELDS_PARAMS)


@dataclass(frozen=True)
class Owner:
    login: str | None


@dataclass(frozen=True)
class Thing:
    number: int
    owner: Owner


def called(**params: Any) -> tuple[Call[Any], FieldFilter]:
    given = Params(params, NAMES)
    return Call(tx=None, user=None, site=Site(), params=given, registry=None), FieldFilter(given)  # type: ignore[arg-type]


def thing_type(asked: list[str]) -> ObjectType[Thing]:
    """A type with a field of every kind, which notes the fields that are computed."""

    def doubled(thing: Thing) -> int:
        asked.append("doubled")
        return 2 * thing.number

    def places(listing: Any) -> Any:
        asked.append("places")
        return range(len(listing.objects))

    return ObjectType[Thing](
        ModelField("number", INT, "A number."),
        ModelField("doubled", INT, "Twice the number.", read=doubled),
        ModelField("owner", STRING, "A login.", attribute="owner.login"),
        ModelField("owner_if_any", STRING, "A login.", attribute="owner.login", omit_none=True),
        ModelField("place", INT, "A place.", read_all=places),
        ModelField("secret", INT, "Not for this caller.", read_all=lambda _: None),
        ModelField("follower", INT, "A number.", attribute="number", follows="place"),
        ModelField("extra", INT, "A number.", attribute="number", kinds=EXTRA),
    )


FIRST, SECOND = (
    {"number": 4, "doubled": 8, "owner": "ann", "owner_if_any": "ann", "place": 0, "follower": 4},
    {"number": 5, "doubled": 10, "owner": None, "place": 1, "follower": 5},
)


@pytest.mark.parametrize(
    ("params", "shown", "computed"),
    [
        ({}, set(FIRST), ["doubled", "places"]),
        ({"include_fields": ["number"]}, {"number"}, []),
        ({"include_fields": ["place", "extra"]}, {"place", "follower", "extra"}, ["places"]),
        ({"include_fields": ["_extra"]}, {"extra"}, []),
        (
            {"include_fields": ["_all"], "exclude_fields": ["place"]},
            {*FIRST, "extra"} - {"place", "follower"},
            ["doubled"],
        ),
        ({"exclude_fields": ["doubled", "_extra"]}, set(FIRST) - {"doubled"}, ["places"]),
        ({"exclude_fields": ["_all"]}, set(), []),
        ({"include_fields": ["secret"]}, set(), []),
    ],
)
def test_what_is_not_wanted_is_not_read(params: dict[str, Any], shown: set[str], computed: list[str]) -> None:
    asked: list[str] = []
    kind = thing_type(asked)
    for _ in range(2):  # made, and taken from what was made
        asked.clear()
        found = kind.show(*called(**params), [Thing(4, Owner("ann")), Thing(5, Owner(None))])
        assert sorted(set(asked)) == computed
        for expected, each in zip((FIRST, SECOND), found, strict=True):
            wanted = shown & {*expected, "extra"}
            assert each == {name: expected.get(name, expected["number"]) for name in wanted}
    asked.clear()
    assert kind.show(*called(**params), []) == []
    assert not asked


def test_members_are_in_the_order_of_their_declaration() -> None:
    (shown,) = thing_type([]).show(*called(), [Thing(4, Owner("ann"))])
    assert list(shown) == list(FIRST)


def test_an_attribute_is_a_name() -> None:
    with pytest.raises(ValueError, match="no attribute"):
        ModelField("cf_x", INT, "A number.", attribute="number, print(1)")


NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANN, BOB = Person(1, "ann@example.com", "Ann"), Person(2, "bob@example.com", "Bob")


class NoDetails:
    """A store that knows of nothing what it is asked."""

    def __getattr__(self, question: str) -> Any:
        return lambda *_: {}


A_BUG = Bug(7, "Widgets", "Core", "It rattles", ANN, ANN, NOW, NOW)


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ({}, True),
        ({"include_fields": ["cf_team"]}, True),
        ({"include_fields": ["_custom"]}, True),
        ({"include_fields": ["_default"]}, True),
        ({"include_fields": ["id"]}, False),
        ({"exclude_fields": ["_custom"]}, False),
    ],
)
def test_a_site_adds_fields_at_run_time(params: dict[str, Any], shown: bool) -> None:
    teams = {7: "engines"}
    kind = BUG.plus(ModelField("cf_team", STRING, "Team.", kinds=CUSTOM, read=lambda bug: teams[bug.id]))
    call, wanted = called(**params)
    (bug,) = kind.show(replace(call, tx=NoDetails()), wanted, [A_BUG])
    assert bug.get("cf_team") == ("engines" if shown else None)
    assert kind.fields[:-1] == BUG.fields


@pytest.mark.parametrize(
    ("changed", "inner_name", "removed", "added"),
    [
        ({"whiteboard": "soon"}, "status_whiteboard", "", "soon"),
        ({"severity": "minor"}, "bug_severity", "normal", "minor"),
        ({"assigned_to": BOB}, "assigned_to", "ann@example.com", "bob@example.com"),
        ({"qa_contact": BOB}, "qa_contact", "", "bob@example.com"),
        ({"aliases": ("a", "b")}, "alias", "", "a, b"),
        ({"cc": (ANN, BOB)}, "cc", "", "ann@example.com, bob@example.com"),
        ({"deadline": "2026-12-31"}, "deadline", "", "2026-12-31"),
        ({"duplicate_of": 8}, "dup_id", "", "8"),
        ({"cclist_accessible": False}, "cclist_accessible", "1", "0"),
        ({"reporter_accessible": False}, "reporter_accessible", "1", "0"),
        ({"summary": "new"}, "short_desc", "It rattles", "new"),
        ({"url": "http://example.com/"}, "bug_file_loc", "", "http://example.com/"),
        ({"platform": "PC"}, "rep_platform", "All", "PC"),
        ({"op_sys": "Linux"}, "op_sys", "All", "Linux"),
    ],
)
def test_changes_are_found_and_have_names_in_the_log(
    changed: dict[str, Any], inner_name: str, removed: str, added: str
) -> None:
    ((name, change),) = changes(BUG, A_BUG, replace(A_BUG, **changed)).items()
    assert (BUG[name].inner_name, change) == (inner_name, (removed, added))
    assert changes(BUG, A_BUG, A_BUG) == {}
