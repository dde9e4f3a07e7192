"""Flags: setting, requesting, granting, clearing and retargeting them, by name, by type and by their own number.

The types of the test site: review (1); approval (2), granted by insiders, requested with editbugs; once (3), not
multiplicable, asked of nobody in particular; retired (4), out of use; twin (5 and 6); statement (7), not requestable;
shell-only (8), of another component; blessing (9), granted with editbugs, requested by insiders.

A flag is written as the log writes it: its name, its status, and in brackets whom it is asked of.
"""

from typing import Any

import pytest
from calling import Caller

NEW = {"ids": [2], "data": b"x", "file_name": "a.txt", "summary": "a", "content_type": "text/plain"}
EDITOR, INSIDER = "editor@example.com", "insider@example.com"
STRANGER, DISABLED = "stranger@example.com", "disabled@example.com"


def flag(name: str | int, status: Any = "?", requestee: Any = None, **more: Any) -> dict[str, Any]:
    """A wish, by the name or the number of a type."""
    by = {"type_id": name} if isinstance(name, int) else {"name": name}
    return {**by, "status": status, **({} if requestee is None else {"requestee": requestee}), **more}


def written(attachment: dict[str, Any]) -> list[str]:
    """The flags of an attachment."""
    return [
        each["name"] + each["status"] + (f"({each['requestee'].partition('@')[0]})" if "requestee" in each else "")
        for each in attachment["flags"]
    ]


def added(caller: Caller, wishes: Any, who: str = "editor", **fields: Any) -> list[Any]:
    """What each protocol makes of these wishes with a new attachment: its flags, or the code of the error."""
    answers = caller.everywhere("Bug.add_attachment", {**NEW, "flags": wishes, **fields}, who)
    return [each.code or written(caller.attachment(each.result["ids"][0])) for each in answers]


SET = [
    ([flag("review", "?")], "editor", ["review?"]),
    ([flag("review", "+")], "editor", ["review+"]),
    ([flag("review", "-")], "editor", ["review-"]),
    ([flag("review", "?", EDITOR)], "editor", ["review?(editor)"]),
    ([flag("review", "?", f" {EDITOR.upper()} ")], "editor", ["review?(editor)"]),
    ([flag("review", "?", "")], "editor", ["review?"]),
    ([flag("review", "+", INSIDER)], "editor", ["review+"]),  # nobody is asked for what is granted
    ([flag(1, "?")], "editor", ["review?"]),
    ([flag("1", "?")], "editor", 51),
    ([{"type_id": "1", "status": "?"}], "editor", ["review?"]),
    ([flag(5, "?")], "editor", ["twin?"]),
    ([flag("review"), flag("once", "+")], "editor", ["review?", "once+"]),
    ([flag("once", "+"), flag("review")], "editor", ["review?", "once+"]),  # in the order of their types
    ([flag("review", "?", new=1), flag("review", "+", new=1)], "editor", ["review?", "review+"]),
    ([flag("review", "?"), flag("review", "+")], "editor", ["review?", "review+"]),
    ([flag("review", "X")], "editor", []),
    ([flag("approval", "?")], "editor", ["approval?"]),
    ([flag("approval", "?")], "stranger", 130),
    ([flag("approval", "+")], "editor", 130),
    ([flag("approval", "+")], "insider", ["approval+"]),
    ([flag("approval", "?")], "insider", ["approval?"]),
    ([flag("blessing", "?")], "stranger", 130),
    ([flag("blessing", "?")], "editor", ["blessing?"]),  # who may grant may ask, too
    ([flag("approval", "?", INSIDER)], "editor", ["approval?(insider)"]),
    ([flag("approval", "?", STRANGER)], "editor", 32000),  # may not grant it
    ([flag("review", "?", DISABLED)], "editor", 32000),
    ([flag("review", "?", "nobody@example.com")], "editor", 51),
    ([flag("review", "?", "edit")], "editor", 51),  # part of a login
    ([flag("once", "?", EDITOR)], "editor", 131),
    ([flag("once", "?")], "editor", ["once?"]),
    ([flag("once", "+", new=1), flag("once", "+", new=1)], "editor", 32000),
    ([flag("retired", "+")], "editor", 134),
    ([flag(4, "+")], "editor", 134),
    ([flag("twin", "?")], "editor", 133),
    ([flag("statement", "?")], "editor", 129),
    ([flag("statement", "+")], "editor", ["statement+"]),
    ([flag("shell-only", "+")], "editor", 51),
    ([flag(8, "+")], "editor", 51),
    ([flag("Review", "+")], "editor", 51),
    ([flag("no such flag", "+")], "editor", 51),
    ([flag(99, "+")], "editor", 51),
    ([flag("review", "++")], "editor", 129),
    ([flag("review", "")], "editor", 129),
    ([flag("review", None)], "editor", 129),
    ([{"name": "review"}], "editor", 129),
    ([{"status": "+"}], "editor", 50),
    ([{"id": 1, "status": "+"}], "editor", 51),  # a flag of another attachment
    ([flag("review", "+", setter=INSIDER)], "editor", 32000),
    ([], "editor", []),
    (None, "editor", []),
    ("review+", "editor", 53),
    (["review+"], "editor", 53),
    ({"name": "review", "status": "+"}, "editor", 53),
    ([flag("review", ["+"])], "editor", 53),
    ([flag("review", "?", [EDITOR])], "editor", 53),
    ([{"name": ["review"], "status": "+"}], "editor", 53),
]


