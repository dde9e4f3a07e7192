"""Worlds that are alike but for what is private in them.

Whoever may not see a thing must not be able to tell the world that has it from one where it is another, nor, but where
Bugzilla tells, from one without it. So each kind of private thing can be `THIS`, `OTHER` or `ABSENT`, and every world
is a site file made of the same public things, with the same numbers to come.
"""

import base64
import hashlib
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from running import Account

INSIDERS, MEMBERS, EDITORS = "insiders", "members", "editbugs"


class Kind(Enum):
    """A kind of private thing; the value is a word that is in all its texts, and nowhere else."""

    ATTACHMENT = "quartz"
    """A private attachment of an insider's, number 11 on the public bug 1."""
    ITS_COMMENT = "basalt"
    """The private comment that came with it, number 31."""
    FLAGS = "onyx"
    """Flags on it. One that asks `requestee` is there whenever it is, so that who knows of it can try the others."""
    SUMMARY = "garnet"
    """Attachment 12 of the submitter's, made private later: its comment, number 32, is public, but not its summary."""
    COMMENT = "marble"
    """A private comment without an attachment, number 33."""
    BUG = "jasper"
    """Bug 3, in a group, with its comment 34 and attachment 13."""
    PRODUCT = "topaz"
    """A product that only members of the group may enter bugs into, with its bug 4, comment 35 and attachment 14."""


class State(Enum):
    """How a kind of thing is in a world; the value is in its texts."""

    THIS = "amber"
    OTHER = "cobaltine"
    ABSENT = ""


World = Mapping[Kind, State]

SEES: Mapping[str, frozenset[Kind]] = {
    "anonymous": frozenset(),
    "stranger": frozenset(),
    "submitter": frozenset({Kind.SUMMARY}),
    "editor": frozenset(),
    "requestee": frozenset(),
    "insider": frozenset({Kind.ATTACHMENT, Kind.ITS_COMMENT, Kind.FLAGS, Kind.SUMMARY, Kind.COMMENT}),
    "member": frozenset({Kind.BUG, Kind.PRODUCT}),
    "admin": frozenset(),
    "disabled": frozenset(),
    "revoked": frozenset(),
}
"""Every role, with what it may see. The administrator is neither an insider nor a member."""

_GROUPS = {
    "submitter": [],
    "stranger": [],
    "editor": [EDITORS, "canconfirm"],
    "requestee": [],
    "insider": [INSIDERS, EDITORS],
    "member": [MEMBERS],
    "admin": ["admin", "editusers", "tweakparams", EDITORS, "canconfirm"],
    "disabled": [INSIDERS, MEMBERS, EDITORS],
    "revoked": [INSIDERS, MEMBERS, EDITORS],
    "bystander": [EDITORS],  # who sets flags, and asks nothing
}
ALIAS = "jasper-by-another-name"
PRODUCT = "topaz-works"
REQUESTED, ANOTHER = 41, 42
"""The numbers of the flag that asks `requestee`, and of one on the same attachment (in this world)."""

THEN = "2001-02-03 04:05:06"
_PRIVATE_TIME = {State.THIS: "2003-03-03 03:03:03", State.OTHER: "2004-04-04 04:04:04"}


def user(role: str) -> Account:
    """The account of a role."""
    number = list(_GROUPS).index(role) + 1
    return Account(number, f"{role}@example.com", f"Pass-of-{role}-1", f"{role:K<40}")


def all_are(state: State) -> World:
    """The world in which every kind of thing is like this."""
    return dict.fromkeys(Kind, state)


def hidden_are(role: str, state: State) -> World:
    """The world in which what this role may not see is like this, and all else is `THIS`."""
    return {kind: State.THIS if kind in SEES[role] else state for kind in Kind}


def text(kind: Kind, world: World, what: str) -> str:
    """A text about a thing."""
    return f"{kind.value} {what} {world[kind].value}"


def content(kind: Kind, world: World) -> bytes:
    """What is in the attachment that is or belongs to this thing."""
    repeated = {State.THIS: 4_861, State.OTHER: 5_173}[world[kind]] + 11 * list(Kind).index(kind)  # each has its size
    return text(kind, world, "content").encode() + b"." * repeated


