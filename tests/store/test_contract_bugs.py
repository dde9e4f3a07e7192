"""Bugs, their comments and the log of changes, on every backend."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace
from store_samples import LATER, THEN, Sample

from gateway.budget import Budget
from gateway.content import MemoryContent
from gateway.errors import GatewayError
from gateway.model import Bug, Change, Comment, Person, User
from gateway.store.interface import Reader, Store, Writer

ANYBODY = Person(99, "nobody@x", "")


async def test_a_bug_comes_back_as_added(store: Store, sample: Sample) -> None:
    bug = Bug(
        77,
        "Widget",
        "Edge",
        "Ünïcode \x01 summary",
        reporter=sample.bob,
        assigned_to=sample.alice,
        creation_time=THEN,
        last_change_time=LATER,
        status="RESOLVED",
        resolution="FIXED",
        severity="major",
        priority="P1",
        platform="PC",
        op_sys="Linux",
        version="1.0",
        target_milestone="M1",
        url="http://x/",
        whiteboard="[w]",
        qa_contact=sample.bob,
        cc=(sample.alice, sample.bob),
        aliases=("alpha", "Beta"),
        groups=("editbugs", "staff"),
        reporter_accessible=False,
        cclist_accessible=False,
    )
    assert await store.write(lambda tx: tx.add_bug(bug)) == 77
    assert await store.read(lambda tx: tx.bug(77)) == bug


async def test_a_plain_bug_comes_back_as_added(store: Store, sample: Sample) -> None:
    bug_id = await store.write(lambda tx: tx.add_bug(sample.new_bug()))
    assert await store.read(lambda tx: tx.bug(bug_id)) == sample.new_bug(id=bug_id)


async def test_cc_go_by_login_and_aliases_and_groups_by_name(store: Store, sample: Sample) -> None:
    bug = sample.new_bug(
        cc=(sample.bob, sample.alice, sample.bob), aliases=("c", "B", "a"), groups=("staff", "editbugs", "staff")
    )
    found = await store.write(lambda tx: tx.bug(tx.add_bug(bug)))
    assert found
    assert found.cc == (sample.alice, sample.bob)
    assert found.aliases == ("a", "B", "c")
    assert found.groups == ("editbugs", "staff")


async def test_people_are_shown_as_they_are_now(store: Store, sample: Sample) -> None:
    await store.write(lambda tx: tx.set_user(User(sample.alice.id, "alice@new", "A. B.")))
    bug = await store.read(lambda tx: tx.bug(sample.bug))
    assert bug
    assert bug.reporter == Person(sample.alice.id, "alice@new", "A. B.")


async def test_times_are_whole_seconds_of_utc(store: Store, sample: Sample) -> None:
    far_east = THEN.astimezone().replace(microsecond=999_999)
    bug = await store.write(lambda tx: tx.bug(tx.add_bug(sample.new_bug(creation_time=far_east))))
    assert bug
    assert bug.creation_time == THEN
    assert bug.creation_time.utcoffset() == timedelta(0)


@pytest.mark.parametrize("alias", ["beta-Ü", "BETA-ü"])
async def test_an_alias_is_found_whatever_its_case(store: Store, sample: Sample, alias: str) -> None:
    bug_id = await store.write(lambda tx: tx.add_bug(sample.new_bug(aliases=("x", "Beta-Ü"))))
    assert await store.read(lambda tx: tx.bug_id_by_alias(alias)) == bug_id


async def test_what_does_not_exist_is_none(store: Store, sample: Sample) -> None:
    for bug_id in (0, -1, 99, 2**63, 2**70):
        assert await store.read(lambda tx, bug_id=bug_id: tx.bug(bug_id)) is None
        assert await store.read(lambda tx, bug_id=bug_id: tx.comments(bug_id)) == []
        assert await store.read(lambda tx, bug_id=bug_id: tx.changes(bug_id)) == []
        assert await store.read(lambda tx, bug_id=bug_id: tx.comments_by_id([bug_id])) == []
    for alias in ("", "no", "1", "\ud800"):
        assert await store.read(lambda tx, alias=alias: tx.bug_id_by_alias(alias)) is None
    assert await store.read(lambda tx: tx.comments_by_id([])) == []


async def test_bug_ids_go_in_order_however_many(store: Store, sample: Sample) -> None:
    ids = [5000, *range(2500, 2, -1)]
    await store.write(lambda tx: [tx.add_bug(sample.new_bug(id=bug_id)) for bug_id in ids])
    assert await store.read(lambda tx: list(tx.bug_ids())) == [1, 2, *sorted(ids)]


async def test_set_bug_leaves_the_reporter_and_the_creation_time(store: Store, sample: Sample) -> None:
    changed = sample.new_bug(id=sample.bug, summary="Anew", reporter=sample.bob, creation_time=LATER)
    await store.write(lambda tx: tx.set_bug(changed))
    bug = await store.read(lambda tx: tx.bug(sample.bug))
    assert bug
    assert (bug.summary, bug.reporter, bug.creation_time) == ("Anew", sample.alice, THEN)


async def test_set_bug_replaces_aliases_groups_and_cc(store: Store, sample: Sample) -> None:
    before = sample.new_bug(id=sample.bug, aliases=("a", "b"), groups=("editbugs",), cc=(sample.alice,))
    after = sample.new_bug(id=sample.bug, aliases=("b", "c"), groups=("staff",), cc=(sample.bob,))
    for bug in (before, after):
        await store.write(lambda tx, bug=bug: tx.set_bug(bug))  # type: ignore[misc]
    assert await store.read(lambda tx: tx.bug(sample.bug)) == after


async def test_add_cc(store: Store, sample: Sample) -> None:
    for _ in range(2):
        await store.write(lambda tx: tx.add_cc(sample.bug, sample.bob.id))
    bug, other = await store.read(lambda tx: (tx.bug(sample.bug), tx.bug(sample.other_bug)))
    assert bug
    assert other
    assert (bug.cc, other.cc) == ((sample.bob,), ())


async def test_touch_bug(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> tuple[Bug | None, Bug | None]:
        before = tx.bug(sample.bug)
        tx.touch_bug(sample.bug)
        return before and replace(before, last_change_time=tx.now), tx.bug(sample.bug)

    expected, found = await store.write(work)
    assert found == expected
    other = await store.read(lambda tx: tx.bug(sample.other_bug))
    assert other
    assert other.last_change_time == THEN


async def test_comments_are_numbered_by_time_then_id(store: Store, sample: Sample) -> None:
    comments = [
        sample.comment(id=10, text="third", creation_time=LATER),
        sample.comment(id=8, text="second", creation_time=THEN, is_private=True, creator=sample.bob),
        sample.comment(id=9, text="fourth", creation_time=LATER + timedelta(seconds=1)),
        sample.comment(id=7, text="", creation_time=THEN, count=55),
        sample.comment(id=6, text="elsewhere", bug_id=sample.other_bug),
    ]
    await store.write(lambda tx: [tx.add_comment(comment) for comment in comments[:-2]])
    await store.write(lambda tx: [tx.append_comment(comment) for comment in comments[-2:]])
    of_bug = await store.read(lambda tx: tx.comments(sample.bug))
    assert [(comment.id, comment.count) for comment in of_bug] == [(7, 0), (8, 1), (10, 2), (9, 3)]
    assert of_bug[1] == replace(comments[1], count=1)
    by_id = await store.read(lambda tx: tx.comments_by_id([10, 6, 9, 10, 55, 8]))
    assert [(comment.id, comment.count) for comment in by_id] == [(6, 0), (8, 1), (9, 3), (10, 2)]
    assert by_id[1] == of_bug[1]


async def test_many_comments_are_charged_as_they_are_read(store: Store, sample: Sample) -> None:
    """The rows are never in memory as a whole before they are charged, and work that is refused for it harms none."""

    class Counted(Budget):
        def charge_rows(self, rows: Sequence[tuple[object, ...]]) -> None:
            charged.append(len(rows))
            super().charge_rows(rows)

    many, charged = 600, list[int]()
    await store.write(lambda tx: [tx.add_comment(sample.comment(text="x" * 1000)) for _ in range(many)])

    def refused(tx: Reader) -> None:
        for _ in range(2):
            with pytest.raises(GatewayError):
                tx.comments(sample.bug)

    await store.read(refused, Counted(rows=300), is_long=True)
    assert sum(charged) < many + 300
    charged.clear()
    assert len(await store.read(lambda tx: tx.comments(sample.bug), Counted(), is_long=True)) == many
    assert sum(charged) >= many
    assert max(charged) <= 250


@pytest.mark.parametrize("kind", ["normal", "attachment_created", "attachment_updated"])
async def test_a_comment_may_be_about_an_attachment(store: Store, sample: Sample, kind: str) -> None:
    def work(tx: Writer) -> tuple[Comment, list[Comment]]:
        attachment_id = tx.add_attachment(sample.attachment(), MemoryContent(b"x"))
        comment = sample.comment(type=kind, attachment_id=attachment_id)
        return replace(comment, id=tx.add_comment(comment)), tx.comments(sample.bug)

    added, found = await store.write(work)
    assert found == [added]


async def test_the_log_goes_by_time_then_id(store: Store, sample: Sample) -> None:
    def change(change_id: int, added: str, when=THEN) -> Change:
        return Change(change_id, sample.bob.id, sample.bug, None, "attachments.isobsolete", "0", added, when)

    late, first, second = change(4, "1", LATER), change(5, "2"), change(0, "3")
    await store.write(lambda tx: [tx.add_change(each) for each in (late, first, second)])
    assert await store.read(lambda tx: tx.changes(sample.bug)) == [first, replace(second, id=6), late]
    assert await store.read(lambda tx: tx.changes(sample.other_bug)) == []
    assert await store.read(lambda tx: tx.changes_before(2**62, 2)) == [replace(second, id=6), first]
    assert await store.read(lambda tx: tx.changes_before(5, 9)) == [late]


async def test_a_change_may_be_of_an_attachment(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> tuple[int, list[Change]]:
        attachment_id = tx.add_attachment(sample.attachment(), None)
        tx.add_change(Change(0, sample.alice.id, sample.bug, attachment_id, "attachments.filename", "a", "b", THEN))
        return attachment_id, tx.changes(sample.bug)

    attachment_id, (change,) = await store.write(work)
    assert change.attachment_id == attachment_id


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda tx, s: tx.add_bug(s.new_bug(id=1)), "The id of the bug '1' is taken."),
        (lambda tx, s: tx.add_bug(s.new_bug(product="No")), "There is no product 'No'."),
        (lambda tx, s: tx.add_bug(s.new_bug(component="No")), "There is no component 'Widget: No'."),
        (lambda tx, s: tx.add_bug(s.new_bug(reporter=ANYBODY)), "There is no user 99."),
        (lambda tx, s: tx.add_bug(s.new_bug(assigned_to=ANYBODY)), "There is no user 99."),
        (lambda tx, s: tx.add_bug(s.new_bug(qa_contact=ANYBODY)), "There is no user 99."),
        (lambda tx, s: tx.add_bug(s.new_bug(cc=(ANYBODY,))), "There is no user 99."),
        (lambda tx, s: tx.add_bug(s.new_bug(groups=("no",))), "There is no group 'no'."),
        (lambda tx, s: tx.add_bug(s.new_bug(aliases=("a", "A"))), "The alias 'A' exists already."),
        (lambda tx, s: tx.add_bug(s.new_bug(aliases=("",))), "an alias cannot be empty"),
        (lambda tx, s: tx.add_cc(99, 1), "There is no bug 99."),
        (lambda tx, s: tx.add_cc(1, 99), "There is no user 99."),
        (lambda tx, s: tx.touch_bug(99), "There is no bug 99."),
        (lambda tx, s: tx.add_comment(s.comment(bug_id=99)), "There is no bug 99."),
        (lambda tx, s: tx.add_comment(s.comment(creator=ANYBODY)), "There is no user 99."),
        (lambda tx, s: tx.add_comment(s.comment(attachment_id=99)), "There is no attachment 99."),
        (lambda tx, s: tx.append_comment(s.comment(attachment_id=99)), "There is no attachment 99."),
        (lambda tx, s: [tx.append_comment(s.comment(id=7)) for _ in "12"], "The id of the comment '7' is taken."),
        (lambda tx, s: tx.add_comment(s.comment(type="other")), "a comment is normal, or about a duplicate"),
        (lambda tx, s: tx.add_comment(s.comment(type="attachment_created")), "a comment about an attachment names it"),
        (lambda tx, s: tx.add_change(Change(0, 99, 1, None, "f", "", "", THEN)), "There is no user 99."),
        (lambda tx, s: tx.add_change(Change(0, 1, 99, None, "f", "", "", THEN)), "There is no bug 99."),
        (lambda tx, s: tx.add_change(Change(0, 1, 1, 99, "f", "", "", THEN)), "There is no attachment 99."),
    ],
)
async def test_what_cannot_be_is_refused_with_a_reason_and_changes_nothing(
    store: Store, sample: Sample, work: Callable[[Writer, Sample], object], message: str
) -> None:
    with pytest.raises(ValueError, match=r"\S") as error:
        await store.write(lambda tx: work(tx, sample))
    assert message in str(error.value)
    assert await store.read(lambda tx: (list(tx.bug_ids()), tx.comments(1), tx.changes(1))) == ([1, 2], [], [])


async def test_nothing_refers_to_an_attachment_of_another_bug(store: Store, sample: Sample) -> None:
    attachment_id = await store.write(lambda tx: tx.add_attachment(sample.attachment(bug_id=sample.other_bug), None))
    works: list[Callable[[Writer], object]] = [
        lambda tx: tx.add_comment(sample.comment(attachment_id=attachment_id)),
        lambda tx: tx.add_flag(sample.flag(attachment_id=attachment_id)),
        lambda tx: tx.add_change(Change(0, 1, sample.bug, attachment_id, "f", "", "", THEN)),
    ]
    for work in works:
        with pytest.raises(ValueError, match="attachment of another bug"):
            await store.write(work)
