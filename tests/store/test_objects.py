"""Content in a bucket: where it is, what is never brought there, and what becomes of what nobody refers to."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from bucket_server import Buckets, running_buckets
from obstore.store import S3Store
from store_samples import LongContent, Sample, add_content, data_of, fill, joined

from gateway.content import BLOCK, PIECE, MemoryContent, StoredContent
from gateway.store.interface import Finding, Reader, Store, StoreRefused, StoreUnavailable, Writer
from gateway.store.objects import Bucket, ObjectStore, garbage_collection, move_contents, open_bucket
from gateway.store.objects.bucket_objects import PART
from gateway.store.sqlite import open_store

SHORT = b"a short content"


@pytest.fixture
def url(buckets: Buckets) -> str:
    return buckets.new()


@pytest.fixture
def bucket(url: str, buckets: Buckets) -> Bucket:
    return open_bucket(url, 20.0, buckets.config)


@pytest.fixture
def raw(url: str, buckets: Buckets) -> S3Store:
    """The bucket as S3 shows it."""
    return S3Store.from_url(url, config=buckets.config, client_options={"allow_http": True})  # type: ignore[arg-type]


@pytest.fixture
async def sample(inner: Store) -> Sample:
    return await inner.write(fill)


@pytest.fixture
def store(inner: Store, bucket: Bucket) -> ObjectStore:
    return ObjectStore(inner, bucket)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever nothing refers to is old."""
    monkeypatch.setattr(garbage_collection, "GRACE_PERIOD", timedelta(days=-1))


