"""Bug.get and Bug.create."""

from datetime import UTC, datetime
from typing import Any

import pytest
from calling import Caller
from running import account

from gateway.methods.bug_get import BUG, get
from gateway.methods.catalogue import METHODS
from gateway.methods.declaration import Call
from gateway.methods.params import Params
from gateway.model import Bug, BugField, Person, Site

SOMEBODY, NOW = Person(1, "a@example.com", "A"), datetime(2026, 1, 2, tzinfo=UTC)
NEW = {"product": "Widgets", "component": "Core", "summary": "a new bug", "version": "1.0"}


def test_a_bug(caller: Caller) -> None:
    bug = caller.agreed("Bug.get", {"ids": [1]}).result["bugs"][0]
    then = bug.pop("creation_time")
    assert f"{then:%Y-%m-%d %H:%M:%S}" == "2026-01-02 03:04:05"
    assert bug.pop("last_change_time") == then
    people = {name: bug.pop(f"{name}_detail") for name in ("creator", "assigned_to")}
    people["cc"] = bug.pop("cc_detail")[0]
    for name, who in (("creator", "editor"), ("assigned_to", "admin"), ("cc", "stranger")):
        login = account(who).login
        shown = people[name]
        assert (shown["id"], shown["name"], shown["email"]) == (account(who).id, login, login)
    assert sorted(bug.pop("alias")) == ["public-bug", "second-alias"]
    expected = {
        "id": 1,
        "summary": "a public bug",
        "product": "Widgets",
        "component": "Core",
        "classification": "Unclassified",
        "version": "1.0",
        "target_milestone": "---",
        "status": "CONFIRMED",
        "resolution": "",
        "is_open": True,
        "is_confirmed": True,
        "priority": "---",
        "severity": "normal",
        "op_sys": "All",
        "platform": "All",
        "url": "",
        "whiteboard": "",
        "keywords": [],
        "groups": [],
        "creator": "editor@example.com",
        "assigned_to": "admin@example.com",
        "qa_contact": "",
        "cc": ["stranger@example.com"],
        "blocks": [],
        "depends_on": [],
        "see_also": [],
        "flags": [],
        "is_cc_accessible": True,
        "is_creator_accessible": True,
    }
    assert bug == expected


SENT = {
    "severity": " CRITICAL",
    "priority": "high\n",
    "op_sys": "linux",
    "platform": "PC",
    "url": " http://example.com/\t",
    "whiteboard": " [a] ",
    "deadline": "2026-12-31",
    "estimated_time": "2.50",
    "depends_on": "1, public-bug write-bug",
    "blocks": [5],
    "see_also": ["1", "https://github.com/a/b/issues/2"],
}
STORED = {
    "severity": "critical",
    "priority": "High",
    "op_sys": "Linux",
    "platform": "PC",
    "url": "http://example.com/",
    "whiteboard": " [a] ",
    "deadline": "2026-12-31",
    "estimated_time": 2.5,
    "depends_on": [1, 2],
    "blocks": [5],
}


@pytest.mark.parametrize("inner", [False, True])
def test_all_that_is_sent_is_stored(caller: Caller, inner: bool) -> None:
    sent = {(BUG[name].inner_name if inner else name): value for name, value in SENT.items()}
    number = caller.result("Bug.create", {**NEW, **sent}, "editor")["id"]
    shown = caller.agreed("Bug.get", {"ids": [number]}, "editor").result["bugs"][0]
    addresses = [address.rpartition("/")[2] for address in shown["see_also"]]
    assert (addresses, shown["remaining_time"]) == (["show_bug.cgi?id=1", "2"], 2.5)
    assert {name: shown[name] for name in STORED} == STORED
    other = caller.result("Bug.get", {"ids": [1]}, "editor")["bugs"][0]
    assert number in other["blocks"]
    assert any(address.endswith(f"?id={number}") for address in other["see_also"])


def test_a_bug_that_is_named_several_times(caller: Caller) -> None:
    names = [1, "1", "public-bug", " 1 ", 1]
    for who in ("", "editor"):
        bugs = caller.result("Bug.get", {"ids": names, "include_fields": ["id"]}, who)["bugs"]
        assert bugs == [{"id": 1}] * len(names)
        assert list(caller.agreed("Bug.comments", {"ids": names}, who).result["bugs"]) == ["1"]
        assert list(caller.agreed("Bug.attachments", {"ids": names}, who).result["bugs"]) == ["1"]


def test_a_bug_that_is_named_very_often_is_looked_up_once() -> None:
    """Else one request could keep the store busy for seconds."""
    asked = []

    class OneBug:
        def bug(self, number: int) -> Bug:
            asked.append(number)
            return Bug(number, "a", "b", "c", SOMEBODY, SOMEBODY, NOW, NOW)

        def bug_fields(self) -> list[BugField]:
            return []

    tx: Any = OneBug()
    params = Params({"ids": [7] * 1000, "include_fields": ["id"]}, get.param_names)
    shown = get.run(Call(tx, None, Site(), params, METHODS))
    assert [each["id"] for each in shown["bugs"]] == [7] * 1000
    assert asked == [7]