@pytest.mark.parametrize(("wishes", "who", "outcome"), SET)
def test_flags_of_a_new_attachment(caller: Caller, wishes: Any, who: str, outcome: Any) -> None:
    for each in added(caller, wishes, who):
        assert each == outcome


def test_a_type_of_the_component(caller: Caller) -> None:
    """Bug 6 is of the component that shell-only is for."""
    for each in added(caller, [flag("shell-only", "+")], ids=[6]):
        assert each == ["shell-only+"]


@pytest.mark.parametrize(
    ("is_private", "requestee", "outcome"),
    [(1, INSIDER, ["review?(insider)"]), (1, EDITOR, 32000), (0, EDITOR, ["review?(editor)"])],
)
def test_who_is_asked_must_see_the_attachment(caller: Caller, is_private: int, requestee: str, outcome: Any) -> None:
    for each in added(caller, [flag("review", "?", requestee)], "insider", is_private=is_private):
        assert each == outcome


# ---- changing flags: (those that are there, the wishes, who, what comes of it, what the log says)

# In a wish, `id` is the place of a flag among those that are there.
ASKED = flag("review", "?", EDITOR)
CHANGES = [
    ([ASKED], [{"id": 0, "status": "+"}], "editor", ["review+"], ("review?(editor)", "review+")),
    ([ASKED], [flag("review", "+")], "editor", ["review+"], ("review?(editor)", "review+")),
    ([ASKED], [flag(1, "-")], "editor", ["review-"], ("review?(editor)", "review-")),
    ([ASKED], [{"id": 0, "status": "X"}], "editor", [], ("review?(editor)", "")),
    ([ASKED], [flag("review", "X")], "editor", [], ("review?(editor)", "")),
    ([ASKED], [flag("review", "?", INSIDER)], "editor", ["review?(insider)"], ("review?(editor)", "review?(insider)")),
    ([ASKED], [flag("review", "?")], "editor", ["review?"], ("review?(editor)", "review?")),
    ([ASKED], [flag("review", "?", EDITOR)], "editor", ["review?(editor)"], None),
    ([ASKED], [flag("review", "+", new=1)], "editor", ["review?(editor)", "review+"], ("", "review+")),
    ([ASKED], [flag("once", "+")], "editor", ["review?(editor)", "once+"], ("", "once+")),
    ([ASKED], [{"id": 0, "status": "X"}, flag("once", "+")], "editor", ["once+"], ("review?(editor)", "once+")),
    ([ASKED], [{"id": 0, "status": "?", "requestee": DISABLED}], "editor", 32000, None),
    ([ASKED], [{"id": 0, "status": "nonsense"}], "editor", 129, None),
    ([ASKED], [{"id": 0}], "editor", 129, None),
    ([ASKED], [{"id": 99999, "status": "+"}], "editor", 51, None),
    ([ASKED], [flag("none", "+")], "editor", 51, None),
    ([ASKED], [flag("retired", "+")], "editor", 134, None),
    ([ASKED], [flag("approval", "+")], "editor", 130, None),
    ([ASKED], [flag("approval", "+")], "insider", ["review?(editor)", "approval+"], ("", "approval+")),
    ([ASKED, flag("review", "+", new=1)], [flag("review", "X")], "editor", 132, None),
    ([ASKED, flag("review", "+", new=1)], [flag(1, "X")], "editor", 132, None),
    ([ASKED, flag("review", "+", new=1)], [{"id": 1, "status": "X"}], "editor", ["review?(editor)"], ("review+", "")),
    ([flag("once", "?")], [flag("once", "+")], "editor", ["once+"], ("once?", "once+")),
    ([flag("once", "?")], [flag("once", "+", new=1)], "editor", 32000, None),
    ([flag("review", "+")], [flag("review", "+")], "insider", ["review+"], None),  # the setter stays who it was
    ([], [flag("review", "X")], "editor", [], None),
]


