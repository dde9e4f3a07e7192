"""Bug.update: what it changes and answers, what it logs, and what it refuses, all or nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from calling import Caller
from changing import write
from running import account, load, running
from wire import PROTOCOLS

NEW = {"product": "Kit", "component": "Wheel", "version": "1.0", "summary": "it rattles", "priority": "Low"}


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    folder = tmp_path_factory.mktemp("changing")
    load(folder / "gateway.db", write(folder / "site.json"))
    with running(folder / "gateway.db") as gateway:
        yield Caller(gateway.url)


def new_bug(kit: Caller, who: str = "editor", **given: Any) -> int:
    number: int = kit.result("Bug.create", {**NEW, **given}, who)["id"]
    return number


def shown(kit: Caller, number: int) -> dict[str, Any]:
    bug: dict[str, Any] = kit.result("Bug.get", {"ids": [number]}, "insider")["bugs"][0]
    return bug


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        ({}, {}),
        ({"summary": "it  rattles\n"}, {"summary": ("it rattles", "it  rattles")}),
        ({"summary": "it rattles"}, {}),
        ({"summary": " "}, 107),
        ({"summary": "s" * 256}, 104),
        ({"severity": "MINOR"}, {"severity": ("normal", "minor")}),
        ({"severity": "grave"}, 51),
        ({"priority": None}, 50),
        ({"op_sys": "Linux", "platform": "PC"}, {"op_sys": ("All", "Linux"), "platform": ("All", "PC")}),
        ({"url": " http://u/ "}, {"url": ("", "http://u/")}),
        ({"status_whiteboard": "[a]"}, {"whiteboard": ("", "[a]")}),
        ({"short_desc": "another", "bug_severity": "minor", "foo": 1, "creator": "nobody"}, {}),
        (
            {"version": "2.0", "target_milestone": "soon"},
            {"version": ("1.0", "2.0"), "target_milestone": ("---", "soon")},
        ),
        ({"version": "3.0"}, 51),
        ({"component": "Old"}, 32000),
        ({"component": ""}, 105),
        ({"assigned_to": "editor@example.com"}, {"assigned_to": ("admin@example.com", "editor@example.com")}),
        ({"assigned_to": "nobody"}, 51),
        ({"assigned_to": ""}, 50),
        ({"qa_contact": "EDITOR@example.com"}, {"qa_contact": ("", "editor@example.com")}),
        ({"deadline": "2026-12-31"}, {"deadline": ("", "2026-12-31")}),
        ({"deadline": "tomorrow"}, 56),
        ({"is_cc_accessible": False}, {"is_cc_accessible": ("1", "0")}),
        # hours
        ({"estimated_time": 4.5}, {"estimated_time": ("0.00", "4.5")}),
        ({"estimated_time": "much"}, 52),
        ({"remaining_time": -1}, 55),
        ({"remaining_time": 8, "work_time": 2}, {"remaining_time": ("0.00", "8")}),
        ({"work_time": -1}, {"remaining_time": ("0.00", "1")}),
        ({"work_time": "x"}, 52),
        # lists
        (
            {"cc": {"add": ["stranger@example.com"], "remove": ["insider@example.com"]}},
            {"cc": ("insider@example.com", "stranger@example.com")},
        ),
        ({"cc": {"set": ["stranger@example.com"]}}, {}),
        ({"cc": {"add": ["nobody"]}}, 51),
        ({"cc": ["stranger@example.com"]}, 53),
        ({"keywords": {"add": ["PERF", "crash"]}}, {"keywords": ("", "crash, perf")}),
        ({"keywords": {"set": ["perf"], "add": ["crash"]}}, {"keywords": ("", "perf")}),
        ({"keywords": {"remove": ["nothing"]}}, 51),
        ({"keywords": "crash"}, 53),
        ({"depends_on": {"add": [1, "public-bug"]}}, {"depends_on": ("", "1")}),
        ({"depends_on": {"add": [99_999]}}, 101),
        ({"depends_on": {"add": [3]}}, 102),
        ({"depends_on": {"set": [1]}, "blocks": {"set": [1]}}, 116),
        ({"see_also": {"add": ["http://example.com/"]}}, 112),
        (
            {
                "see_also": {
                    "add": ["1", "github.com/a/b/issues/1", "http://bugs.debian.org/cgi-bin/bugreport.cgi?bug=7"]
                }
            },
            112,
        ),
        ({"see_also": {"add": ["1", 1]}}, {"see_also": ("", "http://bugs.example.com/show_bug.cgi?id=1")}),
        ({"groups": {"add": ["secret"]}}, 120),
        # status
        ({"status": "in_progress"}, {"status": ("CONFIRMED", "IN_PROGRESS")}),
        ({"status": "RESOLVED"}, 121),
        (
            {"status": "RESOLVED", "resolution": "fixed"},
            {"status": ("CONFIRMED", "RESOLVED"), "resolution": ("", "FIXED")},
        ),
        ({"status": "RESOLVED", "resolution": "NONE"}, 51),
        ({"status": "RESOLVED", "resolution": "DUPLICATE"}, 119),
        ({"status": "VERIFIED", "resolution": "FIXED"}, 123),
        ({"status": "NOWHERE"}, 51),
        ({"status": ""}, 50),
        ({"resolution": "FIXED"}, 122),
        (
            {"dupe_of": "public-bug"},
            {"status": ("CONFIRMED", "RESOLVED"), "resolution": ("", "DUPLICATE"), "dupe_of": ("", "1")},
        ),
        ({"dupe_of": None}, 50),
        ({"dupe_of": 3}, 102),
        # another product
        ({"product": "Nothing"}, 106),
        ({"product": "Grouped"}, 51),
        (
            {"product": "grouped", "component": "Core"},
            {"product": ("Kit", "Grouped"), "component": ("Wheel", "Core")},
        ),
        # custom fields
        ({"cf_text": " a "}, {"cf_text": ("", "a")}),
        ({"cf_text": "a" * 256}, 104),
        ({"cf_choice": "GREEN"}, {"cf_choice": ("---", "green")}),
        ({"cf_choice": ""}, 50),
        ({"cf_choices": ["red", "blue", "red"]}, {"cf_choices": ("", "blue, red")}),
        ({"cf_choices": "red,green"}, {"cf_choices": ("", "green, red")}),
        ({"cf_choices": {"add": ["red"]}}, 53),
        ({"cf_notes": "a\nb"}, {"cf_notes": ("", "a\r\nb")}),
        ({"cf_time": "2026-01-02 03:04"}, {"cf_time": ("", "2026-01-02 03:04")}),
        ({"cf_time": "2026-01-02T03:04:05Z"}, 56),
        ({"cf_day": "2026-01-02"}, {"cf_day": ("", "2026-01-02")}),
        ({"cf_day": "2026-01-02 03:04"}, 56),
        ({"cf_bug": "public-bug"}, {"cf_bug": ("", "1")}),
        ({"cf_bug": 3}, 102),
        ({"cf_number": "-7"}, {"cf_number": ("0", "-7")}),
        ({"cf_number": "1.5"}, 32000),
        ({"cf_number": str(2**31)}, 54),
        ({"cf_number": "9" * 5000}, 54),
        ({"cf_nothing": "a"}, {}),
        # flags
        ({"flags": [{"name": "ask", "status": "?"}]}, {"flagtypes.name": ("", "ask?")}),
        (
            {"flags": [{"name": "ask", "status": "?", "requestee": "stranger@example.com"}]},
            {"flagtypes.name": ("", "ask?(stranger@example.com)"), "cc": ("", "stranger@example.com")},
        ),
        ({"flags": [{"name": "grant", "status": "+"}]}, 130),
        ({"flags": [{"name": "review", "status": "?"}]}, 51),
        ({"flags": "ask"}, 53),
        # comments
        ({"comment": {"body": "seen"}}, {}),
        ({"comment": {"body": "hidden", "is_private": True}}, 113),
        ({"comment": {"body": "c" * 65_536}}, 114),
        ({"comment": "seen"}, 53),
        ({"comment_is_private": {"1": True}}, 117),
        ({"comment_is_private": [1]}, 53),
    ],
)
def test_a_change(kit: Caller, change: dict[str, Any], changes: Any) -> None:
    for protocol in PROTOCOLS:
        number = new_bug(kit)
        before = shown(kit, number)
        answer = kit.through(protocol, "Bug.update", {"ids": [number], **change}, "editor")
        if answer is None:
            continue
        if isinstance(changes, int):
            assert answer.code == changes, answer
            assert shown(kit, number) == before
        else:
            assert answer.code == 0, answer
            (bug,) = answer.result["bugs"]
            found = {name: (pair["removed"], pair["added"]) for name, pair in bug["changes"].items()}
            assert found == changes, answer


CHANGES = {
    "summary": {"summary": "b"},
    "assigned_to": {"assigned_to": "editor@example.com"},
    "target_milestone": {"target_milestone": "soon"},
    "deadline": {"deadline": "2026-12-31"},
    "keywords": {"keywords": {"add": ["crash"]}},
    "cc of others": {"cc": {"add": ["editor@example.com"]}},
    "cc removed": {"cc": {"remove": ["insider@example.com"]}},
    "status": {"status": "IN_PROGRESS"},
    "resolve": {"status": "RESOLVED", "resolution": "FIXED"},
    "confirm": {"status": "CONFIRMED"},
    "component": {"component": "Wheel", "product": "Kit"},
    "alias": {"alias": "an-alias"},
    "see_also": {"see_also": {"add": ["1"]}},
    "comment": {"comment": {"body": "seen"}},
    "flags": {"flags": [{"name": "ask", "status": "?"}]},
    "custom": {"cf_text": "a"},
    "work": {"work_time": 1},
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    ("who", "bug", "allowed"),
    [
        ("editor", {}, {*CHANGES}),
        ("insider", {"groups": []}, {*CHANGES}),
        (
            "stranger",  # reporter
            {},
            {*CHANGES} - {"assigned_to", "target_milestone", "deadline", "status", "confirm", "work"},
        ),
        ("secret-member", {}, {"cc of others", "comment", "flags", "component"}),  # anybody
    ],
    ids=["editbugs", "another of editbugs", "reporter", "anybody"],
)
def test_rights(kit: Caller, change: str, who: str, bug: dict[str, Any], allowed: set[str]) -> None:
    number = new_bug(kit, "stranger", **bug)
    answer = kit.through("jsonrpc-2.0", "Bug.update", {"ids": [number], **CHANGES[change]}, who)
    assert answer is not None
    expected = {"status": 123, "resolve": 123, "confirm": 123, "cc removed": 32000}.get(change, 115)
    assert answer.code == (0 if change in allowed else expected), answer
    if change == "alias" and not answer.code:
        kit.result("Bug.update", {"ids": [number], "alias": {"remove": ["an-alias"]}}, "editor")


RESOLVED = {"status": "RESOLVED", "resolution": "FIXED"}


@pytest.mark.parametrize(
    ("before", "who", "change", "code"),
    [
        ({"status": "CONFIRMED"}, "stranger", {"status": "IN_PROGRESS"}, 123),  # the reporter
        ({"status": "CONFIRMED"}, "stranger", RESOLVED, 0),
        ({"status": "CONFIRMED"}, "secret-member", {"status": "IN_PROGRESS"}, 0),  # the assignee
        (RESOLVED, "secret-member", {"status": "UNCONFIRMED"}, 123),
        (RESOLVED, "secret-member", {"status": "CONFIRMED"}, 0),
        # it is still their bug while they give it away
        ({}, "secret-member", dict.fromkeys(("assigned_to", "qa_contact"), "editor@example.com"), 0),
    ],
)
def test_rights_of_reporter_and_assignee(
    kit: Caller, before: dict[str, Any], who: str, change: dict[str, Any], code: int
) -> None:
    number = new_bug(kit, "stranger")
    kit.result("Bug.update", {"ids": [number], "status": "CONFIRMED"}, "editor")
    kit.result("Bug.update", {"ids": [number], **before, "assigned_to": account("secret-member").login}, "editor")
    answer = kit.through("jsonrpc-2.0", "Bug.update", {"ids": [number], **change}, who)
    assert answer is not None
    assert answer.code == code, answer


def test_several_bugs_change_all_or_none(kit: Caller) -> None:
    first, second = new_bug(kit), new_bug(kit, summary="another")
    before = [shown(kit, number) for number in (first, second)]
    for change, code in (
        ({"ids": [first, 99_999], "summary": "b"}, 101),
        ({"ids": [first, 3], "summary": "b"}, 102),
        ({"ids": [first, second], "priority": "High", "depends_on": {"add": [second]}}, 116),
        ({"ids": [first, second], "alias": "both"}, 103),
        ({"ids": [first, second], "dupe_of": 1}, 32000),
    ):
        assert kit.agreed("Bug.update", change, "editor").code == code
        assert [shown(kit, number) for number in (first, second)] == before
    answer = kit.result("Bug.update", {"ids": [second, first], "priority": "High"}, "editor")
    assert [(bug["id"], bug["changes"]) for bug in answer["bugs"]] == [
        (number, {"priority": {"removed": "Low", "added": "High"}}) for number in (second, first)
    ]


def test_a_duplicate_and_its_way_back(kit: Caller) -> None:
    number, other = new_bug(kit, "stranger"), new_bug(kit)
    kit.result("Bug.update", {"ids": [number], "dupe_of": other, "comment": {"body": "seen before"}}, "editor")
    assert shown(kit, number)["dupe_of"] == other
    assert "stranger@example.com" in shown(kit, other)["cc"]
    assert kit.agreed("Bug.update", {"ids": [other], "dupe_of": number}, "editor").code == 118
    assert kit.agreed("Bug.update", {"ids": [other], "dupe_of": other}, "editor").code == 118
    kit.result("Bug.update", {"ids": [number], "status": "CONFIRMED"}, "editor")
    bug = shown(kit, number)
    assert (bug.get("dupe_of"), bug["resolution"], bug["is_open"]) == (None, "", True)


def test_the_reporter_of_a_duplicate_is_not_told_of_a_bug_that_they_do_not_see(kit: Caller) -> None:
    hidden, number = 3, new_bug(kit, "stranger")
    kit.result("Bug.update", {"ids": [number], "dupe_of": hidden}, "admin")
    (bug,) = kit.result("Bug.get", {"ids": [hidden]}, "admin")["bugs"]
    assert "stranger@example.com" not in bug["cc"]


@pytest.mark.parametrize(("who", "groups"), [("stranger", ["secret"]), ("secret-member", [])])
def test_bugs_of_those_who_are_not_in_the_group_of_a_product_are_in_it(
    kit: Caller, who: str, groups: list[str]
) -> None:
    number = new_bug(kit, who, product="Reports", component="Box", groups=[])
    assert kit.result("Bug.get", {"ids": [number]}, who)["bugs"][0]["groups"] == groups
    moved = new_bug(kit, who)
    kit.result("Bug.update", {"ids": [moved], "product": "Reports", "component": "Box"}, who)
    assert kit.result("Bug.get", {"ids": [moved]}, who)["bugs"][0]["groups"] == groups


def test_privacy_of_comments(kit: Caller) -> None:
    number = new_bug(kit, description="a text")
    (comment,) = kit.result("Bug.comments", {"ids": [number]}, "insider")["bugs"][str(number)]["comments"]
    hide = {"ids": [number], "comment_is_private": {str(comment["id"]): True}}
    assert kit.agreed("Bug.update", hide, "editor").code == 113
    assert kit.agreed("Bug.update", hide, "insider").code == 0
    assert kit.result("Bug.comments", {"ids": [number]}, "editor")["bugs"][str(number)]["comments"] == []


def test_related_bugs_refer_to_each_other(kit: Caller) -> None:
    number, other = new_bug(kit), new_bug(kit)
    here, elsewhere = "http://bugs.example.com/show_bug.cgi?id={}".format, "https://github.com/a/b/pull/1"
    for change, added, removed, of_bug, of_other in (
        ({"add": [str(other), elsewhere]}, [here(other), elsewhere], [], [here(other), elsewhere], [here(number)]),
        ({"remove": [here(other)]}, [], [here(other)], [elsewhere], []),
        ({"remove": [here(other)]}, [], [], [elsewhere], []),
    ):
        answer = kit.result("Bug.update_see_also", {"ids": [number], **change}, "editor")
        assert answer["changes"] == {str(number): {"see_also": {"added": added, "removed": removed}}}
        assert (shown(kit, number)["see_also"], shown(kit, other)["see_also"]) == (of_bug, of_other)


@pytest.mark.parametrize(
    ("change", "who", "code"),
    [
        ({"add": ["{number}"]}, "editor", 32000),
        ({"add": ["1"]}, "stranger", 115),
        ({"add": ["3"]}, "editor", 102),
        ({"add": ["http://example.com/"]}, "editor", 112),
        ({}, "editor", 50),
        ({"ids": [99_999], "add": ["1"]}, "editor", 101),
    ],
)
def test_related_bugs_that_are_refused(kit: Caller, change: dict[str, Any], who: str, code: int) -> None:
    number = new_bug(kit)
    added = [each.format(number=number) for each in change.get("add", ())]
    asked = {"ids": [number], **change, **({"add": added} if added else {})}
    assert kit.agreed("Bug.update_see_also", asked, who).code == code


@pytest.mark.parametrize(
    ("flag", "types"),
    [
        ({"name": "ask", "status": "?"}, [20]),
        ({"name": "moves", "status": "+"}, [31]),
        ({"name": "stays", "status": "+"}, []),  # there is no such type
        ({"name": "retired", "status": "+"}, []),
        ({"name": "granted", "status": "?"}, [36]),
        ({"name": "granted", "status": "+"}, []),  # its setter cannot grant it there
    ],
)
def test_flags_follow_a_bug_to_another_product(kit: Caller, flag: dict[str, str], types: list[int]) -> None:
    number = new_bug(kit)
    kit.result("Bug.update", {"ids": [number], "flags": [flag]}, "editor")
    move = {"ids": [number], "product": "Widgets", "component": "Core", "version": "7", "target_milestone": "---"}
    kit.result("Bug.update", move, "editor")
    bug = shown(kit, number)
    assert (bug["product"], [each["type_id"] for each in bug["flags"]]) == ("Widgets", types)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"f1": "bug_mentors", "o1": "equals", "v1": "x"}, 108),
        ({"f1": "bug_mentors", "o1": "changedafter", "v1": "2026-01-01"}, 108),
        ({"id": [1], "bug_mentors": "x"}, 0),  # no parameter, thus no criterion
        ({"id": [1], "order": "bug_mentors"}, 0),
        ({"quicksearch": "bug_mentors:x"}, 32000),
    ],
)
def test_fields_of_extensions_are_not_searched(kit: Caller, params: dict[str, Any], code: int) -> None:
    assert kit.agreed("Bug.search", {**params, "include_fields": ["id"]}).code == code