@cache
def marks(kind: Kind) -> frozenset[bytes]:
    """What tells of a thing of this kind, as it is in `THIS` world, wherever it turns up in an answer."""
    known = {kind.value.encode(), base64.b64encode(kind.value.encode())[:6]}
    if kind is Kind.FLAGS:
        known |= {b"2003-03-03", b"20030303"}
    if kind in (Kind.ATTACHMENT, Kind.SUMMARY, Kind.BUG, Kind.PRODUCT):
        data = content(kind, all_are(State.THIS))
        sizes = ('"size":{}', "<int>{}</int>", "content-length: {}\n", "/{}\n")  # the last is that of a Content-Range
        known |= {each.format(len(data)).encode() for each in sizes}
        known.add(hashlib.sha256(data).hexdigest()[:16].encode())
    return frozenset(known)


def site(world: World) -> dict[str, Any]:
    """The site file of a world."""
    parts = [_public(), *(make(world) for kind, make in _MAKES.items() if world[kind] is not State.ABSENT)]
    return {
        "params": {
            "insidergroup": INSIDERS,
            "comment_taggers_group": EDITORS,
            "maintainer": user("admin").login,
            "requirelogin": "0",
        },
        "groups": [{"name": name} for name in _all_groups()],
        "users": [_user(role) for role in _GROUPS],
        "flag_types": [{"id": 1, "name": "review"}, {"id": 2, "name": "approval"}],
        **{name: [each for part in parts for each in part.get(name, [])] for name in _LISTS},
    }


_LISTS = ("products", "components", "group_controls", "bugs", "comments", "attachments", "flags")


def _all_groups() -> list[str]:
    return list(dict.fromkeys(group for groups in _GROUPS.values() for group in groups))


def _user(role: str) -> dict[str, Any]:
    known = user(role)
    return {
        "id": known.id,
        "login": known.login,
        "password": known.password,
        "groups": _GROUPS[role],
        "disabled_text": "Gone for good." if role == "disabled" else "",
        "api_keys": [{"api_key": known.api_key, "revoked": role == "revoked"}],
    }


def _public() -> dict[str, list[dict[str, Any]]]:
    """What is there in every world; it has the highest numbers, so that all worlds go on with the same."""
    return {
        "products": [{"name": "Widgets"}],
        "components": [{"product": "Widgets", "name": "Core"}],
        "bugs": [_bug(1, "Widgets", "a bug", "submitter"), _bug(9, "Widgets", "another bug", "editor")],
        "comments": [
            _comment(1, 1, "submitter", "It rattles."),
            _comment(2, 1, "stranger", "", 1),
            _comment(99, 9, "editor", "It squeaks."),
        ],
        "attachments": [
            _attachment(1, 1, "stranger", "plain", b"for all"),
            _attachment(20, 9, "editor", "last", b"for all too"),
        ],
        "flags": [_flag(50, 1, 1, "stranger", "?", "editor", THEN)],
    }


def _private_attachment(world: World) -> dict[str, list[dict[str, Any]]]:
    kind = Kind.ATTACHMENT
    return {
        "attachments": [
            _attachment(11, 1, "insider", text(kind, world, "name"), content(kind, world), is_private=True)
        ],
        "flags": [_flag(REQUESTED, 11, 1, "insider", "?", "requestee", THEN)],
    }


def _its_comment(world: World) -> dict[str, list[dict[str, Any]]]:
    about = 11 if world[Kind.ATTACHMENT] is not State.ABSENT else None
    return {"comments": [_comment(31, 1, "insider", text(Kind.ITS_COMMENT, world, "text"), about, is_private=True)]}


def _flags(world: World) -> dict[str, list[dict[str, Any]]]:
    if world[Kind.ATTACHMENT] is State.ABSENT:
        return {}
    when = _PRIVATE_TIME[world[Kind.FLAGS]]
    if world[Kind.FLAGS] is State.THIS:
        return {"flags": [_flag(ANOTHER, 11, 2, "insider", "+", None, when)]}
    others = [_flag(43, 11, 2, "bystander", "-", None, when), _flag(44, 11, 1, "insider", "?", "bystander", when)]
    return {"flags": others}


