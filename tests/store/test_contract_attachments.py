"""Attachments and flags, on every backend; their content is in test_contract_content.py."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace
from store_samples import LATER, THEN, Sample

from gateway.content import MemoryContent
from gateway.model import Attachment, Flag, FlagType, Person
from gateway.store.interface import Store, Writer

ANYBODY = Person(99, "nobody@x", "")
CONTENT = MemoryContent(b"content")


async def test_an_attachment_comes_back_as_added(store: Store, sample: Sample) -> None:
    attachment = Attachment(
        id=50,
        bug_id=sample.other_bug,
        file_name="näme\x00.bin",
        summary="Ünïcode \x01",
        content_type="application/octet-stream; charset=x",
        creator=sample.bob,
        size=CONTENT.size,
        sha256=CONTENT.sha256,
        is_patch=True,
        is_private=True,
        is_obsolete=True,
        creation_time=THEN,
        last_change_time=LATER,
    )
    assert await store.write(lambda tx: tx.add_attachment(attachment, CONTENT)) == 50
    assert await store.read(lambda tx: tx.attachments([50])) == [attachment]
    assert await store.read(lambda tx: tx.attachments_of_bug(sample.other_bug)) == [attachment]
    assert await store.read(lambda tx: tx.attachments_of_bug(sample.bug)) == []


async def test_size_and_hash_are_those_of_the_content(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> list[Attachment]:
        lying = sample.attachment(size=1, sha256="00" * 32)
        return tx.attachments([tx.add_attachment(lying, CONTENT), tx.add_attachment(lying, None)])

    stored, deleted = await store.write(work)
    assert (stored.size, stored.sha256) == (CONTENT.size, CONTENT.sha256)
    assert (deleted.size, deleted.sha256) == (None, None)


async def test_attachments_go_by_id_without_repetition(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> None:
        for attachment_id, bug_id in ((30, sample.bug), (10, sample.other_bug), (20, sample.bug)):
            tx.add_attachment(sample.attachment(id=attachment_id, bug_id=bug_id), CONTENT)

    async def found(ids: list[int]) -> list[int]:
        return [attachment.id for attachment in await store.read(lambda tx: tx.attachments(ids))]

    await store.write(work)
    assert [each.id for each in await store.read(lambda tx: tx.attachments_of_bug(sample.bug))] == [20, 30]
    assert await found([30, 10, 30, 99]) == [10, 30]
    assert await found([0, -1, 2**63, 2**70, 10**5000]) == []
    assert await found([]) == []
    assert await found(list(range(20_000))) == [10, 20, 30]


async def test_set_attachment_replaces_only_metadata(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> tuple[Attachment, Attachment, Attachment]:
        before, other = (
            tx.attachments([tx.add_attachment(sample.attachment(file_name=name), CONTENT)])[0] for name in ("a", "b")
        )
        tx.set_attachment(
            replace(
                before,
                bug_id=sample.other_bug,
                file_name="new.txt",
                summary="new",
                content_type="text/html",
                creator=sample.bob,
                size=1,
                sha256="00" * 32,
                is_patch=True,
                is_private=True,
                is_obsolete=True,
                creation_time=LATER,
                last_change_time=LATER,
            )
        )
        assert tx.attachments([other.id]) == [other]
        return before, tx.attachments([before.id])[0], other

    before, after, _ = await store.write(work)
    assert after == replace(
        before,
        file_name="new.txt",
        summary="new",
        content_type="text/html",
        is_patch=True,
        is_private=True,
        is_obsolete=True,
        last_change_time=LATER,
    )


async def test_flags_of_attachments_and_of_the_bug_itself(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> tuple[list[Flag], list[Flag], list[Flag]]:
        first, second = (tx.add_attachment(sample.attachment(), CONTENT) for _ in "12")
        given = [
            sample.flag(id=12, status="?", attachment_id=first, requestee=sample.bob),
            sample.flag(id=11, status="-", attachment_id=first, setter=sample.bob, modification_date=LATER),
            sample.flag(id=13, status="+", attachment_id=second),
            sample.flag(id=14, status="+"),
        ]
        for flag in given:
            tx.add_flag(flag)
        found = tx.attachments_of_bug(sample.bug)
        assert found == tx.attachments([first, second])
        named = [replace(flag, name="review") for flag in given]
        return named, [flag for attachment in found for flag in attachment.flags], tx.flags_of_bug(sample.bug)

    given, of_attachments, of_bug = await store.write(work)
    assert of_attachments == [given[1], given[0], given[2]]
    assert of_bug == [given[3]]
    assert await store.read(lambda tx: tx.flags_of_bug(sample.other_bug)) == []


async def test_flags_of_an_attachment_go_by_sort_key_then_name_then_id(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> list[list[int]]:
        types = [tx.add_flag_type(FlagType(0, name, sortkey=key)) for name, key in (("b", 5), ("a", 5), ("z", -1))]
        attachment_id = tx.add_attachment(sample.attachment(), CONTENT)
        for type_id in (*types, *types):
            tx.add_flag(sample.flag(type_id=type_id, attachment_id=attachment_id))
        both = (tx.attachments_of_bug(sample.bug), tx.attachments([attachment_id]))
        return [[flag.id for flag in attachment.flags] for (attachment,) in both]

    assert await store.write(work) == [[3, 6, 2, 5, 1, 4]] * 2


async def test_set_flag(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> tuple[Flag, Flag, Flag]:
        flag_id, other_id = (tx.add_flag(sample.flag()) for _ in "12")
        before, other = tx.flags_of_bug(sample.bug)
        later = before.modification_date + timedelta(days=1)
        changed = replace(
            before, status="+", setter=sample.bob, requestee=sample.alice, creation_date=later, modification_date=later
        )
        tx.set_flag(changed)
        after, same = tx.flags_of_bug(sample.bug)
        assert (before.id, other.id, same) == (flag_id, other_id, other)
        return before, changed, after

    before, changed, after = await store.write(work)
    assert after == replace(changed, creation_date=before.creation_date)


async def test_the_id_of_a_cleared_flag_is_not_given_again(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> tuple[int, int]:
        first = tx.add_flag(sample.flag())
        tx.remove_flag(first)
        assert tx.flags_of_bug(sample.bug) == []
        return first, tx.add_flag(sample.flag())

    first, second = await store.write(work)
    assert second > first


async def test_content_is_deleted_for_good(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> tuple[int, int]:
        return tx.add_attachment(sample.attachment(), CONTENT), tx.add_attachment(sample.attachment(), CONTENT)

    first, second = await store.write(work)
    assert await store.read(lambda tx: tx.attachment_totals()) == (2, 2 * CONTENT.size)
    await store.write(lambda tx: tx.delete_content(first))
    deleted, kept = await store.read(lambda tx: tx.attachments([first, second]))
    assert (deleted.size, deleted.sha256) == (None, None)
    assert await store.read(lambda tx: [list(tx.pieces(each)) for each in (first, second)]) == [[], [b"content"]]
    assert kept.size == CONTENT.size
    assert await store.read(lambda tx: tx.attachment_totals()) == (2, CONTENT.size)
    assert await store.check(lambda *_: None) == []


async def test_it_notes_which_bugs_and_attachments_work_has_written(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> tuple[int, set[int], set[int]]:
        number = tx.add_attachment(sample.attachment(), CONTENT)
        tx.touch_bug(sample.other_bug)
        return number, set(tx.written["bug"]), set(tx.written["attachment"])

    number, bugs, attachments = await store.write(work)
    assert (bugs, attachments) == ({sample.bug, sample.other_bug}, {number})
    assert await store.write(lambda tx: set(tx.written["bug"])) == set()


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda tx, s: tx.delete_content(99), "There is no attachment 99."),
        (lambda tx, s: tx.add_attachment(s.attachment(bug_id=99), CONTENT), "There is no bug 99."),
        (lambda tx, s: tx.add_attachment(s.attachment(creator=ANYBODY), CONTENT), "There is no user 99."),
        (lambda tx, s: tx.add_attachment(s.attachment(id=1, file_name="x"), CONTENT), "The id of the attachment 'x'"),
        (lambda tx, s: tx.set_attachment(s.attachment(id=99)), "There is no attachment 99."),
        (lambda tx, s: tx.add_flag(s.flag(type_id=99)), "There is no flag type 99."),
        (lambda tx, s: tx.add_flag(s.flag(bug_id=99)), "There is no bug 99."),
        (lambda tx, s: tx.add_flag(s.flag(attachment_id=99)), "There is no attachment 99."),
        (lambda tx, s: tx.add_flag(s.flag(setter=ANYBODY)), "There is no user 99."),
        (lambda tx, s: tx.add_flag(s.flag(requestee=ANYBODY)), "There is no user 99."),
        (lambda tx, s: tx.add_flag(s.flag(status="X")), "a flag's status is ?, + or -"),
        (lambda tx, s: tx.add_flag(s.flag(id=1, name="review")), "The id of the flag 'review' is taken."),
        (lambda tx, s: tx.set_flag(s.flag(id=99)), "There is no flag 99."),
        (lambda tx, s: tx.set_flag(s.flag(id=1, requestee=ANYBODY)), "There is no user 99."),
        (lambda tx, s: tx.set_flag(s.flag(id=1, status="")), "a flag's status is ?, + or -"),
        (lambda tx, s: tx.remove_flag(99), "There is no flag 99."),
    ],
)
async def test_what_cannot_be_is_refused_with_a_reason_and_changes_nothing(
    store: Store, sample: Sample, work: Callable[[Writer, Sample], object], message: str
) -> None:
    def prepare(tx: Writer) -> None:
        tx.add_flag(sample.flag(attachment_id=tx.add_attachment(sample.attachment(), CONTENT)))

    await store.write(prepare)
    before = await store.read(lambda tx: tx.attachments_of_bug(sample.bug))
    with pytest.raises(ValueError, match=r"\S") as error:
        await store.write(lambda tx: work(tx, sample))
    assert message in str(error.value)
    assert await store.read(lambda tx: tx.attachments_of_bug(sample.bug)) == before


async def test_requests_are_found_by_whom_they_ask_and_who_asks(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> list[list[int]]:
        numbers = [tx.add_attachment(sample.attachment(), CONTENT) for _ in range(3)]
        for number in numbers[:2]:
            asked = sample.flag(attachment_id=number, status="?", setter=sample.alice, requestee=sample.bob)
            tx.add_flag(asked)
        tx.add_flag(sample.flag(attachment_id=numbers[2], status="+", setter=sample.alice, requestee=None))
        of_bob, by_alice = (
            tx.requests(sample.bob.id, 9, by_setter=False),
            tx.requests(sample.alice.id, 1, by_setter=True),
        )
        attached = tx.attachments_by(sample.attachment().creator.id, 2)
        return [[each.attachment_id or 0 for each in of_bob], [len(by_alice)], [each.id for each in attached], numbers]

    of_bob, by_alice, attached, numbers = await store.write(work)
    assert of_bob == [numbers[1], numbers[0]]
    assert by_alice == [1]
    assert attached == [numbers[2], numbers[1]]