@pytest.mark.parametrize(
    ("who", "shown"),
    [("", False), ("stranger", False), ("editor", True)],
)
def test_times_are_for_the_time_tracking_group(caller: Caller, who: str, shown: bool) -> None:
    bug = caller.agreed("Bug.get", {"ids": [1]}, who).result["bugs"][0]
    times = {name: bug[name] for name in ("estimated_time", "remaining_time", "actual_time") if name in bug}
    assert times == (dict.fromkeys(("estimated_time", "remaining_time", "actual_time"), 0) if shown else {})


@pytest.mark.parametrize(
    ("ids", "permissive", "bugs", "faults"),
    [
        ([1, "locked-bug"], 0, [1, 4], []),
        ([1, 3, 99999, "no-such-alias"], 1, [1], [102, 101, 100]),
        ([3], 0, 102, []),
        ([], 0, [], []),
    ],
)
def test_bugs_that_cannot_be_shown(caller: Caller, ids: Any, permissive: int, bugs: Any, faults: list[int]) -> None:
    for answer in caller.everywhere("Bug.get", {"ids": ids, "permissive": permissive}):
        if answer.code:
            assert answer.code == bugs
            continue
        assert [each["id"] for each in answer.result["bugs"]] == bugs
        assert [each["faultCode"] for each in answer.result["faults"]] == faults
        asked = [str(each) for each in ids]
        assert all(str(each["id"]) in asked for each in answer.result["faults"])


def test_bugs_must_be_named(caller: Caller) -> None:
    assert caller.agreed("Bug.get", {}).code == 50


@pytest.mark.parametrize(
    ("given", "who", "field", "stored"),
    [
        ({}, "editor", "summary", "a new bug"),
        ({"summary": " padded \n"}, "editor", "summary", "padded"),
        ({"summary": "s" * 255}, "editor", "summary", "s" * 255),
        ({"summary": "s" * 256}, "editor", "summary", 104),
        ({"summary": ""}, "editor", "summary", 107),
        ({"summary": ["a"]}, "editor", "summary", 53),
        ({"product": ""}, "editor", "product", 50),
        ({"product": "Nothing"}, "editor", "product", 106),
        ({"product": "widgets"}, "editor", "product", "Widgets"),
        ({"component": "Nothing"}, "editor", "component", 51),
        ({"component": ""}, "editor", "component", 105),
        ({"version": ""}, "editor", "version", 50),
        ({"version": "7"}, "editor", "version", "7"),
        ({}, "editor", "status", "CONFIRMED"),
        ({}, "stranger", "status", "UNCONFIRMED"),
        ({"status": "CONFIRMED"}, "stranger", "status", "UNCONFIRMED"),
        ({"status": "IN_PROGRESS"}, "editor", "status", "IN_PROGRESS"),
        ({"status": "RESOLVED"}, "editor", "status", 123),
        ({"status": "NOWHERE"}, "editor", "status", 51),
        ({"resolution": "FIXED"}, "editor", "resolution", 122),
        ({}, "stranger", "creator", "stranger@example.com"),
        ({}, "stranger", "assigned_to", "stranger@example.com"),
        ({"assigned_to": "admin@example.com"}, "editor", "assigned_to", "admin@example.com"),
        ({"assigned_to": "admin@example.com"}, "stranger", "assigned_to", "stranger@example.com"),
        ({"assigned_to": "nobody"}, "editor", "assigned_to", 51),
        ({"qa_contact": "insider@example.com"}, "editor", "qa_contact", "insider@example.com"),
        ({"cc": ["admin@example.com", " "]}, "stranger", "cc", ["admin@example.com"]),
        ({"cc": "nobody"}, "stranger", "cc", 504),
        ({"cc": "admin@example.com; editor@example.com"}, "editor", "cc", ["admin@example.com", "editor@example.com"]),
        ({"alias": ["two words"]}, "editor", "alias", 103),
        ({"alias": "123"}, "editor", "alias", 103),
        ({"alias": "a" * 41}, "editor", "alias", 103),
        ({"alias": "PUBLIC-bug"}, "editor", "alias", 103),
        ({"groups": ["secret"]}, "secret-member", "groups", ["secret"]),
        ({"groups": ["secret"]}, "stranger", "groups", 120),
        ({"groups": ["no such group"]}, "stranger", "groups", 120),
        ({"groups": []}, "secret-member", "groups", []),
        ({"severity": "critical", "whiteboard": "x"}, "editor", "severity", "critical"),
        ({"url": "http://example.com/"}, "editor", "url", "http://example.com/"),
        ({"is_cc_accessible": 0}, "editor", "is_cc_accessible", False),
        ({"is_creator_accessible": 0}, "editor", "is_creator_accessible", False),
        ({"comment_is_private": 1}, "editor", "summary", 113),
        ({"description": "d" * 65_536}, "editor", "summary", 114),
        ({"no_such_parameter": 1}, "editor", "summary", 53),
        ({"cf_no_such_field": 1}, "editor", "summary", 53),
        ({"work_time": 1}, "editor", "summary", 53),
        ({"creator": "admin@example.com", "id": 1}, "editor", "creator", "editor@example.com"),
        ({"severity": "grave"}, "editor", "severity", 51),
        ({"severity": ""}, "editor", "severity", 50),
        ({"keywords": "no-such-keyword"}, "editor", "keywords", 51),
        ({"depends_on": [99_999]}, "editor", "depends_on", 101),
        ({"depends_on": ["nothing"]}, "editor", "depends_on", 100),
        ({"depends_on": [3]}, "editor", "depends_on", 102),
        ({"depends_on": [1]}, "stranger", "depends_on", []),
        ({"depends_on": [1], "blocks": [1]}, "editor", "depends_on", 116),
        ({"see_also": "http://example.com/"}, "editor", "see_also", 112),
        ({"deadline": "31.12.2026"}, "editor", "deadline", 56),
        ({"deadline": "2026-02-30"}, "editor", "deadline", 56),
        ({"deadline": "2026-12-31"}, "stranger", "deadline", None),
        ({"estimated_time": -1}, "editor", "summary", 55),
        ({"estimated_time": "much"}, "editor", "summary", 52),
        ({"estimated_time": 100_000}, "editor", "summary", 54),
        ({"flags": [{"name": "no-such-flag", "status": "?"}]}, "editor", "flags", 51),
        ({"comment": "a text"}, "editor", "summary", "a new bug"),
    ],
)
def test_a_new_bug(caller: Caller, given: dict[str, Any], who: str, field: str, stored: Any) -> None:
    for answer in caller.everywhere("Bug.create", {**NEW, **given}, who):
        if answer.code:
            assert answer.code == stored, answer
        else:
            shown = caller.result("Bug.get", {"ids": [answer.result["id"]]}, who)["bugs"][0]
            assert shown.get(field) == stored, answer


