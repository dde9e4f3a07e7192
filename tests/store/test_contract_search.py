"""The contract of all stores: searches see each change at once, also of what is private."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from store_samples import LATER, Sample

from gateway.model import Bug, Change
from gateway.model.bug_query import (
    BugQuery,
    Changed,
    Clause,
    Commented,
    Condition,
    Criterion,
    HasWords,
    Operator,
    Term,
    ValueTest,
)
from gateway.store.interface import Store, Writer
from gateway.store.sql.searching import bug_finder

BACKENDS = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
IN_COMMENTS, IN_SUMMARY = HasWords("zirconium", in_comments=True), HasWords("zirconium")


def contains(field: str, operator: Operator, value: str) -> Condition:
    return Condition(field, (ValueTest((Term(operator, value),)),))


async def public_bug(store: Store, sample: Sample) -> Bug:
    bug = await store.read(lambda tx: tx.bug(sample.bug))
    assert bug
    return replace(bug, groups=())


async def found(store: Store, criterion: Criterion, *, insider: bool = False, user_id: int | None = None) -> list[int]:
    query = BugQuery(Clause((criterion,)), user_id, is_insider=insider)
    return await store.read(lambda tx: tx.find_bugs(query))


@BACKENDS
async def test_words_follow_every_change(store: Store, sample: Sample) -> None:
    bug = await public_bug(store, sample)
    await store.write(lambda tx: tx.set_bug(bug))
    assert await found(store, IN_COMMENTS) == []
    comment_id = await store.write(lambda tx: tx.add_comment(sample.comment(text="Some Zirconium, here")))
    assert await found(store, IN_COMMENTS) == [bug.id]
    await store.write(lambda tx: tx.set_comment_private(comment_id, True))
    assert await found(store, IN_COMMENTS) == []
    assert await found(store, IN_COMMENTS, insider=True) == [bug.id]
    assert await found(store, contains("longdesc", Operator.CONTAINS, "ZIRCON")) == []
    await store.write(lambda tx: tx.set_bug(replace(bug, summary="zirconium")))
    assert await found(store, IN_SUMMARY) == [bug.id]
    await store.write(lambda tx: tx.set_bug(replace(bug, summary="Ünïcödé (50%)")))
    assert await found(store, IN_SUMMARY) == []


@BACKENDS
async def test_a_comment_of_more_letters_than_an_index_takes_is_kept_and_found(store: Store, sample: Sample) -> None:
    bug = await public_bug(store, sample)
    await store.write(lambda tx: tx.set_bug(bug))
    words = (f"{number:060b}".replace("0", "\u3316").replace("1", "\u3317") for number in range(1070))
    text = f"zirconium {' '.join(words)}"  # most signs become six letters, of three bytes each
    await store.write(lambda tx: tx.add_comment(sample.comment(text=text)))
    assert await found(store, IN_COMMENTS) == [bug.id]
    assert (await store.read(lambda tx: tx.comments(bug.id)))[-1].text == text


@BACKENDS
@pytest.mark.parametrize(
    ("operator", "value", "matches"),
    [
        (Operator.EQUALS, "unicode (50%) ", True),  # as MariaDB: no case, no accents, no blanks at the end
        (Operator.CONTAINS, "ÜNÏ", True),
        (Operator.CONTAINS, "uni", False),
        (Operator.CONTAINS, "50%", True),
        (Operator.CONTAINS, "5_%", False),
        (Operator.CONTAINS_CASE, "ünï", False),
        (Operator.HAS_WORD, "50", True),
        (Operator.HAS_WORD, "5", False),
        (Operator.MATCHES, r"^ü.*\b50%\)$", True),
        (Operator.MATCHES, r"^50", False),
    ],
)
async def test_texts_compare_as_on_mariadb(
    store: Store, sample: Sample, operator: Operator, value: str, matches: bool
) -> None:
    bug = replace(await public_bug(store, sample), summary="Ünïcödé (50%)")
    await store.write(lambda tx: tx.set_bug(bug))
    assert await found(store, contains("short_desc", operator, value)) == ([bug.id] if matches else [])


@BACKENDS
@pytest.mark.parametrize(
    ("url", "operator", "value", "matches"),
    [
        ("https://x.test/", Operator.CONTAINS, "X.TEST", True),
        ("https://x.test/", Operator.CONTAINS, "y.test", False),
        ("https://x.test/", Operator.EQUALS, "https://X.test/", True),
        ("", Operator.CONTAINS, "x", False),
        ("", Operator.CONTAINS, "", True),
        ("", Operator.EQUALS, " ", True),
        ("", Operator.MATCHES, "^$", True),
    ],
)
async def test_fields_that_few_bugs_have(
    store: Store, sample: Sample, url: str, operator: Operator, value: str, matches: bool
) -> None:
    bug = replace(await public_bug(store, sample), url=url, whiteboard=url)
    await store.write(lambda tx: tx.set_bug(bug))
    for field in ("bug_file_loc", "status_whiteboard"):
        assert (bug.id in await found(store, contains(field, operator, value))) == matches


@BACKENDS
@pytest.mark.parametrize("many", [1, 3, 100])
@pytest.mark.parametrize("field", ["creation_ts", "delta_ts"])
async def test_times_find_the_same_bugs_whether_these_are_few_or_many(
    store: Store, sample: Sample, field: str, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bug_finder, "MANY", many)
    times = [LATER + timedelta(days=days) for days in (3, 0, 2, 1)]
    bugs = [sample.new_bug(creation_time=time, last_change_time=time) for time in times]
    ids = await store.write(lambda tx: [tx.add_bug(bug) for bug in bugs])
    since = contains(field, Operator.GREATER_OR_EQUAL, times[3])
    for limit, wanted in ((1, ids[:1]), (2, [ids[0], ids[2]]), (9, [ids[0], ids[2], ids[3]])):
        query = BugQuery(Clause((Clause((since,)),)), None, limit=limit)
        assert await store.read(lambda tx, query=query: tx.find_bugs(query)) == wanted  # type: ignore[misc]


@BACKENDS
async def test_the_exceptions_for_the_reporter_and_the_cc_list_are_apart(store: Store, sample: Sample) -> None:
    """Bugs of a group in which Bob is not: each of them makes an exception for its reporter, its cc list or neither."""
    flags = [(True, False), (False, True), (False, False)]
    of_bob = {"reporter": sample.bob, "assigned_to": sample.alice}
    to_bob = {"assigned_to": sample.alice, "cc": (sample.bob,)}
    bugs = [
        sample.new_bug(groups=("staff",), reporter_accessible=of_reporter, cclist_accessible=of_cc, **people)
        for people in (of_bob, to_bob)
        for of_reporter, of_cc in flags
    ]
    ids = await store.write(lambda tx: [tx.add_bug(bug) for bug in bugs])
    everything = BugQuery(Clause(), sample.bob.id)
    seen = [sample.bug, sample.other_bug, ids[0], ids[4]]
    assert await store.read(lambda tx: tx.find_bugs(everything)) == seen
    for place, field in enumerate(("reporter_accessible", "cclist_accessible")):
        allowed = Clause((contains(field, Operator.EQUALS, "1"), contains("bug_group", Operator.EQUALS, "staff")))
        found_ids = await store.read(lambda tx, allowed=allowed: tx.find_bugs(BugQuery(allowed, sample.alice.id)))  # type: ignore[misc]
        assert found_ids == [number for number, each in zip(ids, 2 * flags, strict=True) if each[place]]


@BACKENDS
@pytest.mark.parametrize(
    "criterion",
    [Commented(after=LATER), Changed("attachments.filename"), contains("longdescs.count", Operator.EQUALS, "1")],
    ids=["a comment", "a change of an attachment", "the number of comments"],
)
async def test_only_insiders_find_bugs_by_what_is_private(store: Store, sample: Sample, criterion: Criterion) -> None:
    def add(tx: Writer) -> None:
        tx.add_comment(sample.comment(is_private=True, creation_time=LATER))
        number = tx.add_attachment(sample.attachment(is_private=True), None)
        tx.add_change(Change(0, sample.bob.id, sample.bug, number, "attachments.filename", "a", "b", LATER))

    await store.write(add)
    assert await found(store, criterion) == []
    assert await found(store, criterion, insider=True) == [sample.bug]


@BACKENDS
@pytest.mark.parametrize(
    ("after", "before", "is_met"), [(0, None, True), (1, None, False), (None, 0, True), (None, -1, False)]
)
async def test_times_of_comments_and_changes_are_inclusive(
    store: Store, sample: Sample, after: int | None, before: int | None, is_met: bool
) -> None:
    def add(tx: Writer) -> None:
        tx.add_comment(sample.comment(creation_time=LATER))
        tx.add_change(Change(0, sample.bob.id, sample.bug, None, "priority", "a", "b", LATER))

    def second(of: int | None) -> datetime | None:
        return None if of is None else LATER + timedelta(seconds=of)

    await store.write(add)
    for criterion in (
        Commented(after=second(after), before=second(before)),
        Changed("priority", after=second(after), before=second(before)),
    ):
        assert await found(store, criterion) == ([sample.bug] if is_met else [])


@BACKENDS
async def test_tags_are_found_by_their_owner(store: Store, sample: Sample) -> None:
    await store.write(lambda tx: tx.set_bug_tags(sample.bob.id, sample.bug, ["todo"]))
    tagged = contains("tag", Operator.EQUALS, "todo")
    seen = [await found(store, tagged, user_id=each) for each in (sample.bob.id, sample.alice.id, None)]
    assert seen == [[sample.bug], [], []]


@BACKENDS
@pytest.mark.parametrize("role", ["assigned_to", "qa_contact"])
async def test_those_who_work_on_a_bug_see_it_whatever_its_groups(store: Store, sample: Sample, role: str) -> None:
    others = {"reporter": sample.alice, "assigned_to": sample.alice, "groups": ("staff",)}
    bugs = [sample.new_bug(**others), sample.new_bug(**{**others, role: sample.bob})]
    ids = await store.write(lambda tx: [tx.add_bug(bug) for bug in bugs])
    everything = BugQuery(Clause(), sample.bob.id)
    assert await store.read(lambda tx: tx.find_bugs(everything)) == [sample.bug, sample.other_bug, ids[1]]
