"""Every field of everything that a store keeps comes back as itself, and not as any other field.

The objects are made from the fields of their structs, so that a new field is tested without a word here, unless it has
rules of its own. All values differ, and of the fields that are true or false one at a time is true.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec.structs import replace
from store_samples import THEN, Sample

from gateway import model
from gateway.content import MemoryContent
from gateway.model import (
    ApiKey,
    Attachment,
    AuditEntry,
    Bug,
    BugField,
    BugTag,
    BugVisit,
    Change,
    Classification,
    Comment,
    Component,
    FieldValue,
    Flag,
    FlagType,
    Group,
    GroupControl,
    GroupGrant,
    Hours,
    Keyword,
    Milestone,
    Person,
    Product,
    SavedSearch,
    Scope,
    Session,
    Site,
    StatusTransition,
    User,
    Version,
)
from gateway.store.interface import Reader, Store, Writer

FLAG_TYPE = 77
"""The id of a flag type for attachments that each test has."""

Make = Callable[[Writer, Sample, int], Mapping[str, object]]


def _content(n: int) -> MemoryContent:
    return MemoryContent(b"content %d" % n)


def _attachment(tx: Writer, sample: Sample, n: int) -> dict[str, Any]:
    """Add an attachment, and return what refers to it."""
    attachment_id = tx.add_attachment(sample.attachment(id=600 + n), None)
    return {"bug_id": sample.bug, "attachment_id": attachment_id}


def _comment(tx: Writer, sample: Sample, n: int) -> dict[str, Any]:
    """Add earlier comments, so that the number of the next one is like no other value."""
    for number in range(3):
        tx.add_comment(sample.comment(id=10 * n + number))
    return {
        **_attachment(tx, sample, n),
        "type": "attachment_updated",
        "count": len(tx.comments(sample.bug)),
        "related_bug": sample.other_bug,
    }


RULES: dict[type, Make] = {
    Site: lambda *_: {},
    Group: lambda *_: {},
    User: lambda *_: {"groups": frozenset({"staff"})},
    GroupGrant: lambda *_: {"group": "staff", "member": "editbugs", "kind": "bless"},
    SavedSearch: lambda _, sample, __: {"user_id": sample.bob.id},
    AuditEntry: lambda _, sample, __: {"user_id": sample.bob.id},
    Classification: lambda *_: {},
    Version: lambda *_: {},
    Milestone: lambda *_: {},
    BugField: lambda *_: {"visibility_values": ("one", "two")},
    FieldValue: lambda *_: {},
    StatusTransition: lambda *_: {},
    Keyword: lambda *_: {},
    BugTag: lambda _, sample, __: {"user_id": sample.bob.id, "bug_id": sample.bug},
    BugVisit: lambda _, sample, __: {"user_id": sample.alice.id, "bug_id": sample.other_bug},
    ApiKey: lambda _, sample, __: {"user_id": sample.bob.id},
    Component: lambda _, sample, __: {
        "default_assignee": sample.alice.login,
        "default_qa_contact": sample.bob.login,
        "default_cc": (sample.alice.login, sample.bob.login),
    },
    GroupControl: lambda *_: {"group": "editbugs", "member_control": 1, "other_control": 2},
    Product: lambda tx, sample, n: {
        "components": (_made(Component, tx, sample, n),),
        "controls": (_made(GroupControl, tx, sample, n),),
        "versions": (_made(Version, tx, sample, n),),
        "milestones": (_made(Milestone, tx, sample, n),),
        "classification": "Unclassified",
    },
    FlagType: lambda *_: {
        "target_type": "bug",
        "grant_group": "staff",
        "request_group": "editbugs",
        "inclusions": (Scope("Widget"),),
        "exclusions": (Scope("Widget", "Edge"),),
    },
    Bug: lambda _, sample, n: {
        "product": "Widget",
        "component": "Edge",
        "cc": (sample.bob,),
        "aliases": (f"alias {n}",),
        "groups": ("staff",),
        "duplicate_of": sample.other_bug,
    },
    Attachment: lambda _, sample, n: {
        "bug_id": sample.other_bug,
        "size": _content(n).size,
        "sha256": _content(n).sha256,
        "flags": (),
    },
    Comment: _comment,
    Change: lambda tx, sample, n: {
        **_attachment(tx, sample, n),
        "user_id": sample.bob.id,
        "comment_id": tx.add_comment(sample.comment(id=5000 + n)),
    },
    Flag: lambda tx, sample, n: {
        **_attachment(tx, sample, n),
        "type_id": FLAG_TYPE,
        "name": "a flag's name",
        "status": "+",
    },
}
"""The values of those fields that cannot have just any."""

ADD: dict[type, Callable[[Writer, Any], object]] = {
    Site: lambda tx, it: tx.set_site(it),
    Group: lambda tx, it: tx.add_group(it),
    User: lambda tx, it: tx.add_user(it, "a hash"),
    GroupGrant: lambda tx, it: tx.add_group_grant(it),
    SavedSearch: lambda tx, it: tx.add_saved_search(it),
    AuditEntry: lambda tx, it: tx.add_audit_entry(it),
    Classification: lambda tx, it: tx.set_classification(it),
    Version: lambda tx, it: tx.set_product(replace(_widget(tx), versions=(it,))),
    Milestone: lambda tx, it: tx.set_product(replace(_widget(tx), milestones=(it,))),
    BugField: lambda tx, it: tx.set_bug_fields([it]),
    FieldValue: lambda tx, it: tx.set_field_values(it.field, [it]),
    StatusTransition: lambda tx, it: tx.set_status_transitions([it]),
    Keyword: lambda tx, it: tx.set_keyword(it),
    BugTag: lambda tx, it: tx.set_bug_tags(it.user_id, it.bug_id, [it.name]),
    BugVisit: lambda tx, it: tx.set_bug_visit(it),
    ApiKey: lambda tx, it: tx.add_api_key(it),
    Component: lambda tx, it: tx.add_component("Widget", it),
    GroupControl: lambda tx, it: tx.set_group_control("Widget", it),
    Product: lambda tx, it: tx.add_product(it),
    FlagType: lambda tx, it: tx.add_flag_type(it),
    Bug: lambda tx, it: tx.add_bug(it),
    Attachment: lambda tx, it: tx.add_attachment(it, MemoryContent(b"content %d" % (it.id - 100))),
    Comment: lambda tx, it: tx.add_comment(it),
    Change: lambda tx, it: tx.add_change(it),
    Flag: lambda tx, it: tx.add_flag(it),
}

SET: dict[type, tuple[Callable[[Writer, Any], object], tuple[str, ...]]] = {
    User: (lambda tx, it: tx.set_user(it), ("groups",)),
    Group: (lambda tx, it: tx.set_group(it), ()),
    Product: (lambda tx, it: tx.set_product(it), ("components", "controls", "versions", "milestones")),
    Component: (lambda tx, it: tx.set_component(it), ()),
    FlagType: (lambda tx, it: tx.set_flag_type(it), ()),
    Bug: (lambda tx, it: tx.set_bug(it), ("reporter", "creation_time")),
    Attachment: (
        lambda tx, it: tx.set_attachment(it),
        ("bug_id", "creator", "size", "sha256", "creation_time", "flags"),
    ),
    Flag: (lambda tx, it: tx.set_flag(it), ("type_id", "name", "bug_id", "attachment_id", "creation_date")),
}
"""The function that replaces an object, and the fields that it leaves unchanged."""

FIND: dict[type, Callable[[Reader, Any], list[Any]]] = {
    Site: lambda tx, _: [tx.site()],
    Group: lambda tx, _: tx.groups(),
    User: lambda tx, it: [tx.user(it.id), tx.user_by_login(it.login)],
    GroupGrant: lambda tx, _: tx.group_grants(),
    SavedSearch: lambda tx, it: tx.saved_searches(it.user_id),
    AuditEntry: lambda tx, _: list(tx.audit_log()),
    Classification: lambda tx, _: list(tx.classifications()),
    Version: lambda tx, _: list(_widget(tx).versions),
    Milestone: lambda tx, _: list(_widget(tx).milestones),
    BugField: lambda tx, _: list(tx.bug_fields()),
    FieldValue: lambda tx, it: list(tx.field_values(it.field)),
    StatusTransition: lambda tx, _: list(tx.status_transitions()),
    Keyword: lambda tx, _: list(tx.keywords()),
    BugTag: lambda tx, it: tx.bug_tags(it.user_id),
    BugVisit: lambda tx, it: tx.bug_visits(it.user_id),
    ApiKey: lambda tx, it: tx.api_keys(it.user_id),
    Component: lambda tx, _: list(_widget(tx).components),
    GroupControl: lambda tx, _: list(_widget(tx).controls),
    Product: lambda tx, it: [tx.product(it.name)],
    FlagType: lambda tx, _: tx.flag_types(),
    Bug: lambda tx, it: [tx.bug(it.id)],
    Attachment: lambda tx, it: tx.attachments([it.id]),
    Comment: lambda tx, it: tx.comments_by_id([it.id]),
    Change: lambda tx, it: tx.changes(it.bug_id),
    Flag: lambda tx, it: list(tx.attachments([it.attachment_id])[0].flags),
}


def _widget(tx: Reader) -> Product:
    product = tx.product("Widget")
    assert product
    return product


def _kind(hint: Any) -> Any:
    """The type of a field, whether it may be None or not."""
    (kind,) = [each for each in get_args(hint) if each is not NoneType] if NoneType in get_args(hint) else [hint]
    return get_origin(kind) or kind


def _truths(struct: type) -> list[str]:
    return [field for field, hint in get_type_hints(struct).items() if _kind(hint) is bool]


def _made(struct: type, tx: Writer, sample: Sample, n: int, true: str = "") -> Any:
    """The `n`th object, in which only the field `true` is true and all other values differ."""
    values = dict(RULES[struct](tx, sample, n))
    for number, (field, hint) in enumerate(get_type_hints(struct).items()):
        if field not in values:
            values[field] = _value(tx, _kind(hint), field, n, number, true)
    told_apart = [value for value in values.values() if not isinstance(value, bool) and value != ()]
    assert len(set(map(repr, told_apart))) == len(told_apart), "the test cannot tell them apart"
    return struct(**values)


def _value(tx: Writer, kind: Any, field: str, n: int, number: int, true: str) -> object:
    if kind is Person:
        person = Person(0, f"{field} {n}@x", f"The {field} {n}")
        return replace(person, id=tx.add_user(User(*msgspec.structs.astuple(person)), None))
    return {
        int: lambda: 100 + n if field == "id" else 1000 + number,
        str: lambda: f"{field} {n}",
        bool: lambda: field == true,
        datetime: lambda: THEN + timedelta(days=number),
        Hours: lambda: Hours(f"{number}.25"),
        Mapping: lambda: {f"in {field}": f"{field} {n}"},
    }[kind]()


KEPT = sorted(ADD, key=lambda struct: struct.__name__)
BACKENDS = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


def test_everything_in_the_model_is_covered() -> None:
    structs = {each for each in vars(model).values() if isinstance(each, type) and issubclass(each, msgspec.Struct)}
    assert set(ADD) == set(RULES) == set(FIND) == structs - {msgspec.Struct, Person, Scope, Session}


def _variants(struct: type) -> Iterator[tuple[int, str]]:
    yield from enumerate(["", *_truths(struct)], 1)


@BACKENDS
@pytest.mark.parametrize("struct", KEPT)
async def test_each_field_comes_back_as_itself(store: Store, sample: Sample, struct: type) -> None:
    await store.write(lambda tx: tx.add_flag_type(FlagType(FLAG_TYPE, "a flag's name")))
    for n, true in _variants(struct):

        def add(tx: Writer, n: int = n, true: str = true) -> Any:
            made = _made(struct, tx, sample, n, true)
            ADD[struct](tx, made)
            return made

        made = await store.write(add)
        assert made in await store.read(lambda tx, made=made: FIND[struct](tx, made)), (made, true)


@BACKENDS
@pytest.mark.parametrize("struct", SET)
async def test_each_field_that_is_set_comes_back_as_itself(store: Store, sample: Sample, struct: type) -> None:
    await store.write(lambda tx: tx.add_flag_type(FlagType(FLAG_TYPE, "a flag's name")))
    change, kept = SET[struct]
    for n, true in _variants(struct):

        def add_and_set(tx: Writer, n: int = 2 * n, true: str = true) -> Any:
            before, other = _made(struct, tx, sample, n), _made(struct, tx, sample, n + 1, true)
            ADD[struct](tx, before)
            after = replace(other, id=before.id, **{field: getattr(before, field) for field in kept})
            change(tx, after)
            return after

        after = await store.write(add_and_set)
        assert after in await store.read(lambda tx, after=after: FIND[struct](tx, after)), (after, true)
