"""The contract of all stores: what many bugs do not have, and groups that follow from other groups."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from store_samples import THEN, Sample

from gateway.model import BugField, Comment, Group, GroupGrant, Hours, Keyword, User, new_bugzilla
from gateway.store.interface import Reader, Store, Writer

BACKENDS = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


def details(tx: Reader, *ids: int) -> list[object]:
    return [
        tx.bug_keywords(ids),
        tx.depends_on(ids),
        tx.blocks(ids),
        tx.duplicates(ids),
        tx.bug_urls(ids),
        tx.custom_values(ids),
        tx.hours_worked(ids),
    ]


@BACKENDS
async def test_details_come_back_for_the_bugs_that_have_them(store: Store, sample: Sample) -> None:
    one, two = sample.bug, sample.other_bug

    def work(tx: Writer) -> None:
        tx.set_keyword(Keyword(7, "perf"))
        tx.set_keyword(Keyword(0, "crash"))
        tx.set_bug_fields([BugField(60, "cf_one", "One"), BugField(61, "cf_many", "Many")])
        tx.set_bug_keywords(one, ["perf", "crash", "perf"])
        tx.add_dependency(one, two)
        tx.add_dependency(one, two)
        for url in ("https://b/", "https://a/", "https://b/"):
            tx.add_bug_url(two, url)
        tx.set_custom_values(one, "cf_many", ["z", "a"])
        tx.set_custom_values(one, "cf_one", [""])
        tx.set_bug(replace(sample.new_bug(), id=two, duplicate_of=one))
        tx.add_comment(sample.comment(work_time=Hours("1.25")))
        tx.add_comment(sample.comment(work_time=Hours("-0.50")))

    assert await store.read(lambda tx: details(tx, one, two)) == [{}] * 7
    await store.write(work)
    assert await store.read(lambda tx: details(tx, one, two, 99)) == [
        {one: ("crash", "perf")},
        {one: (two,)},
        {two: (one,)},
        {one: (two,)},
        {two: ("https://b/", "https://a/")},
        {one: {"cf_one": ("",), "cf_many": ("z", "a")}},
        {one: Hours("0.75")},
    ]

    def undo(tx: Writer) -> None:
        tx.set_bug_keywords(one, [])
        tx.remove_dependency(one, two)
        tx.remove_bug_url(two, "https://b/")
        tx.set_custom_values(one, "cf_many", [])
        tx.set_bug_fields([BugField(60, "cf_one", "One")])

    await store.write(undo)
    left = await store.read(lambda tx: details(tx, one, two))
    assert left[:3] == [{}] * 3
    assert left[4:6] == [{two: ("https://a/",)}, {one: {"cf_one": ("",)}}]


@BACKENDS
async def test_tags_of_comments_are_found_whatever_their_case(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> list[int]:
        ids = [tx.add_comment(sample.comment()) for _ in range(3)]
        tx.set_comment_tags(ids[0], ["Spam", "spam", "me-too"])
        tx.set_comment_tags(ids[1], ["SPAM"])
        return ids

    ids = await store.write(work)
    assert await store.read(lambda tx: tx.comment_tags(ids)) == {ids[0]: ("me-too", "Spam"), ids[1]: ("SPAM",)}
    found = await store.read(lambda tx: [tx.comment_tags_matching(text, 5) for text in ("A", "ME", "no", "")])
    assert [[tag.lower() for tag in tags] for tags in found] == [["spam"], ["me-too"], [], ["spam", "me-too"]]
    assert len(await store.read(lambda tx: tx.comment_tags_matching("", 1))) == 1
    await store.write(lambda tx: tx.set_comment_private(ids[0], True))
    private: Comment = (await store.read(lambda tx: tx.comments_by_id(ids[:1])))[0]
    assert private.is_private


@BACKENDS
async def test_groups_follow_from_expressions_and_other_groups(store: Store, sample: Sample) -> None:
    async def groups() -> list[str]:
        user = await store.read(lambda tx: tx.user(sample.bob.id))
        assert user
        assert user.login.lower() == "bob@my.company" or not user.groups
        return sorted(user.groups)

    steps: list[tuple[Callable[[Writer], object], list[str]]] = [
        (lambda tx: tx.add_group(Group(20, "mail", user_regexp="@MY\\.company$")), ["mail"]),
        (lambda tx: tx.add_group_grant(GroupGrant("staff", "mail")), ["mail", "staff"]),
        (lambda tx: tx.add_group_grant(GroupGrant("editbugs", "staff")), ["editbugs", "mail", "staff"]),
        (lambda tx: tx.add_group_grant(GroupGrant("mail", "editbugs")), ["editbugs", "mail", "staff"]),  # in a circle
        (lambda tx: tx.remove_group_grant(GroupGrant("mail", "editbugs")), ["editbugs", "mail", "staff"]),
        (lambda tx: tx.remove_group_grant(GroupGrant("staff", "mail")), ["mail"]),
        (lambda tx: tx.add_group_grant(GroupGrant("staff", "mail", "bless")), ["mail"]),
        (lambda tx: tx.set_group(Group(20, "mail", user_regexp="(")), []),
        (lambda tx: tx.set_direct_groups(sample.bob.id, ["staff"]), ["editbugs", "staff"]),
        (lambda tx: tx.set_group(Group(20, "mail", user_regexp="^bob@")), ["editbugs", "mail", "staff"]),
        (lambda tx: tx.set_direct_groups(sample.bob.id, []), ["mail"]),
        (lambda tx: tx.set_user(User(sample.bob.id, "rob@my.company", "Rob")), []),
    ]
    for step, expected in steps:
        await store.write(step)
        assert await groups() == expected
    await store.write(lambda tx: tx.set_blessed_groups(sample.bob.id, ["staff"]))
    assert await store.read(lambda tx: tx.blessed_groups(sample.bob.id)) == {"staff"}
    assert await store.read(lambda tx: tx.direct_groups(sample.alice.id)) == {"staff", "editbugs"}


@BACKENDS
async def test_a_site_without_fields_of_its_own_has_those_of_a_new_bugzilla(store: Store) -> None:
    def questions(tx: Reader) -> list[object]:
        return [tx.bug_fields(), tx.field_values("priority"), tx.field_values("cf_none"), tx.status_transitions()]

    expected = [new_bugzilla.FIELDS, new_bugzilla.VALUES["priority"], (), new_bugzilla.TRANSITIONS]
    assert await store.read(questions) == expected


@BACKENDS
async def test_what_a_detail_refers_to_must_exist(store: Store, sample: Sample) -> None:
    for work, message in (
        (lambda tx: tx.add_dependency(sample.bug, 99), "There is no bug 99."),
        (lambda tx: tx.set_bug_keywords(sample.bug, ["no"]), "There is no keyword 'no'."),
        (lambda tx: tx.set_custom_values(sample.bug, "cf_no", ["x"]), "There is no field 'cf_no'."),
        (lambda tx: tx.set_comment_tags(99, ["tag"]), "There is no comment 99."),
        (lambda tx: tx.add_bug(sample.new_bug(duplicate_of=99)), "There is no bug 99."),
        (lambda tx: tx.add_comment(sample.comment(type="has_duplicate")), "names the other bug"),
        (lambda tx: tx.add_group_grant(GroupGrant("staff", "no")), "There is no group 'no'."),
    ):
        with pytest.raises(ValueError, match=message):
            await store.write(work)
    assert (await store.read(lambda tx: tx.bugs([sample.other_bug, 99, sample.bug])))[0].creation_time == THEN
