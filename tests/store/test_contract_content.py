"""Content on its way in and out, on every backend."""

import hashlib
from collections.abc import Iterator

import pytest
from store_samples import LongContent, Sample, add_content, data_of, joined

from gateway import errors
from gateway.budget import Budget, Quota
from gateway.content import PIECE, Content, ExternalContent, MemoryContent, StoredContent
from gateway.errors import GatewayError
from gateway.model import Attachment
from gateway.spools import RequestSpools
from gateway.store.interface import Store

SIZES = [0, 1, 255, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 5 * 1024 * 1024 + 3]


async def stored_content(store: Store, attachment_id: int, in_memory: int = 0) -> MemoryContent | StoredContent:
    return await store.read(lambda tx: tx.contents(tx.attachments([attachment_id]), in_memory)[attachment_id])


@pytest.mark.parametrize("size", SIZES)
async def test_bytes_come_back_equal_in_every_way(store: Store, sample: Sample, size: int) -> None:
    data = data_of(size)
    attachment_id = await add_content(store, sample, data)
    (attachment,) = await store.read(lambda tx: tx.attachments([attachment_id]))
    assert (attachment.size, attachment.sha256) == (size, hashlib.sha256(data).hexdigest())

    in_memory = await stored_content(store, attachment_id, in_memory=size)
    assert isinstance(in_memory, MemoryContent)
    assert in_memory.data == data

    if size:
        content = await stored_content(store, attachment_id, in_memory=size - 1)
        assert isinstance(content, StoredContent)
        assert (content.attachment_id, content.size, content.sha256) == (attachment_id, size, attachment.sha256)
        assert await joined(store.stream(content)) == data

    assert await store.read(lambda tx: b"".join(tx.pieces(attachment_id))) == data


async def test_it_comes_in_pieces(store: Store, sample: Sample) -> None:
    attachment_id = await add_content(store, sample, data_of(3 * PIECE + 1))
    content = await stored_content(store, attachment_id)
    assert isinstance(content, StoredContent)
    assert [len(piece) async for piece in store.stream(content)] == [PIECE, PIECE, PIECE, 1]
    assert await store.read(lambda tx: [len(piece) for piece in tx.pieces(attachment_id)]) == [PIECE, PIECE, PIECE, 1]


async def test_spools_are_stored_whether_in_memory_or_in_a_file(store: Store, sample: Sample) -> None:
    with RequestSpools(2**30, Budget(disk=Quota(2**30))) as spools:
        for size in (0, 10, 1_000_000):
            data, spool = data_of(size), spools.spool()
            for start in range(0, size, 1000):
                spool.write(data[start : start + 1000])
            attachment_id = await store.write(lambda tx, spool=spool: tx.add_attachment(sample.attachment(), spool))
            content = await stored_content(store, attachment_id, in_memory=size)
            assert isinstance(content, MemoryContent)
            assert content.data == data


async def test_up_to_a_budget_comes_along_in_memory(store: Store, sample: Sample) -> None:
    sizes = [40, 100, 0, 30, 31]
    ids = [await add_content(store, sample, data_of(size, seed)) for seed, size in enumerate(sizes)]
    deleted = await store.write(lambda tx: tx.add_attachment(sample.attachment(), None))

    async def in_memory(budget: int) -> list[int]:
        contents = await store.read(lambda tx: tx.contents(tx.attachments([*ids, deleted]), budget))
        assert sorted(contents) == sorted(ids)
        for attachment_id, content in contents.items():
            if isinstance(content, MemoryContent):
                assert content.data == data_of(sizes[ids.index(attachment_id)], ids.index(attachment_id))
        return [content.size for content in contents.values() if isinstance(content, MemoryContent)]

    assert await in_memory(0) == [0]
    assert await in_memory(70) == [40, 0, 30]
    assert await in_memory(69) == [40, 0]
    assert sorted(await in_memory(10_000)) == sorted(sizes)


async def test_deleted_content_is_no_content(store: Store, sample: Sample) -> None:
    attachment_id = await store.write(lambda tx: tx.add_attachment(sample.attachment(), None))
    assert await store.read(lambda tx: tx.contents(tx.attachments([attachment_id]), 100)) == {}
    assert await store.read(lambda tx: list(tx.pieces(attachment_id))) == []
    assert await store.read(lambda tx: list(tx.pieces(2**70))) == []


async def test_streaming_what_is_not_there_is_a_lookup_error(store: Store, sample: Sample) -> None:
    with pytest.raises(LookupError):
        await joined(store.stream(StoredContent(99, 10, "00" * 32)))
    attachment_id = await add_content(store, sample, b"short")
    with pytest.raises(LookupError):
        await joined(store.stream(StoredContent(attachment_id, 6, "00" * 32)))


class BrokenContent:
    """Content that breaks off: with an exception, or without a word."""

    size = 3 * PIECE
    sha256 = "00" * 32

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def pieces(self) -> Iterator[bytes]:
        yield data_of(PIECE)
        if self._error:
            raise self._error


@pytest.mark.parametrize("error", [RuntimeError("gone"), None])
async def test_content_that_breaks_off_leaves_nothing(store: Store, sample: Sample, error: Exception | None) -> None:
    content: Content = BrokenContent(error)
    with pytest.raises(RuntimeError if error else OSError):
        await store.write(lambda tx: tx.add_attachment(sample.attachment(id=5), content))
    assert await store.read(lambda tx: (tx.attachments([5]), list(tx.pieces(5)))) == ([], [])
    assert await store.check(lambda done, total: None) == []