def test_an_alias_names_the_new_bug(caller: Caller) -> None:
    for number, protocol in enumerate(("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest")):
        alias = f"mine-{number}"
        answer = caller.through(protocol, "Bug.create", {**NEW, "alias": alias}, "stranger")
        assert answer
        shown = caller.agreed("Bug.get", {"ids": [alias], "include_fields": ["id", "alias"]})
        assert shown.result["bugs"] == [{"id": answer.result["id"], "alias": [alias]}]


@pytest.mark.parametrize(
    ("product", "who", "groups", "outcome"),
    [
        ("Grouped", "secret-member", None, ["secret"]),  # by default
        ("Grouped", "secret-member", [], []),
        ("Grouped", "stranger", None, []),
        ("Grouped", "stranger", ["secret"], 120),
        ("Vault", "secret-member", None, ["secret"]),
        ("Vault", "secret-member", [], ["secret"]),  # always
        ("Vault", "stranger", None, 106),
        ("Closed", "editor", None, 106),
    ],
)
def test_groups_of_a_new_bug(caller: Caller, product: str, who: str, groups: Any, outcome: Any) -> None:
    params = {**NEW, "product": product, **({} if groups is None else {"groups": groups})}
    for answer in caller.everywhere("Bug.create", params, who):
        if answer.code:
            assert answer.code == outcome
        else:
            assert caller.result("Bug.get", {"ids": [answer.result["id"]]}, who)["bugs"][0]["groups"] == outcome


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"version": "2.0", "target_milestone": "soon"}, 0),
        ({"version": "3.0"}, 51),
        ({"target_milestone": "never"}, 51),
    ],
)
def test_versions_and_milestones_of_a_product(caller: Caller, given: dict[str, str], code: int) -> None:
    for answer in caller.everywhere("Bug.create", {**NEW, "product": "Grouped", **given}, "editor"):
        assert answer.code == code


@pytest.mark.parametrize(
    ("given", "who", "text", "is_private"),
    [
        ({"description": "what happened"}, "editor", "what happened", False),
        ({}, "editor", "", False),
        ({"description": "for few", "comment_is_private": 1}, "insider", "for few", True),
    ],
)
def test_the_first_comment(caller: Caller, given: dict[str, Any], who: str, text: str, is_private: bool) -> None:
    for answer in caller.everywhere("Bug.create", {**NEW, **given}, who):
        number = answer.result["id"]
        (comment,) = caller.result("Bug.comments", {"ids": [number]}, "insider")["bugs"][str(number)]["comments"]
        assert (comment["text"], comment["is_private"], comment["count"]) == (text, is_private, 0)
