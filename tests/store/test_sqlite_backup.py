"""`backup` on SQLite: whole, private, while others write, and never half."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from store_samples import Sample, add_content, data_of, fill

from gateway.content import PIECE
from gateway.store.sqlite import SqliteStore, backup, open_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_store(tmp_path / "store.db", create=True)
    yield store
    await store.close()


@pytest.fixture
async def sample(store: SqliteStore) -> Sample:
    return await store.write(fill)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


def files(folder: Path) -> dict[str, int]:
    """The sizes of the files in a folder."""
    return {file.name: file.stat().st_size for file in folder.iterdir()}


async def everything(path: Path, sample: Sample) -> tuple[list[str], list[bytes]]:
    store = await open_store(path)
    try:
        assert await store.check(lambda done, total: None) == []
        return await store.read(
            lambda tx: (
                [attachment.summary for attachment in tx.attachments_of_bug(sample.bug)],
                [b"".join(tx.pieces(attachment.id)) for attachment in tx.attachments_of_bug(sample.bug)],
            )
        )
    finally:
        await store.close()


async def test_a_backup_holds_everything_in_one_private_file(store: SqliteStore, sample: Sample, folder: Path) -> None:
    await add_content(store, sample, data_of(5 * PIECE))
    seen: list[tuple[int, int]] = []
    await store.backup(folder / "copy.db", lambda done, total: seen.append((done, total)))
    assert list(files(folder)) == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] > 200
    assert await everything(folder / "copy.db", sample) == (["A file"], [data_of(5 * PIECE)])


async def test_it_holds_all_that_was_acknowledged_before_it_began(
    store: SqliteStore, sample: Sample, folder: Path
) -> None:
    for number in range(8):
        await add_content(store, sample, data_of(20 * PIECE, number))
    acknowledged: list[int] = []
    enough = asyncio.Event()

    async def keep_writing() -> None:
        while True:
            acknowledged.append(await add_content(store, sample, data_of(3000)))
            if len(acknowledged) == 20:
                enough.set()

    writing = [asyncio.create_task(keep_writing()) for _ in range(4)]
    await enough.wait()
    before = len(acknowledged)
    written_at: list[int] = []
    await store.backup(folder / "copy.db", lambda done, total: written_at.append(len(acknowledged)))
    for task in writing:
        task.cancel()
    assert written_at[-1] > before
    _, contents = await everything(folder / "copy.db", sample)
    assert contents[:8] == [data_of(20 * PIECE, number) for number in range(8)]
    assert len(contents) >= 8 + before
    assert set(contents[8:]) == {data_of(3000)}


async def test_nothing_is_overwritten(store: SqliteStore, folder: Path) -> None:
    (folder / "copy.db").write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        await store.backup(folder / "copy.db", lambda done, total: None)
    with pytest.raises(FileExistsError):
        await store.backup(folder, lambda done, total: None)
    assert files(folder) == {"copy.db": len(b"precious")}


async def test_a_folder_that_is_not_there_is_an_os_error(store: SqliteStore, folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await store.backup(folder / "missing" / "copy.db", lambda done, total: None)


async def test_a_backup_that_is_given_up_leaves_nothing(
    store: SqliteStore, sample: Sample, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_PAGES", 1)
    await add_content(store, sample, data_of(100 * PIECE))
    started = asyncio.Event()
    task = asyncio.create_task(store.backup(folder / "copy.db", lambda done, total: started.set()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert files(folder) == {}


async def test_an_empty_store_is_backed_up(store: SqliteStore, folder: Path) -> None:
    await store.backup(folder / "copy.db", lambda done, total: None)
    copy = await open_store(folder / "copy.db")
    assert await copy.read(lambda tx: tx.groups()) == []
    await copy.close()