async def test_streams_and_everything_else_go_on_side_by_side(store: Store, sample: Sample) -> None:
    ids = [await add_content(store, sample, data_of(4 * PIECE, seed)) for seed in range(4)]
    contents = [await stored_content(store, attachment_id) for attachment_id in ids]
    streams = [store.stream(content) for content in contents if isinstance(content, StoredContent)]
    received = [bytearray() for _ in streams]
    for _ in range(4):
        for stream, taken in zip(streams, received, strict=True):
            taken += await anext(stream)
            await add_content(store, sample, b"between two pieces")
    assert received == [data_of(4 * PIECE, seed) for seed in range(4)]


async def test_a_long_content_is_stored_and_read_back_whole(store: Store, sample: Sample) -> None:
    content = LongContent(20 * 1024 * 1024 + 17)
    attachment_id = await store.write(lambda tx: tx.add_attachment(sample.attachment(), content))
    stored, digest = await stored_content(store, attachment_id), hashlib.sha256()
    assert isinstance(stored, StoredContent)
    async for piece in store.stream(stored):
        digest.update(piece)
    assert digest.hexdigest() == content.sha256


async def test_metadata_does_not_bring_content_along(store: Store, sample: Sample) -> None:
    attachment_id = await add_content(store, sample, b"x")
    attachments: list[Attachment] = await store.read(lambda tx: tx.attachments_of_bug(sample.bug))
    assert [attachment.id for attachment in attachments] == [attachment_id]
    assert await store.read(lambda tx: tx.contents([], 100)) == {}


async def is_external(store: Store, attachment_id: int) -> bool:
    """Tell whether the store has the content of an attachment marked as external."""
    (content,) = await store.read(lambda tx: tx.contents_after(attachment_id - 1, 1))
    assert content.attachment_id == attachment_id
    return content.external


async def test_contents_are_listed_by_attachment(store: Store, sample: Sample) -> None:
    await store.write(lambda tx: tx.add_attachment(sample.attachment(), None))
    await add_content(store, sample, b"")
    ids = [await add_content(store, sample, data_of(size)) for size in (1, 2, 3)]
    there = ExternalContent(4, "ab" * 32)
    ids.append(await store.write(lambda tx: tx.add_attachment(sample.attachment(), there)))
    listed = await store.read(lambda tx: tx.contents_after(0, 3))
    assert [(each.attachment_id, each.size) for each in listed] == list(zip(ids[:3], (1, 2, 3), strict=True))
    assert [each.sha256 for each in listed] == [hashlib.sha256(data_of(size)).hexdigest() for size in (1, 2, 3)]
    (last,) = await store.read(lambda tx: tx.contents_after(ids[2], 3))
    assert (last.attachment_id, last.sha256, last.external) == (ids[3], there.sha256, True)
    assert await store.read(lambda tx: tx.contents_after(ids[3], 3)) == []


@pytest.mark.parametrize("size", [1, 2 * PIECE + 1])
async def test_content_goes_out_and_comes_back(store: Store, sample: Sample, size: int) -> None:
    data = data_of(size)
    content, reference = MemoryContent(data), ExternalContent(size, hashlib.sha256(data).hexdigest())
    attachment_id, other = [await add_content(store, sample, data) for _ in range(2)]
    for _ in range(2):  # the second time nothing changes
        await store.write(lambda tx: tx.set_content(attachment_id, content))
        assert not await is_external(store, attachment_id)
        assert await store.read(lambda tx: b"".join(tx.pieces(attachment_id))) == data
    for _ in range(2):
        await store.write(lambda tx: tx.set_content(attachment_id, reference))
        assert await is_external(store, attachment_id)
        assert isinstance(await stored_content(store, attachment_id), StoredContent)
        assert await store.check(lambda done, total: None) == []
    await store.write(lambda tx: tx.set_content(attachment_id, content))
    for each in (attachment_id, other):
        assert await store.read(lambda tx, each=each: b"".join(tx.pieces(each))) == data
    assert await store.check(lambda done, total: None) == []


async def test_content_does_not_turn_into_another(store: Store, sample: Sample) -> None:
    attachment_id = await add_content(store, sample, b"content")
    deleted = await store.write(lambda tx: tx.add_attachment(sample.attachment(), None))
    digest = hashlib.sha256(b"content").hexdigest()
    for number, wrong in (
        (attachment_id, MemoryContent(b"c0ntent")),
        (attachment_id, ExternalContent(6, digest)),
        (attachment_id, ExternalContent(7, "00" * 32)),
        (deleted, MemoryContent(b"content")),
        (99, MemoryContent(b"content")),
    ):
        with pytest.raises(ValueError, match=f"There is no attachment of this content {number}"):
            await store.write(lambda tx, number=number, wrong=wrong: tx.set_content(number, wrong))
    assert await store.read(lambda tx: b"".join(tx.pieces(attachment_id))) == b"content"


async def test_content_that_breaks_off_stays_where_it_is(store: Store, sample: Sample) -> None:
    broken = BrokenContent(None)
    attachment_id = await store.write(
        lambda tx: tx.add_attachment(sample.attachment(), ExternalContent(broken.size, broken.sha256))
    )
    with pytest.raises(OSError, match="could be read"):
        await store.write(lambda tx: tx.set_content(attachment_id, broken))
    assert await is_external(store, attachment_id)


@pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
async def test_content_is_charged_as_it_is_stored(store: Store, sample: Sample) -> None:
    budget = Budget(stored_bytes=PIECE)
    with pytest.raises(GatewayError) as refused:
        await store.write(lambda tx: tx.add_attachment(sample.attachment(), MemoryContent(data_of(PIECE))), budget)
    assert refused.value.kind is errors.STORES_TOO_MUCH
    assert await store.read(lambda tx: tx.attachments_of_bug(sample.bug)) == []