def key(data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f"sha256/{digest[:2]}/{digest}"


def keys(raw: S3Store) -> list[str]:
    """The keys of contents."""
    found = (each["path"] for page in obstore.list(raw) for each in page)
    return sorted(each for each in found if not each.startswith("sites/"))


async def held(store: Store, attachment_id: int) -> bytes:
    """The content of an attachment, however it comes."""
    content = await store.read(lambda tx: tx.contents(tx.attachments([attachment_id]), 0)[attachment_id])
    return content.data if isinstance(content, MemoryContent) else await joined(store.stream(content))


async def findings(store: Store) -> list[Finding]:
    return await store.check(lambda done, total: None)


async def test_content_is_in_the_bucket_by_its_hash_and_only_once(
    store: ObjectStore, inner: Store, sample: Sample, raw: S3Store
) -> None:
    ids = [await add_content(store, sample, SHORT) for _ in range(3)]
    assert keys(raw) == [key(SHORT)]
    assert [await held(store, each) for each in ids] == [SHORT] * 3
    with pytest.raises(StoreUnavailable, match="not in the database"):
        await inner.read(lambda tx: list(tx.pieces(ids[0])))
    assert await findings(store) == await findings(inner) == []


async def test_empty_content_needs_no_bucket(store: ObjectStore, sample: Sample, raw: S3Store) -> None:
    assert await held(store, await add_content(store, sample, b"")) == b""
    assert keys(raw) == []


@pytest.mark.parametrize("size", [PART, PART + 1, 3 * PART + 17])
async def test_long_content_goes_in_parts(store: ObjectStore, sample: Sample, raw: S3Store, size: int) -> None:
    content = LongContent(size)
    attachment_id = await store.write(lambda tx: tx.add_attachment(sample.attachment(), content))
    (path,) = keys(raw)
    tag = obstore.head(raw, path)["e_tag"] or ""
    assert ("-" in tag) == (size > PART)  # S3's mark of a multipart upload, with the number of its parts
    assert hashlib.sha256(await held(store, attachment_id)).hexdigest() == content.sha256


async def test_what_the_database_has_stays_there_and_is_read_from_there(
    store: ObjectStore, inner: Store, sample: Sample, raw: S3Store
) -> None:
    old = await add_content(inner, sample, data_of(PIECE + 1))
    new = await add_content(store, sample, SHORT)
    assert keys(raw) == [key(SHORT)]
    assert await held(store, old) == data_of(PIECE + 1)

    def both(tx: Reader) -> list[bytes]:
        contents = tx.contents(tx.attachments([old, new]), 2 * PIECE)
        return [each.data for each in contents.values() if isinstance(each, MemoryContent)]

    assert await store.read(both) == [data_of(PIECE + 1), SHORT]
    assert await store.read(lambda tx: [b"".join(tx.pieces(each)) for each in (old, new)]) == await store.read(both)
    assert await findings(store) == []


async def test_who_reads_goes_on_in_the_bucket_where_content_is_moved_there(
    store: ObjectStore, inner: Store, bucket: Bucket, sample: Sample
) -> None:
    data = data_of(3 * PIECE + 1)
    attachment_id = await add_content(inner, sample, data)
    (content,) = await store.read(lambda tx: tx.contents_after(0, 1))
    for pieces in range(4):
        await inner.write(lambda tx: tx.set_content(attachment_id, MemoryContent(data)))
        stream = store.stream(content)
        read = [await anext(stream) for _ in range(pieces)]
        assert (await move_contents(inner, bucket, to_bucket=True, spools=None, progress=silent)).attachments == 1
        assert b"".join(read) + await joined(stream) == data


async def test_who_reads_goes_on_where_content_is_moved_back(
    store: ObjectStore, inner: Store, bucket: Bucket, sample: Sample
) -> None:
    data = data_of(3 * PIECE)
    await add_content(store, sample, data)
    (content,) = await store.read(lambda tx: tx.contents_after(0, 1))
    stream = store.stream(content)
    first = await anext(stream)
    assert (await move_contents(inner, bucket, to_bucket=False, spools=None, progress=silent)).attachments == 1
    assert first + await joined(stream) == data
    assert await joined(inner.stream(content)) == data


def silent(*_: object) -> None:
    """No progress."""


async def test_a_bucket_that_is_only_read_gets_nothing_new(
    inner: Store, bucket: Bucket, sample: Sample, raw: S3Store
) -> None:
    old = await add_content(ObjectStore(inner, bucket), sample, SHORT)
    leaving = ObjectStore(inner, bucket, read_only=True)
    new = await add_content(leaving, sample, data_of(PIECE + 1))
    assert keys(raw) == [key(SHORT)]
    assert [await held(leaving, each) for each in (old, new)] == [SHORT, data_of(PIECE + 1)]
    assert await inner.read(lambda tx: b"".join(tx.pieces(new))) == data_of(PIECE + 1)
    assert await findings(leaving) == []


async def test_nothing_of_a_call_that_is_refused_reaches_the_bucket(
    store: ObjectStore, sample: Sample, raw: S3Store
) -> None:
    allowed = False

    def work(tx: Writer) -> None:
        if not allowed:
            raise PermissionError
        tx.add_attachment(sample.attachment(), MemoryContent(SHORT))

    with pytest.raises(PermissionError):
        await store.write(work)
    assert keys(raw) == []
    allowed = True
    await store.write(work)
    assert keys(raw) == [key(SHORT)]


async def test_work_that_adds_much_does_not_run_much_more_often(
    store: ObjectStore, sample: Sample, raw: S3Store
) -> None:
    runs = 0

    def work(tx: Writer) -> None:
        nonlocal runs
        runs += 1
        for seed in range(60):
            tx.add_attachment(sample.attachment(), MemoryContent(data_of(50, seed)))

    await store.write(work)
    assert len(keys(raw)) == 60
    assert runs <= 2 * 7  # 1, 2, 4, 8, 16 and 29 contents are brought, and SQLite may run what fails once more


async def test_content_that_is_not_what_its_hash_says_is_not_kept(
    store: ObjectStore, sample: Sample, raw: S3Store
) -> None:
    for size in (10, 2 * PART):
        content = LongContent(size)
        content.sha256 = "00" * 32
        with pytest.raises(OSError, match="should have the SHA-256 0000"):
            await store.write(lambda tx, content=content: tx.add_attachment(sample.attachment(), content))
    assert keys(raw) == []


async def test_lost_and_changed_content_is_found_and_not_served(
    store: ObjectStore, sample: Sample, raw: S3Store
) -> None:
    lost, changed = await add_content(store, sample, SHORT), await add_content(store, sample, b"something else")
    obstore.delete(raw, key(SHORT))
    obstore.put(raw, key(b"something else"), b"someThing else")
    assert {each.where: each.what.split(":")[0][:20] for each in await findings(store)} == {
        f"attachment {lost}": "has lost its content",
        f"attachment {changed}": "has content with the",
    }
    for in_memory in (0, 100):
        with pytest.raises(StoreUnavailable, match="does not hold the content"):
            await store.read(lambda tx, limit=in_memory: tx.contents(tx.attachments([lost]), limit))


async def received(store: Store, attachment_id: int, data: bytes) -> tuple[bytes, str]:
    """All that is streamed of content until it breaks off, and why it does."""
    pieces = b""
    try:
        async for piece in store.stream(StoredContent(attachment_id, len(data), key(data)[-64:], external=True)):
            pieces += piece
    except StoreUnavailable as problem:
        return pieces, str(problem)
    return pieces, ""


@pytest.mark.parametrize(
    ("damaged", "why"),
    [
        (lambda data: bytes([data[0] ^ 1]) + data[1:], "damaged"),
        (lambda data: data[:-1], "too short|range"),
        (lambda data: data + b"more", ""),  # all of it is there
        (lambda data: b"more" + data, "damaged"),
        (lambda _: b"", "range"),
        (lambda data: bytes(len(data)), "damaged"),  # as if it were another's
    ],
)
async def test_damaged_content_breaks_off_and_is_replaced_when_it_is_uploaded_again(
    store: ObjectStore,
    sample: Sample,
    raw: S3Store,
    caplog: pytest.LogCaptureFixture,
    damaged: Callable[[bytes], bytes],
    why: str,
) -> None:
    for data in (SHORT, data_of(2 * PIECE + 1), data_of(2 * BLOCK), data_of(BLOCK + 1)):
        attachment_id = await add_content(store, sample, data)
        obstore.put(raw, key(data), damaged(data))
        seen, said = await received(store, attachment_id, data)
        assert len(seen) < len(data) if why else (seen, said) == (data, "")
        assert re.search(why, said)
        again = await add_content(store, sample, data)
        assert "damaged content is replaced" in caplog.text
        caplog.clear()
        assert await held(store, again) == await held(store, attachment_id) == data
        await add_content(store, sample, data)
        assert caplog.text == ""


@pytest.fixture
async def copy(tmp_path: Path, url: str, buckets: Buckets) -> AsyncIterator[ObjectStore]:
    """A copy of the site, of when it had no content, with the same bucket."""
    copy = ObjectStore(await open_store(tmp_path / "copy.db", create=True), open_bucket(url, 20.0, buckets.config))
    yield copy
    await copy.close()


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("uploads", [False, True])
async def test_a_copy_removes_nothing_where_the_mark_of_the_site_was_removed(
    store: ObjectStore, copy: ObjectStore, sample: Sample, raw: S3Store, uploads: bool
) -> None:
    await add_content(store, sample, SHORT)
    obstore.delete(raw, [each["path"] for page in obstore.list(raw, "sites") for each in page])
    if uploads:
        await add_content(copy, await copy.write(fill), b"the copy's own")
    for each in (copy, store):
        with pytest.raises(StoreRefused, match=r"no mark that says whose it is.*--take-over"):
            await each.repair()
    assert key(SHORT) in keys(raw)
    await store.take_over()
    await store.repair()
    assert key(SHORT) in keys(raw)


@pytest.mark.usefixtures("at_once")
async def test_a_copy_of_a_site_removes_nothing_from_its_bucket(
    store: ObjectStore, copy: ObjectStore, sample: Sample, raw: S3Store
) -> None:
    await add_content(store, sample, SHORT)
    for _ in range(2):
        with pytest.raises(StoreRefused, match=r"has content of another site, .*store.db.*--take-over"):
            await copy.repair()
    assert keys(raw) == [key(SHORT)]
    assert await store.repair() == []
    await copy.take_over()
    assert ["was quarantined" in each.what for each in await copy.repair()] == [True]
    with pytest.raises(StoreRefused, match=r"copy\.db"):
        await store.repair()


@pytest.mark.usefixtures("at_once")
async def test_what_nothing_refers_to_is_quarantined_then_removed(
    store: ObjectStore, bucket: Bucket, sample: Sample, raw: S3Store
) -> None:
    await add_content(store, sample, SHORT)
    await bucket.put(MemoryContent(b"left by a crash"))
    assert ["no attachment has it" in each.what for each in await findings(store)] == [True]
    assert ["was quarantined" in each.what for each in await store.repair()] == [True]
    aside, kept = keys(raw)
    assert (aside.split("/")[0], kept) == ("aside", key(SHORT))
    assert await findings(store) == []
    assert ["removed for good" in each.what for each in await store.repair()] == [True]
    assert keys(raw) == [key(SHORT)]


async def test_what_may_be_on_its_way_is_let_be(store: ObjectStore, bucket: Bucket, sample: Sample) -> None:
    await bucket.mark(store.identity)
    await bucket.put(MemoryContent(SHORT))
    assert await findings(store) == await store.repair() == []
    await bucket.quarantine(hashlib.sha256(SHORT).hexdigest())
    assert await store.repair() == []


async def test_content_that_is_quarantined_while_it_is_uploaded_again_is_not_lost(
    store: ObjectStore, bucket: Bucket, sample: Sample, raw: S3Store
) -> None:
    """The store saw it there, and somebody who saw no reference to it sets it aside before the commit, or after it."""
    for data in (SHORT, data_of(2 * PIECE)):
        attachment_id = await add_content(store, sample, data)
        await bucket.quarantine(hashlib.sha256(data).hexdigest())
        assert key(data) not in keys(raw)
        assert await held(store, attachment_id) == data
        assert key(data) in keys(raw)
        await bucket.quarantine(hashlib.sha256(data).hexdigest())
        assert await store.read(lambda tx, number=attachment_id: b"".join(tx.pieces(number))) == data
        await bucket.quarantine(hashlib.sha256(data).hexdigest())
        assert ["was restored" in each.what for each in await store.repair()] == [True]
        assert await findings(store) == []


async def test_a_store_that_is_loaded_at_once_is_brought_in_turns(
    store: ObjectStore, sample: Sample, raw: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.objects.transfers.HELD", 2000)
    data = [data_of(500, seed) for seed in range(20)]
    ids = await store.write(
        lambda tx: [tx.add_attachment(sample.attachment(), MemoryContent(each)) for each in data],
    )
    assert [await held(store, each) for each in ids] == data
    assert len(keys(raw)) == 20


async def test_a_secret_is_in_no_message(buckets: Buckets) -> None:
    wrong = open_bucket("s3://not-there", 20.0, buckets.config)
    for ask in (wrong.ask, lambda: wrong.put(MemoryContent(SHORT))):
        with pytest.raises(StoreUnavailable) as caught:
            await ask()
        assert "not-there" in str(caught.value)
        assert buckets.config["secret_access_key"] not in str(caught.value)


class HangsMidway(LongContent):
    """Content in the middle of which the service stops to answer."""

    def __init__(self, size: int, buckets: Buckets) -> None:
        self._buckets: Buckets | None = None
        super().__init__(size)
        self._buckets = buckets

    def pieces(self) -> Iterator[bytes]:
        for number, piece in enumerate(super().pieces()):
            if number == 30 and self._buckets:
                self._buckets.hang()
            yield piece


async def test_an_upload_that_hangs_is_given_up_and_leaves_nothing(inner: Store, sample: Sample) -> None:
    with running_buckets() as buckets:
        url = buckets.new()
        store = ObjectStore(inner, open_bucket(url, 1.0, buckets.config))
        content = HangsMidway(4 * PART, buckets)
        with pytest.raises(StoreUnavailable):
            await store.write(lambda tx: tx.add_attachment(sample.attachment(id=5), content))
        buckets.go_on()
        assert await store.read(lambda tx: tx.attachments([5])) == []
        whole = LongContent(4 * PART)
        attachment_id = await store.write(lambda tx: tx.add_attachment(sample.attachment(), whole))
        assert hashlib.sha256(await held(store, attachment_id)).hexdigest() == whole.sha256


async def test_a_reader_of_a_bucket_that_hangs_is_told_and_others_go_on(inner: Store, sample: Sample) -> None:
    with running_buckets() as buckets:
        store = ObjectStore(inner, open_bucket(buckets.new(), 1.0, buckets.config))
        content = LongContent(2 * BLOCK)
        attachment_id = await store.write(lambda tx: tx.add_attachment(sample.attachment(), content))
        stored = await store.read(lambda tx: tx.contents(tx.attachments([attachment_id]), 0)[attachment_id])
        assert isinstance(stored, StoredContent)
        stream = store.stream(stored)
        await anext(stream)
        buckets.hang()
        with pytest.raises(StoreUnavailable, match="1 s"):
            await joined(stream)
        assert len(await store.read(lambda tx: tx.attachments([attachment_id]))) == 1
        buckets.go_on()
        assert len(await held(store, attachment_id)) == 2 * BLOCK


class TellsMidway(LongContent):
    """Content that tells when some of it is on its way."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.reached = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def pieces(self) -> Iterator[bytes]:
        for number, piece in enumerate(super().pieces()):
            if number == 30 and hasattr(self, "reached"):
                self._loop.call_soon_threadsafe(self.reached.set)
            yield piece


async def test_a_cancelled_upload_leaves_nothing(store: ObjectStore, sample: Sample, raw: S3Store) -> None:
    content = TellsMidway(20 * PART)
    writing = asyncio.create_task(store.write(lambda tx: tx.add_attachment(sample.attachment(id=5), content)))
    await content.reached.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await store.read(lambda tx: tx.attachments([5])) == []
    assert keys(raw) == []


async def test_who_reads_pieces_of_a_bucket_that_hangs_keeps_nobody_waiting(inner: Store, sample: Sample) -> None:
    with running_buckets() as buckets:
        store = ObjectStore(inner, open_bucket(buckets.new(), 2.0, buckets.config))
        attachment_id = await add_content(store, sample, data_of(3 * PIECE))
        buckets.hang()
        reading = asyncio.create_task(store.read(lambda tx: next(tx.pieces(attachment_id), b"")))
        await asyncio.sleep(0)
        for _ in range(10):
            await store.read(lambda tx: tx.site)
        assert not reading.done()
        with pytest.raises(StoreUnavailable):
            await reading
        buckets.go_on()
        assert await store.read(lambda tx: b"".join(tx.pieces(attachment_id))) == data_of(3 * PIECE)