@pytest.mark.parametrize(("before", "wishes", "who", "after", "logged"), CHANGES)
def test_flags_of_an_old_attachment(
    caller: Caller, before: list[Any], wishes: list[Any], who: str, after: Any, logged: Any
) -> None:
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest"):
        number = caller.attach(flags=before)
        there = caller.attachment(number)["flags"]
        meant = [{**each, "id": there[each["id"]]["id"]} if each.get("id") in range(2) else each for each in wishes]
        answer = caller.through(protocol, "Bug.update_attachment", {"ids": [number], "flags": meant}, who)
        assert answer
        if isinstance(after, int):
            assert answer.code == after, answer
            assert caller.attachment(number)["flags"] == there
            continue
        assert answer.code == 0, answer
        assert written(caller.attachment(number)) == after
        said = answer.result["attachments"][0]["changes"].get("flagtypes.name")
        assert said == (None if logged is None else {"removed": _full(logged[0]), "added": _full(logged[1])})


def _full(words: str) -> str:
    return words.replace(")", "@example.com)")


# ---- who may change flags on an attachment of somebody else, the editor's


@pytest.mark.parametrize(
    ("who", "change", "code"),
    [
        ("stranger", {"flags": [{"id": 0, "status": "+"}]}, 0),  # who is asked
        ("stranger", {"flags": [{"id": 0, "status": "X"}]}, 0),
        ("stranger", {"flags": [{"id": 0, "status": "+"}], "comment": "done"}, 0),
        ("stranger", {"flags": [{"id": 0, "status": "+"}], "summary": "mine"}, 32000),
        ("stranger", {"flags": [{"id": 0, "status": "+"}], "is_obsolete": 1}, 32000),
        ("stranger", {"flags": [{"id": 1, "status": "X"}]}, 32000),  # another's flag
        ("stranger", {"flags": [{"id": 0, "status": "+"}, flag("once", "+")]}, 32000),
        ("stranger", {"flags": [flag("once", "+")]}, 32000),
        ("stranger", {"comment": "a comment"}, 32000),
        ("secret-member", {"flags": [{"id": 0, "status": "+"}]}, 32000),
        ("insider", {"flags": [{"id": 0, "status": "+"}], "summary": "theirs"}, 0),
    ],
)
def test_flags_on_anothers_attachment(caller: Caller, who: str, change: dict[str, Any], code: int) -> None:
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest"):
        number = caller.attach(flags=[flag("review", "?", STRANGER), flag("review", "+", new=1)])
        there = caller.attachment(number)["flags"]
        wishes = change.get("flags", [])
        meant = [{**each, "id": there[each["id"]]["id"]} if "id" in each else each for each in wishes]
        params = {"ids": [number], **change, **({"flags": meant} if wishes else {})}
        answer = caller.through(protocol, "Bug.update_attachment", params, who)
        assert answer
        assert answer.code == code, answer


def test_who_set_a_flag_may_clear_it(caller: Caller) -> None:
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest"):
        number = caller.attach(flags=[flag("review", "?", STRANGER)])
        mine = caller.attachment(number)["flags"][0]["id"]
        caller.result("Bug.update_attachment", {"ids": [number], "flags": [{"id": mine, "status": "+"}]}, "stranger")
        assert caller.attachment(number)["flags"][0]["setter"] == STRANGER
        change = {"ids": [number], "flags": [{"id": mine, "status": "X"}]}
        answer = caller.through(protocol, "Bug.update_attachment", change, "stranger")
        assert answer
        assert (answer.code, caller.attachment(number)["flags"]) == (0, [])


def test_clearing_takes_no_right(caller: Caller) -> None:
    """Who may change the attachment may clear a flag that they could neither set nor ask for."""
    for protocol in ("xmlrpc", "jsonrpc-1.0", "jsonrpc-2.0", "rest"):
        number = caller.attach("stranger")
        change = {"ids": [number], "flags": [flag("approval", "+")]}
        caller.result("Bug.update_attachment", change, "insider")
        for status, code in (("?", 130), ("-", 130), ("X", 0)):
            change = {"ids": [number], "flags": [flag("approval", status)]}
            answer = caller.through(protocol, "Bug.update_attachment", change, "stranger")
            assert answer
            assert answer.code == code


def test_a_flag(caller: Caller) -> None:
    """The first flag of attachment 10, which is in the site's file."""
    shown = caller.agreed("Bug.attachments", {"attachment_ids": [10]}).result["attachments"]["10"]["flags"][0]
    assert shown.pop("creation_date") == shown.pop("modification_date")
    assert shown == {"id": 1, "type_id": 1, "name": "review", "status": "?", "setter": STRANGER, "requestee": EDITOR}


def test_who_is_asked_follows_the_bug(caller: Caller) -> None:
    bug = {"product": "Widgets", "component": "Core", "summary": "to be followed", "version": "1"}
    for protocol in ("xmlrpc", "jsonrpc-2.0", "rest"):
        number = caller.result("Bug.create", bug, "editor")["id"]
        answer = caller.through(protocol, "Bug.add_attachment", {**NEW, "ids": [number], "flags": [ASKED]}, "insider")
        assert answer
        assert caller.result("Bug.get", {"ids": [number]})["bugs"][0]["cc"] == [EDITOR]