def _summary(world: World) -> dict[str, list[dict[str, Any]]]:
    kind = Kind.SUMMARY
    name = text(kind, world, "name")
    return {
        "attachments": [_attachment(12, 1, "submitter", name, content(kind, world), is_private=True)],
        "comments": [_comment(32, 1, "submitter", "", 12)],
    }


def _private_comment(world: World) -> dict[str, list[dict[str, Any]]]:
    return {"comments": [_comment(33, 1, "insider", text(Kind.COMMENT, world, "text"), is_private=True)]}


def _hidden_bug(world: World) -> dict[str, list[dict[str, Any]]]:
    kind = Kind.BUG
    bug = _bug(3, "Widgets", text(kind, world, "summary"), "member")
    return {
        "bugs": [{**bug, "aliases": [ALIAS], "groups": [MEMBERS], "whiteboard": text(kind, world, "whiteboard")}],
        "comments": [_comment(34, 3, "member", text(kind, world, "text"))],
        "attachments": [_attachment(13, 3, "member", text(kind, world, "name"), content(kind, world))],
    }


def _hidden_product(world: World) -> dict[str, list[dict[str, Any]]]:
    kind = Kind.PRODUCT
    controls = {"canedit": True, "entry": True, "membercontrol": 3, "othercontrol": 3}
    component = text(kind, world, "part")
    bug = _bug(4, PRODUCT, text(kind, world, "summary"), "member", component)
    return {
        "products": [{"name": PRODUCT, "description": text(kind, world, "description")}],
        "components": [{"product": PRODUCT, "name": component}],
        "group_controls": [{"product": PRODUCT, "group_name": MEMBERS, **controls}],
        "bugs": [{**bug, "groups": [MEMBERS]}],
        "comments": [_comment(35, 4, "member", text(kind, world, "text"))],
        "attachments": [_attachment(14, 4, "member", text(kind, world, "name"), content(kind, world))],
    }


_MAKES = {
    Kind.ATTACHMENT: _private_attachment,
    Kind.ITS_COMMENT: _its_comment,
    Kind.FLAGS: _flags,
    Kind.SUMMARY: _summary,
    Kind.COMMENT: _private_comment,
    Kind.BUG: _hidden_bug,
    Kind.PRODUCT: _hidden_product,
}


def _bug(number: int, product: str, summary: str, reporter: str, component: str = "Core") -> dict[str, Any]:
    return {
        "id": number,
        "product": product,
        "component": component,
        "summary": summary,
        "reporter": user(reporter).login,
        "assigned_to": user(reporter).login,
        "creation_time": THEN,
        "last_change_time": THEN,
    }


def _comment(
    number: int, bug: int, creator: str, words: str, about: int | None = None, is_private: bool = False
) -> dict[str, Any]:
    return {
        "id": number,
        "bug_id": bug,
        "creator": user(creator).login,
        "creation_time": THEN,
        "text": words,
        "type": "normal" if about is None else "attachment_created",
        "attachment_id": about,
        "is_private": is_private,
    }


def _attachment(
    number: int, bug: int, creator: str, name: str, data: bytes, is_private: bool = False
) -> dict[str, Any]:
    return {
        "id": number,
        "bug_id": bug,
        "file_name": f"{name}.txt",
        "summary": f"summary of {name}",
        "content_type": "text/plain",
        "creator": user(creator).login,
        "is_private": is_private,
        "creation_time": THEN,
        "last_change_time": THEN,
        "data_b64": base64.b64encode(data).decode(),
    }


def _flag(
    number: int, attachment: int, type_id: int, setter: str, status: str, requestee: str | None, when: str
) -> dict[str, Any]:
    return {
        "id": number,
        "type_id": type_id,
        "name": ("review", "approval")[type_id - 1],
        "status": status,
        "setter": user(setter).login,
        "requestee": user(requestee).login if requestee else None,
        "bug_id": 1,
        "attach_id": attachment,
        "creation_date": when,
        "modification_date": when,
    }
