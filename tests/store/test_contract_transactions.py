"""All or nothing, one after the other, and what happens to work whose caller gives up, on every backend."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import product

import pytest
from store_samples import Sample, add_content, data_of

from gateway.content import MemoryContent
from gateway.store.interface import Reader, Store, StoreUnavailable, Writer


class WorkError(Exception):
    """Raised by work on purpose."""


class Interrupted(BaseException):
    """As KeyboardInterrupt, but nobody else's."""


class Gate:
    """Holds up work until it is opened, and tells when the work has come there."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._open = threading.Event()

    def pass_through(self, tx: Reader) -> None:
        tx._statements.leave_event_loop()  # type: ignore[attr-defined] # which it would hold up
        self._reached.set()
        assert self._open.wait(timeout=30)

    async def reached(self) -> None:
        assert await asyncio.to_thread(self._reached.wait, 30)

    def open(self) -> None:
        self._open.set()


def texts(reader: Reader, sample: Sample) -> list[str]:
    return [comment.text for comment in reader.comments(sample.bug)]


async def stored_texts(store: Store, sample: Sample) -> list[str]:
    return await store.read(lambda tx: texts(tx, sample))


def say(sample: Sample, *words: str) -> Callable[[Writer], list[str]]:
    """Work that adds comments and returns all that there are."""

    def work(tx: Writer) -> list[str]:
        for word in words:
            tx.add_comment(sample.comment(text=word))
        return texts(tx, sample)

    return work


async def test_work_returns_its_value(store: Store) -> None:
    for value in (None, 0, [], "x"):
        assert await store.read(lambda tx, value=value: value) == value
        assert await store.write(lambda tx, value=value: value) == value


async def test_now_is_utc_in_whole_seconds_and_stands_still(store: Store) -> None:
    def times(tx: Reader) -> list[object]:
        return [tx.now.utcoffset(), tx.now.microsecond, tx.now == tx.now]

    assert await store.read(times) == [timedelta(0), 0, True]
    assert await store.write(times) == [timedelta(0), 0, True]


async def test_work_sees_what_it_wrote_and_others_see_it_afterwards(store: Store, sample: Sample) -> None:
    assert await store.write(say(sample, "a", "b")) == ["a", "b"]
    assert await stored_texts(store, sample) == ["a", "b"]


@pytest.mark.parametrize("error", [WorkError(), ValueError(), LookupError(), StopIteration(), Interrupted()])
async def test_what_work_raises_undoes_it_and_reaches_the_caller(
    store: Store, sample: Sample, error: BaseException
) -> None:
    def work(tx: Writer) -> None:
        say(sample, "undone")(tx)
        tx.add_attachment(sample.attachment(), MemoryContent(data_of(10_000)))
        raise error

    def read(_: Reader) -> None:
        raise error

    # A coroutine cannot raise StopIteration: Python makes it a RuntimeError.
    expected = RuntimeError if isinstance(error, StopIteration) else type(error)
    with pytest.raises(expected):
        await store.write(work)
    with pytest.raises(expected):
        await store.read(read)
    assert await store.read(lambda tx: (texts(tx, sample), tx.attachments_of_bug(sample.bug))) == ([], [])
    assert await store.write(say(sample, "next")) == ["next"]


async def test_work_that_fails_among_many_fails_alone(store: Store, sample: Sample) -> None:
    def numbered(number: int) -> Callable[[Writer], int]:
        def work(tx: Writer) -> int:
            tx.add_comment(sample.comment(text=f"{number} a"))
            tx.add_attachment(sample.attachment(summary=f"{number}"), MemoryContent(b"%d" % number))
            if number % 3 == 0:
                raise WorkError(number)
            if number % 7 == 0:
                tx.add_comment(sample.comment(bug_id=99))
            tx.add_comment(sample.comment(text=f"{number} b"))
            return number

        return work

    results = await asyncio.gather(*(store.write(numbered(n)) for n in range(200)), return_exceptions=True)
    for number, result in enumerate(results):
        if number % 3 == 0:
            assert isinstance(result, WorkError)
            assert result.args == (number,)
        elif number % 7 == 0:
            assert isinstance(result, ValueError)
        else:
            assert result == number
    good = [number for number in range(200) if number % 3 and number % 7]
    assert sorted(await stored_texts(store, sample)) == sorted(f"{n} {part}" for n in good for part in "ab")
    attachments = await store.read(lambda tx: tx.attachments_of_bug(sample.bug))
    assert sorted(int(attachment.summary) for attachment in attachments) == good
    assert await store.check(lambda done, total: None) == []


async def test_reading_work_that_fails_among_much_fails_alone(store: Store, sample: Sample) -> None:
    def numbered(number: int) -> Callable[[Reader], int]:
        def work(tx: Reader) -> int:
            assert tx.bug(sample.bug)
            if number % 3 == 0:
                raise WorkError(number)
            return number

        return work

    results = await asyncio.gather(*(store.read(numbered(n)) for n in range(100)), return_exceptions=True)
    assert [each.args[0] if isinstance(each, WorkError) else -1 for each in results[::3]] == list(range(0, 100, 3))
    assert [each for number, each in enumerate(results) if number % 3] == [n for n in range(100) if n % 3]


async def test_a_name_is_given_once_among_many_who_want_it(store: Store, sample: Sample) -> None:
    works = [store.write(lambda tx: tx.add_bug(sample.new_bug(aliases=("wanted",)))) for _ in range(50)]
    results = await asyncio.gather(*works, return_exceptions=True)
    (bug_id,) = (result for result in results if isinstance(result, int))
    assert sum(isinstance(result, ValueError) for result in results) == 49
    assert await store.read(lambda tx: tx.bug_id_by_alias("wanted")) == bug_id
    assert await store.read(lambda tx: list(tx.bug_ids())) == [1, 2, bug_id]


async def test_writing_work_runs_as_if_one_after_the_other(store: Store, sample: Sample) -> None:
    def count(tx: Writer) -> None:
        tx.add_comment(sample.comment(text=str(len(tx.comments(sample.bug)))))

    await asyncio.gather(*(store.write(count) for _ in range(100)))
    assert await stored_texts(store, sample) == [str(n) for n in range(100)]


async def test_nobody_sees_half_of_a_transaction(store: Store, sample: Sample) -> None:
    gate = Gate()

    def work(tx: Writer) -> None:
        attachment_id = tx.add_attachment(sample.attachment(id=9), MemoryContent(b"x"))
        gate.pass_through(tx)
        tx.add_comment(sample.comment(attachment_id=attachment_id, type="attachment_created"))

    def state(tx: Reader) -> tuple[int, int, bytes]:
        return len(tx.attachments_of_bug(sample.bug)), len(tx.comments(sample.bug)), b"".join(tx.pieces(9))

    writing = asyncio.create_task(store.write(work))
    await gate.reached()
    assert await store.read(state) == (0, 0, b"")
    gate.open()
    await writing
    assert await store.read(state) == (1, 1, b"x")


async def test_reading_work_sees_one_state(store: Store, sample: Sample) -> None:
    gate = Gate()

    def work(tx: Reader) -> tuple[list[str], list[str]]:
        before = texts(tx, sample)
        gate.pass_through(tx)
        return before, texts(tx, sample)

    reading = asyncio.create_task(store.read(work, is_long=True))
    await gate.reached()
    await store.write(say(sample, "meanwhile"))
    gate.open()
    assert await reading == ([], [])
    assert await stored_texts(store, sample) == ["meanwhile"]


async def test_reading_goes_on_while_many_write(store: Store, sample: Sample) -> None:
    def add_pair(tx: Writer) -> None:
        attachment_id = tx.add_attachment(sample.attachment(), MemoryContent(data_of(5000)))
        tx.add_comment(sample.comment(attachment_id=attachment_id))

    def pairs(tx: Reader) -> tuple[list[int], list[int | None]]:
        attachments = tx.attachments_of_bug(sample.bug)
        assert [len(b"".join(tx.pieces(attachment.id))) for attachment in attachments[-1:]] in ([], [5000])
        return [attachment.id for attachment in attachments], [c.attachment_id for c in tx.comments(sample.bug)]

    writing = asyncio.gather(*(store.write(add_pair) for _ in range(150)))
    seen: list[int] = []
    while not writing.done():
        attachments, comments = await store.read(pairs)
        assert set(attachments) == set(comments)
        seen.append(len(attachments))
    assert seen == sorted(seen)
    assert len((await store.read(pairs))[0]) == 150


async def test_work_of_a_caller_who_gives_up_is_done_whole_or_not_at_all(store: Store, sample: Sample) -> None:
    gate = Gate()

    def held(tx: Writer) -> None:
        tx.add_comment(sample.comment(text="begun a"))
        gate.pass_through(tx)
        tx.add_comment(sample.comment(text="begun b"))

    begun = asyncio.create_task(store.write(held))
    await gate.reached()
    waiting = [asyncio.create_task(store.write(say(sample, f"{n} a", f"{n} b"))) for n in range(10)]
    await asyncio.sleep(0)
    for task in (begun, waiting[3], waiting[7]):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    gate.open()
    await asyncio.gather(*(task for task in waiting if not task.cancelled()))

    stored = await stored_texts(store, sample)
    # Nobody waits for the work of those who gave up: it may end only now.
    after = await store.write(say(sample, "next"))
    for name, seen in product(("begun", *range(10)), (stored, after)):
        parts = [text for text in seen if text.startswith(f"{name} ")]
        assert parts == [f"{name} a", f"{name} b"] or (name in ("begun", 3, 7) and parts == [])
    assert [text for text in after if text in (*stored, "next")] == [*stored, "next"]


async def test_reading_sees_what_was_written_before_it_came(store: Store, sample: Sample) -> None:
    gate = Gate()
    held = asyncio.create_task(store.read(gate.pass_through, is_long=True))
    await gate.reached()
    waiting = asyncio.create_task(stored_texts(store, sample))
    await asyncio.sleep(0)
    await store.write(say(sample, "new"))
    coming = asyncio.create_task(stored_texts(store, sample))
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(held, waiting)
    assert await coming == ["new"]


async def test_reading_whose_caller_gave_up_before_it_began_is_left_out(store: Store) -> None:
    gate, begun = Gate(), list[str]()
    held = [asyncio.create_task(store.read(gate.pass_through, is_long=True)) for _ in range(50)]
    await gate.reached()

    def begin(name: str, tx: Reader) -> None:
        begun.append(name)

    tasks = [asyncio.create_task(store.read(partial(begin, name), is_long=True)) for name in "abc"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.wait([tasks[1]])
    gate.open()
    await asyncio.gather(*held, tasks[0], tasks[2])
    assert sorted(begun) == ["a", "c"]


async def test_a_reader_who_gives_up_leaves_no_transaction_behind(store: Store, sample: Sample) -> None:
    gate = Gate()

    def held(tx: Reader) -> None:
        texts(tx, sample)
        gate.pass_through(tx)

    reading = asyncio.create_task(store.read(held, is_long=True))
    await gate.reached()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    gate.open()
    await store.write(say(sample, "new"))
    assert await stored_texts(store, sample) == ["new"]


async def test_a_stream_may_be_given_up(store: Store, sample: Sample) -> None:
    attachment_id = await add_content(store, sample, data_of(3_000_000))
    contents = await store.read(lambda tx: tx.contents(tx.attachments([attachment_id]), 0))
    stream = store.stream(contents[attachment_id])  # type: ignore[arg-type] # it is not in memory
    await anext(stream)
    del stream
    assert await store.write(say(sample, "next")) == ["next"]


async def test_close_finishes_what_waits_and_refuses_what_comes_after(store: Store, sample: Sample) -> None:
    gate = Gate()
    held = asyncio.create_task(store.write(lambda tx: gate.pass_through(tx)))
    await gate.reached()
    waiting = [asyncio.create_task(store.write(say(sample, str(n)))) for n in range(100)]
    reading = asyncio.create_task(store.read(lambda tx: 5))
    await asyncio.sleep(0)
    closing = asyncio.create_task(store.close())
    for _ in range(2):  # the stores of several nodes are closed in tasks of their own
        await asyncio.sleep(0)
    for refused in (store.write(say(sample, "late")), store.read(lambda tx: None)):
        with pytest.raises(StoreUnavailable):
            await refused
    gate.open()
    await closing
    await held
    assert sorted(len(result) for result in await asyncio.gather(*waiting)) == list(range(1, 101))
    assert await reading == 5
    await store.close()


async def test_close_finishes_what_has_only_just_come(store: Store, sample: Sample) -> None:
    writing = asyncio.create_task(store.write(say(sample, "a")))
    await asyncio.sleep(0)
    await store.close()
    async with asyncio.timeout(30):
        assert await writing == ["a"]


async def test_a_closed_store_streams_no_more(store: Store, sample: Sample) -> None:
    attachment_id = await add_content(store, sample, data_of(3_000_000))
    contents = await store.read(lambda tx: tx.contents(tx.attachments([attachment_id]), 0))
    stream = store.stream(contents[attachment_id])  # type: ignore[arg-type] # it is not in memory
    await anext(stream)
    await store.close()
    with pytest.raises(StoreUnavailable):
        await anext(stream)
