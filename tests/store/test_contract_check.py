"""A store that is whole has no findings, on every backend."""

import asyncio

from store_samples import Sample, add_content, data_of

from gateway.content import PIECE
from gateway.store.interface import Store


async def test_a_new_store_is_whole(store: Store) -> None:
    assert await store.check(lambda done, total: None) == []


async def test_a_filled_store_is_whole_and_progress_counts_pieces(store: Store, sample: Sample) -> None:
    for size in (0, 1, PIECE + 1, 40 * PIECE):
        await add_content(store, sample, data_of(size))
    await store.write(lambda tx: tx.add_attachment(sample.attachment(), None))
    seen: list[tuple[int, int]] = []
    assert await store.check(lambda done, total: seen.append((done, total))) == []
    assert seen[0] == (0, 43)
    assert seen[-1] == (43, 43)
    assert seen == sorted(seen)


async def test_it_is_checked_while_it_is_in_use(store: Store, sample: Sample) -> None:
    await add_content(store, sample, data_of(10 * PIECE))
    checking = asyncio.create_task(store.check(lambda done, total: None))
    while not checking.done():
        await add_content(store, sample, data_of(PIECE + 1))
    assert await checking == []
