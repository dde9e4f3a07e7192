"""The state of a store: another number after every change, so that what was read before can be told from what is."""

import asyncio
import time

from store_samples import Sample

from gateway.store.interface import Store


async def told(store: Store) -> int:
    """The state, once it can be told."""
    deadline = time.monotonic() + 30
    while (state := await store.state()) is None:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    return state


async def test_it_is_another_one_as_soon_as_a_change_is_acknowledged(store: Store, sample: Sample) -> None:
    seen = {await told(store)}
    for number in range(50):
        await store.write(lambda tx, text=str(number): tx.add_comment(sample.comment(text=text)))
        state = await told(store)
        assert state not in seen
        seen.add(state)


async def test_it_stays_while_nothing_happens(store: Store, sample: Sample) -> None:
    for _ in range(30):  # the server looks after its tables now and then
        before = await told(store)
        await store.read(lambda tx: tx.comments(sample.bug))
        if await told(store) == before:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it is another one each time")


async def test_many_may_ask_at_once_and_some_give_up(store: Store) -> None:
    await told(store)
    asking = [asyncio.create_task(told(store)) for _ in range(20)]
    await asyncio.sleep(0)
    for each in asking[::3]:
        each.cancel()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert all(isinstance(answer, int | asyncio.CancelledError) for answer in answers)
    assert isinstance(answers[1], int)


async def test_it_is_not_told_by_a_store_that_is_closed(store: Store) -> None:
    await told(store)
    await store.close()
    assert await store.state() is None
